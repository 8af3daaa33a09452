import { describe, expect, it } from "vitest";
import { metricClasses, type Metric, type MetricOptions } from "../../src/metrics/index.ts";
import {
  camelKeys,
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../support/goldens.ts";

interface RecordedBatch {
  readonly y_true: GoldenTensor;
  readonly y_pred: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly mask?: GoldenTensor;
}
interface MetricCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly batches: readonly RecordedBatch[];
  readonly results: readonly GoldenTensor[];
  readonly initial_result?: GoldenTensor;
  readonly result_after_reset?: GoldenTensor;
}

const { cases: recorded = [], errors = [] } = readGoldens<{ cases: MetricCase[]; errors: MetricCase[] }>(
  "metrics.json",
);
const classes = new Map(
  Object.values(metricClasses).map((Class) => [
    Class.record.name,
    Class as new (options?: MetricOptions) => Metric,
  ]),
);
const make = (one: MetricCase): Metric => new (classes.get(one.class)!)(camelKeys(one.config));
const update = (metric: Metric, batch: RecordedBatch): void =>
  metric.updateState(tensorOf(batch.y_true), tensorOf(batch.y_pred), {
    sampleWeight: batch.sample_weight && tensorOf(batch.sample_weight),
    mask: batch.mask && tensorOf(batch.mask),
  });

describe.skipIf(goldensMissing)(
  `Keras's recorded metrics${goldensMissing === undefined ? "" : `: ${goldensMissing}`}`,
  () => {
    const cases = recorded.filter((one) => classes.has(one.class));
    const share = (metric: Metric, want: GoldenTensor): number =>
      worstShare(metric.result().dataSync(), numbersOf(want), 1e-5, 1e-6);

    it.each(cases.map((one) => [one.id, one] as const))("%s", (_id, one) => {
      const metric = make(one);
      if (one.initial_result)
        expect(share(metric, one.initial_result), "before any batch").toBeLessThanOrEqual(1);
      one.batches.forEach((batch, i) => {
        update(metric, batch);
        expect(share(metric, one.results[i]), `after batch ${i}`).toBeLessThanOrEqual(1);
      });
      metric.resetState();
      if (one.result_after_reset)
        expect(share(metric, one.result_after_reset), "after a reset").toBeLessThanOrEqual(1);
    });

    const refused = errors.filter((one) => classes.has(one.class));
    it.each(refused.map((one) => [one.id, one] as const))("refuses %s", (_id, one) => {
      expect(() => {
        const metric = make(one);
        for (const batch of one.batches) update(metric, batch);
      }).toThrow(/^PL\d{4} /);
    });
  },
);
