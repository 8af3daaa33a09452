/** Matrix products. */
import { PlumbError } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Builder, ContractOp, Sample } from "../graph/op.ts";
import { float32Only, requireDtype, showSpec } from "./rules.ts";
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

export const contract = { matmul };
