import { integer, required, resolve } from "../../base/parameters.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

const parameters = {
  n: required(integer(1, "How many times", { min: 1 })),
};

/**
 * Each row `n` times, as the steps of a sequence: input `[batch, features]`, output `[batch, n, features]`.
 *
 * Errors: PL4004 for an n that is not a whole number of at least 1; PL4006 for an input of other than two axes. Keras's
 * layer of the same name.
 *
 * @example
 * new RepeatVector(3).call(ones([8, 32])).shape; // [8, 3, 32]
 */
export class RepeatVector extends Layer {
  static override readonly className: string = "RepeatVector";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["n"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { n: 3 }, inputs: [2, 4] },
    { options: { n: 1 }, inputs: [1, 1] },
  ];
  readonly n: number;

  constructor(n: number, options: LayerOptions = {}) {
    super(options);
    this.n = resolve("PL4004", "RepeatVector", parameters, { n }).n;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length === 2 ? undefined : "a batch axis and an axis of features: [batch, features]";
  }

  override get movesValues(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    const [batch, features] = x.shape;
    return x.expandDims(1).broadcastTo([batch, this.n, features]);
  }
}
