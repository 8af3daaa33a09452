import { flag, real } from "../base/parameters.ts";
import { maximum } from "../tensor/index.ts";
import { decay, Optimizer, type OptimizerOptions, type OptimizerRecord } from "./optimizer.ts";

const parameters = {
  beta1: decay(0.9, "Decay of the running mean of gradients"),
  beta2: decay(0.999, "Decay of the running mean of squared gradients"),
  epsilon: real(1e-7, "Added to the root of the second moment: the paper's epsilon hat", { above: 0 }),
  amsgrad: flag(false, "Divide by the largest second moment seen so far, not by the present one"),
};

export const adam: OptimizerRecord<typeof parameters> = {
  name: "Adam",
  doc: "m ← m + (1−β₁)(g−m), v ← v + (1−β₂)(g²−v), w ← w − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v+ε)",
  source:
    "Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014, with ε̂; amsgrad: Reddi et al., 2018",
  learningRate: 0.001,
  parameters,
  slots: ({ amsgrad }) => (amsgrad ? ["momentum", "velocity", "velocityHat"] : ["momentum", "velocity"]),
  // βᵗ is carried along as a running product in float64: 1 − β₂ᵗ is 0.001 at the first step, of which float32 would keep
  // five digits, and a product gives the same bits on every machine, which `pow` does not promise.
  shared: { beta1Power: 1, beta2Power: 1 },
  advance: ({ beta1Power, beta2Power }, { beta1, beta2 }) => ({
    beta1Power: beta1Power.mul(beta1),
    beta2Power: beta2Power.mul(beta2),
  }),
  update({ value, gradient, slots, shared, rate, params: { beta1, beta2, epsilon, amsgrad } }) {
    const momentum = slots.momentum.add(gradient.sub(slots.momentum).mul(1 - beta1));
    const velocity = slots.velocity.add(
      gradient
        .square()
        .sub(slots.velocity)
        .mul(1 - beta2),
    );
    const correction1 = shared.beta1Power.neg().add(1).cast("float32");
    const correction2 = shared.beta2Power.neg().add(1).cast("float32");
    const alpha = rate.mul(correction2.sqrt()).div(correction1);
    const largest = amsgrad ? maximum(slots.velocityHat, velocity) : velocity;
    return {
      value: value.sub(momentum.mul(alpha).div(largest.sqrt().add(epsilon))),
      slots: amsgrad ? { momentum, velocity, velocityHat: largest } : { momentum, velocity },
    };
  },
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
