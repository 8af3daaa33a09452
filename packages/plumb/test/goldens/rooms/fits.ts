/** Whole fits: weights after the first batch and at the end, every value of every batch and epoch, and what follows. */
import { camelCase } from "../../../src/base/names.ts";
import type { Callback } from "../../../src/train/callbacks/index.ts";
import { leavesOf, type Tensor } from "../../../src/tensor/index.ts";
import type { FitOptions } from "../../../src/train/fit-options.ts";
import type { RowsData } from "../../../src/train/rows.ts";
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
import type { Judge, Room } from "../room.ts";

/** One tensor, or several by the names of the outputs. */
type Golden = GoldenTensor | Readonly<Record<string, GoldenTensor>>;

interface Data {
  readonly x: Golden;
  readonly y: Golden;
  readonly sample_weight?: Golden;
  readonly class_weight?: Readonly<Record<number, number>>;
}
type Values = Readonly<Record<string, number | string>>;
interface FitCase {
  readonly id: string;
  readonly tags?: readonly string[];
  readonly model: KerasModel;
  readonly compile: {
    readonly optimizer: Spec;
    readonly loss: PerOutput<Spec | string>;
    readonly loss_weights?: Readonly<Record<string, number>>;
    readonly metrics?: PerOutput<Spec | string>;
    readonly weighted_metrics?: PerOutput<Spec | string>;
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
  readonly predictions: readonly GoldenTensor[] | Readonly<Record<string, GoldenTensor>>;
  readonly epochs_run: number;
  readonly optimizer_iterations: number;
}

const isTensor = (value: Golden): value is GoldenTensor => "shape" in value && "data" in value;

/** Tensors in the form in which the file has them. */
const rowsOf = (golden: Golden): RowsData =>
  isTensor(golden)
    ? tensorOf(golden)
    : Object.fromEntries(Object.entries(golden).map(([name, one]) => [name, tensorOf(one)]));

type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** What a setting says of each output, each made by `make`; specs are objects too, and no names. */
function eachOf<R>(given: PerOutput<Spec | string>, make: (spec: Spec | string) => R): any {
  if (Array.isArray(given)) return given.map(make);
  if (typeof given === "string" || "class_name" in given) return make(given as Spec | string);
  return Object.fromEntries(Object.entries(given as object).map(([name, spec]) => [name, make(spec)]));
}

/** A metric by Keras's string stays one: which accuracy "accuracy" is, `compile` decides. */
const metricLike = (spec: Spec | string) => (typeof spec === "string" ? spec : metricOf(spec));

function optionsOf({ data, validation, fit }: FitCase): FitOptions {
  const { shuffle: _, validation_split: split, ...rest } = fit;
  const given = Object.fromEntries(Object.entries(rest).map(([key, value]) => [camelCase(key), value]));
  return {
    ...given,
    shuffle: false,
    ...(split ? { validationSplit: { fraction: split as number, rule: "last" } } : {}),
    ...(data.sample_weight ? { sampleWeight: rowsOf(data.sample_weight) } : {}),
    ...(data.class_weight ? { classWeight: data.class_weight } : {}),
    ...(validation
      ? {
          validationData: [
            rowsOf(validation.x),
            rowsOf(validation.y),
            ...(validation.sample_weight ? [rowsOf(validation.sample_weight)] : []),
          ] as never,
        }
      : {}),
  };
}

async function run(judge: Judge, one: FitCase): Promise<void> {
  const { data, compile } = one;
  const model = modelOf(one.model);
  model.setWeights(one.weights.map(({ initial }) => tensorOf(initial)));
  model.compile({
    optimizer: optimizerOf(compile.optimizer),
    loss: eachOf(compile.loss, (loss) => lossOf(loss, { validate: false })),
    ...(compile.loss_weights ? { lossWeights: compile.loss_weights } : {}),
    metrics: eachOf(compile.metrics ?? [], metricLike),
    weightedMetrics: eachOf(compile.weighted_metrics ?? [], metricLike),
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
  const { epoch, history } = await model.fit(rowsOf(data.x), rowsOf(data.y), {
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
  const measured = await model.evaluate(rowsOf(data.x), rowsOf(data.y), {
    batchSize: one.fit.batch_size,
    ...(data.sample_weight ? { sampleWeight: rowsOf(data.sample_weight) } : {}),
  });
  for (const [name, want] of Object.entries(one.evaluate))
    judge.close([measured[name]], [want], `evaluate: ${name}`);
  const predicted = leavesOf(await model.predict(rowsOf(data.x))) as Tensor[];
  const names = model.outputPlaces!.names;
  predicted.forEach((values, i) => {
    const { predictions } = one;
    const want = Array.isArray(predictions)
      ? predictions[i]
      : (predictions as Record<string, GoldenTensor>)[names[i]];
    judge.close(values.dataSync(), numbersOf(want), `the predictions of ${names[i]}`);
  });
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
