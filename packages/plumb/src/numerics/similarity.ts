/** Angles and distances between rows. */
import { arange, where, type Tensor } from "../tensor/index.ts";
import { norm, type Axes } from "./moments.ts";

/** Rows of length 1 along the axes; those shorter than 1e-7 are divided by 1e-7, so that a row of zeros stays one. */
export const normalized = (x: Tensor, axes: Axes): Tensor =>
  x.div(norm(x, axes, { keepDims: true }).maximum(1e-7));

/** The cosine of the angle between labels and predictions along the axes: 1 alike, 0 at right angles or with a zero row. */
export const cosine = (yTrue: Tensor, yPred: Tensor, axes: Axes): Tensor =>
  normalized(yTrue, axes).mul(normalized(yPred, axes)).sum(axes);

/**
 * The squared Euclidean distance of each row to each other: `[rows, width]` to `[rows, rows]`. From the differences: the
 * shorter |a|² + |b|² − 2 a·b loses the digits of neighbours far from the origin, and can come out negative.
 */
export const squaredDistances = (x: Tensor): Tensor => x.expandDims(1).sub(x.expandDims(0)).square().sum(-1);

/** Which rows are partners of which: `[rows, rows]`, bool. */
export interface Partners {
  /** Rows of the same group, but not the row itself unless it was asked for. */
  readonly alike: Tensor;
  readonly unlike: Tensor;
}

/** Partners by group number (int32, `[rows]`); rows that are not `present` are nobody's partner. */
export function partnersOf(
  groups: Tensor,
  { withSelf = false, present }: { readonly withSelf?: boolean; readonly present?: Tensor } = {},
): Partners {
  const same = groups.expandDims(1).equal(groups.expandDims(0));
  const place = arange(groups.shape[0]);
  const other = place.expandDims(1).notEqual(place.expandDims(0));
  const alike = withSelf ? same : same.logicalAnd(other);
  const unlike = same.logicalNot();
  if (present === undefined) return { alike, unlike };
  const column = present.expandDims(0);
  return { alike: alike.logicalAnd(column), unlike: unlike.logicalAnd(column) };
}

/** Stands for −∞ (and negated for ∞) where an infinity would make a gradient NaN. */
const never = -1e30;

/** The largest of the values that count in each row of `[…, n]`; far below every number where none does. */
export const largestOf = (values: Tensor, counts: Tensor): Tensor => where(counts, values, never).max(-1);

/** The smallest of the values that count in each row of `[…, n]`; far above every number where none does. */
export const smallestOf = (values: Tensor, counts: Tensor): Tensor => where(counts, values, -never).min(-1);

/** Only the values that count, the others so low that they add nothing to a sum of exponentials. */
export const onlyThose = (values: Tensor, counts: Tensor): Tensor => where(counts, values, never);
