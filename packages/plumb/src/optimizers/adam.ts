import { flag } from "../base/parameters.ts";
import { adamUpdate, advancePowers, powers } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta1: decay(0.9, "Decay of the running mean of gradients"),
  beta2: decay(0.999, "Decay of the running mean of squared gradients"),
  epsilon: small(1e-7, "Added to the root of the second moment: the paper's epsilon hat"),
  amsgrad: flag(false, "Divide by the largest second moment seen so far, not by the present one"),
};

export const adam: OptimizerRecord<typeof parameters> = {
  name: "Adam",
  doc: "m ← m + (1−β₁)(g−m), v ← v + (1−β₂)(g²−v), w ← w − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v+ε)",
  source:
    "Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014, with ε̂; amsgrad: Reddi et al., 2018",
  learningRate: 0.001,
  parameters,
  slots: ({ amsgrad }) => ({ momentum: 0, velocity: 0, ...(amsgrad ? { velocityHat: 0 } : {}) }),
  squares: ["velocity", "velocityHat"],
  shared: powers,
  advance: advancePowers,
  update: (input) => adamUpdate(input, input.params),
};

/** What `Adam` takes. */
export type AdamOptions = OptimizerOptions<typeof parameters>;

/**
 * Adam: steps scaled by running means of the gradient and of its square.
 *
 * m ← m + (1−β₁)(g−m), v ← v + (1−β₂)(g²−v), w ← w − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v+ε), t counting from 1.
 * With `amsgrad`, the last formula takes the largest v seen so far. This is Keras's form, the one of section 2 of Kingma and
 * Ba, 2014: ε is added to the uncorrected root, where PyTorch and optax add it to the corrected one (algorithm 1).
 * Errors: PL4004 for a parameter out of range.
 *
 * @example
 * model.compile({ optimizer: new Adam({ learningRate: 3e-4 }), loss: "mse" });
 */
export class Adam extends Optimizer<typeof parameters> {
  static readonly record = adam;
  constructor(options: AdamOptions = {}) {
    super(adam, options);
  }
}
