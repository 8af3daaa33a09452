/** The adjoints of the gathers: updates added up where their indices point. `attrs: { axis, shape }`. */
import { PlumbError } from "../base/errors.ts";
import { sameShape, showShape, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Builder, GatherOp, Sample, SampleInput, ScatterOp } from "../graph/op.ts";
import { gather, takeAlong } from "./gather.ts";
import { arithmetic, listAttr, numberAttr, requireDtype, showSpec } from "./rules.ts";

function sample(
  updates: Shape,
  indices: Shape,
  axis: number,
  shape: Shape,
  dtype: SampleInput["dtype"] = "float32",
): Sample {
  const extent = shape[axis];
  return {
    inputs: [
      {
        shape: updates,
        dtype,
        range: dtype === "int32" ? [-9, 9] : [0.1, 2],
        edges: dtype === "float32" ? [NaN, Infinity] : [],
      },
      {
        shape: indices,
        dtype: "int32",
        range: [0, extent - 1],
        edges: [-1, extent, 0, extent - 1, 2147483647],
      },
    ],
    attrs: { axis, shape },
    // A place may collect every update; each addition rounds once.
    ulp: 2 + updates.reduce((product, n) => product * n, 1),
  };
}

function scatter(
  name: string,
  doc: string,
  adjoint: GatherOp,
  back: (g: Builder, dy: Node, indices: Node, axis: number) => Node,
): Omit<ScatterOp, "samples"> {
  return {
    kind: "scatter",
    name,
    doc,
    arity: 2,
    gather: adjoint,
    infer: ([updates, indices], attrs) => {
      requireDtype(name, updates, arithmetic);
      const shape = listAttr(attrs, "shape");
      const expected = adjoint.infer([{ shape, dtype: updates.dtype }, indices], attrs);
      if (!sameShape(updates.shape, expected.shape)) {
        throw new PlumbError("PL1010", {
          asked: `${name} of ${showSpec(updates)} at indices ${showSpec(indices)} into ${showShape(shape)}`,
          why: `with these indices updates have the shape ${showShape(expected.shape)}`,
          fix: "reshape or broadcast the updates to it",
        });
      }
      return { shape, dtype: updates.dtype };
    },
    // An update whose index is out of range went nowhere: its gradient is 0, not the NaN that a gather reads there.
    gradient: (g, { inputs: [, indices], attrs }, dy) => {
      const axis = numberAttr(attrs, "axis");
      const read = back(g, dy, indices, axis);
      const from = adjoint === takeAlong ? 0 : axis;
      const aligned = read.shape.map((extent, i) =>
        i >= from && i < from + indices.shape.length ? extent : 1,
      );
      const at = g.broadcast(g.reshape(indices, aligned), read.shape);
      const [zero, extent] = [g.constant(0, at), g.constant(listAttr(attrs, "shape")[axis], at)];
      const inside = g.logicalAnd(g.lessEqual(zero, at), g.less(at, extent));
      return [g.where(inside, read, g.constant(0, read)), null];
    },
  };
}

export const scatterAdd: ScatterOp = {
  ...scatter(
    "scatterAdd",
    "zeros of a shape, to which each slice of the updates is added at its index along one axis",
    gather,
    (g, dy, indices, axis) => g.gather(dy, indices, axis),
  ),
  samples: [
    sample([17], [17], 0, [5]),
    sample([4, 3], [4], 0, [5, 3]),
    sample([3, 2, 3], [2, 3], 1, [3, 5]),
    sample([2, 4, 3], [4], 1, [2, 5, 3]),
    sample([3], [], 0, [5, 3]),
    sample([0], [0], 0, [5]),
    sample([4, 3], [4], 0, [5, 3], "int32"),
    sample([4, 3], [4], 0, [5, 3], "float64"),
  ],
};

export const scatterAddAlong: ScatterOp = {
  ...scatter(
    "scatterAddAlong",
    "zeros of a shape, to which each update is added at its index along one axis, on its own line",
    takeAlong,
    (g, dy, indices, axis) => g.takeAlong(dy, indices, axis),
  ),
  samples: [
    sample([3, 4], [3, 4], 1, [3, 5]),
    sample([3, 1], [3, 1], 1, [3, 5]),
    sample([17], [17], 0, [5]),
    sample([2, 4, 3], [2, 4, 3], 1, [2, 5, 3]),
    sample([3, 0], [3, 0], 1, [3, 5]),
    sample([3, 4], [3, 4], 1, [3, 5], "int32"),
    sample([3, 4], [3, 4], 1, [3, 5], "float64"),
  ],
};

export const scatters = { scatterAdd, scatterAddAlong };
