import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { Part } from "../subjects/data.ts";
import type { RunSubject } from "../subjects/run.ts";
import { drawCurve } from "../drawing.ts";
import { lowerFirst, show } from "../words.ts";
import { baselineOfRun, type Baseline } from "../baseline.ts";
import { lossInUse } from "./modes.ts";
import { costed, curvesOf, endOf, lastEpochs, lowest, noiseOf, type Curves } from "./course.ts";

export const overfitting: Diagnosis = {
  id: "P1",
  code: "PL4201",
  severity: "warning",
  title: "overfitting",
  thresholds: {
    rise: {
      value: 1,
      unit: "standard errors of the validation loss",
      source:
        "the one-standard-error rule: Breiman et al., Classification and regression trees, 1984. Where rows are not here, three times the jump of the curve from epoch to epoch",
    },
    patience: {
      value: lastEpochs,
      unit: "epochs",
      source: "the middle of the last three epochs is looked at, so that one epoch decides nothing",
    },
    riseMatters: {
      value: 0.1,
      unit: "share of the lowest validation loss",
      source:
        "what rises less is no reason to train anew; with many rows any rise is above its standard error",
    },
    gap: {
      value: 0.25,
      unit: "share of the loss of the baseline",
      source:
        "a gap that matters: digits end with a training loss a hundredth of the validation loss, of which both are small",
    },
    ratio: {
      value: 3,
      unit: "validation loss / training loss",
      source: "beside the gap: where the baseline is unknown it has to be 10",
    },
    sureGap: {
      value: 2.5,
      unit: "standard errors of the gap",
      source: "of the losses of single rows in both parts: 1 of 160 runs without a gap would show as much",
    },
  },
  explains: ["P2", "P4", "P7"],
  about: `A model that overfits has memorised its training rows: their loss keeps falling, while the loss on rows it has not seen
stands still and then rises. What it has memorised does not help on other rows, and it is far too sure of itself there.

Two signs are looked for. The first is a validation loss that has risen from its lowest epoch by more than chance while the
training loss went on falling. Chance is measured by how much the losses of single rows differ, or by how far the curve jumps
from epoch to epoch. The second is a gap between the two losses that is large beside the loss of a model that ignores its
inputs. A small gap is normal and harmless.

Try the remedies in this order: stop at the best epoch, collect more rows, make the model smaller, add Dropout or a penalty on
the weights.`,
  example: `const history = { loss: [0.9, 0.3, 0.05], val_loss: [0.9, 0.8, 1.5] };
const report = await review({ history, classes: 3 });
console.log(report.findings.map(({ code }) => code)); // PL4201 and PL4202

const remedy = new EarlyStopping({ patience: 5, restoreBestWeights: true });
console.log(remedy.monitor); // val_loss`,
  rules: { run: observe },
  sick: { review: () => ({ history: { loss: 0.01, val_loss: 0.5 }, loss: "mse" as const }) },
  healthy: { review: () => ({ history: { loss: 0.4, val_loss: 0.5 }, loss: "mse" as const }) },
};

/** What is known of the losses at the end, beside the curves: the rows, where model and data are here. */
interface Ends {
  readonly training: number;
  readonly held: number;
  /** Standard errors of the held-out loss, and of the gap; undefined where rows are not here. */
  readonly heldError?: number;
  readonly gapError?: number;
  /** The held-out loss without its worst row. */
  readonly heldButWorst?: number;
  readonly part: string;
}

async function observe(run: RunSubject): Promise<Observation[]> {
  const curves = curvesOf(run);
  const ends = (await endsByRows(run)) ?? (curves && endsByCurves(curves));
  if (ends === undefined || !(ends.held > ends.training)) return [];
  const { sureGap } = overfitting.thresholds;
  if (ends.gapError !== undefined && ends.held - ends.training < sureGap.value * ends.gapError) return [];
  const rise = curves && riseOf(curves, ends, run);
  const gap = gapOf(ends, run, curves);
  if (rise === undefined && gap === undefined) return [];
  const ratio = ends.held / ends.training;
  const times = ratio > 1000 ? "more than 1000 times" : ratio > 1 ? `${show(round(ratio))} times` : "above";
  const lowestAt = curves === undefined ? 0 : lowest(curves.validation);
  const [best, before] = [curves?.epochs[lowestAt], curves?.validation[lowestAt] ?? NaN];
  const stopAt = rise === undefined || best === undefined ? "" : `, here epoch ${best} counted from 0`;
  return [
    {
      severity: "warning",
      title: `Overfitting: the loss on ${ends.part} is ${show(round(ends.held))}, ${times} the training loss of ${show(round(ends.training))}`,
      number: ratio,
      threshold: overfitting.thresholds.ratio.value,
      evidence: [
        ...[rise, ...(gap ?? [])].filter((sentence) => sentence !== undefined),
        ...(ends.gapError === undefined
          ? []
          : [
              `The gap is ${show(round((ends.held - ends.training) / ends.gapError))} times its standard error, the gap that chance alone would make`,
            ]),
      ],
      ...(curves === undefined || rise === undefined
        ? {}
        : { drawing: drawCurve(curves.validation, { name: "lowest validation loss", value: before }) }),
      why: "The model has memorised its training rows, and what it memorised does not help on new rows",
      fix: `Stop at the best epoch${stopAt}: callbacks: [new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true })]. If that is not enough: more rows, fewer units, new Dropout(0.3) between layers, or kernelRegularizer: "l2"`,
      where: {
        part: ends.part,
        ...(rise === undefined || best === undefined ? {} : { epoch: best }),
      },
    },
  ];
}

const round = (value: number): number => Number(value.toPrecision(3));

/** The part that training looked at while it went on; without one, the test part. */
const heldPart = ({ data }: RunSubject): Part | undefined => data?.validation ?? data?.test;

/** Losses of both parts as the model is now, dropout off, row by row. */
async function endsByRows(run: RunSubject): Promise<Ends | undefined> {
  const part = heldPart(run);
  const [held, training] = [await costed(run, part), await costed(run, run.data?.training)];
  if (held === undefined || training === undefined) return endsByBatches(run);
  const [of, by] = [meanOf(held.weighed), meanOf(training.weighed)];
  if (!Number.isFinite(of.mean) || !Number.isFinite(by.mean)) return undefined;
  return {
    training: by.mean,
    held: of.mean,
    heldError: of.standardError,
    gapError: Math.hypot(of.standardError, by.standardError),
    heldButWorst:
      (of.mean * held.rows - held.weighed.reduce((worst, loss) => Math.max(worst, loss), 0)) /
      (held.rows - 1),
    part: held.part,
  };
}

/** The same batch by batch, of losses that have no rows of their own here: those of several outputs, or over columns. */
function endsByBatches(run: RunSubject): Ends | undefined {
  const { model, judging, data } = run;
  const part = heldPart(run);
  if (model === undefined || judging === undefined || data === undefined || part === undefined)
    return undefined;
  const judged = { model, judging };
  const [held, training] = [lossInUse(judged, part), lossInUse(judged, data.training)];
  if (held === undefined || training === undefined || !Number.isFinite(held.mean - training.mean))
    return undefined;
  return {
    training: training.mean,
    held: held.mean,
    heldError: held.standardError,
    gapError: Math.hypot(held.standardError, training.standardError),
    part: `the ${part.name} rows`,
  };
}

/** The last few epochs stand for the end. */
function endsByCurves({ training, validation }: Curves): Ends {
  return { training: endOf(training), held: endOf(validation), part: "the validation rows" };
}

/** The validation loss has risen from its lowest while the training loss fell on. */
function riseOf({ epochs, training, validation }: Curves, ends: Ends, run: RunSubject): string | undefined {
  const { rise, patience, riseMatters } = overfitting.thresholds;
  const best = lowest(validation);
  if (epochs.length - 1 - best < patience.value) return undefined;
  const [now, before] = [endOf(validation), validation[best]];
  // Early stopping gives back the best weights: then there is nothing to mend.
  if (ends.heldError !== undefined && heldPart(run)?.name === "validation" && ends.held < (now + before) / 2)
    return undefined;
  const error = ends.heldError ?? 3 * noiseOf(validation);
  const base = baselineOfRun(run)?.value ?? training[0];
  const matters = Math.max(riseMatters.value * Math.abs(before), 0.05 * Math.abs(base));
  if (now - before <= Math.max(rise.value * error, matters)) return undefined;
  if (endOf(training) >= training[best]) return undefined;
  return `The validation loss was lowest in epoch ${epochs[best]}, ${show(round(before))}, and has risen to ${show(round(now))} since, while the training loss fell from ${show(round(training[best]))} to ${show(round(endOf(training)))}`;
}

/** The gap is large by itself. */
function gapOf(ends: Ends, run: RunSubject, curves: Curves | undefined): readonly string[] | undefined {
  const { gap: matters, ratio } = overfitting.thresholds;
  const gap = ends.held - ends.training;
  const first = curves !== undefined && curves.training.length >= 5 ? curves.training[0] : undefined;
  const baseline: Baseline | undefined =
    baselineOfRun(run) ??
    (first === undefined
      ? undefined
      : { value: first, says: `The training loss of the first epoch was ${show(round(first))}` });
  // Of a loss that falls below 0 no ratio means anything. And one row decides nothing: without the worst it is still so.
  const least = (baseline === undefined ? 10 : ratio.value) * ends.training;
  if (run.floor < 0 || ends.training < 0 || ends.held < least || (ends.heldButWorst ?? ends.held) < least)
    return undefined;
  if (baseline !== undefined && gap < matters.value * baseline.value) return undefined;
  const sentence = `The gap between ${ends.part} and the training rows is ${show(round(gap))}`;
  return baseline === undefined ? [sentence] : [sentence, `For comparison: ${lowerFirst(baseline.says)}`];
}
