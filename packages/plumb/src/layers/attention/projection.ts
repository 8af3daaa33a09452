import { sizeOf } from "../../base/shape.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type WeightOptions } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What the weights of a projection are made with. */
export interface ProjectionWeights {
  readonly kernel: Pick<WeightOptions, "initializer" | "regularizer" | "constraint">;
  /** Unset: no bias. */
  readonly bias?: Pick<WeightOptions, "initializer" | "regularizer" | "constraint">;
}

/**
 * A dense layer between several axes: the last `from` axes of the input become axes of the extents `to`. Kernel
 * `[…from, …to]`, bias `[…to]`. A part of attention layers, which build it for the shape that they need.
 */
export class Projection extends Layer {
  static override readonly className: string = "Projection";
  readonly #from: number;
  readonly #to: readonly number[];
  readonly #made: ProjectionWeights;
  #kernel!: Variable;
  #bias?: Variable;

  constructor(from: number, to: readonly number[], made: ProjectionWeights, options: LayerOptions) {
    super(options);
    this.#from = from;
    this.#to = to;
    this.#made = made;
  }

  override build(inputShape: BatchShape): void {
    const from = inputShape.slice(-this.#from) as number[];
    this.#kernel = this.addWeight({ name: "kernel", shape: [...from, ...this.#to], ...this.#made.kernel });
    if (this.#made.bias) this.#bias = this.addWeight({ name: "bias", shape: this.#to, ...this.#made.bias });
  }

  override call(x: Tensor): Tensor {
    // One product of matrices, however many axes there are.
    const free = x.shape.slice(0, -this.#from);
    const from = sizeOf(x.shape.slice(-this.#from));
    const to = sizeOf(this.#to);
    const product = x.reshape([sizeOf(free), from]).matmul(this.#kernel.read().reshape([from, to]));
    const sums = this.#bias === undefined ? product : product.add(this.#bias.read().reshape([to]));
    return sums.reshape([...free, ...this.#to]);
  }
}
