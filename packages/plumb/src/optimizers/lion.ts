import { real } from "../base/parameters.ts";
import { blend } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta1: real(0.9, "The share of the momentum in the sign that is followed", { above: 0, max: 1 }),
  beta2: decay(0.99, "Decay of the momentum"),
};

export const lion: OptimizerRecord<typeof parameters> = {
  name: "Lion",
  doc: "w ← w − η sign(β₁ m + (1−β₁) g), m ← β₂ m + (1−β₂) g",
  source: "Chen et al., Symbolic Discovery of Optimization Algorithms, 2023",
  learningRate: 0.001,
  parameters,
  slots: () => ({ momentum: 0 }),
  update: ({ value, gradient, slots: { momentum }, rate, params: { beta1, beta2 } }) => ({
    value: value.sub(blend(momentum, gradient, beta1).sign().mul(rate)),
    slots: { momentum: blend(momentum, gradient, beta2) },
  }),
};

/** What `Lion` takes. */
export type LionOptions = OptimizerOptions<typeof parameters>;

/**
 * Steps of one size in every element, in the direction of a momentum's sign:
 * w ← w − η sign(β₁ m + (1−β₁) g), m ← β₂ m + (1−β₂) g. Wants a learning rate 3 to 10 times lower than Adam's.
 * Chen et al., 2023. Errors: PL4004 for a parameter out of range.
 */
export class Lion extends Optimizer<typeof parameters> {
  static readonly record = lion;
  constructor(options: LionOptions = {}) {
    super(lion, options);
  }
}
