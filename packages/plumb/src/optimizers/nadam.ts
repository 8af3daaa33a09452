import type { Tensor } from "../tensor/index.ts";
import { correction, factor, towards } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta1: decay(0.9, "Decay of the running mean of gradients, towards which its schedule rises from half"),
  beta2: decay(0.999, "Decay of the running mean of squared gradients"),
  epsilon: small(1e-7, "Added to the root of the corrected second moment"),
};

/** μₜ = β₁ (1 − ½ · 0.96ᵗ), from 0.96ᵗ: the paper's schedule of the momentum. */
const scheduled = (power: Tensor, beta1: number): Tensor => power.mul(-0.5).add(1).mul(beta1);

export const nadam: OptimizerRecord<typeof parameters> = {
  name: "Nadam",
  doc: "Adam with m̂ = μₜ₊₁ m/(1−Πμ₁…ₜ₊₁) + (1−μₜ) g/(1−Πμ₁…ₜ), v̂ = v/(1−β₂ᵗ), w ← w − η m̂/(√v̂+ε)",
  source: "Dozat, Incorporating Nesterov Momentum into Adam, 2016, with the schedule μₜ = β₁ (1 − ½ · 0.96ᵗ)",
  learningRate: 0.001,
  parameters,
  slots: () => ({ momentum: 0, velocity: 0 }),
  squares: ["velocity"],
  shared: { beta2Power: 1, decayPower: 1, product: 1 },
  advance({ beta2Power, decayPower, product }, { beta1, beta2 }) {
    const power = decayPower.mul(0.96);
    return {
      beta2Power: beta2Power.mul(factor(beta2)),
      decayPower: power,
      product: product.mul(scheduled(power, beta1)),
    };
  },
  update({ value, gradient, slots, shared, rate, params: { beta1, beta2, epsilon } }) {
    const now = scheduled(shared.decayPower, beta1);
    const next = scheduled(shared.decayPower.mul(0.96), beta1);
    const momentum = towards(slots.momentum, gradient, beta1);
    const velocity = towards(slots.velocity, gradient.square(), beta2);
    const ofMomentum = next.div(shared.product.mul(next).neg().add(1)).cast("float32");
    const ofGradient = now.neg().add(1).div(shared.product.neg().add(1)).cast("float32");
    const ahead = momentum.mul(ofMomentum).add(gradient.mul(ofGradient));
    const corrected = velocity.div(correction(shared.beta2Power));
    return {
      value: value.sub(ahead.mul(rate).div(corrected.sqrt().add(epsilon))),
      slots: { momentum, velocity },
    };
  },
};

/** What `Nadam` takes. */
export type NadamOptions = OptimizerOptions<typeof parameters>;

/**
 * Adam that looks ahead: the momentum of the next step stands in for that of this one, as in Nesterov's method.
 *
 * m̂ = μₜ₊₁ m/(1−Πμ₁…ₜ₊₁) + (1−μₜ) g/(1−Πμ₁…ₜ) with μₜ = β₁ (1 − ½ · 0.96ᵗ); v̂ = v/(1−β₂ᵗ); w ← w − η m̂/(√v̂+ε).
 * Dozat, 2016. Errors: PL4004 for a parameter out of range.
 */
export class Nadam extends Optimizer<typeof parameters> {
  static readonly record = nadam;
  constructor(options: NadamOptions = {}) {
    super(nadam, options);
  }
}
