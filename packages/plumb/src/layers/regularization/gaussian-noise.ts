import { real, required, resolve } from "../../base/parameters.ts";
import { random, type Tensor } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { Noise, type NoiseOptions } from "./noise.ts";

const parameters = { stddev: required(real(0, "Standard deviation of the noise", { min: 0 })) };

/**
 * Adds normal noise of mean 0 and standard deviation `stddev` while training, drawn afresh at each step. Outside training
 * it does nothing. Output has the shape of the input.
 *
 * Errors: PL4004 for a standard deviation below 0. Bishop, Training with Noise is Equivalent to Tikhonov Regularization,
 * 1995; Keras's layer of the same name.
 *
 * @example
 * new Sequential([Input({ shape: [4] }), new GaussianNoise(0.1), new Dense(1)]);
 */
export class GaussianNoise extends Noise {
  static override readonly className: string = "GaussianNoise";
  static override readonly byPlace: readonly string[] = ["stddev"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { stddev: 0.5 }, inputs: [2, 3, 4] },
    { options: { stddev: 0 }, inputs: [1, 1] },
  ];
  readonly stddev: number;

  constructor(stddev: number, options: NoiseOptions = {}) {
    super(options);
    this.stddev = resolve("PL4004", "GaussianNoise", parameters, { stddev }).stddev;
  }

  protected override disturb(x: Tensor): Tensor {
    return this.stddev === 0 ? x : x.add(random.normal(x.shape, { stddev: this.stddev, seed: this.seed }));
  }
}
