import { adam } from "./adam.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import type { OptimizerRecord } from "./record.ts";

type Parameters = (typeof adam)["parameters"];

export const adamW: OptimizerRecord<Parameters> = {
  ...adam,
  name: "AdamW",
  doc: "w ← w − η λ w, then Adam: w ← w − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v+ε)",
  source:
    "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2017; λ multiplied by the learning rate",
  weightDecay: 0.004,
};

/** What `AdamW` takes. */
export type AdamWOptions = OptimizerOptions<Parameters>;

/**
 * Adam with weight decay that the second moment does not scale: w ← w − η λ w before each step, λ = 0.004 unless given.
 *
 * As in Keras and PyTorch, λ is multiplied by the learning rate, biases decay too, and `excludeFromWeightDecay` spares what
 * should not. Loshchilov and Hutter, 2017. Errors: PL4004 for a parameter out of range.
 *
 * @example
 * const optimizer = new AdamW({ learningRate: 3e-4, weightDecay: 0.01 });
 * optimizer.excludeFromWeightDecay({ varNames: ["bias", "gamma", "beta"] });
 */
export class AdamW extends Optimizer<Parameters> {
  static readonly record = adamW;
  constructor(options: AdamWOptions = {}) {
    super(adamW, options);
  }
}
