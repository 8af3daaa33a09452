/** Inputs laid at given places into a larger result. */
import { PlumbError } from "../base/errors.ts";
import { sameShape, type Shape } from "../base/shape.ts";
import type { Attrs } from "../graph/node.ts";
import type { PlaceOp, Sample, SampleInput } from "../graph/op.ts";
import { listAttr, numberAttr, requireAxis, showSpec } from "./rules.ts";

const input = (shape: Shape, dtype: SampleInput["dtype"] = "float32"): SampleInput =>
  dtype === "float32"
    ? { shape, dtype, range: [-2, 2], edges: [NaN, Infinity, -0, 1e-40] }
    : { shape, dtype, range: dtype === "bool" ? [0, 1] : [-99, 99] };

// pad

const padSample = (
  shape: Shape,
  low: Shape,
  high: Shape,
  gap: Shape,
  value: number,
  dtype?: SampleInput["dtype"],
): Sample => ({
  inputs: [input(shape, dtype)],
  attrs: { low, high, gap, value },
  ulp: 0,
});

export const pad: PlaceOp = {
  kind: "place",
  name: "pad",
  doc: "`value` around the input: low[i] before and high[i] after it along axis i, gap[i] between its elements",
  arity: 1,
  infer: ([x], attrs) => {
    const [low, high, gap] = [listAttr(attrs, "low"), listAttr(attrs, "high"), listAttr(attrs, "gap")];
    const whole = (list: readonly number[]): boolean =>
      list.length === x.shape.length && list.every((count) => Number.isInteger(count) && count >= 0);
    if (![low, high, gap].every(whole)) {
      throw new PlumbError("PL1006", {
        asked: `pad of ${showSpec(x)} by [${low.join(", ")}] before, [${high.join(", ")}] after, [${gap.join(", ")}] between`,
        why: `each list needs one whole number ≥ 0 per axis, and the tensor has ${x.shape.length}`,
        fix: "give one [before, after] pair per axis; to cut, use slice",
      });
    }
    const covered = (extent: number, axis: number): number =>
      extent === 0 ? 0 : (extent - 1) * (gap[axis] + 1) + 1;
    return {
      shape: x.shape.map((extent, axis) => low[axis] + covered(extent, axis) + high[axis]),
      dtype: x.dtype,
    };
  },
  fill: (attrs) => numberAttr(attrs, "value"),
  places: (_inputs, attrs) => [
    { offset: listAttr(attrs, "low"), step: listAttr(attrs, "gap").map((gap) => gap + 1) },
  ],
  gradient: (g, { inputs: [x], attrs }, dy) => [
    g.slice(
      dy,
      listAttr(attrs, "low"),
      x.shape,
      listAttr(attrs, "gap").map((gap) => gap + 1),
    ),
  ],
  samples: [
    padSample([3, 5], [1, 0], [2, 3], [0, 0], 0),
    padSample([5], [0], [0], [2], 0),
    padSample([3, 2], [2, 1], [0, 1], [1, 0], -7.5),
    // Sums over an infinite fill have no central differences.
    { ...padSample([17], [3], [5], [0], Infinity), differentiable: false },
    padSample([0, 3], [2, 1], [1, 0], [0, 0], 4),
    padSample([], [], [], [], 1),
    padSample([3, 5], [1, 0], [2, 3], [0, 1], 7, "int32"),
    padSample([3, 5], [1, 0], [2, 3], [0, 0], 1, "bool"),
    padSample([3, 5], [1, 0], [2, 3], [0, 0], 0.1, "float64"),
  ],
};

// concat

const concatSample = (shapes: readonly Shape[], axis: number, dtype?: SampleInput["dtype"]): Sample => ({
  inputs: shapes.map((shape) => input(shape, dtype)),
  attrs: { axis } as Attrs,
  ulp: 0,
});

export const concat: PlaceOp = {
  kind: "place",
  name: "concat",
  doc: "the inputs one after the other along an axis",
  arity: "many",
  infer: (inputs, attrs) => {
    const axis = numberAttr(attrs, "axis");
    const asked = (): string => `concat of ${inputs.map(showSpec).join(", ")} along axis ${axis}`;
    const [first] = inputs;
    if (first === undefined) {
      throw new PlumbError("PL1011", {
        asked: "concat of no tensors",
        why: "their dtype is unknown",
        fix: "pass at least one",
      });
    }
    requireAxis("concat", axis, first.shape);
    const others = (shape: Shape): Shape => shape.filter((_, i) => i !== axis);
    for (const { shape, dtype } of inputs) {
      if (shape.length !== first.shape.length || !sameShape(others(shape), others(first.shape))) {
        throw new PlumbError("PL1010", {
          asked: asked(),
          why: "all but the joined axis must agree",
          fix: "reshape, slice or pad the odd one out",
        });
      }
      if (dtype !== first.dtype) {
        throw new PlumbError("PL1004", {
          asked: asked(),
          why: "joined tensors have one dtype",
          fix: `cast the odd one out: x.cast("${first.dtype}")`,
        });
      }
    }
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis], 0);
    return { shape: first.shape.with(axis, total), dtype: first.dtype };
  },
  fill: () => 0,
  places: (inputs, attrs) => {
    const axis = numberAttr(attrs, "axis");
    let next = 0;
    return inputs.map(({ shape }) => {
      const offset = shape.map((_, i) => (i === axis ? next : 0));
      next += shape[axis];
      return { offset, step: shape.map(() => 1) };
    });
  },
  gradient: (g, { inputs, attrs }, dy) =>
    concat.places(inputs, attrs).map(({ offset, step }, i) => g.slice(dy, offset, inputs[i].shape, step)),
  samples: [
    concatSample([[3], [5], [1]], 0),
    concatSample([[17]], 0),
    concatSample(
      [
        [3, 2],
        [3, 5],
      ],
      1,
    ),
    concatSample(
      [
        [1, 5],
        [3, 5],
        [0, 5],
      ],
      0,
    ),
    concatSample(
      [
        [2, 1, 3],
        [2, 4, 3],
      ],
      1,
    ),
    concatSample(
      [
        [3, 2],
        [3, 5],
      ],
      1,
      "int32",
    ),
    concatSample(
      [
        [3, 2],
        [3, 5],
      ],
      1,
      "bool",
    ),
    concatSample(
      [
        [3, 2],
        [3, 5],
      ],
      1,
      "float64",
    ),
  ],
};

export const place = { pad, concat };
