import type { Tensor } from "../../tensor/index.ts";

/** Labels moved towards the even distribution over the classes: y (1 − s) + s / K. */
export const smoothed = (labels: Tensor, share: number, classes: number): Tensor =>
  share === 0 ? labels : labels.mul(1 - share).add(share / classes);
