/** The best of one rate that any threshold reaches while another rate is held: precision at recall and its siblings. */
import { integer, optional, real, required } from "../../base/parameters.ts";
import { divideOrZero } from "../../numerics/division.ts";
import { where, type Tensor } from "../../tensor/index.ts";
import type { MetricRecord, MetricState } from "../record.ts";
import { decisionContract } from "./counts.ts";
import { countDecisions } from "./decisions.ts";

/** Rates at each threshold, from the four counts. */
const rates = {
  precision: ({ truePositives, falsePositives }: MetricState): Tensor =>
    divideOrZero(truePositives, truePositives.add(falsePositives)),
  recall: ({ truePositives, falseNegatives }: MetricState): Tensor =>
    divideOrZero(truePositives, truePositives.add(falseNegatives)),
  sensitivity: ({ truePositives, falseNegatives }: MetricState): Tensor =>
    divideOrZero(truePositives, truePositives.add(falseNegatives)),
  specificity: ({ trueNegatives, falsePositives }: MetricState): Tensor =>
    divideOrZero(trueNegatives, trueNegatives.add(falsePositives)),
};
type Rate = keyof typeof rates;

const shared = {
  numThresholds: integer(200, "Number of thresholds tried, evenly from 0 to 1; 1 tries 0.5", { min: 1 }),
  classId: optional(integer(0, "The one column that is looked at", { min: 0 })),
};

/** The parameters of such a metric: the rate that is held, `numThresholds` and `classId`. */
export const constrainedParameters = <const R extends Rate>(
  held: R,
): Record<R, ReturnType<typeof real>> & typeof shared =>
  ({
    [held]: required(real(0.5, `The ${held} that has to be reached`, { min: 0, max: 1 })),
    ...shared,
  }) as Record<R, ReturnType<typeof real>> & typeof shared;

/** What a record of this kind says itself. */
export interface ConstrainedFacts<R extends Rate> {
  readonly name: string;
  /** The rate that is held, and the one whose best is told. */
  readonly held: R;
  readonly best: Rate;
  readonly when: string;
}

/** The thresholds of a metric of this kind, as Keras spaces them. */
const thresholdsOf = (count: number): readonly number[] =>
  count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1));

/** The record of a metric of this kind. */
export function constrainedRecord<const R extends Rate>({
  name,
  held,
  best,
  when,
}: ConstrainedFacts<R>): MetricRecord<ReturnType<typeof constrainedParameters<R>>> {
  return {
    name,
    formula: `the best ${best} of a threshold whose ${held} is at least as asked`,
    parameters: constrainedParameters(held),
    sample: { [held]: 0.8 } as never,
    contract: decisionContract(when),
    higherIsBetter: true,
    range: [0, 1],
    state: ({ numThresholds }) => {
      const shape = [numThresholds as number];
      return { truePositives: shape, falsePositives: shape, trueNegatives: shape, falseNegatives: shape };
    },
    batch: (batch, { numThresholds, classId }) =>
      countDecisions(name, batch, { thresholds: thresholdsOf(numThresholds as number), classId }),
    value: (counts, parameters) => {
      const reached = rates[held](counts).greaterEqual(parameters[held] as number);
      return where(reached, rates[best](counts), 0).max();
    },
  };
}
