import { real } from "../base/parameters.ts";
import { scalar, tensor, type Tensor } from "../tensor/index.ts";
import { halfCosine } from "./cosine.ts";
import { alpha, initialLearningRate } from "./parameters.ts";
import { LearningRateSchedule, required, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = {
  initialLearningRate,
  firstDecaySteps: required(real(1000, "The number of steps of the first period", { above: 0 })),
  tMul: real(2, "Each period is this many times as long as the one before", { min: 1 }),
  mMul: real(1, "Each period begins at this many times the rate of the one before", { min: 0 }),
  alpha,
};

/** More steps than the counter counts. */
const never = 2 ** 31;

/** Where each period begins, up to the last step there can be: sums of a geometric row, by multiplication alone. */
function beginnings(first: number, factor: number): { starts: number[]; lengths: number[] } {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let start = 0, length = first; start < never; start += length, length *= factor) {
    starts.push(start);
    lengths.push(length);
  }
  return { starts, lengths };
}

/** The number of the period that a step lies in, and how much of that period has passed, from 0 to 1. */
function locate(step: Tensor, first: number, factor: number): { period: Tensor; passed: Tensor } {
  if (factor === 1) {
    const periods = step.div(first);
    const period = periods.floor();
    return { period, passed: periods.sub(period) };
  }
  // Keras solves for the period with logarithms, whose last bit decides whether a restart comes on time. Comparing with
  // the few dozen beginnings there are is exact.
  const { starts, lengths } = beginnings(first, factor);
  const begun = step.expandDims(-1).greaterEqual(tensor(Float64Array.from(starts)));
  const period = begun.cast("int32").sum(-1).sub(1);
  const start = tensor(Float64Array.from(starts)).gather(period);
  const length = tensor(Float64Array.from(lengths)).gather(period);
  return { period, passed: step.sub(start).div(length) };
}

export const cosineDecayRestarts: ScheduleRecord<typeof parameters> = {
  name: "CosineDecayRestarts",
  doc: "η₀ ((1 − α) mⁱ ½ (1 + cos π f) + α), f being the share passed of period i, each tMul times as long as the last",
  source: "Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2016",
  parameters,
  rate(step, { initialLearningRate, firstDecaySteps, tMul, mMul, alpha }) {
    const { period, passed } = locate(step, firstDecaySteps, tMul);
    const height = scalar(mMul).pow(period.cast("float32"));
    return halfCosine(passed)
      .mul(height)
      .cast("float64")
      .mul(1 - alpha)
      .add(alpha)
      .mul(initialLearningRate);
  },
};

/**
 * Cosine decay that begins again and again: period i is `tMul`ⁱ · `firstDecaySteps` steps long and begins at `mMul`ⁱ times
 * the first rate; within it η₀ ((1 − alpha) mMulⁱ ½ (1 + cos π f) + alpha), f going from 0 to 1. Loshchilov and Hutter, 2016.
 *
 * @example
 * new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 100 }).valueAt(100); // 0.1
 */
export class CosineDecayRestarts extends LearningRateSchedule<typeof parameters> {
  static readonly record = cosineDecayRestarts;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(cosineDecayRestarts, options);
  }
}
