/** Half a period of a cosine, from 1 to 0. */
import type { Tensor } from "../tensor/index.ts";

/**
 * ½ (1 + cos π f) for f from 0 to 1, float32.
 *
 * Computed as sin²(½ π (1 − f)), which is the same: near f = 1 the sum 1 + cos π f cancels and keeps no digits, while the
 * sine of a small angle keeps all of them, and f = 1 gives exactly 0. The angle is float64 until the sine.
 */
export const halfCosine = (fraction: Tensor): Tensor =>
  fraction
    .neg()
    .add(1)
    .mul(Math.PI / 2)
    .cast("float32")
    .sin()
    .square();
