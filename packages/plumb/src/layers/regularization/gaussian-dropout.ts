import { random, type Tensor } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { RateNoise } from "./noise.ts";

/**
 * Multiplies by normal noise of mean 1 and standard deviation √(rate / (1 − rate)) while training: as much variance as
 * dropout at that rate, with nothing set to 0. Outside training it does nothing. Output has the shape of the input.
 *
 * Errors: PL4004 for a rate outside [0, 1). Srivastava et al., 2014, section 10; Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(64, { activation: "relu" }), new GaussianDropout(0.2), new Dense(10)]);
 */
export class GaussianDropout extends RateNoise {
  static override readonly className: string = "GaussianDropout";
  static override readonly samples: readonly LayerSample[] = [
    { options: { rate: 0.5 }, inputs: [2, 3, 4] },
    { options: { rate: 0 }, inputs: [1, 1] },
  ];

  protected override disturb(x: Tensor): Tensor {
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return this.rate === 0 ? x : x.mul(random.normal(x.shape, { mean: 1, stddev, seed: this.seed }));
  }
}
