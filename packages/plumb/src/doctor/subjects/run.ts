/** A training that has ended: its course, the model as it is now, and the data it was trained, validated and tested on. */
import type { Head } from "../../base/contract.ts";
import { losses, type Loss, type LossLike } from "../../losses/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { AnyModel, Compiled, History } from "../../train/index.ts";
import type { DataSubject, Part } from "./data.ts";
import { inputsOfPart } from "./model.ts";
import { PredictionsSubject, type Costs, type PredictionKind } from "./predictions.ts";
import type { TrainingSubject } from "./training.ts";

/** The course of a training: `history.loss[i]` and so on belong to `epoch[i]`. */
export type Course = Pick<History, "history" | "epoch" | "learningRate">;

/** What the training lowered, where its numbers mean something by themselves. */
export interface Objective {
  /** A "crossentropy" in nats, the mean over columns of one for each, "crossentropies", a "squaredError", or "poisson". */
  readonly kind: "crossentropy" | "crossentropies" | "squaredError" | "poisson";
  /** Of a cross-entropy: among how many classes; undefined where unknown. */
  readonly classes?: number;
}

/** A run as the diagnoses see it. Of one that comes from a folder or from a history alone, what is not known is undefined. */
export interface RunSubject {
  readonly course: Course;
  readonly objective?: Objective;
  /** The lowest that the loss can be: 0 of most, where it is not known too. */
  readonly floor: number;
  readonly model?: AnyModel;
  /** What the training brought down: what the model was compiled with, or what a loop of somebody's own named. */
  readonly judging?: Compiled;
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
  /** What was brought down, where the model was not compiled. */
  readonly judging?: Compiled;
  readonly tried?: number;
  readonly costs?: Costs;
  /** Of two classes: the second is decided from this probability on. */
  readonly threshold?: number;
}

/** What heads give, where it can be judged row by row. */
const kinds: Partial<Record<Head, PredictionKind>> = { sigmoid: "probabilities", softmax: "probabilities" };

/** Losses that are what a row costs in `PredictionsSubject.losses`. */
const objectives: Readonly<Record<string, Objective["kind"]>> = {
  BinaryCrossentropy: "crossentropy",
  CategoricalCrossentropy: "crossentropy",
  SparseCategoricalCrossentropy: "crossentropy",
  MeanSquaredError: "squaredError",
  Poisson: "poisson",
};

/** What a loss lowers. `units`: the outputs of the model, where known. */
export function objectiveOf(loss: Loss<any> | undefined, units: number | undefined): Objective | undefined {
  const kind = objectives[loss?.record.name ?? ""];
  if (kind !== "crossentropy") return kind && { kind };
  if (loss?.contract.predictions !== "probability") return { kind, classes: units };
  return (units ?? 1) > 1 ? { kind: "crossentropies" } : { kind, classes: 2 };
}

/** The lowest that a loss can be; of one of the user's own it is not known. */
const lowestOf = (loss: Loss<any> | undefined): number =>
  loss === undefined || loss.contract.custom === true ? 0 : loss.record.range[0];

/** A run of which only the numbers of its epochs are here. */
export class CourseRun implements RunSubject {
  readonly course: Course;
  readonly objective?: Objective;
  readonly floor: number;
  readonly tried?: number;

  /** Classes without a loss are taken for those of a cross-entropy. Errors: PL2001 for a loss that there is not. */
  constructor(
    course: Course,
    known: { readonly loss?: LossLike; readonly classes?: number; readonly tried?: number } = {},
  ) {
    this.course = course;
    this.tried = known.tried;
    this.floor = known.loss === undefined ? 0 : lowestOf(losses.get(known.loss));
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
  readonly judging: Compiled;
  readonly data: DataSubject;
  readonly training?: TrainingSubject;
  readonly tried?: number;
  readonly #deciding: Pick<RunFacts, "costs" | "threshold">;
  readonly #predictions = new Map<Part, Promise<PredictionsSubject | undefined>>();

  /** Errors: PL4001 where nothing says what was brought down. */
  constructor(
    model: AnyModel,
    data: DataSubject,
    { training, course, judging, tried, ...deciding }: RunFacts = {},
  ) {
    this.model = model;
    this.judging = training?.judging ?? judging ?? model.compiled;
    this.data = data;
    const infos = model.outputInfos!;
    const criteria = this.judging.criteria(infos);
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
    this.#deciding = deciding;
  }

  get objective(): Objective | undefined {
    const outputs = this.model.outputInfos!;
    if (outputs.length !== 1) return undefined;
    return objectiveOf(this.judging.criteria(outputs)[0].loss, outputs[0].shape?.at(-1) ?? undefined);
  }

  get floor(): number {
    const criteria = this.judging.criteria(this.model.outputInfos!);
    return Math.min(0, ...criteria.map(({ loss }) => lowestOf(loss)));
  }

  higherIsBetter(name: string): boolean {
    return this.model.isCompiled ? this.model.higherIsBetter(name) : !/loss|error/i.test(name);
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
    const { loss } = this.judging.criteria(this.model.outputInfos!)[0];
    const logits = loss?.fromLogits ?? (info.head === "linear" && loss?.contract.supportsLogits === true);
    const kind = labels.areClasses ? (kinds[info.head] ?? (logits ? "logits" : undefined)) : "values";
    if (kind === undefined) return undefined;
    const outputs = (await this.model.predict(inputsOfPart(this.model, part) as never, {
      batchSize: 256,
    })) as Tensor;
    if (outputs.rank !== 2 && outputs.rank !== 1) return undefined;
    const width = outputs.shape[1] ?? 1;
    if (kind === "values" && width > 1) return undefined;
    const [predictions, truth] = [
      outputs.dataSync(),
      labels.areClasses ? labels.classes : labels.table.values,
    ];
    // What is not a number cannot be judged: where it came from is told elsewhere.
    if ([predictions, truth].some((values) => values.some((value) => Number.isNaN(Number(value)))))
      return undefined;
    const [table] = part.inputs;
    const [training] = this.data.training.labels;
    return new PredictionsSubject({
      labels: truth,
      predictions,
      kind,
      task: labels.task,
      classes: this.data.options.classes,
      part: `the ${part.name} rows`,
      ...this.#deciding,
      classWeight: this.data.options.classWeight,
      ...(table.isTable
        ? {
            inputs: {
              values: table.values,
              width: table.width,
              columns: Array.from({ length: table.width }, (_, column) => table.columnName(column)),
              shows: (column: number, value: number) => table.showValue(column, value),
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
