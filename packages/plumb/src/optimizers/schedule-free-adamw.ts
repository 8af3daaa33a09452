import { real } from "../base/parameters.ts";
import { minimum, scalar } from "../tensor/index.ts";
import { correction, factor, towards } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta1: {
    ...decay(0.9, "Where between the two sequences gradients are taken: 1 is at the mean"),
    accepts: (value: unknown): boolean => typeof value === "number" && value > 0 && value <= 1,
    words: "a number above 0 and of at most 1",
  },
  beta2: decay(0.999, "Decay of the running mean of squared gradients"),
  epsilon: small(1e-8, "Added to the root of the corrected second moment"),
  warmupSteps: real(0, "The rate rises in a straight line for so many steps", { min: 0 }),
};

export const scheduleFreeAdamW: OptimizerRecord<typeof parameters> = {
  name: "ScheduleFreeAdamW",
  doc: "z ← z − η g/(√v̂+ε), x ← x + (z−x)/t, w = (1−β₁) z + β₁ x",
  source: "Defazio et al., The Road Less Scheduled, 2024; Keras's form, with weights 1/t in the mean",
  learningRate: 0.0025,
  parameters,
  // z, which Keras calls momentum, begins where the variable does. x is not kept: it follows from w and z.
  slots: () => ({ momentum: "value", velocity: 0 }),
  squares: ["velocity"],
  shared: { beta2Power: 1 },
  advance: ({ beta2Power }, { beta2 }) => ({ beta2Power: beta2Power.mul(factor(beta2)) }),
  update({ value, gradient, slots, shared, rate, step, params: { beta1, beta2, epsilon, warmupSteps } }) {
    const warm = warmupSteps > 0 ? rate.mul(minimum(step.div(warmupSteps), 1).cast("float32")) : rate;
    const velocity = towards(slots.velocity, gradient.square(), beta2);
    const root = velocity.div(correction(shared.beta2Power)).sqrt();
    const fast = slots.momentum.sub(gradient.mul(warm).div(root.add(epsilon)));
    const before = value.sub(slots.momentum.mul(1 - beta1)).div(beta1);
    const weight = scalar(1, "float64").div(step).cast("float32");
    const mean = before.mul(weight.neg().add(1)).add(fast.mul(weight));
    return { value: fast.mul(1 - beta1).add(mean.mul(beta1)), slots: { momentum: fast, velocity } };
  },
};

/** What `ScheduleFreeAdamW` takes. */
export type ScheduleFreeAdamWOptions = OptimizerOptions<typeof parameters>;

/**
 * Adam without a schedule and without knowing when training ends: averaging takes the place of a falling rate.
 *
 * z ← z − η g/(√v̂+ε); x, the mean of all z so far, is the answer; gradients are taken, and the variables stand, at
 * w = (1−β₁) z + β₁ x. Evaluated where it stands, as in Keras; the paper evaluates at x. Defazio et al., 2024.
 *
 * In Keras 3.15 on TensorFlow β₁ does nothing: z is overwritten before its old value is used, and the numbers are those of
 * β₁ = 1, gradients being taken at the mean. Here β₁ does what the paper says; `beta1: 1` gives those numbers.
 * Errors: PL4004 for a parameter out of range.
 */
export class ScheduleFreeAdamW extends Optimizer<typeof parameters> {
  static readonly record = scheduleFreeAdamW;
  constructor(options: ScheduleFreeAdamWOptions = {}) {
    super(scheduleFreeAdamW, options);
  }
}
