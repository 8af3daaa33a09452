import { categoricalHingeError } from "../numerics/hinges.ts";
import { Loss, lossFunction, type LossFunction, type LossOptions } from "./loss.ts";
import type { LossRecord } from "./record.ts";
import { againstLead } from "./sketch.ts";

export const categoricalHingeRecord: LossRecord<{}> = {
  name: "CategoricalHinge",
  formula: "max(1 + max (1 − y) p − Σ y p, 0)",
  range: [0, Infinity],
  source: "Crammer and Singer, 2001; as Keras has it, the best wrong score is at least 0",
  parameters: {},
  contract: {
    labels: "oneHot",
    predictions: "scores",
    supportsLogits: false,
    tasks: ["classes"],
    when: "For one class out of several with a margin rather than probabilities",
  },
  values: (yTrue, yPred) => categoricalHingeError(yTrue, yPred, -1),
  perfect: (yTrue) => yTrue,
  sketch: againstLead(),
};

/**
 * How far the score of the right class falls short of leading the best wrong one by 1: max(1 + max (1 − y) p − Σ y p, 0).
 *
 * Labels are one-hot rows, predictions rows of scores, both `[batch, …, classes]`. As in Keras the right class itself stands
 * in the maximum with 0, so that the right score must reach 1 even where all wrong ones are below 0.
 *
 * @example
 * new CategoricalHinge().call([[0, 1, 0]], [[0.5, 1, 0.2]]).itemSync(); // 1 + 0.5 − 1 = 0.5
 */
export class CategoricalHinge extends Loss<{}> {
  static readonly record: LossRecord<{}> = categoricalHingeRecord;
  constructor(options: LossOptions = {}) {
    super(categoricalHingeRecord, options);
  }
}

/** `CategoricalHinge` of each row, unreduced: `[batch, …, classes]` to `[batch, …]`. */
export const categoricalHinge: LossFunction<{}> = lossFunction(categoricalHingeRecord);
