/** The same elements looked at another way: where each element of the result is read in the input. */
import { PlumbError } from "../base/errors.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../base/shape.ts";
import type { Attrs, Node } from "../graph/node.ts";
import type { Builder, IndexAlgebra, Sample, ViewOp } from "../graph/op.ts";
import { listAttr, showSpec } from "./rules.ts";
import { windows } from "./windows.ts";

const dtypes = ["float32", "int32", "bool", "float64"] as const;

/** One sample in float32 for each case, and the first case in every dtype. */
const samples = (cases: readonly (readonly [Shape, Attrs])[]): readonly Sample[] => [
  ...dtypes.slice(1).map((dtype): Sample => ({
    inputs: [{ shape: cases[0][0], dtype, range: dtype === "bool" ? [0, 1] : [-99, 99] }],
    attrs: cases[0][1],
  })),
  ...cases.map(([shape, attrs]): Sample => ({
    inputs: [{ shape, dtype: "float32", range: [-2, 2], edges: [NaN, Infinity, -0, 1e-40] }],
    attrs,
    ulp: 0,
  })),
];

// reshape

/**
 * Runs of axes that hold the same number of elements on both sides, as short as they can be: [2, 3, 4] to [6, 2, 2] is
 * (2, 3 → 6)(4 → 2, 2). Within a run the position is one number; across runs nothing mixes, so that a reshape which
 * only joins or splits some axes leaves the coordinates of all others untouched.
 */
function runs(
  from: Shape,
  to: Shape,
): { readonly from: readonly [number, number]; readonly to: readonly [number, number] }[] {
  const found = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const [i0, j0] = [i, j];
    let a = i < from.length ? from[i++] : 1;
    let b = j < to.length ? to[j++] : 1;
    while (a !== b) {
      if (a < b && i < from.length) a *= from[i++];
      else if (j < to.length) b *= to[j++];
      else break;
    }
    found.push({ from: [i0, i] as const, to: [j0, j] as const });
  }
  return found;
}

function readReshaped<I>(ix: IndexAlgebra<I>, at: readonly I[], shape: Shape, input: Shape): readonly I[] {
  if (sizeOf(shape) === 0) return input.map(() => ix.constant(0));
  const read = new Array<I>(input.length);
  for (const run of runs(input, shape)) {
    let position: I | undefined;
    for (let axis = run.to[0]; axis < run.to[1]; axis++) {
      if (shape[axis] === 1) continue;
      position = position === undefined ? at[axis] : ix.add(ix.scale(position, shape[axis]), at[axis]);
    }
    const wide = input.slice(...run.from).filter((extent) => extent !== 1).length;
    let left = wide;
    for (let axis = run.from[1] - 1; axis >= run.from[0]; axis--) {
      if (input[axis] === 1 || position === undefined) {
        read[axis] = ix.constant(0);
      } else if (--left === 0) {
        read[axis] = position; // the outermost: what is left is below its extent
      } else {
        [position, read[axis]] = ix.divMod(position, input[axis]);
      }
    }
  }
  return read;
}

export const reshape: ViewOp = {
  kind: "view",
  name: "reshape",
  keepsOrder: true,
  doc: "the same elements in row-major order under another shape",
  arity: 1,
  infer: ([input], attrs) => {
    const shape = listAttr(attrs, "shape");
    if (sizeOf(shape) !== sizeOf(input.shape)) {
      throw new PlumbError("PL1003", {
        asked: `reshape of ${showSpec(input)} to ${showShape(shape)}`,
        why: `the first has ${sizeOf(input.shape)} elements, the second ${sizeOf(shape)}`,
        fix: "choose extents whose product is the number of elements",
      });
    }
    return { shape, dtype: input.dtype };
  },
  read: (ix, at, { shape }, input) => readReshaped(ix, at, shape, input),
  gradient: (g, { inputs: [x] }, dy) => [g.reshape(dy, x.shape)],
  simplify: (g, { inputs: [x], shape }) => {
    if (sameShape(x.shape, shape)) return x;
    return x.op === reshape ? g.reshape(x.inputs[0], shape) : undefined;
  },
  samples: samples([
    [[3, 5], { shape: [15] }],
    [[17], { shape: [17, 1] }],
    [[2, 3, 4], { shape: [6, 2, 2] }],
    [[6, 4], { shape: [3, 8] }],
    [[1, 5, 1, 3], { shape: [5, 3] }],
    [[1], { shape: [] }],
    [[], { shape: [1, 1] }],
    [[3, 0], { shape: [0, 7] }],
    [[2, 1, 3, 5], { shape: [1, 6, 5, 1] }],
  ]),
};

// broadcast

export const broadcast: ViewOp = {
  kind: "view",
  name: "broadcast",
  keepsOrder: false,
  doc: "repeated along new leading axes and along axes of extent 1 (NumPy's rule)",
  arity: 1,
  infer: ([input], attrs) => {
    const shape = listAttr(attrs, "shape");
    const lead = shape.length - input.shape.length;
    if (lead < 0 || input.shape.some((extent, axis) => extent !== 1 && extent !== shape[lead + axis])) {
      throw new PlumbError("PL1001", {
        asked: `broadcast of ${showSpec(input)} to ${showShape(shape)}`,
        why: "aligned at the last axis, each extent must be equal or 1",
        fix: "reshape it first so that the axes to repeat have extent 1",
      });
    }
    return { shape, dtype: input.dtype };
  },
  read: (ix, at, _node, input) =>
    input.map((extent, axis) => (extent === 1 ? ix.constant(0) : at[at.length - input.length + axis])),
  // Each element collects what arrived at its copies.
  gradient: (g, { inputs: [x], shape }, dy) => {
    const lead = shape.length - x.shape.length;
    const copied = [...shape.keys()].filter((axis) => axis < lead || x.shape[axis - lead] !== shape[axis]);
    return [g.reshape(g.sum(dy, copied), x.shape)];
  },
  simplify: (g, { inputs: [x], shape }) => {
    if (sameShape(x.shape, shape)) return x;
    return x.op === broadcast ? g.broadcast(x.inputs[0], shape) : undefined;
  },
  samples: samples([
    [[3, 1], { shape: [3, 5] }],
    [[], { shape: [17] }],
    [[1], { shape: [3] }],
    [[5], { shape: [3, 5] }],
    [[1, 3, 1], { shape: [2, 5, 3, 7] }],
    [[3, 1], { shape: [3, 0] }],
    [[3, 5], { shape: [3, 5] }],
  ]),
};

// transpose

export const transpose: ViewOp = {
  kind: "view",
  name: "transpose",
  keepsOrder: false,
  doc: "axes in another order: axis i of the result is axis permutation[i] of the input",
  arity: 1,
  infer: ([input], attrs) => {
    const permutation = listAttr(attrs, "permutation");
    if (
      !sameShape(
        [...permutation].sort((a, b) => a - b),
        [...input.shape.keys()],
      )
    ) {
      throw new PlumbError("PL1002", {
        asked: `transpose of ${showSpec(input)} by [${permutation.join(", ")}]`,
        why: `a permutation names each of the ${input.shape.length} axes once`,
        fix: `write for instance [${[...input.shape.keys()].reverse().join(", ")}]`,
      });
    }
    return { shape: permutation.map((axis) => input.shape[axis]), dtype: input.dtype };
  },
  read: (_ix, at, { attrs }) => inverse(listAttr(attrs, "permutation")).map((axis) => at[axis]),
  gradient: (g, { attrs }, dy) => [g.transpose(dy, inverse(listAttr(attrs, "permutation")))],
  simplify: (g, { inputs: [x], attrs }) => {
    const permutation = listAttr(attrs, "permutation");
    if (permutation.every((axis, i) => axis === i)) return x;
    if (x.op !== transpose) return undefined;
    const before = listAttr(x.attrs, "permutation");
    return g.transpose(
      x.inputs[0],
      permutation.map((axis) => before[axis]),
    );
  },
  samples: samples([
    [[3, 5], { permutation: [1, 0] }],
    [[2, 3, 5], { permutation: [1, 2, 0] }],
    [[2, 3, 5], { permutation: [0, 2, 1] }],
    [[17], { permutation: [0] }],
    [[], { permutation: [] }],
    [[0, 3], { permutation: [1, 0] }],
  ]),
};

/** The permutation that undoes this one. */
const inverse = (permutation: readonly number[]): number[] =>
  permutation.map((_, i) => permutation.indexOf(i));

// slice

export const slice: ViewOp = {
  kind: "view",
  name: "slice",
  keepsOrder: false,
  doc: "size[i] elements along axis i, from start[i] in steps of step[i]; a negative step walks backwards",
  arity: 1,
  infer: ([input], attrs) => {
    const [start, size, step] = [listAttr(attrs, "start"), listAttr(attrs, "size"), listAttr(attrs, "step")];
    const lists = [start, size, step];
    const asked = (): string =>
      `slice of ${showSpec(input)} from [${start.join(", ")}], size [${size.join(", ")}], step [${step.join(", ")}]`;
    if (lists.some((list) => list.length !== input.shape.length || !list.every(Number.isInteger))) {
      throw new PlumbError("PL1006", {
        asked: asked(),
        why: `start, size and step each need one whole number per axis, and the tensor has ${input.shape.length}`,
        fix: "give one entry per axis",
      });
    }
    for (const [axis, extent] of input.shape.entries()) {
      const last = start[axis] + (size[axis] - 1) * step[axis];
      const inside = (i: number): boolean => i >= 0 && i < extent;
      if (size[axis] === 0 || (size[axis] > 0 && step[axis] !== 0 && inside(start[axis]) && inside(last)))
        continue;
      throw new PlumbError("PL1006", {
        asked: asked(),
        why:
          size[axis] < 0 || step[axis] === 0
            ? `along axis ${axis} the size must not be negative and the step must not be 0`
            : `along axis ${axis} it reads elements ${start[axis]} to ${last}, and there are ${extent}`,
        fix: `stay within 0 … ${extent - 1}`,
      });
    }
    return { shape: size, dtype: input.dtype };
  },
  read: (ix, at, { attrs }) => {
    const [start, step] = [listAttr(attrs, "start"), listAttr(attrs, "step")];
    return at.map((i, axis) => ix.add(ix.scale(i, step[axis]), ix.constant(start[axis])));
  },
  gradient: sliceGradient,
  simplify: (_g, { inputs: [x], attrs, shape }) =>
    sameShape(x.shape, shape) && listAttr(attrs, "step").every((step) => step === 1) ? x : undefined,
  samples: samples([
    [[5, 7], { start: [1, 2], size: [3, 4], step: [1, 1] }],
    [[17], { start: [2], size: [5], step: [3] }],
    [[17], { start: [16], size: [17], step: [-1] }],
    [[7, 5], { start: [6, 0], size: [3, 5], step: [-2, 1] }],
    [[3, 5], { start: [0, 0], size: [3, 5], step: [1, 1] }],
    [[3, 5], { start: [3, 0], size: [0, 5], step: [1, 1] }],
    [[], { start: [], size: [], step: [] }],
  ]),
};

/** What arrived, turned the right way round and laid back to where it was read, zeros between and around. */
function sliceGradient(g: Builder, { inputs: [x], attrs }: Node, dy: Node): readonly Node[] {
  const [start, size, step] = [listAttr(attrs, "start"), listAttr(attrs, "size"), listAttr(attrs, "step")];
  const turned = step.map((s) => s < 0);
  const forward = turned.includes(true)
    ? g.slice(
        dy,
        size.map((extent, axis) => (turned[axis] ? Math.max(0, extent - 1) : 0)),
        size,
        turned.map((t) => (t ? -1 : 1)),
      )
    : dy;
  const low = start.map((s, axis) =>
    size[axis] === 0 ? 0 : turned[axis] ? s + (size[axis] - 1) * step[axis] : s,
  );
  const gap = step.map((s) => Math.abs(s) - 1);
  const high = x.shape.map((extent, axis) => {
    const covered = size[axis] === 0 ? 0 : (size[axis] - 1) * (gap[axis] + 1) + 1;
    return extent - low[axis] - covered;
  });
  return [g.pad(forward, low, high, gap, 0)];
}

export const view = { reshape, broadcast, transpose, slice, windows };
