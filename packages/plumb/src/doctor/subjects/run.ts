/** A training that has ended: its course, the model as it is now, and the data it was trained, validated and tested on. */
import type { Head } from "../../base/contract.ts";
import { losses, type Loss, type LossLike } from "../../losses/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { AnyModel, History } from "../../train/index.ts";
import type { DataSubject, Part } from "./data.ts";
import { inputsOfPart } from "./model.ts";
import { PredictionsSubject, type Costs, type PredictionKind } from "./predictions.ts";
import type { TrainingSubject } from "./training.ts";

/** The course of a training: `history.loss[i]` and so on belong to `epoch[i]`. */
export type Course = Pick<History, "history" | "epoch" | "learningRate">;

/** What the training lowered, where its numbers mean something by themselves. */
export interface Objective {
  /** "crossentropy" in nats, or a "squaredError". */
  readonly kind: "crossentropy" | "squaredError";
  /** Of a cross-entropy: among how many classes; undefined where unknown. */
  readonly classes?: number;
}

/** A run as the diagnoses see it. Of one that comes from a folder or from a history alone, what is not known is undefined. */
export interface RunSubject {
  readonly course: Course;
  readonly objective?: Objective;
  readonly model?: AnyModel;
  readonly data?: DataSubject;
  /** Where a `Doctor` watched. */
  readonly training?: TrainingSubject;
  /** How many models were tried before this one was chosen, this one counted. */
  readonly tried?: number;
  /** Whether a higher value of a log entry is better. */
  higherIsBetter(name: string): boolean;
  /** What the model says about a part, dropout and the like off; undefined where its output cannot be judged so. */
  predictions(part: Part): Promise<PredictionsSubject | undefined>;
}

/** What is known of a run beside its model and its data. */
export interface RunFacts {
  readonly training?: TrainingSubject;
  readonly course?: Course;
  readonly tried?: number;
  readonly costs?: Costs;
}

/** What heads give, where it can be judged row by row. */
const kinds: Partial<Record<Head, PredictionKind>> = { sigmoid: "probabilities", softmax: "probabilities" };

/** Losses that are what a row costs in `PredictionsSubject.losses`. */
const objectives: Readonly<Record<string, Objective["kind"]>> = {
  BinaryCrossentropy: "crossentropy",
  CategoricalCrossentropy: "crossentropy",
  SparseCategoricalCrossentropy: "crossentropy",
  MeanSquaredError: "squaredError",
};

/** What a loss lowers. `units`: the outputs of the model, where known. */
export function objectiveOf(loss: Loss<any> | undefined, units: number | undefined): Objective | undefined {
  const kind = objectives[loss?.record.name ?? ""];
  if (kind !== "crossentropy") return kind && { kind };
  return { kind, classes: loss?.contract.predictions === "probability" ? 2 : units };
}

/** A run of which only the numbers of its epochs are here. */
export class CourseRun implements RunSubject {
  readonly course: Course;
  readonly objective?: Objective;
  readonly tried?: number;

  /** Classes without a loss are taken for those of a cross-entropy. Errors: PL2001 for a loss that there is not. */
  constructor(
    course: Course,
    known: { readonly loss?: LossLike; readonly classes?: number; readonly tried?: number } = {},
  ) {
    this.course = course;
    this.tried = known.tried;
    if (known.loss !== undefined) this.objective = objectiveOf(losses.get(known.loss), known.classes);
    else if (known.classes !== undefined) this.objective = { kind: "crossentropy", classes: known.classes };
  }

  higherIsBetter(name: string): boolean {
    return !/loss|error/i.test(name);
  }

  async predictions(): Promise<undefined> {
    return undefined;
  }
}

/** A run whose model and data are here. */
export class ModelRun implements RunSubject {
  readonly course: Course;
  readonly model: AnyModel;
  readonly data: DataSubject;
  readonly training?: TrainingSubject;
  readonly tried?: number;
  readonly #costs?: Costs;
  readonly #predictions = new Map<Part, Promise<PredictionsSubject | undefined>>();

  constructor(model: AnyModel, data: DataSubject, { training, course, tried, costs }: RunFacts = {}) {
    this.model = model;
    this.data = data;
    const infos = model.outputInfos!;
    const criteria = model.compiled.criteria(infos);
    data.readBy(
      infos.map(({ head, shape }, i) => ({
        loss: criteria[i].loss,
        head,
        units: shape?.at(-1) ?? undefined,
      })),
    );
    this.training = training;
    this.course = course ?? courseOf(training);
    this.tried = tried;
    this.#costs = costs;
  }

  get objective(): Objective | undefined {
    const outputs = this.model.outputInfos!;
    if (outputs.length !== 1) return undefined;
    return objectiveOf(this.model.compiled.criteria(outputs)[0].loss, outputs[0].shape?.at(-1) ?? undefined);
  }

  higherIsBetter(name: string): boolean {
    return this.model.higherIsBetter(name);
  }

  predictions(part: Part): Promise<PredictionsSubject | undefined> {
    let known = this.#predictions.get(part);
    if (known === undefined) this.#predictions.set(part, (known = this.#predict(part)));
    return known;
  }

  async #predict(part: Part): Promise<PredictionsSubject | undefined> {
    const [labels] = part.labels;
    const [info] = this.model.outputInfos!;
    if (labels === undefined || part.labels.length > 1 || this.model.outputInfos!.length > 1)
      return undefined;
    const { loss } = this.model.compiled.criteria(this.model.outputInfos!)[0];
    const logits = loss?.fromLogits ?? (info.head === "linear" && loss?.contract.supportsLogits === true);
    const kind = labels.areClasses ? (kinds[info.head] ?? (logits ? "logits" : undefined)) : "values";
    if (kind === undefined) return undefined;
    const outputs = (await this.model.predict(inputsOfPart(part) as never, { batchSize: 256 })) as Tensor;
    if (outputs.rank !== 2 && outputs.rank !== 1) return undefined;
    const width = outputs.shape[1] ?? 1;
    if (kind === "values" && width > 1) return undefined;
    const [table] = part.inputs;
    const [training] = this.data.training.labels;
    return new PredictionsSubject({
      labels: labels.areClasses ? labels.classes : labels.table.values,
      predictions: outputs.dataSync(),
      kind,
      task: labels.task,
      classes: this.data.options.classes,
      part: `the ${part.name} rows`,
      costs: this.#costs,
      ...(table.isTable
        ? {
            inputs: {
              values: table.values,
              width: table.width,
              columns: Array.from({ length: table.width }, (_, column) => table.columnName(column)),
            },
          }
        : {}),
      trainingLabels: training.areClasses ? training.classes : training.table.values,
    });
  }
}

/** The course as a doctor saw it. */
function courseOf(training: TrainingSubject | undefined): Course {
  const history: Record<string, number[]> = {};
  const epochs = training?.epochs ?? [];
  for (const { logs } of epochs)
    for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
  return {
    history,
    epoch: epochs.map(({ epoch }) => epoch),
    learningRate: epochs.map(({ learningRate }) => learningRate),
  };
}
