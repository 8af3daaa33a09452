/** What does not fit is a coded error that names it. */
import { describe, expect, it } from "vitest";
import type { DType } from "../base/dtype.ts";
import type { Attrs, Spec } from "../graph/node.ts";
import type { Op } from "../graph/op.ts";
import { families } from "./index.ts";

const {
  source,
  elementwise,
  compare,
  reduce,
  scan,
  sort,
  view,
  place,
  contract,
  gather,
  scatter,
  random,
  effect,
} = families;
const spec = (shape: readonly number[], dtype: DType = "float32"): Spec => ({ shape, dtype });
const x = spec([2, 3]);

describe("shape and dtype rules refuse", () => {
  it.each<[string, Op, readonly Spec[], Attrs, string]>([
    ["operands of two shapes", elementwise.add, [x, spec([3, 2])], {}, "PL1010"],
    ["operands of two dtypes", elementwise.add, [x, spec([2, 3], "int32")], {}, "PL1004"],
    ["exp of int32", elementwise.exp, [spec([2], "int32")], {}, "PL1004"],
    ["cos of float64", elementwise.cos, [spec([2], "float64")], {}, "PL1004"],
    ["division of int32", elementwise.div, [spec([2], "int32"), spec([2], "int32")], {}, "PL1004"],
    ["order among bools", compare.less, [spec([2], "bool"), spec([2], "bool")], {}, "PL1004"],
    ["a condition that is not bool", compare.where, [x, x, x], {}, "PL1004"],
    ["a condition of another shape", compare.where, [spec([2], "bool"), x, x], {}, "PL1010"],
    ["branches of two dtypes", compare.where, [spec([2, 3], "bool"), x, spec([2, 3], "int32")], {}, "PL1004"],
    ["an axis that is not there", reduce.sum, [x], { axes: [2], keepDims: false }, "PL1002"],
    ["axes twice", reduce.sum, [x], { axes: [1, 1], keepDims: false }, "PL1002"],
    ["a sum of bools", reduce.sum, [spec([2], "bool")], { axes: [0], keepDims: false }, "PL1004"],
    ["argmax of nothing", reduce.argmax, [spec([3, 0])], { axes: [1], keepDims: false }, "PL1011"],
    ["a scan of a scalar", scan.cumsum, [spec([])], { axis: 0, exclusive: false, reverse: false }, "PL1002"],
    ["a sort along no axis", sort.argsort, [x], { axis: -1, descending: false }, "PL1002"],
    ["a reshape to another size", view.reshape, [x], { shape: [4] }, "PL1003"],
    ["a broadcast that shrinks", view.broadcast, [x], { shape: [3] }, "PL1001"],
    ["a broadcast of 3 to 4", view.broadcast, [x], { shape: [2, 4] }, "PL1001"],
    ["an axis twice in a transpose", view.transpose, [x], { permutation: [0, 0] }, "PL1002"],
    ["a slice past the end", view.slice, [x], { start: [0, 2], size: [2, 2], step: [1, 1] }, "PL1006"],
    ["a slice past the start", view.slice, [x], { start: [0, 1], size: [1, 3], step: [1, -1] }, "PL1006"],
    ["a step of 0", view.slice, [x], { start: [0, 0], size: [1, 2], step: [1, 0] }, "PL1006"],
    ["a slice without all its axes", view.slice, [x], { start: [0], size: [1], step: [1] }, "PL1006"],
    ["a negative pad", place.pad, [x], { low: [0, -1], high: [0, 0], gap: [0, 0], value: 0 }, "PL1006"],
    ["a concat of nothing", place.concat, [], { axis: 0 }, "PL1011"],
    ["a concat of odd shapes", place.concat, [x, spec([2, 4])], { axis: 0 }, "PL1010"],
    ["a concat of two dtypes", place.concat, [x, spec([2, 3], "bool")], { axis: 0 }, "PL1004"],
    ["inner extents that differ", contract.matmul, [x, spec([2, 3])], {}, "PL1005"],
    ["batches that differ", contract.matmul, [spec([2, 2, 3]), spec([3, 3, 2])], {}, "PL1010"],
    ["a product of vectors", contract.matmul, [spec([3]), spec([3])], {}, "PL1010"],
    ["indices that are not whole", gather.gather, [x, spec([2])], { axis: 0 }, "PL1004"],
    ["indices of another rank", gather.takeAlong, [x, spec([2], "int32")], { axis: 1 }, "PL1010"],
    [
      "updates of another shape",
      scatter.scatterAdd,
      [x, spec([4], "int32")],
      { axis: 0, shape: [5, 3] },
      "PL1010",
    ],
    ["a float key", random.randomBits, [spec([]), spec([]), spec([])], { shape: [2] }, "PL1004"],
    ["a condition of a check that is not one bool", effect.check, [x, spec([2], "bool")], {}, "PL1010"],
    ["an iota along no axis", source.iota, [], { shape: [2], dtype: "int32", axis: 1 }, "PL1002"],
  ])("%s", (_what, op, inputs, attrs, code) => {
    expect(() => op.infer(inputs, attrs)).toThrow(code);
  });
});
