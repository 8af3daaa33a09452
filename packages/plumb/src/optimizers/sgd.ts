import { flag, real } from "../base/parameters.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import type { OptimizerRecord } from "./record.ts";

const parameters = {
  momentum: real(0, "Share of the last step that is taken again", { min: 0, max: 1 }),
  nesterov: flag(
    false,
    "Take the gradient step from where the momentum leads; does nothing without momentum",
  ),
};

export const sgd: OptimizerRecord<typeof parameters> = {
  name: "SGD",
  doc: "w ← w − η g; with momentum m ← μ m − η g, w ← w + m; Nesterov w ← w + μ m − η g",
  source:
    "Sutskever et al., On the importance of initialization and momentum in deep learning, 2013; Keras's form",
  learningRate: 0.01,
  parameters,
  slots: ({ momentum }) => (momentum === 0 ? {} : { momentum: 0 }),
  update({ value, gradient, slots, rate, params: { momentum, nesterov } }) {
    const step = gradient.mul(rate);
    if (momentum === 0) return { value: value.sub(step), slots: {} };
    const velocity = slots.momentum.mul(momentum).sub(step);
    const move = nesterov ? velocity.mul(momentum).sub(step) : velocity;
    return { value: value.add(move), slots: { momentum: velocity } };
  },
};

/** What `SGD` takes. */
export type SGDOptions = OptimizerOptions<typeof parameters>;

/**
 * Gradient descent, with or without momentum.
 *
 * w ← w − η g. With momentum μ: m ← μ m − η g and w ← w + m, or w ← w + μ m − η g in Nesterov's form.
 * Keras folds the learning rate η into the velocity (PyTorch does not), so that a change of rate does not touch the
 * momentum already gathered. Errors: PL4004 for a parameter out of range.
 *
 * @example
 * model.compile({ optimizer: new SGD({ learningRate: 0.1, momentum: 0.9 }), loss: "mse" });
 */
export class SGD extends Optimizer<typeof parameters> {
  static readonly record = sgd;
  constructor(options: SGDOptions = {}) {
    super(sgd, options);
  }
}
