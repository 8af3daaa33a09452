import { integer, listOf, required, resolve } from "../../base/parameters.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

const order = listOf(integer(1, "An axis of the input", { min: 1 }));

const parameters = {
  dims: required({
    ...order,
    accepts: (value: unknown) =>
      order.accepts(value) && (value as number[]).every((_, i) => (value as number[]).includes(i + 1)),
    words: "the numbers from 1 up in some order, such as [2, 1]",
  }),
};

/**
 * The axes of each row in another order: axis i of the output is axis `dims[i − 1]` of the input, where the first axis
 * after the batch is 1 and the batch stays. Input `[batch, a, b]` and `dims` `[2, 1]` give `[batch, b, a]`.
 *
 * Errors: PL4004 for dims that are not the numbers from 1 up; PL4006 for an input of another number of axes. Keras's layer
 * of the same name.
 *
 * @example
 * new Permute([2, 1]).call(ones([8, 10, 64])).shape; // [8, 64, 10]
 */
export class Permute extends Layer {
  static override readonly className: string = "Permute";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["dims"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { dims: [2, 1] }, inputs: [2, 3, 4] },
    { options: { dims: [3, 1, 2] }, inputs: [1, 2, 1, 3] },
  ];
  readonly dims: readonly number[];

  constructor(dims: readonly number[], options: LayerOptions = {}) {
    super(options);
    this.dims = resolve("PL4004", "Permute", parameters, { dims }).dims;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length === this.dims.length + 1
      ? undefined
      : `a batch axis and ${this.dims.length} more, for the dims [${this.dims.join(", ")}]`;
  }

  override get movesValues(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return x.transpose([0, ...this.dims]);
  }
}
