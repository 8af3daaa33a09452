/** Distances between labels and predictions, element by element; losses and metrics average them. */
import type { Tensor } from "../tensor/index.ts";

/** (y − p)². */
export const squaredError = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).square();

/** |y − p|. */
export const absoluteError = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).abs();
