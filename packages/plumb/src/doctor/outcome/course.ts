/** What the numbers of the epochs show, and the parts of a run that were held out. */
import { median, medianDeviation, normalDeviation } from "../statistics/robust.ts";
import type { Part } from "../subjects/data.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { RunSubject } from "../subjects/run.ts";

/** Training and validation loss, epoch by epoch: those epochs that have both and in which both are finite. */
export interface Curves {
  readonly epochs: readonly number[];
  readonly training: readonly number[];
  readonly validation: readonly number[];
}

/** The curves of a run; undefined where nothing was validated. */
export function curvesOf({ course: { history, epoch } }: RunSubject): Curves | undefined {
  const { loss = [], val_loss: validated = [] } = history;
  // Where only some epochs validated, nothing says which: the last ones are taken then.
  const last = loss.slice(loss.length - validated.length);
  const both = [...last.keys()].filter((i) => Number.isFinite(last[i]) && Number.isFinite(validated[i]));
  if (validated.length > loss.length || both.length === 0) return undefined;
  return {
    epochs: both.map((i) => epoch[loss.length - validated.length + i] ?? i),
    training: both.map((i) => last[i]),
    validation: both.map((i) => validated[i]),
  };
}

/**
 * How far a curve jumps from epoch to epoch, as a standard deviation: 1.4826 times the median distance of its steps from
 * their median, over √2, since a step has the noise of both its ends. A trend does not count. 0 of fewer than four values.
 */
export function noiseOf(curve: readonly number[]): number {
  if (curve.length < 4) return 0;
  const steps = curve.slice(1).map((value, i) => value - curve[i]);
  return (normalDeviation * medianDeviation(steps)) / Math.SQRT2;
}

/** So many values at the end stand for it, so that one epoch decides nothing. */
export const lastEpochs = 3;

/** Where a curve ends: the middle of its last three values; of a short one, which still moves a lot, its last. */
export const endOf = (curve: readonly number[]): number =>
  curve.length < 2 * lastEpochs ? curve[curve.length - 1] : median(curve.slice(-lastEpochs));

/** Where a curve is lowest. */
export const lowest = (curve: readonly number[]): number =>
  curve.reduce((best, value, i) => (value < curve[best] ? i : best), 0);

/** The part that a run is judged by: rows that nothing was chosen by, where there are such. */
export const judgedPart = ({ data }: RunSubject): Part | undefined => data?.test ?? data?.validation;

/** What the model says about a part, where a row costs there what training lowers: undefined where it is another loss. */
export async function costed(
  run: RunSubject,
  part: Part | undefined,
): Promise<PredictionsSubject | undefined> {
  const kind = run.objective?.kind;
  if (kind !== "crossentropy" && kind !== "squaredError") return undefined;
  const predictions = part && (await run.predictions(part));
  return predictions?.areClasses === (kind === "crossentropy") ? predictions : undefined;
}

/** What the model says about the rows that a run is judged by. */
export async function judged(run: RunSubject): Promise<PredictionsSubject | undefined> {
  const part = judgedPart(run);
  return part && run.predictions(part);
}

/** The rule for predictions as one for runs: on the rows that the run is judged by. */
export const onJudged =
  <R>(rule: (predictions: PredictionsSubject) => R) =>
  async (run: RunSubject): Promise<R | undefined> => {
    const predictions = await judged(run);
    return predictions && rule(predictions);
  };
