/** The four counts of right and wrong answers, each a metric of its own. */
import type { Contract } from "../../base/contract.ts";
import type { MetricRecord } from "../record.ts";
import { countDecisions, countThresholds, decisionParameters, perThreshold } from "./decisions.ts";

export const countParameters = { thresholds: decisionParameters.thresholds };

/** What the contracts of metrics that decide between yes and no have in common. */
export const decisionContract = (when: string): Contract => ({
  labels: "binary",
  predictions: "probability",
  supportsLogits: false,
  tasks: ["binary", "labelSets"],
  when,
});

/** What a record of this kind says itself. */
export interface CountFacts {
  readonly name: string;
  readonly formula: string;
  readonly when: string;
  readonly counts: "truePositives" | "falsePositives" | "trueNegatives" | "falseNegatives";
}

/** The record of a metric that is one of the four counts. */
export const countRecord = ({
  name,
  formula,
  when,
  counts,
}: CountFacts): MetricRecord<typeof countParameters> => ({
  name,
  formula,
  parameters: countParameters,
  contract: decisionContract(when),
  higherIsBetter: counts.startsWith("true"),
  range: [0, Infinity],
  thresholdOf: ({ thresholds }) => thresholds,
  state: (options) => ({ count: [countThresholds(options)] }),
  batch: (batch, options) => ({ count: countDecisions(name, batch, options)[counts] }),
  value: ({ count }, options) => perThreshold(count, options),
});
