import { optional, real, type Parameters } from "../../base/parameters.ts";
import { relu, type Activation } from "../../numerics/index.ts";
import { ActivationLayer } from "./activation-layer.ts";
import type { LayerOptions, LayerSample } from "../layer.ts";

/** What `ReLU` takes. */
export interface ReLUOptions extends LayerOptions {
  /** The value at which the output saturates. Default none. */
  maxValue?: number | null;
  /** Slope below the threshold. Default 0. */
  negativeSlope?: number;
  /** Where the bend lies. Default 0. */
  threshold?: number;
}

const parameters = {
  maxValue: optional(real(0, "The value at which the output saturates", { min: 0 })),
  negativeSlope: real(0, "Slope below the threshold", { min: 0 }),
  threshold: real(0, "Where the bend lies", { min: 0 }),
};

/**
 * The rectifier as a layer: `x` from `threshold` up, at most `maxValue`, and `negativeSlope · (x − threshold)` below.
 * Plain `max(x, 0)` without options. Output has the shape of the input.
 *
 * Errors: PL4004 for an option that is negative. Keras's layer of the same name; see `relu`, whose kinks it has.
 *
 * @example
 * new Sequential([new Dense(64), new ReLU({ maxValue: 6 })]);
 */
export class ReLU extends ActivationLayer {
  static override readonly className: string = "ReLU";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3] },
    { options: { maxValue: 1, negativeSlope: 0.1, threshold: 0.2 }, inputs: [1, 4, 1] },
  ];
  override readonly activation: Activation;

  constructor(options: ReLUOptions = {}) {
    super(options);
    const { maxValue, negativeSlope, threshold } = this.valuesOf(parameters);
    this.activation = {
      name: "relu",
      head: negativeSlope === 0 ? "nonNegative" : "hidden",
      call: (x) => relu(x, { negativeSlope, threshold, ...(maxValue === undefined ? {} : { maxValue }) }),
    };
  }
}
