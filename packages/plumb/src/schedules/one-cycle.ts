import { oneOf, real } from "../base/parameters.ts";
import { minimum, where, type Tensor } from "../tensor/index.ts";
import { halfCosine } from "./cosine.ts";
import { LearningRateSchedule, required, type ScheduleOptions, type ScheduleRecord } from "./schedule.ts";

const parameters = {
  maxLearningRate: required(real(0.1, "The rate at the top", { min: 0 })),
  totalSteps: required(real(1000, "The number of steps of the whole training", { above: 1 })),
  pctStart: real(0.3, "The share of the steps in which the rate rises", { above: 0, max: 1 }),
  annealStrategy: oneOf(["cos", "linear"], "cos", "The form of both slopes"),
  divFactor: real(25, "The first rate is the top divided by this", { above: 0 }),
  finalDivFactor: real(1e4, "The last rate is the first divided by this", { above: 0 }),
};

export const oneCycle: ScheduleRecord<typeof parameters> = {
  name: "OneCycle",
  doc: "up from max / div to max in pctStart of the steps, then down to max / div / finalDiv, each along half a cosine",
  source: "Smith and Topin, Super-Convergence, 2018; PyTorch's form, in two phases",
  parameters,
  refuses: ({ pctStart, totalSteps }) =>
    pctStart * totalSteps > 1
      ? undefined
      : "The rate cannot rise in less than two steps: pctStart · totalSteps",
  rate(step, { maxLearningRate, totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor }) {
    const first = maxLearningRate / divFactor;
    const last = first / finalDivFactor;
    // Steps are counted from 0: the top and the end are the last steps of their phases.
    const top = pctStart * totalSteps - 1;
    const end = Math.max(totalSteps - 1, top + 1);
    const slope = (from: number, to: number, passed: Tensor): Tensor => {
      const left = annealStrategy === "cos" ? halfCosine(passed).cast("float64") : passed.neg().add(1);
      return left.mul(from - to).add(to);
    };
    return where(
      step.less(top),
      slope(first, maxLearningRate, step.div(top)),
      slope(
        maxLearningRate,
        last,
        minimum(step, end)
          .sub(top)
          .div(end - top),
      ),
    );
  },
};

/**
 * One rise and one fall over the whole training: from maxLearningRate / divFactor up to `maxLearningRate` in the first
 * `pctStart` of `totalSteps`, then down to maxLearningRate / divFactor / finalDivFactor at the last step, where it stays.
 * Smith and Topin, Super-Convergence, 2018, with the names, defaults and numbers of PyTorch's `OneCycleLR`.
 *
 * @example
 * new SGD({ learningRate: new OneCycle({ maxLearningRate: 0.4, totalSteps: 1000 }), momentum: 0.9 });
 */
export class OneCycle extends LearningRateSchedule<typeof parameters> {
  static readonly record = oneCycle;
  constructor(options: ScheduleOptions<typeof parameters>) {
    super(oneCycle, options);
  }
}
