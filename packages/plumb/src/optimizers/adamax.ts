import { maximum } from "../tensor/index.ts";
import { correction, factor, towards } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta1: decay(0.9, "Decay of the running mean of gradients"),
  beta2: decay(0.999, "Decay of the running maximum of their sizes"),
  epsilon: small(1e-7, "Added to that maximum"),
};

export const adamax: OptimizerRecord<typeof parameters> = {
  name: "Adamax",
  doc: "m ← m + (1−β₁)(g−m), u ← max(β₂ u, |g|), w ← w − η/(1−β₁ᵗ) · m/(u+ε)",
  source: "Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014, section 7.1",
  learningRate: 0.001,
  parameters,
  slots: () => ({ momentum: 0, norm: 0 }),
  shared: { beta1Power: 1 },
  advance: ({ beta1Power }, { beta1 }) => ({ beta1Power: beta1Power.mul(factor(beta1)) }),
  update({ value, gradient, slots, shared, rate, params: { beta1, beta2, epsilon } }) {
    const momentum = towards(slots.momentum, gradient, beta1);
    const norm = maximum(slots.norm.mul(beta2), gradient.abs());
    const step = momentum.mul(rate).div(norm.add(epsilon).mul(correction(shared.beta1Power)));
    return { value: value.sub(step), slots: { momentum, norm } };
  },
};

/** What `Adamax` takes. */
export type AdamaxOptions = OptimizerOptions<typeof parameters>;

/**
 * Adam with the largest recent gradient in place of the root of the mean square:
 * m ← m + (1−β₁)(g−m), u ← max(β₂ u, |g|), w ← w − η/(1−β₁ᵗ) · m/(u+ε), t counting from 1.
 * Kingma and Ba, 2014, section 7.1. Errors: PL4004 for a parameter out of range.
 */
export class Adamax extends Optimizer<typeof parameters> {
  static readonly record = adamax;
  constructor(options: AdamaxOptions = {}) {
    super(adamax, options);
  }
}
