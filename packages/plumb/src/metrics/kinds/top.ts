/** Whether a class is among the best predictions of its row. */
import type { Tensor } from "../../tensor/index.ts";
import { atClass } from "./distributions.ts";

/**
 * Fewer than k predictions of the row are larger than that of its class, as bool of the shape of the rows. Ties help, as
 * in TensorFlow; so does its rule that nothing is right in a row that is not all finite, nor a class that is none.
 */
export function amongBest(index: Tensor, yPred: Tensor, k: number): Tensor {
  const own = atClass(yPred, index);
  const larger = yPred.greater(own.expandDims(-1)).cast("int32").sum(-1);
  return larger.less(k).logicalAnd(yPred.isFinite().all(-1)).logicalAnd(own.isFinite());
}
