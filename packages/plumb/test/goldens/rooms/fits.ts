/** Whole fits: weights after the first batch and at the end, every value of every batch and epoch, and what follows. */
import { camelCase } from "../../../src/base/names.ts";
import type { Callback } from "../../../src/train/callbacks/index.ts";
import type { FitOptions } from "../../../src/train/fit-options.ts";
import { numbersOf, tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import {
  callbackOf,
  lossOf,
  metricOf,
  modelOf,
  optimizerOf,
  type KerasModel,
  type Spec,
} from "../../support/keras.ts";
import { Waiting, type Judge, type Room } from "../room.ts";

interface Data {
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly class_weight?: Readonly<Record<number, number>>;
}
type Values = Readonly<Record<string, number | string>>;
interface FitCase {
  readonly id: string;
  readonly tags?: readonly string[];
  readonly model: KerasModel;
  readonly compile: {
    readonly optimizer: Spec;
    readonly loss: Spec | string;
    readonly metrics?: readonly (Spec | string)[];
    readonly weighted_metrics?: readonly (Spec | string)[];
  };
  /** `shuffle` is always false; the rest in Keras's names. */
  readonly fit: Readonly<Record<string, unknown>> & { readonly batch_size: number; readonly epochs: number };
  readonly callbacks?: readonly Spec[];
  readonly data: Data;
  readonly validation?: Data;
  readonly weights: readonly {
    readonly path: string;
    readonly initial: GoldenTensor;
    readonly after_first_batch: GoldenTensor;
    readonly final: GoldenTensor;
  }[];
  readonly history: Readonly<Record<string, readonly (number | string)[]>>;
  readonly batch_logs: readonly Values[];
  readonly evaluate: Values;
  readonly predictions: readonly GoldenTensor[];
  readonly epochs_run: number;
  readonly optimizer_iterations: number;
}

const isTensor = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "shape" in value && "data" in value;

/** A metric by Keras's string stays one: which accuracy "accuracy" is, `compile` decides. */
const metricLike = (spec: Spec | string) => (typeof spec === "string" ? spec : metricOf(spec));

function optionsOf({ data, validation, fit }: FitCase): FitOptions {
  const { shuffle: _, validation_split: split, ...rest } = fit;
  const given = Object.fromEntries(Object.entries(rest).map(([key, value]) => [camelCase(key), value]));
  return {
    ...given,
    shuffle: false,
    ...(split ? { validationSplit: { fraction: split as number, rule: "last" } } : {}),
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
}

async function run(judge: Judge, one: FitCase): Promise<void> {
  const { data, compile } = one;
  const model = modelOf(one.model);
  if (!isTensor(data.x) || !isTensor(data.y)) throw new Waiting("models of several inputs or outputs");
  model.setWeights(one.weights.map(({ initial }) => tensorOf(initial)));
  model.compile({
    optimizer: optimizerOf(compile.optimizer),
    loss: lossOf(compile.loss, { validate: false }),
    metrics: (compile.metrics ?? []).map(metricLike) as ["accuracy"],
    weightedMetrics: (compile.weighted_metrics ?? []).map(metricLike) as ["accuracy"],
    warn: () => {},
  });

  const batches: Values[] = [];
  let afterFirst: ArrayLike<number>[] = [];
  const watcher: Callback = {
    onTrainBatchEnd(_batch, logs) {
      if (batches.length === 0) afterFirst = model.getWeights();
      batches.push(logs);
    },
  };
  const callbacks = [watcher, ...(one.callbacks ?? []).map(callbackOf)];
  const { epoch, history } = await model.fit(tensorOf(data.x), tensorOf(data.y), {
    ...optionsOf(one),
    callbacks,
  });

  judge.equal(epoch.length, one.epochs_run, "the number of epochs");
  judge.close(model.compiled.optimizer.iterations.dataSync(), [one.optimizer_iterations], "the iterations");
  judge.equal(Object.keys(history).sort(), Object.keys(one.history).sort(), "the names in the history");
  for (const [name, want] of Object.entries(one.history))
    judge.close(history[name], want, `history of ${name}`);
  one.batch_logs.forEach((want, i) => {
    for (const [name, value] of Object.entries(want))
      judge.close([Number(batches[i]?.[name])], [value], `${name} after batch ${i}`);
  });
  const portable = !one.tags?.includes("final_weights_not_portable");
  const final = model.getWeights();
  one.weights.forEach(({ path, after_first_batch: first, final: last }, i) => {
    judge.close(afterFirst[i], first, `${path} after the first batch`);
    if (portable) judge.close(final[i], last, `${path} at the end`);
  });
  const measured = await model.evaluate(tensorOf(data.x), tensorOf(data.y), {
    batchSize: one.fit.batch_size,
    ...(data.sample_weight ? { sampleWeight: tensorOf(data.sample_weight) } : {}),
  });
  for (const [name, want] of Object.entries(one.evaluate))
    judge.close([measured[name]], [want], `evaluate: ${name}`);
  const predicted = await model.predict(tensorOf(data.x));
  judge.close(predicted.dataSync(), numbersOf(one.predictions[0]), "the predictions");
}

export const fits: Room = {
  name: "fits",
  file: "fits.json",
  tolerance: { rtol: 1e-4, atol: 1e-5 },
  cases: ({ cases }: { cases: FitCase[] }) =>
    (cases ?? []).map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one, model: undefined, weights: undefined },
      run: (judge) => run(judge, one),
    })),
};
