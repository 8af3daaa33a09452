/** Matrix products. */
import { PlumbError } from "../base/errors.ts";
import { sameShape, sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Builder, ContractOp, Sample } from "../graph/op.ts";
import { float32Only, numberAttr, requireDtype, showSpec } from "./rules.ts";
import { sumEdges } from "./samples.ts";

/** The last two axes exchanged; a view, which the compiler reads through. */
function transposed(g: Builder, x: Node): Node {
  const rank = x.shape.length;
  return g.transpose(x, [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
}

const sample = (
  batch: readonly number[],
  m: number,
  k: number,
  n: number,
  edges?: readonly number[],
): Sample => ({
  // Positive factors: nothing cancels, so that an error in units in the last place of the result means something.
  inputs: [
    { shape: [...batch, m, k], dtype: "float32", range: [0.1, 2], edges },
    { shape: [...batch, k, n], dtype: "float32", range: [0.1, 2], edges },
  ],
  ulp: 4 + k,
});

export const matmul: ContractOp = {
  kind: "contract",
  name: "matmul",
  doc: "Σₖ a[…, m, k] · b[…, k, n]",
  arity: 2,
  infer: (inputs) => {
    const [a, b] = inputs;
    for (const input of inputs) requireDtype("matmul", input, float32Only);
    const asked = `matmul of ${showSpec(a)} and ${showSpec(b)}`;
    const rank = a.shape.length;
    if (rank < 2 || b.shape.length !== rank || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) {
      throw new PlumbError("PL1010", {
        asked,
        why: "a matrix product takes [..., m, k] and [..., k, n] with equal leading axes",
        fix: "reshape or broadcast the operands to that form",
      });
    }
    if (a.shape[rank - 1] !== b.shape[rank - 2]) {
      throw new PlumbError("PL1005", {
        asked,
        why: `each row of the first has ${a.shape[rank - 1]} elements and each column of the second ${b.shape[rank - 2]}`,
        fix:
          a.shape[rank - 1] === b.shape[rank - 1]
            ? "transpose the second operand"
            : "make the last axis of the first as long as the last but one of the second",
      });
    }
    return { shape: [...a.shape.slice(0, -1), b.shape[rank - 1]], dtype: a.dtype };
  },
  form: (_attrs, a) => ({ batch: a.length - 2, inner: 1 }),
  gradient: (g, { inputs: [a, b] }, dy) => [g.matmul(dy, transposed(g, b)), g.matmul(transposed(g, a), dy)],
  samples: [
    sample([], 3, 5, 4, sumEdges),
    sample([], 1, 1, 1),
    sample([], 1, 17, 1),
    sample([], 17, 1, 5),
    sample([], 5, 3, 17),
    sample([], 33, 17, 9),
    sample([2], 3, 5, 4),
    sample([3, 1], 1, 5, 7),
    sample([], 3, 0, 4),
    sample([0], 3, 2, 4),
  ],
};

/** The axes of `x` with the run that starts at `first` (of `count`) exchanged with the rest behind it. */
function swapped(g: Builder, x: Node, first: number, count: number): Node {
  const axes = [...x.shape.keys()];
  return g.transpose(x, [
    ...axes.slice(0, first),
    ...axes.slice(first + count),
    ...axes.slice(first, first + count),
  ]);
}

const spread = (a: readonly number[], b: readonly number[], batch: number, inner: number): Sample => ({
  inputs: [
    { shape: a, dtype: "float32", range: [0.1, 2] },
    { shape: b, dtype: "float32", range: [0.1, 2] },
  ],
  attrs: { batch, inner },
  ulp: 4 + sizeOf(a.slice(a.length - inner)),
});

/** `attrs: { batch, inner }`: how many leading axes are shared, and how many are summed over. */
export const contraction: ContractOp = {
  kind: "contract",
  name: "contraction",
  doc: "Σ over inner of a[batch…, rows…, inner…] · b[batch…, inner…, columns…]",
  arity: 2,
  infer: (inputs, attrs) => {
    const [a, b] = inputs;
    for (const input of inputs) requireDtype("contraction", input, float32Only);
    const [batch, inner] = [numberAttr(attrs, "batch"), numberAttr(attrs, "inner")];
    const rows = a.shape.slice(batch, a.shape.length - inner);
    const fits =
      a.shape.length >= batch + inner &&
      b.shape.length >= batch + inner &&
      sameShape(a.shape.slice(0, batch), b.shape.slice(0, batch)) &&
      sameShape(a.shape.slice(a.shape.length - inner), b.shape.slice(batch, batch + inner));
    if (!fits) {
      throw new PlumbError("PL1005", {
        asked: `a contraction of ${showSpec(a)} and ${showSpec(b)} with ${batch} batch and ${inner} inner axes`,
        why: "the leading batch axes agree, and the last inner axes of the first are the inner axes of the second",
        fix: "transpose the operands to [batch…, rows…, inner…] and [batch…, inner…, columns…]",
      });
    }
    return { shape: [...a.shape.slice(0, batch), ...rows, ...b.shape.slice(batch + inner)], dtype: a.dtype };
  },
  form: (attrs) => ({ batch: numberAttr(attrs, "batch"), inner: numberAttr(attrs, "inner") }),
  gradient: (g, { inputs: [a, b], attrs }, dy) => {
    const [batch, inner] = [numberAttr(attrs, "batch"), numberAttr(attrs, "inner")];
    const rows = a.shape.length - batch - inner;
    const columns = b.shape.length - batch - inner;
    return [
      g.contract(dy, swapped(g, b, batch, inner), { batch, inner: columns }),
      g.contract(swapped(g, a, batch, rows), dy, { batch, inner: rows }),
    ];
  },
  samples: [
    spread([3, 5], [5, 4], 0, 1),
    spread([2, 3, 5], [5, 4], 0, 1),
    spread([2, 3, 4, 5], [4, 5, 2, 3], 0, 2),
    spread([2, 3, 5], [2, 5, 4], 1, 1),
    spread([2, 3, 2, 3], [2, 2, 3, 5], 1, 2),
    spread([3, 5], [3, 5], 0, 0),
    spread([5], [5], 0, 1),
    spread([2, 5], [2, 5], 1, 1),
    spread([2, 0, 3], [3, 4], 0, 1),
    spread([2, 3, 0], [0, 4], 0, 1),
    spread([17, 1, 2, 3], [2, 3, 9], 0, 2),
  ],
};

export const contract = { matmul, contraction };
