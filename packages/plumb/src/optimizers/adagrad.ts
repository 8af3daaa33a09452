import { real } from "../base/parameters.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { small, type OptimizerRecord } from "./record.ts";

const parameters = {
  initialAccumulatorValue: real(0.1, "What the sums of squares begin with", { min: 0 }),
  epsilon: small(1e-7, "Added to the sum of squares, under the root"),
};

export const adagrad: OptimizerRecord<typeof parameters> = {
  name: "Adagrad",
  doc: "s ← s + g², w ← w − η g/√(s+ε)",
  source: "Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011, diagonal",
  learningRate: 0.001,
  parameters,
  slots: ({ initialAccumulatorValue }) => ({ accumulator: initialAccumulatorValue }),
  squares: ["accumulator"],
  update({ value, gradient, slots, rate, params: { epsilon } }) {
    const accumulator = slots.accumulator.add(gradient.square());
    const step = gradient.mul(rate).div(accumulator.add(epsilon).sqrt());
    return { value: value.sub(step), slots: { accumulator } };
  },
};

/** What `Adagrad` takes. */
export type AdagradOptions = OptimizerOptions<typeof parameters>;

/**
 * Steps divided by the root of the sum of all squared gradients so far, so that what changes seldom changes much:
 * s ← s + g², w ← w − η g/√(s+ε). Duchi, Hazan and Singer, 2011. Errors: PL4004 for a parameter out of range.
 */
export class Adagrad extends Optimizer<typeof parameters> {
  static readonly record = adagrad;
  constructor(options: AdagradOptions = {}) {
    super(adagrad, options);
  }
}
