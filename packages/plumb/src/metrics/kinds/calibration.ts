/** Whether probabilities mean what they say: predictions by confidence, and how often each group was right. */
import { integer } from "../../base/parameters.ts";
import { tensor, ones, scatterAdd, type Tensor } from "../../tensor/index.ts";
import type { MetricBatch, MetricState } from "../record.ts";
import { weightedSum } from "./means.ts";
import { isBinary, probabilitiesOf } from "./distributions.ts";
import { fromLogits } from "./parameters.ts";

export const calibrationParameters = {
  numBins: integer(15, "Number of bins, evenly from 0 to 1", { min: 1 }),
  fromLogits,
};

interface CalibrationOptions {
  readonly numBins: number;
  readonly fromLogits?: boolean;
}

/**
 * The lower edges of the bins, and 1: the same doubles as PyTorch's linspace, which counts from the nearer end. So it is
 * settled to which bin a confidence like 0.3 belongs that no double is exactly.
 */
function edges(bins: number): number[] {
  const step = 1 / bins;
  const half = Math.floor((bins + 1) / 2);
  return Array.from({ length: bins + 1 }, (_, i) => (i < half ? step * i : 1 - step * (bins - i)));
}

/** Σ w, Σ w · confidence and Σ w · right of each bin; a confidence of 1 has a last bin of its own. */
export function countBins(
  { yTrue, yPred, weights, predictions }: MetricBatch,
  { numBins, fromLogits }: CalibrationOptions,
): MetricState {
  const p = probabilitiesOf(yPred, fromLogits);
  // With one column the confidence is that in class 1, else that in the class that was chosen.
  const binary = isBinary(predictions);
  const confidence = binary
    ? p.slice([...p.shape.slice(0, -1).map(() => 0), 1], [...p.shape.slice(0, -1), 1]).squeeze(-1)
    : p.max(-1);
  const right = binary ? yTrue.equal(1) : p.argmax(-1).equal(yTrue);
  const size = confidence.size;
  const weight = (weights(confidence.shape) ?? ones(confidence.shape, "float64")).reshape([size]);
  const flat = confidence.reshape([size]);
  const limits = tensor(edges(numBins), [1, numBins + 1], flat.dtype);
  const bin = flat.expandDims(-1).greaterEqual(limits).cast("int32").sum(-1).sub(1);
  const added = (values: Tensor): Tensor => scatterAdd(values, bin, 0, [numBins + 1]);
  const weighed = (values: Tensor): Tensor => weightedSum(values.expandDims(-1), weight.expandDims(-1), -1);
  return {
    count: added(weight),
    confidence: added(weighed(flat)),
    right: added(weighed(right.reshape([size]))),
  };
}
