/** Random numbers from the counter-based generator of `base/seed.ts`. */
import { PlumbError } from "../base/errors.ts";
import { parity, rotations, threefry2x32 } from "../base/seed.ts";
import type { Lanes, RandomOp } from "../graph/op.ts";
import { unary, type Unary } from "./pointwise.ts";
import { listAttr, showSpec } from "./rules.ts";
import { intEdges, pointwise } from "./samples.ts";

/** The first word of `threefry2x32(key0, key1, counter, element)`, round for round as there. */
function threefryLanes<V>(w: Lanes<V>, key0: V, key1: V, counter: V, element: V): V {
  const keys = [key0, key1, w.xor(w.xor(key0, key1), w.constant(parity, "int32"))];
  let x0 = w.add(counter, key0);
  let x1 = w.add(element, key1);
  for (let group = 0; group < 5; group++) {
    for (const rotation of rotations[group % 2]) {
      x0 = w.add(x0, x1);
      const rotated = w.or(w.shiftLeft(x1, rotation), w.shiftRightUnsigned(x1, 32 - rotation));
      x1 = w.xor(rotated, x0);
    }
    x0 = w.add(x0, keys[(group + 1) % 3]);
    x1 = w.add(w.add(x1, keys[(group + 2) % 3]), w.constant(group + 1, "int32"));
  }
  return x0;
}

/** `attrs: { shape }`; inputs `[key0, key1, counter]`, int32 scalars. */
export const randomBits: RandomOp = {
  kind: "random",
  name: "randomBits",
  doc: "32 random bits per element: the first word of Threefry-2x32-20 of the key and (counter, element)",
  arity: 3,
  infer: (inputs, attrs) => {
    for (const input of inputs) {
      if (input.dtype === "int32" && input.shape.length === 0) continue;
      throw new PlumbError("PL1004", {
        asked: `randomBits from ${inputs.map(showSpec).join(", ")}`,
        why: "two key words and a counter are int32 scalars",
        fix: "draw through plumb's random functions, which pass them",
      });
    }
    return { shape: listAttr(attrs, "shape"), dtype: "int32" };
  },
  bits: (key0, key1, counter, element) => threefry2x32(key0, key1, counter, element)[0],
  wasm: threefryLanes,
  samples: [[17], [1], [3, 5], [], [0], [67]].map((shape) => ({
    inputs: [intEdges, intEdges, intEdges].map((edges) => ({
      shape: [],
      dtype: "int32" as const,
      range: [-2147483648, 2147483647] as const,
      edges,
    })),
    attrs: { shape },
  })),
};

export const bitsToUnit: Unary = unary("bitsToUnit", {
  doc: "random bits as a float32 in [0, 1): the upper 24 bits times 2⁻²⁴, every value of which float32 holds exactly",
  accepts: ["int32"],
  result: "float32",
  meaning: (bits) => (bits >>> 8) * 2 ** -24,
  wasm: (w, [bits]) =>
    w.mul(w.convert(w.shiftRightUnsigned(bits, 8), "float32"), w.constant(2 ** -24, "float32")),
  samples: pointwise(
    { int32: [{ range: [-2147483648, 2147483647], edges: [...intEdges, 255, 256, -256] }] },
    { ulp: 0 },
  ),
  cost: 3,
});

export const random = { randomBits, bitsToUnit };
