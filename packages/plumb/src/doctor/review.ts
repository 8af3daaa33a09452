/** After training: the course of a run, and what the model says now. */
import { PlumbError } from "../base/errors.ts";
import type { LossLike } from "../losses/index.ts";
import { Compiled, type AnyModel, type History } from "../train/index.ts";
import { ask } from "./ask.ts";
import { diagnoses } from "./catalogue.ts";
import type { Doctor } from "./doctor.ts";
import { Report } from "./report.ts";
import { DataSubject, type DataOptions } from "./subjects/data.ts";
import type { Costs } from "./subjects/predictions.ts";
import { CourseRun, ModelRun, type Course, type RunSubject } from "./subjects/run.ts";

/** Numbers of epochs by their names in logs, `loss` and `val_loss` first of all; a single number stands for one epoch. */
export type Numbers = Readonly<Record<string, number | readonly number[]>>;

/** A run to look back at. Of a `validationSplit` the rows are known by the seed, from `history` or given. */
export interface ReviewOptions extends Partial<Omit<DataOptions, "classes">> {
  /** Left out, the numbers of `history` alone are looked at. */
  readonly model?: AnyModel;
  /** What `fit` gave, or its numbers from wherever they come. Left out where a `doctor` watched. */
  readonly history?: Pick<History, "history"> | Numbers;
  /** The one that watched: its findings are among those of the report. */
  readonly doctor?: Doctor;
  /** The loss that was trained with; known of a compiled model, and where a `doctor` watched. */
  readonly loss?: LossLike;
  /** What the classes are called, or how many there are; without a `loss` it is taken for a cross-entropy in nats. */
  readonly classes?: number | readonly string[];
  /** How many models were scored on the same held-out rows before this one was chosen, this one counted. */
  readonly tried?: number;
  /** What wrong decisions between two classes cost. */
  readonly costs?: Costs;
  /** Of two classes: the second is decided from this probability on. Default: the likelier one. */
  readonly threshold?: number;
}

/**
 * Looks back at a training: overfitting, underfitting, calibration, what the accuracy hides. The model is left as it was.
 *
 * With `model` and `data` what the model says now is looked at too, which costs a few passes over each part; from `history`
 * alone it is told what numbers can tell. Errors: those of `predict` for rows that do not fit the model, PL2001 for a loss
 * that there is not, PL4004 for a `validationSplit` whose seed is not known.
 *
 * @example
 * const history = await model.fit(x, y, { epochs: 20, validationData });
 * const report = await review({ model, history, data: x, labels: y, validationData });
 */
export async function review(options: ReviewOptions): Promise<Report> {
  const { doctor } = options;
  const findings = await ask(diagnoses, { run: runOf(options) });
  return new Report([...(doctor?.report.findings ?? []), ...findings], diagnoses);
}

function runOf({ model, data, history, doctor, loss, classes, ...options }: ReviewOptions): RunSubject {
  const { tried, costs, threshold } = options;
  const training = doctor?.training;
  const course = history && courseOf(history);
  if (model === undefined || data === undefined)
    return new CourseRun(course ?? courseOf({}), {
      loss: loss ?? (model && onlyLossOf(model)),
      classes:
        (typeof classes === "number" ? classes : classes?.length) ??
        model?.outputInfos?.[0].shape?.at(-1) ??
        undefined,
      tried,
    });
  const names = typeof classes === "number" ? undefined : classes;
  const seed = options.seed ?? (history as Partial<History> | undefined)?.seed;
  refuseUnknownSplit(options.validationSplit, seed);
  const subject = new DataSubject({ ...options, seed, data, classes: names }, model);
  const judging =
    loss === undefined || model.isCompiled
      ? undefined
      : new Compiled({ loss, warn: () => undefined }, model.outputInfos);
  return new ModelRun(model, subject, { training, course, judging, tried, costs, threshold });
}

/** Which rows were kept back hangs on the seed: looked at with another, training rows would count as held out. */
function refuseUnknownSplit(split: ReviewOptions["validationSplit"], seed: number | undefined): void {
  const rule = typeof split === "object" ? split.rule : "stratified";
  if (split === undefined || rule === "last" || typeof seed === "number") return;
  throw new PlumbError("PL4004", {
    asked: "A run with a validationSplit was to be reviewed without its seed",
    why: "Which rows were kept back hangs on the seed of fit; with another one, rows that were trained on would be judged as held out",
    fix: "Pass what fit gave, review({ model, history, ... }), or the seed that fit was given: seed: 1",
  });
}

/** The loss of a model that has one output. */
const onlyLossOf = (model: AnyModel): LossLike | undefined =>
  model.isCompiled && model.outputInfos?.length === 1
    ? model.compiled.criteria(model.outputInfos)[0].loss
    : undefined;

/** A course from what `fit` gave, or from plain numbers. */
function courseOf(given: Pick<History, "history"> | Numbers): Course {
  const numbers = (isHistory(given) ? given.history : given) as Numbers;
  const history = Object.fromEntries(
    Object.entries(numbers).map(([name, of]) => [name, typeof of === "number" ? [of] : [...of]]),
  );
  const epochs = Math.max(0, ...Object.values(history).map((of) => of.length));
  const { epoch, learningRate } = given as Partial<Course>;
  return {
    history,
    epoch: Array.isArray(epoch) ? epoch : Array.from({ length: epochs }, (_, i) => i),
    learningRate: Array.isArray(learningRate) ? learningRate : [],
  };
}

const isHistory = (given: object): given is Pick<History, "history"> =>
  "history" in given && typeof given.history === "object" && !Array.isArray(given.history);
