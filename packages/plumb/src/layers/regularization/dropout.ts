import type { Tensor } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { dropOut, ShapedDropout, type NoiseOptions, type NoiseShape } from "./noise.ts";

/** What `Dropout` takes besides its rate. */
export interface DropoutOptions extends NoiseOptions {
  /**
   * Extents of the choice, with 1 along the axes where one choice serves all and null where the extent is that of the
   * input: `[null, 1, null]` drops features over all steps alike. Default: each element by itself.
   */
  noiseShape?: NoiseShape | null;
}

/**
 * Sets a random share of the inputs to 0 while training, and scales the rest by 1 / (1 − rate), so that the expected sum
 * stays the same ("inverted" dropout). Outside training it does nothing. Output has the shape of the input.
 *
 * The choice comes from the seeded generator, drawn afresh at each step: the same seed gives the same run. With `seed` it
 * comes from a generator of the layer's own.
 * Srivastava et al., 2014. Errors: PL4004 for a rate outside [0, 1) or a noiseShape that is none; PL4006 for an input over
 * which that does not spread.
 *
 * @example
 * new Sequential([new Dense(64, { activation: "relu" }), new Dropout(0.5), new Dense(10)]);
 */
export class Dropout extends ShapedDropout<DropoutOptions> {
  static override readonly className: string = "Dropout";
  static override readonly samples: readonly LayerSample[] = [
    { options: { rate: 0.3 }, inputs: [1, 1] },
    { options: { rate: 0.5 }, inputs: [2, 3, 4] },
  ];

  protected override disturb(x: Tensor): Tensor {
    return dropOut(x, this.rate, this.choiceFor(x), this.seed);
  }
}
