import { real, resolve } from "../base/parameters.ts";
import { random, where, type Tensor } from "../tensor/index.ts";
import { Layer, type CallOptions, type LayerOptions } from "./layer.ts";

const parameters = {
  rate: {
    ...real(0, "Share of the inputs that is set to 0"),
    accepts: (value: unknown): boolean => typeof value === "number" && value >= 0 && value < 1,
    words: "a number of at least 0 and below 1",
  },
};

/**
 * Sets a random share of the inputs to 0 while training, and scales the rest by 1 / (1 − rate), so that the expected sum
 * stays the same ("inverted" dropout). Outside training it does nothing. Output has the shape of the input.
 *
 * The choice comes from the seeded generator, drawn afresh at each step: the same seed gives the same run.
 * Srivastava et al., 2014. Errors: PL4004 for a rate outside [0, 1).
 *
 * @example
 * new Sequential([new Dense(64, { activation: "relu" }), new Dropout(0.5), new Dense(10)]);
 */
export class Dropout extends Layer {
  static override readonly className: string = "Dropout";
  static override readonly byPlace: readonly string[] = ["rate"];
  readonly rate: number;

  constructor(rate: number, options: LayerOptions = {}) {
    super(options);
    this.rate = resolve("PL4004", "Dropout", parameters, { rate }).rate;
  }

  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    if (!training || this.rate === 0) return x;
    const kept = random.bernoulli(x.shape, 1 - this.rate);
    return where(kept, x.div(1 - this.rate), 0);
  }
}
