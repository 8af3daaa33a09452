import { blend } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  rho: decay(0.95, "Decay of both running means of squares"),
  epsilon: small(1e-7, "Added to both, under the root; the first steps are of its size"),
};

export const adadelta: OptimizerRecord<typeof parameters> = {
  name: "Adadelta",
  doc: "v ← ρ v + (1−ρ) g², δ = √(d+ε)/√(v+ε) · g, d ← ρ d + (1−ρ) δ², w ← w − η δ",
  source: "Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012; with a learning rate, 1 in the paper",
  learningRate: 0.001,
  parameters,
  slots: () => ({ accumulatedGrad: 0, accumulatedDeltaVar: 0 }),
  squares: ["accumulatedGrad", "accumulatedDeltaVar"],
  update({ value, gradient, slots, rate, params: { rho, epsilon } }) {
    const accumulatedGrad = blend(slots.accumulatedGrad, gradient.square(), rho);
    const step = slots.accumulatedDeltaVar
      .add(epsilon)
      .sqrt()
      .mul(gradient)
      .div(accumulatedGrad.add(epsilon).sqrt());
    const accumulatedDeltaVar = blend(slots.accumulatedDeltaVar, step.square(), rho);
    return { value: value.sub(step.mul(rate)), slots: { accumulatedGrad, accumulatedDeltaVar } };
  },
};

/** What `Adadelta` takes. */
export type AdadeltaOptions = OptimizerOptions<typeof parameters>;

/**
 * Steps in the units of the variable: the root mean square of recent steps over that of recent gradients, times the
 * gradient. v ← ρ v + (1−ρ) g², δ = √(d+ε)/√(v+ε) · g, d ← ρ d + (1−ρ) δ², w ← w − η δ.
 *
 * The paper has no learning rate, which is η = 1; Keras's default of 0.001 makes it slow. Zeiler, 2012.
 * Errors: PL4004 for a parameter out of range.
 */
export class Adadelta extends Optimizer<typeof parameters> {
  static readonly record = adadelta;
  constructor(options: AdadeltaOptions = {}) {
    super(adadelta, options);
  }
}
