import { where, type Tensor } from "../tensor/index.ts";
import { advancePowers, correction, powers, towards } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta1: decay(0.9, "Decay of the running mean of gradients"),
  beta2: decay(0.999, "Decay of the running mean of squared gradients"),
  epsilon: small(1e-7, "Added to the root of the corrected second moment"),
};

const norm = (x: Tensor): Tensor => x.square().sum().sqrt();

export const lamb: OptimizerRecord<typeof parameters> = {
  name: "Lamb",
  doc: "u = m̂/(√v̂+ε) as in Adam, w ← w − η ‖w‖/‖u‖ · u",
  source: "You et al., Large Batch Optimization for Deep Learning, 2019; ‖w‖ itself in the place of φ(‖w‖)",
  learningRate: 0.001,
  parameters,
  slots: () => ({ momentum: 0, velocity: 0 }),
  squares: ["velocity"],
  shared: powers,
  advance: advancePowers,
  update({ value, gradient, slots, shared, rate, params: { beta1, beta2, epsilon } }) {
    const momentum = towards(slots.momentum, gradient, beta1);
    const velocity = towards(slots.velocity, gradient.square(), beta2);
    const root = velocity.div(correction(shared.beta2Power)).sqrt();
    const update = momentum.div(correction(shared.beta1Power)).div(root.add(epsilon));
    const [size, length] = [norm(value), norm(update)];
    const trust = where(size.greater(0), where(length.greater(0), size.div(length), 1), 1);
    return { value: value.sub(update.mul(trust.mul(rate))), slots: { momentum, velocity } };
  },
};

/** What `Lamb` takes. */
export type LambOptions = OptimizerOptions<typeof parameters>;

/**
 * Adam whose step, layer by layer, is as long as the weights are: with u = m̂/(√v̂+ε), w ← w − η ‖w‖/‖u‖ · u, the factor
 * being 1 where a norm is 0. For very large batches. You et al., 2019. Errors: PL4004 for a parameter out of range.
 */
export class Lamb extends Optimizer<typeof parameters> {
  static readonly record = lamb;
  constructor(options: LambOptions = {}) {
    super(lamb, options);
  }
}
