/**
 * The value checks as conditions in tensors, for what is only known when a program runs. One that fails stops the program
 * before it writes anything, and calls for the sentence of `checks.ts`.
 */
import { labelForms, labelRange, predictionRange, type Range } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import { checked, type Tensor } from "../tensor/index.ts";
import {
  labelError,
  predictionAxesOf,
  predictionError,
  rangeTolerance,
  sumTolerance,
  type CheckContext,
} from "./checks.ts";
import { axesOf, labelAxesOf, spread } from "./layout.ts";

/** Which of the elements fail, of rows that count. `axes`: those of `bad` that the rows lack. */
const among = (bad: Tensor, present: Tensor | undefined, axes: readonly number[]): Tensor =>
  present === undefined ? bad : bad.logicalAnd(spread(present, axes));

/** Which values lie outside a range; undefined where none can. */
function outside(values: Tensor, [low, high]: Range): Tensor | undefined {
  const below = low > -Infinity ? values.less(low - rangeTolerance) : undefined;
  const above = high < Infinity ? values.greater(high + rangeTolerance) : undefined;
  return below === undefined || above === undefined ? (below ?? above) : below.logicalOr(above);
}

/** The predictions, on condition that those of rows that count lie in the contract's range. */
export function checkedPredictions(
  context: CheckContext,
  yPred: Tensor,
  present: Tensor | undefined,
): Tensor {
  const bad = outside(yPred, predictionRange(context.contract, context.fromLogits));
  if (bad === undefined) return yPred;
  const ok = among(bad, present, predictionAxesOf(context, yPred.rank)).any().logicalNot();
  return checked(yPred, ok, present === undefined ? [yPred] : [yPred, present], ([values, rows]) =>
    orUnexplained(predictionError(context, values, yPred.shape, rows), context),
  );
}

/** The labels, on condition that those of rows that count are what the contract takes. */
export function checkedLabels(
  context: CheckContext,
  yTrue: Tensor,
  predictions: Shape,
  present: Tensor | undefined,
): Tensor {
  const bad = badLabels(context, yTrue, predictions, present);
  if (bad === undefined) return yTrue;
  return checked(
    yTrue,
    bad.logicalNot(),
    present === undefined ? [yTrue] : [yTrue, present],
    ([values, rows]) => orUnexplained(labelError(context, values, yTrue.shape, predictions, rows), context),
  );
}

/** Whether some label that counts is not what the contract takes, as a scalar; undefined where no label can be wrong. */
function badLabels(
  context: CheckContext,
  yTrue: Tensor,
  predictions: Shape,
  present: Tensor | undefined,
): Tensor | undefined {
  const wrong = wrongLabels(context, yTrue, predictions, present);
  if (yTrue.dtype === "int32" || yTrue.dtype === "bool") return wrong;
  // NaN and the infinities: what they are to no comparison, they are to a difference.
  const notFinite = yTrue.sub(yTrue).notEqual(0);
  const some = among(notFinite, present, labelAxes(context, yTrue)).any();
  return wrong === undefined ? some : some.logicalOr(wrong);
}

/** The axes of labels that weights of rows lack. */
function labelAxes({ who, contract, axes }: CheckContext, yTrue: Tensor): readonly number[] {
  const whole = labelForms[contract.labels].whole === true;
  return labelAxesOf(contract, whole ? [] : axesOf(who, axes, yTrue.rank));
}

/** Whether some label that counts is a number that the contract does not take; undefined where it takes any. */
function wrongLabels(
  context: CheckContext,
  yTrue: Tensor,
  predictions: Shape,
  present: Tensor | undefined,
): Tensor | undefined {
  const { contract } = context;
  const axes = labelAxes(context, yTrue);
  const some = (bad: Tensor): Tensor => among(bad, present, axes).any();
  const fractions = (): Tensor | undefined =>
    yTrue.dtype === "float32" || yTrue.dtype === "float64" ? yTrue.floor().notEqual(yTrue) : undefined;
  const orFraction = (bad: Tensor): Tensor => {
    const fraction = fractions();
    return fraction === undefined ? bad : bad.logicalOr(fraction);
  };
  switch (contract.labels) {
    case "classIndex": {
      const classes = predictions.at(-1) ?? 2 ** 30;
      return some(orFraction(yTrue.less(0).logicalOr(yTrue.greater(classes - 1))));
    }
    case "sequence": {
      const [classes, steps] = [predictions[2], predictions[1]];
      const strange = some(orFraction(yTrue.less(0).logicalOr(yTrue.greater(classes - 1))));
      const unfit = badSequences(yTrue, steps);
      return strange.logicalOr(among(unfit, present, []).any());
    }
    case "group": {
      const fraction = fractions();
      return fraction === undefined ? undefined : some(fraction);
    }
    case "sign": {
      const strange = (low: number): Tensor => some(yTrue.notEqual(low).logicalAnd(yTrue.notEqual(1)));
      return strange(-1).logicalAnd(strange(0));
    }
    case "oneHot":
    case "binary":
    case "real": {
      const labels = yTrue.cast("float32");
      const bad = outside(labels, labelRange(contract));
      if (bad === undefined) return undefined;
      if (contract.labels !== "oneHot") return some(bad);
      const unbalanced = labels.sum(axes).sub(1).abs().greater(sumTolerance);
      return some(bad).logicalOr(among(unbalanced, present, []).any());
    }
  }
}

/** For each row of classes, whether a 0 stands before its last class, or it needs more than `steps` time steps. */
function badSequences(labels: Tensor, steps: number): Tensor {
  const [rows, length] = labels.shape;
  const written = labels.notEqual(0);
  const needed = written.cast("int32").sum(1);
  if (sizeOf([rows, Math.max(length - 1, 0)]) === 0) return needed.greater(steps);
  const part = (x: Tensor, from: number): Tensor => x.slice([0, from], [rows, length - 1]);
  const holes = part(written, 1).logicalAnd(part(written, 0).logicalNot()).any(1);
  const repeats = part(labels, 1).equal(part(labels, 0)).logicalAnd(part(written, 1));
  return holes.logicalOr(needed.add(repeats.cast("int32").sum(1)).greater(steps));
}

/** The condition failed but the sentence finds nothing: possible only where the two disagree in rounding. */
const orUnexplained = (error: PlumbError | undefined, { who }: CheckContext): PlumbError =>
  error ??
  new PlumbError("PL2004", {
    asked: `${who} checked its labels and predictions`,
    why: "A value lies at the very edge of what it takes",
    fix: "Round the values, or pass validate: false",
  });
