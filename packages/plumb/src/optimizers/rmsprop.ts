import { flag, real } from "../base/parameters.ts";
import { blend } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  rho: decay(0.9, "Decay of the running mean of squared gradients"),
  momentum: real(0, "Share of the last step that is taken again", { min: 0, max: 1 }),
  epsilon: small(1e-7, "Added to the mean square, under the root"),
  centered: flag(
    false,
    "Divide by the standard deviation of gradients, not by the root of their mean square",
  ),
};

export const rmsprop: OptimizerRecord<typeof parameters> = {
  name: "RMSprop",
  doc: "v ← ρ v + (1−ρ) g², w ← w − η g/√(v+ε); centered √(v−ḡ²+ε), ḡ ← ρ ḡ + (1−ρ) g; with momentum m ← μ m + step",
  source:
    "Hinton, Neural Networks for Machine Learning, lecture 6e, 2012; centered: Graves, Generating Sequences, 2013",
  learningRate: 0.001,
  parameters,
  slots: ({ momentum, centered }) => ({
    velocity: 0,
    ...(momentum > 0 ? { momentum: 0 } : {}),
    ...(centered ? { averageGradient: 0 } : {}),
  }),
  squares: ["velocity"],
  update({ value, gradient, slots, rate, params: { rho, momentum, epsilon, centered } }) {
    const velocity = blend(slots.velocity, gradient.square(), rho);
    const averageGradient = centered ? blend(slots.averageGradient, gradient, rho) : undefined;
    const spread = averageGradient ? velocity.sub(averageGradient.square()) : velocity;
    const step = gradient.mul(rate).div(spread.add(epsilon).sqrt());
    const move = momentum > 0 ? slots.momentum.mul(momentum).add(step) : step;
    return {
      value: value.sub(move),
      slots: {
        velocity,
        ...(momentum > 0 ? { momentum: move } : {}),
        ...(averageGradient ? { averageGradient } : {}),
      },
    };
  },
};

/** What `RMSprop` takes. */
export type RMSpropOptions = OptimizerOptions<typeof parameters>;

/**
 * Steps divided by the root of a running mean of squared gradients: v ← ρ v + (1−ρ) g², w ← w − η g/√(v+ε).
 *
 * `centered` subtracts the square of the mean gradient under the root; with momentum μ, m ← μ m + step and w ← w − m.
 * Keras's form: ε stands under the root. Hinton, 2012. Errors: PL4004 for a parameter out of range.
 */
export class RMSprop extends Optimizer<typeof parameters> {
  static readonly record = rmsprop;
  constructor(options: RMSpropOptions = {}) {
    super(rmsprop, options);
  }
}
