/**
 * Functions that cost less where their arguments are known to lie in a part of their domain. They are no functions of
 * tensors: what asks for one has itself brought the argument there.
 */
import { unary, type Unary } from "./pointwise.ts";
import { floats } from "./rules.ts";
import { pointwise } from "./samples.ts";
import { expDouble } from "./vector-math-double.ts";
import { expNonPositiveLanes } from "./vector-math.ts";

/** Single values at which an exponential of x ≤ 0 goes wrong, but for those with subnormal results, which may be 0. */
const edges: readonly number[] = [NaN, -Infinity, 0, -0, -1, -1e-40, -3e38, -87.3, -1000];

export const expNonPositive: Unary = unary("expNonPositive", {
  doc: "eᵃ of a ≤ 0; float32 results below 2⁻¹²⁶ may be 0",
  accepts: floats,
  meaning: Math.exp,
  wasm: (w, [a]) => (w.dtype(a) === "float64" ? expDouble : expNonPositiveLanes)(w, a),
  gradient: (g, node, dy) => [g.mul(dy, node)],
  samples: pointwise(
    { float32: [{ range: [-3, 0], edges }], float64: [{ range: [-3, 0], edges }] },
    { ulp: 2.5, wide: [{ range: [-87, 0] }] },
  ),
  cost: 10,
});

export const bounded = { expNonPositive };
