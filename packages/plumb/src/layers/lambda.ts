import { callable, required, resolve } from "../base/parameters.ts";
import type { Tensor } from "../tensor/index.ts";
import {
  Layer,
  type CallOptions,
  type Inputs,
  type LayerOptions,
  type LayerSample,
  type Outputs,
} from "./layer.ts";

const parameters = {
  fn: required(
    callable<(inputs: never, options: CallOptions) => Outputs>(undefined, "What the layer computes"),
  ),
};

/**
 * A function of tensors as a layer, for computations between the layers of a functional model: `output = fn(input)`.
 * Weights belong into a `Layer` of your own. Nothing is known of what the function gives, so that a loss behind it takes
 * `fromLogits` as it was given.
 *
 * Errors: PL4004 for what is no function. Keras's layer of the same name.
 *
 * @example
 * const x = input({ shape: [4] });
 * const doubled = new Lambda((value) => value.mul(2)).call(x);
 */
export class Lambda<I extends Inputs = Tensor, O extends Outputs = Tensor> extends Layer {
  static override readonly className: string = "Lambda";
  static override readonly byPlace: readonly string[] = ["fn"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { fn: (x: Tensor) => x.mul(2).add(1) }, inputs: [2, 3] },
    {
      options: { fn: ([a, b]: readonly Tensor[]) => a.mul(b) },
      inputs: [
        [1, 3],
        [1, 3],
      ],
    },
  ];
  readonly #fn: (inputs: I, options: CallOptions) => O;

  constructor(fn: (inputs: I, options: CallOptions) => O, options: LayerOptions = {}) {
    super(options);
    resolve("PL4004", "Lambda", parameters, { fn });
    this.#fn = fn;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: I, options: CallOptions = {}): O {
    return this.#fn(inputs, options);
  }
}
