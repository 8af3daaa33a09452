import { tensor } from "../tensor/index.ts";
import { oneOf } from "../base/parameters.ts";
import { classParameters, classRecord } from "./kinds/classes.ts";
import type { GivenOf } from "../base/parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

const parameters = {
  ...classParameters,
  weights: oneOf(
    ["linear", "quadratic", null],
    null,
    "How bad a mistake is: all alike, by the distance of the classes, or its square",
  ),
};

export const cohenKappaRecord = classRecord<typeof parameters>({
  name: "CohenKappa",
  aliases: ["kappa"],
  formula: "1 − mistakes / mistakes by chance",
  source: "Cohen, A coefficient of agreement for nominal scales, 1960; weights: Cohen 1968",
  parameters,
  when: "Agreement of two who judge, less what chance would give; weights for ordered classes",
  higherIsBetter: true,
  range: [-1, 1],
  read: (table, { weights }) => {
    const classes = table.shape[0];
    const distance = Float64Array.from({ length: classes * classes }, (_, i) => {
      const apart = Math.abs(Math.floor(i / classes) - (i % classes));
      return weights === null ? Number(apart > 0) : weights === "linear" ? apart : apart * apart;
    });
    const cost = tensor(distance, [classes, classes]);
    const byChance = table
      .sum(1, { keepDims: true })
      .mul(table.sum(0, { keepDims: true }))
      .div(table.sum());
    return cost.mul(table).sum().div(cost.mul(byChance).sum()).neg().add(1);
  },
});

/**
 * Agreement of labels and predictions beyond chance: 1 − the cost of mistakes / its expectation if both were independent.
 *
 * Labels are class indices or one-hot rows; predictions rows of scores (the largest decides), a column of probabilities
 * (above `threshold` is class 1), or int32 class indices, for which `numClasses` must be given if there are more than 2.
 * Labels and predictions that are no class count nowhere. With `weights` a mistake costs the distance of the classes
 * ("linear") or its square ("quadratic"): for classes in an order. Range [−1, 1], higher is better: 1 is perfect, 0 chance.
 * NaN where all labels and predictions are of one class, or there are none.
 *
 * @example
 * const metric = new CohenKappa();
 * metric.updateState(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * metric.result().itemSync(); // 0.5
 */
export class CohenKappa extends Metric<typeof parameters> {
  static readonly record = cohenKappaRecord;
  constructor(options: MetricOptions & GivenOf<typeof parameters> = {}) {
    super(cohenKappaRecord, options);
  }
}
