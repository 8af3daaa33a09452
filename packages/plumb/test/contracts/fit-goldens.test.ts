import { describe, expect, test } from "vitest";
import type { Callback } from "../../src/train/callbacks/callback.ts";
import type { CompileOptions } from "../../src/train/compile.ts";
import type { FitOptions } from "../../src/train/fit.ts";
import {
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../support/goldens.ts";
import {
  callbackOf,
  lossOf,
  metricOf,
  modelOf,
  optimizerOf,
  type KerasModel,
  type Spec,
} from "../support/keras.ts";

/** Whole fits as Keras recorded them: weights after the first batch and at the end, every value of every epoch. */

interface Data {
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly class_weight?: Readonly<Record<number, number>>;
}
interface GoldenFit {
  readonly id: string;
  readonly tags?: readonly string[];
  readonly model: KerasModel;
  readonly compile: {
    readonly optimizer: Spec;
    readonly loss: Spec;
    readonly metrics?: readonly Spec[];
    readonly weighted_metrics?: readonly Spec[];
  };
  readonly fit: {
    readonly epochs: number;
    readonly batch_size: number;
    readonly validation_split?: number;
    readonly validation_freq?: number;
  };
  readonly callbacks: readonly Spec[];
  readonly data: Data;
  readonly validation?: Data;
  readonly weights: readonly {
    readonly path: string;
    readonly initial: GoldenTensor;
    readonly after_first_batch: GoldenTensor;
    readonly final: GoldenTensor;
  }[];
  readonly history: Readonly<Record<string, readonly (number | string)[]>>;
  readonly batch_logs: readonly Readonly<Record<string, number | string>>[];
  readonly evaluate: Readonly<Record<string, number | string>>;
  readonly predictions: readonly GoldenTensor[];
  readonly epochs_run: number;
  readonly optimizer_iterations: number;
}

const { cases = [] } = readGoldens<{ cases: GoldenFit[] }>("fits.json");

/** Cases of which every part exists here, with those parts; the others wait for theirs. */
const runnable = cases.flatMap((one) => {
  const model = modelOf(one.model);
  const { optimizer, loss, metrics = [], weighted_metrics = [] } = one.compile;
  const parts = {
    optimizer: optimizerOf(optimizer),
    loss: lossOf(loss),
    metrics: Array.isArray(metrics) ? metrics.map(metricOf) : [undefined],
    weightedMetrics: weighted_metrics.map(metricOf),
  };
  const callbacks = one.callbacks.map(callbackOf);
  const all = [model, parts.optimizer, parts.loss, ...parts.metrics, ...parts.weightedMetrics, ...callbacks];
  return all.includes(undefined)
    ? []
    : [{ one, model: model!, parts: parts as CompileOptions, callbacks: callbacks as Callback[] }];
});

describe.skipIf(goldensMissing)(
  `Keras's fits (${goldensMissing ?? `${runnable.length} of ${cases.length} have all they need`})`,
  () => {
    test.each(runnable.map((run) => [run.one.id, run] as const))(
      "%s",
      async (_, { one, model, parts, callbacks }) => {
        model.setWeights(one.weights.map(({ initial }) => tensorOf(initial)));
        model.compile({ ...parts, warn: () => {} });
        const close = (got: ArrayLike<number>, want: readonly (number | string)[], what: string): void =>
          expect(worstShare(Float64Array.from(got), want.map(Number), 1e-4, 1e-5), what).toBeLessThanOrEqual(
            1,
          );

        const { data, validation, fit } = one;
        const batches: Readonly<Record<string, number>>[] = [];
        let afterFirst: ArrayLike<number>[] = [];
        const watcher: Callback = {
          onTrainBatchEnd(_batch, logs) {
            if (batches.length === 0) afterFirst = model.getWeights();
            batches.push(logs);
          },
        };
        const options: FitOptions = {
          shuffle: false,
          epochs: fit.epochs,
          batchSize: fit.batch_size,
          callbacks: [watcher, ...callbacks],
          validationFreq: fit.validation_freq,
          ...(fit.validation_split
            ? { validationSplit: { fraction: fit.validation_split, rule: "last" } }
            : {}),
          ...(data.sample_weight ? { sampleWeight: tensorOf(data.sample_weight) } : {}),
          ...(data.class_weight ? { classWeight: data.class_weight } : {}),
          ...(validation
            ? {
                validationData: [
                  tensorOf(validation.x),
                  tensorOf(validation.y),
                  ...(validation.sample_weight ? [tensorOf(validation.sample_weight)] : []),
                ] as never,
              }
            : {}),
        };
        const { epoch, history } = await model.fit(tensorOf(data.x), tensorOf(data.y), options);

        expect(epoch.length).toBe(one.epochs_run);
        expect(model.compiled.optimizer.iterations.dataSync()[0]).toBe(one.optimizer_iterations);
        expect(Object.keys(history).sort()).toEqual(Object.keys(one.history).sort());
        for (const [name, want] of Object.entries(one.history))
          close(history[name], want, `history of ${name}`);
        one.batch_logs.forEach((want, i) => {
          for (const [name, value] of Object.entries(want))
            close([batches[i][name]], [value], `${name} after batch ${i}`);
        });
        one.weights.forEach(({ path, after_first_batch: first, final }, i) => {
          close(afterFirst[i], first.data, `${path} after the first batch`);
          close(model.getWeights()[i], final.data, `${path} at the end`);
        });
        const sampleWeight = data.sample_weight && { sampleWeight: tensorOf(data.sample_weight) };
        const measured = await model.evaluate(tensorOf(data.x), tensorOf(data.y), {
          batchSize: fit.batch_size,
          ...sampleWeight,
        });
        for (const [name, want] of Object.entries(one.evaluate))
          close([measured[name]], [want], `evaluate: ${name}`);
        close(
          (await model.predict(tensorOf(data.x))).dataSync(),
          numbersOf(one.predictions[0]),
          "predictions",
        );
      },
    );
  },
);
