/** Metrics: the value after each batch, before any, and after a reset. */
import type { Metric } from "../../../src/metrics/index.ts";
import { tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { metricOf } from "../../support/keras.ts";
import type { GoldenCase, Judge, Room } from "../room.ts";

interface RecordedBatch {
  readonly y_true?: GoldenTensor;
  readonly y_pred?: GoldenTensor;
  readonly values?: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly mask?: GoldenTensor;
}
interface MetricCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly batches: readonly RecordedBatch[];
  readonly name?: string;
  readonly results: readonly GoldenTensor[];
  readonly initial_result?: GoldenTensor;
  readonly result_after_reset?: GoldenTensor;
  readonly tags?: readonly string[];
}

const make = (one: MetricCase): Metric<any> => metricOf({ class_name: one.class, config: one.config });

function update(metric: Metric<any>, batch: RecordedBatch): void {
  const options = {
    ...(batch.sample_weight ? { sampleWeight: tensorOf(batch.sample_weight) } : {}),
    ...(batch.mask ? { mask: tensorOf(batch.mask) } : {}),
  };
  // Mean and Sum are of values alone.
  if (batch.values !== undefined)
    (metric as unknown as { updateState: (...args: unknown[]) => void }).updateState(
      tensorOf(batch.values),
      options,
    );
  else metric.updateState(tensorOf(batch.y_true!), tensorOf(batch.y_pred!), options);
}

export const metrics: Room = {
  name: "metrics",
  file: "metrics.json",
  tolerance: { rtol: 1e-5, atol: 1e-6 },
  cases: ({ cases, errors }: { cases: MetricCase[]; errors: MetricCase[] }): GoldenCase[] => [
    ...cases.map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      run(judge: Judge) {
        const metric = make(one);
        const value = (want: GoldenTensor, when: string): void =>
          judge.close(metric.result().dataSync(), want, `the value ${when}`);
        if (one.name !== undefined) judge.equal(metric.name, one.name.replace(/_\d+$/, ""), "the name");
        if (one.initial_result) value(one.initial_result, "before any batch");
        one.batches.forEach((batch, i) => {
          update(metric, batch);
          value(one.results[i], `after batch ${i}`);
        });
        metric.resetState();
        if (one.result_after_reset) value(one.result_after_reset, "after a reset");
      },
    })),
    ...(errors ?? []).map((one) => ({
      id: `refused/${one.id}`,
      tags: one.tags ?? [],
      recorded: { ...one },
      run: (judge: Judge) =>
        judge.refuses(() => {
          const metric = make(one);
          for (const batch of one.batches) update(metric, batch);
          metric.result().dataSync();
        }, one.id),
    })),
  ],
};
