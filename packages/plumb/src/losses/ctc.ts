import { ctcError } from "../numerics/ctc.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";

export const ctcRecord: LossRecord<{}> = {
  name: "CTC",
  formula: "−log Σ Π softmax(x_t) over all ways to spread the classes over the time steps",
  range: [0, Infinity],
  source: "Graves, Fernández, Gomez and Schmidhuber, Connectionist temporal classification, 2006",
  parameters: {},
  contract: {
    labels: "sequence",
    predictions: "distribution",
    supportsLogits: true,
    logitsOnly: true,
    tasks: ["sequences"],
    when: "For sequences of which it is not known at which step each class occurs: speech, handwriting",
  },
  values: (yTrue, yPred) => ctcError(yTrue, yPred),
};

/**
 * The negative log-probability of a sequence of classes, summed over all ways to spread it over the time steps, in nats.
 *
 * Labels are rows of classes 1 … K−1, `[batch, length]`, filled up with 0 at the end; predictions are logits
 * `[batch, steps, classes]`, class 0 being the blank. Between two equal classes a path needs a blank, so that a sequence of n
 * classes with r repeats needs n + r steps; a longer one is PL2002 (with `validate: false` it costs about 1e30). Gives one
 * loss per row. The program grows by about 20 operations per step: beyond 100 steps compute gradients in a compiled
 * function (`fit` does) or a `GradientTape`, which keep graphs of any length. Graves et al., 2006.
 *
 * @example
 * new CTC().call([[1, 0]], [[[0, 0], [0, 0]]]).itemSync(); // −log ¾ = 0.2877
 */
export class CTC extends Loss<{}> {
  static readonly record: LossRecord<{}> = ctcRecord;
  constructor(options: LossOptions = {}) {
    super(ctcRecord, options);
  }
}

/** `CTC` of each row, unreduced: labels `[batch, length]` to losses `[batch]`. */
export const ctc: LossFunction<{}> = lossFunction(ctcRecord);
