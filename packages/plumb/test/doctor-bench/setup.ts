/** A training that is as it should be: a set, a model that suits it, honest settings. Faults and variants change it. */
import {
  Adam,
  Sequential,
  setGeneratorState,
  type AnyModel,
  type Callback,
  type CompileOptions,
  type FitOptions,
  type Layer,
  type LossName,
  type MetricsLike,
  type Optimizer,
  type RowsData,
} from "../../src/index.ts";
import type { FitCase } from "../../src/doctor/index.ts";
import type { DataSet, Task } from "./data/index.ts";
import { models, type Knobs, type ModelName } from "./models.ts";
import { tensorsOf, widthOf, type Parts } from "./rows.ts";

export interface Setup {
  readonly set: DataSet;
  readonly model: ModelName;
  readonly seed: number;
  readonly parts: Parts;
  readonly knobs: Knobs;
  /** What is done to the layers before they are stacked. */
  readonly edit?: (layers: Layer[], setup: Setup) => readonly Layer[];
  /** Stacks the layers. Default: a Sequential. */
  readonly stack?: (layers: readonly Layer[]) => AnyModel;
  readonly loss: CompileOptions["loss"];
  readonly metrics: () => MetricsLike;
  readonly optimizer: (rate: number) => Optimizer;
  readonly rate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly callbacks: () => readonly Callback[];
  readonly classWeight?: FitOptions["classWeight"];
  /** Validation rows are cut from the training rows by `fit`. */
  readonly validationSplit?: FitCase["validationSplit"];
  /** Whether rows validate and test. Default true. */
  readonly held?: boolean;
  /** Rows are handed over as lists in the place of tensors. */
  readonly asLists?: boolean;
  /** A loop in the place of `fit`. */
  readonly train?: (setup: Setup) => NonNullable<FitCase["train"]>;
}

/** What is usual for a task: the last layer, its loss, what is followed. */
const usual: Readonly<
  Record<
    Task,
    {
      readonly head: (classes: number) => Knobs["head"];
      readonly loss: LossName;
      readonly metrics: () => MetricsLike;
    }
  >
> = {
  binary: {
    head: () => ({ units: 1, activation: "sigmoid" }),
    loss: "binaryCrossentropy",
    metrics: () => ["accuracy", "auc"],
  },
  classes: {
    head: (units) => ({ units, activation: "softmax" }),
    loss: "sparseCategoricalCrossentropy",
    metrics: () => ["accuracy"],
  },
  amount: {
    head: () => ({ units: 1, activation: "linear" }),
    loss: "meanSquaredError",
    metrics: () => ["meanAbsoluteError"],
  },
  marks: {
    head: (units) => ({ units, activation: "sigmoid" }),
    loss: "binaryCrossentropy",
    metrics: () => ["binaryAccuracy"],
  },
  count: {
    head: () => ({ units: 1, activation: "exponential" }),
    loss: "poisson",
    metrics: () => ["meanAbsoluteError"],
  },
  copy: {
    head: (units) => ({ units, activation: "linear" }),
    loss: "meanSquaredError",
    metrics: () => ["meanAbsoluteError"],
  },
};

/** Deep and recurrent models take smaller steps. */
const slower: Partial<Record<ModelName, number>> = { deep: 0.5, linear: 2, rnn: 0.5, bag: 4 };

/** The honest setting of a model for a set. */
export function setupOf(set: DataSet, model: ModelName, seed: number): Setup {
  const { head, loss, metrics } = usual[set.task];
  const parts = set.parts(seed);
  return {
    set,
    model,
    seed,
    parts,
    knobs: {
      activation: "relu",
      width: 1,
      depth: 4,
      head: head(set.task === "copy" ? widthOf(parts.training) : set.classes),
    },
    loss,
    metrics,
    optimizer: (learningRate) => new Adam({ learningRate }),
    rate: set.rate * (slower[model] ?? 1),
    epochs: set.models[model] ?? 1,
    batchSize: 32,
    callbacks: () => [],
  };
}

/** The model, not compiled. The same seed gives the same first weights. */
export function modelOf(setup: Setup): AnyModel {
  const { knobs, model, parts, seed, edit, stack } = setup;
  setGeneratorState({ seed, counter: 0 });
  const layers = models[model](knobs, parts.training.inputShape);
  const edited = edit?.(layers, setup) ?? layers;
  return stack?.(edited) ?? new Sequential([...edited]);
}

export function caseOf(setup: Setup): FitCase {
  const { parts, seed, loss, metrics, optimizer, rate, epochs, batchSize, classWeight } = setup;
  const { held = true, asLists = false, validationSplit } = setup;
  const model = modelOf(setup);
  const rowsOf = (part: keyof Parts): [x: RowsData, y: RowsData] => {
    const [x, y] = tensorsOf(parts[part]);
    return asLists ? [x.arraySync() as number[][], y.arraySync() as number[]] : [x, y];
  };
  const [data, labels] = rowsOf("training");
  return {
    model,
    data,
    labels,
    ...(validationSplit !== undefined && { validationSplit }),
    ...(held && validationSplit === undefined && { validationData: rowsOf("validation") }),
    ...(held && { testData: rowsOf("test") }),
    ...(classWeight && { classWeight }),
    seed,
    compile: { loss, metrics: metrics(), optimizer: optimizer(rate) },
    fit: { epochs, batchSize, callbacks: setup.callbacks(), ...(classWeight && { classWeight }) },
    ...(setup.train && { train: setup.train(setup) }),
  };
}
