import { real, type Parameters } from "../../base/parameters.ts";
import { leakyRelu, type Activation } from "../../numerics/index.ts";
import { ActivationLayer } from "./activation-layer.ts";
import type { LayerOptions, LayerSample } from "../layer.ts";

/** What `LeakyReLU` takes. */
export interface LeakyReLUOptions extends LayerOptions {
  /** Slope below 0. Default 0.3, as in Keras, whose function `leaky_relu` has 0.2. */
  negativeSlope?: number;
}

const parameters = { negativeSlope: real(0.3, "Slope below 0", { min: 0 }) };

/**
 * `x` above 0, `negativeSlope · x` below. Output has the shape of the input; the gradient at 0 is the slope.
 *
 * Errors: PL4004 for a negative slope. Maas, Hannun and Ng, 2013; Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(64), new LeakyReLU({ negativeSlope: 0.1 })]);
 */
export class LeakyReLU extends ActivationLayer {
  static override readonly className: string = "LeakyReLU";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3] },
    { options: { negativeSlope: 0.05 }, inputs: [1, 4, 1] },
  ];
  override readonly activation: Activation;

  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    const { negativeSlope } = this.valuesOf(parameters);
    this.activation = { name: "leakyRelu", head: "hidden", call: (x) => leakyRelu(x, { negativeSlope }) };
  }
}
