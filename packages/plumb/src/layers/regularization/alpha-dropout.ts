import { seluFloor } from "../../numerics/index.ts";
import { random, where, type Tensor } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { ShapedDropout, type NoiseOptions, type NoiseShape } from "./noise.ts";

/** What `AlphaDropout` takes besides its rate. */
export interface AlphaDropoutOptions extends NoiseOptions {
  /** Extents of the choice, with 1 where one choice serves all and null where it is that of the input. Default: each element by itself. */
  noiseShape?: NoiseShape | null;
}

/**
 * Dropout for selu: while training, a random share of the inputs is set to the value that selu approaches at −∞, and all is scaled and
 * shifted so that mean 0 and variance 1 stay what they are. Outside training it does nothing. Output has the shape of the
 * input.
 *
 * With the share p kept at x, the rest at α' = −s α (s and α those of selu), the output is a · x + b, where
 * a = ((1 − p)(1 + p α'²))^−½ and b = −a α' p for the rate p.
 * Errors: PL4004 for a rate outside [0, 1) or a noiseShape that is none; PL4006 for an input over which that does not
 * spread. Klambauer et al., Self-Normalizing Neural Networks, 2017; Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(64, { activation: "selu" }), new AlphaDropout(0.1), new Dense(1)]);
 */
export class AlphaDropout extends ShapedDropout<AlphaDropoutOptions> {
  static override readonly className: string = "AlphaDropout";
  static override readonly samples: readonly LayerSample[] = [
    { options: { rate: 0.5 }, inputs: [2, 3, 4] },
    { options: { rate: 0.2, noiseShape: [null, 1] }, inputs: [1, 1] },
  ];

  protected override disturb(x: Tensor): Tensor {
    if (this.rate === 0) return x;
    const kept = random.bernoulli(this.choiceFor(x), 1 - this.rate, {
      seed: this.seed,
    });
    const factor = ((1 - this.rate) * (1 + this.rate * seluFloor ** 2)) ** -0.5;
    return where(kept, x, seluFloor)
      .mul(factor)
      .sub(factor * seluFloor * this.rate);
  }
}
