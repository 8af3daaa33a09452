/** Curves to draw: every point that scores make, not the area below. */
import { PlumbError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import { asTensor, type TensorLike } from "../tensor/index.ts";

/** What curves of scores take. */
export interface CurveOptions {
  /** How much each row counts: `[rows]`. */
  readonly sampleWeight?: TensorLike;
}
/** What `rocCurve` takes. */
export interface RocCurveOptions extends CurveOptions {
  /** Leave out points on a straight line between their neighbours; true unless told. */
  readonly dropIntermediate?: boolean;
}
/** Points of an ROC curve, from the highest threshold on; the first, at ∞, has nothing above it. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  readonly thresholds: Float64Array;
}
/** Points of a precision-recall curve, from the lowest threshold on; a last one (1, 0) has no threshold. */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}
/** What `calibrationCurve` takes. */
export interface CalibrationCurveOptions {
  /** Number of bins; 5 unless told. */
  readonly numBins?: number;
  /** Bins of one width ("uniform", unless told), or with as many rows each ("quantile"). */
  readonly strategy?: "uniform" | "quantile";
}
/** For each bin that has rows: the share of positives, and the mean probability that was said. */
export interface CalibrationCurve {
  readonly shareRight: Float64Array;
  readonly meanProbability: Float64Array;
}

interface Scored {
  readonly positive: ArrayLike<number>;
  readonly score: ArrayLike<number>;
  readonly weight?: ArrayLike<number>;
}

function read(who: string, yTrue: TensorLike, yScore: TensorLike, sampleWeight?: TensorLike): Scored {
  const given = [yTrue, yScore, ...(sampleWeight === undefined ? [] : [sampleWeight])].map((x) =>
    asTensor(x),
  );
  const [y, s, w] = given;
  if (given.some(({ size }) => size !== s.size) || s.size === 0)
    throw new PlumbError("PL2002", {
      asked: `${who} was given ${given.map(({ shape }) => showShape(shape)).join(", ")}`,
      why: "It takes one label, one score and (if any) one weight for each row, and at least one row",
      fix: "For several classes take one column at a time",
    });
  return { positive: y.dataSync(), score: s.dataSync(), weight: w?.dataSync() };
}

/** Weights above each distinct score, from the highest on. */
interface Steps {
  readonly thresholds: number[];
  readonly truePositives: number[];
  readonly falsePositives: number[];
}

function stepsOf({ positive, score, weight }: Scored): Steps {
  const order = Int32Array.from({ length: score.length }, (_, i) => i).sort((a, b) => score[b] - score[a]);
  const steps: Steps = { thresholds: [], truePositives: [], falsePositives: [] };
  let [right, wrong] = [0, 0];
  order.forEach((row, i) => {
    const amount = weight === undefined ? 1 : weight[row];
    if (positive[row]) right += amount;
    else wrong += amount;
    if (score[row] === score[order[i + 1]]) return;
    steps.thresholds.push(score[row]);
    steps.truePositives.push(right);
    steps.falsePositives.push(wrong);
  });
  return steps;
}

/**
 * The points of the ROC curve: how many negatives and positives, as shares, score at least each threshold.
 *
 * Labels 0 or 1 and scores, one for each row; equal scores make one point. Rates are NaN where there are no rows to divide
 * by. RocAuc is the area below. Errors: PL2002. Source: scikit-learn's roc_curve.
 *
 * @example
 * const { falsePositiveRate } = rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * Array.from(falsePositiveRate); // [0, 0, 0.5, 0.5, 1]
 */
export function rocCurve(
  yTrue: TensorLike,
  yScore: TensorLike,
  { sampleWeight, dropIntermediate = true }: RocCurveOptions = {},
): RocCurve {
  const {
    thresholds,
    truePositives: tp,
    falsePositives: fp,
  } = stepsOf(read("rocCurve", yTrue, yScore, sampleWeight));
  const last = tp.length - 1;
  const bends = (xs: readonly number[], i: number): boolean => xs[i + 1] - 2 * xs[i] + xs[i - 1] !== 0;
  const kept = tp
    .map((_, i) => i)
    .filter((i) => !dropIntermediate || last < 2 || i === 0 || i === last || bends(fp, i) || bends(tp, i));
  return {
    falsePositiveRate: Float64Array.of(fp[last] === 0 ? NaN : 0, ...kept.map((i) => fp[i] / fp[last])),
    truePositiveRate: Float64Array.of(tp[last] === 0 ? NaN : 0, ...kept.map((i) => tp[i] / tp[last])),
    thresholds: Float64Array.of(Infinity, ...kept.map((i) => thresholds[i])),
  };
}

/**
 * The points of the precision-recall curve: of what scores at least each threshold the share that is positive, and the
 * share of all positives that it is.
 *
 * Labels 0 or 1 and scores, one for each row; equal scores make one point. Without positives recall is 1. The last point,
 * precision 1 at recall 0, has no threshold. AveragePrecision is the area. Errors: PL2002. Source: scikit-learn's
 * precision_recall_curve.
 *
 * @example
 * const { precision } = precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * Array.from(precision); // [0.5, 0.6666…, 0.5, 1, 1]
 */
export function precisionRecallCurve(
  yTrue: TensorLike,
  yScore: TensorLike,
  { sampleWeight }: CurveOptions = {},
): PrecisionRecallCurve {
  const {
    thresholds,
    truePositives: tp,
    falsePositives: fp,
  } = stepsOf(read("precisionRecallCurve", yTrue, yScore, sampleWeight));
  const all = tp[tp.length - 1];
  const precision = tp.map((right, i) => (right + fp[i] === 0 ? 0 : right / (right + fp[i])));
  const recall = tp.map((right) => (all === 0 ? 1 : right / all));
  return {
    precision: Float64Array.of(...precision.reverse(), 1),
    recall: Float64Array.of(...recall.reverse(), 0),
    thresholds: Float64Array.from(thresholds.reverse()),
  };
}

/** The edges of bins with as many values each, as NumPy's percentiles lie between neighbours. */
function quantiles(values: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: bins + 1 }, (_, i) => {
    const at = (i / bins) * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
    return low + (high - low) * (at - Math.floor(at));
  });
}

/**
 * Predicted probabilities against how often they came true, bin by bin: a reliability diagram.
 *
 * Labels 0 or 1 and probabilities, one for each row. Bins hold their upper edge; those without rows are left out.
 * ReliabilityBins is the streamed form, ExpectedCalibrationError one number. Errors: PL2002. Source: scikit-learn's
 * calibration_curve.
 *
 * @example
 * const { shareRight } = calibrationCurve([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], { numBins: 2 });
 * Array.from(shareRight); // [0, 1]
 */
export function calibrationCurve(
  yTrue: TensorLike,
  yProb: TensorLike,
  { numBins = 5, strategy = "uniform" }: CalibrationCurveOptions = {},
): CalibrationCurve {
  const { positive, score } = read("calibrationCurve", yTrue, yProb);
  const edges =
    strategy === "uniform"
      ? Array.from({ length: numBins + 1 }, (_, i) => i / numBins)
      : quantiles(score, numBins);
  const inner = edges.slice(1, -1);
  const [count, right, said] = [0, 1, 2].map(() => new Float64Array(numBins));
  for (let row = 0; row < score.length; row++) {
    const bin = inner.filter((edge) => edge < score[row]).length;
    count[bin]++;
    right[bin] += positive[row] ? 1 : 0;
    said[bin] += score[row];
  }
  const filled = [...count.keys()].filter((bin) => count[bin] > 0);
  return {
    shareRight: Float64Array.from(filled, (bin) => right[bin] / count[bin]),
    meanProbability: Float64Array.from(filled, (bin) => said[bin] / count[bin]),
  };
}
