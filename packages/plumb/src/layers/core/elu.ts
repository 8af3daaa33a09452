import { real, type Parameters } from "../../base/parameters.ts";
import { elu, type Activation } from "../../numerics/index.ts";
import { ActivationLayer } from "./activation-layer.ts";
import type { LayerOptions, LayerSample } from "../layer.ts";

/** What `ELU` takes. */
export interface ELUOptions extends LayerOptions {
  /** Minus the value that large negative inputs approach. Default 1. */
  alpha?: number;
}

const parameters = { alpha: real(1, "Minus the value that large negative inputs approach") };

/**
 * `x` above 0, `α (eˣ − 1)` below. Output has the shape of the input; the gradient at 0 is α.
 *
 * Clevert, Unterthiner and Hochreiter, 2015; Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(64), new ELU({ alpha: 0.5 })]);
 */
export class ELU extends ActivationLayer {
  static override readonly className: string = "ELU";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3] },
    { options: { alpha: 0.3 }, inputs: [1, 4, 1] },
  ];
  override readonly activation: Activation;

  constructor(options: ELUOptions = {}) {
    super(options);
    const { alpha } = this.valuesOf(parameters);
    this.activation = { name: "elu", head: "hidden", call: (x) => elu(x, { alpha }) };
  }
}
