import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { Part } from "../subjects/data.ts";
import type { RunSubject } from "../subjects/run.ts";
import { show } from "../words.ts";
import { baselineOf, type Baseline } from "./baseline.ts";
import { curvesOf, endOf, lastEpochs, lowest, noiseOf, type Curves } from "./course.ts";

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
  about: `A model that overfits has learned its training rows by heart: their loss keeps falling while that of rows it has not
seen stands still and then rises. What it knows is of no use for other rows, and it is far too sure of itself.

Two signs are looked for. The first is a validation loss that has risen from its lowest epoch by more than chance, while the
training loss fell on: chance is measured by the losses of the single rows, or by how far the curve jumps from epoch to epoch.
The second is a gap between both losses, large beside what it costs to know nothing at all. A small gap is usual and harmless.

The remedies in the order in which to try them: stop at the best epoch, collect more rows, make the model smaller, add Dropout
or a penalty on weights.`,
  example: `const report = await review({ history: { loss: [0.9, 0.3, 0.05], val_loss: [0.9, 0.8, 1.5] }, classes: 3 });
console.log(report.findings.map(({ code }) => code)); // PL4201 and PL4202

const remedy = new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true });
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
  const { gap: least } = overfitting.thresholds;
  const ratio = ends.held / ends.training;
  const times = ratio > 1000 ? "more than 1000 times" : `${show(round(ratio))} times`;
  const best = curves && curves.epochs[lowest(curves.validation)];
  return [
    {
      severity: "warning",
      title: `Overfitting: the loss of ${ends.part} is ${show(round(ends.held))}, ${times} the training loss of ${show(round(ends.training))}`,
      number: ratio,
      threshold: overfitting.thresholds.ratio.value,
      evidence: [
        ...[rise, gap].filter((sentence) => sentence !== undefined),
        ...(ends.gapError === undefined
          ? []
          : [
              `The gap is ${show(round((ends.held - ends.training) / ends.gapError))} times its standard error, which is what chance among the rows would give`,
            ]),
      ],
      why: `The model knows its training rows by heart, and that does not carry over to other rows${rise === undefined ? `: a gap of less than ${100 * least.value}% of what it costs to know nothing would be usual` : ""}`,
      fix: `Stop at the best epoch${rise === undefined || best === undefined ? "" : ` (${best}, counted from 0)`}: callbacks: [new EarlyStopping({ monitor: "val_loss", patience: 5, restoreBestWeights: true })]. Then: more rows, fewer units, new Dropout(0.3) between layers, or kernelRegularizer: "l2"`,
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
  if (run.data === undefined || part === undefined || run.objective === undefined) return undefined;
  const [held, training] = [await run.predictions(part), await run.predictions(run.data.training)];
  if (held === undefined || training === undefined) return undefined;
  const [of, by] = [meanOf(held.losses), meanOf(training.losses)];
  if (!Number.isFinite(of.mean) || !Number.isFinite(by.mean)) return undefined;
  return {
    training: by.mean,
    held: of.mean,
    heldError: of.standardError,
    gapError: Math.hypot(of.standardError, by.standardError),
    part: held.part,
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
  const base = baselineOf(run)?.value ?? training[0];
  const matters = Math.max(riseMatters.value * before, 0.05 * base);
  if (now - before <= Math.max(rise.value * error, matters)) return undefined;
  if (endOf(training) >= training[best]) return undefined;
  return `The validation loss was lowest, ${show(round(before))}, in epoch ${epochs[best]} and has risen to ${show(round(now))} since, while the training loss fell from ${show(round(training[best]))} to ${show(round(endOf(training)))}`;
}

/** The gap is large by itself. */
function gapOf(ends: Ends, run: RunSubject, curves: Curves | undefined): string | undefined {
  const { gap: least, ratio } = overfitting.thresholds;
  const gap = ends.held - ends.training;
  const first = curves !== undefined && curves.training.length >= 5 ? curves.training[0] : undefined;
  const baseline: Baseline | undefined =
    baselineOf(run) ??
    (first === undefined ? undefined : { value: first, says: `the first epoch cost ${show(round(first))}` });
  if (ends.held < (baseline === undefined ? 10 : ratio.value) * ends.training) return undefined;
  if (baseline === undefined)
    return `There is a gap of ${show(round(gap))} between ${ends.part} and the training rows`;
  if (gap < least.value * baseline.value) return undefined;
  return `There is a gap of ${show(round(gap))} between ${ends.part} and the training rows; to compare: ${baseline.says}`;
}
