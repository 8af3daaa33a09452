/** A loss as a curve: its value and its slope against the one number that it is a function of. */
import type { Parameters } from "../base/parameters.ts";
import { arange, concat, full, gradients, ones, zeros, type Tensor } from "../tensor/index.ts";
import { Loss, type LossOptions } from "./loss.ts";
import type { Sketch } from "./record.ts";

/** The curve of a loss. */
export interface LossCurve {
  /** What varies, in words: "the residual p − y". */
  readonly against: string;
  /** Evenly spaced numbers. */
  readonly x: Float64Array;
  /** The loss at each of them. */
  readonly value: Float64Array;
  /** Its derivative at each of them, as training would see it. */
  readonly slope: Float64Array;
}

/** Predictions around one label. */
export const againstResidual = (label = 0, [from, to] = [-3, 3]): Sketch<any> => ({
  against: label === 0 ? "the residual p − y" : `the residual p − y, for y = ${label}`,
  from,
  to,
  rows: (x) => [full(x.shape, label), x.add(label)],
});

/** Logits of one output, for a label. */
export const againstLogit = (label = 1): Sketch<any> => ({
  against: `the logit, for y = ${label}`,
  from: -6,
  to: 6,
  parameters: { fromLogits: true },
  rows: (x) => [full(x.shape, label), x],
});

/** Scores of the side that the label names. */
export const againstScore = (): Sketch<any> => ({
  against: "the score, for y = 1",
  from: -3,
  to: 3,
  rows: (x) => [ones(x.shape), x],
});

/** How far the right class of two leads, in logits or scores; labels one-hot rows or the number of the class. */
export const againstLead = (
  { labels, parameters }: { labels: "oneHot" | "classIndex"; parameters?: object } = { labels: "oneHot" },
): Sketch<any> => ({
  against: "the lead of the right class over one other",
  from: -6,
  to: 6,
  parameters,
  rows: (x) => {
    const first = labels === "classIndex" ? zeros([x.shape[0]], "int32") : asFirst(x);
    return [first, concat([x, zeros(x.shape)], 1)];
  },
});

const asFirst = (x: Tensor): Tensor => concat([ones(x.shape), zeros(x.shape)], 1);

/** The curve of a loss, with its own parameters; undefined for one that is no function of a single number. */
export function curveOf<P extends Parameters>(loss: Loss<P>, points = 61): LossCurve | undefined {
  const { sketch } = loss.record;
  if (sketch === undefined) return undefined;
  const drawn = new Loss(loss.record, {
    ...loss.parameters,
    ...sketch.parameters,
    reduction: "none",
  } as LossOptions & typeof sketch.parameters);
  const { against, from, to } = sketch;
  const x = arange(points)
    .cast("float32")
    .mul((to - from) / (points - 1))
    .add(from)
    .reshape([points, 1]);
  const value = drawn.call(...sketch.rows(x));
  const [slope] = gradients(value.sum(), [x]);
  const host = (values: Tensor): Float64Array => Float64Array.from(values.dataSync());
  return { against, x: host(x), value: host(value), slope: host(slope) };
}
