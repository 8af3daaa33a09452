import { real } from "../base/parameters.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import type { OptimizerRecord } from "./record.ts";

const parameters = {
  learningRatePower: real(-0.5, "How the rate falls with the sum of squares; 0 keeps it", { max: 0 }),
  initialAccumulatorValue: real(0.1, "What the sums of squares begin with", { min: 0 }),
  l1RegularizationStrength: real(0, "Penalty on absolute values: what is pulled less than this becomes 0", {
    min: 0,
  }),
  l2RegularizationStrength: real(0, "Penalty on squares, in the closed form of the step", { min: 0 }),
  l2ShrinkageRegularizationStrength: real(0, "Penalty on squares, in the gradient", { min: 0 }),
  beta: real(0, "The paper's β: lowers all rates at first", { min: 0 }),
};

export const ftrl: OptimizerRecord<typeof parameters> = {
  name: "Ftrl",
  doc: "n ← n + g², z ← z + g + 2 l₂ₛ w − (nₙₑwᵖ − nᵖ)/η · w, w ← (clip(z, ±l₁) − z) / (nᵖ/η + 2 l₂ + β/η), p = −learningRatePower",
  source: "McMahan et al., Ad Click Prediction: a View from the Trenches, 2013, FTRL-Proximal",
  learningRate: 0.001,
  parameters,
  slots: ({ initialAccumulatorValue }) => ({ accumulator: initialAccumulatorValue, linear: 0 }),
  squares: ["accumulator"],
  update({ value, gradient, slots, rate, params }) {
    const { l1RegularizationStrength: l1, l2RegularizationStrength: l2, beta } = params;
    const power = -params.learningRatePower;
    const accumulator = slots.accumulator.add(gradient.square());
    const [after, before] = [accumulator.pow(power), slots.accumulator.pow(power)];
    const penalised = gradient.add(value.mul(2 * params.l2ShrinkageRegularizationStrength));
    const linear = slots.linear.add(penalised.sub(after.sub(before).div(rate).mul(value)));
    const curvature = after
      .add(beta)
      .div(rate)
      .add(2 * l2);
    return {
      value: linear.clip(-l1, l1).sub(linear).div(curvature),
      slots: { accumulator, linear },
    };
  },
};

/** What `Ftrl` takes. */
export type FtrlOptions = OptimizerOptions<typeof parameters>;

/**
 * Follow the regularized leader: each weight is the closed-form best answer to all gradients so far, exactly 0 where the
 * L1 penalty holds it. For wide, sparse, linear models.
 *
 * n ← n + g²; z ← z + g + 2 l₂ₛ w − (nₙₑwᵖ − nᵖ)/η · w; w ← (clip(z, ±l₁) − z) / (nᵖ/η + 2 l₂ + β/η), where p is minus
 * `learningRatePower`. McMahan et al., 2013. The first update forgets the first values, being no function of them.
 * Errors: PL4004 for a parameter out of range.
 */
export class Ftrl extends Optimizer<typeof parameters> {
  static readonly record = ftrl;
  constructor(options: FtrlOptions = {}) {
    super(ftrl, options);
  }
}
