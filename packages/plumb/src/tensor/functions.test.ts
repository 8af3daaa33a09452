import { describe, expect, it } from "vitest";
import * as plumb from "./index.ts";
import {
  arange,
  checked,
  concat,
  eye,
  full,
  ones,
  onesLike,
  scalar,
  stack,
  tensor,
  where,
  zeros,
  zerosLike,
} from "./index.ts";

const m = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore

describe("making tensors", () => {
  it("takes nested arrays, typed arrays and flat data with a shape", () => {
    expect([m.shape, m.dtype, m.rank, m.size]).toEqual([[2, 3], "float32", 2, 6]);
    expect(tensor(Int32Array.of(1, 2, 3, 4), [2, 2]).arraySync()).toEqual([[1, 2], [3, 4]]); // prettier-ignore
    expect([true, false].map((value) => tensor(value).dtype)).toEqual(["bool", "bool"]);
    expect(tensor(Uint8Array.of(0, 1)).arraySync()).toEqual([false, true]);
    expect(tensor(Uint8Array.of(0, 7), [2], "int32").arraySync()).toEqual([0, 7]);
    expect(() => tensor(Uint8Array.of(0, 7))).toThrow(/PL1009.*7 at \[1\]/);
    expect(tensor([1.9, -1.9], [2], "int32").arraySync()).toEqual([1, -1]);
    expect(tensor(new Float64Array([0.1])).dtype).toBe("float64");
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  it("copies what it is given", () => {
    const data = Float32Array.of(1, 2);
    const x = tensor(data);
    data[0] = 9;
    expect(x.arraySync()).toEqual([1, 2]);
  });

  it.each<[string, unknown, RegExp]>([
    ["ragged rows", [[1, 2], [3]], /PL1009.*array of 1 at \[1\] where 2 were expected/s],
    ["rows of different depth", [[1], 2], /PL1009.*number 2 at \[1\]/s],
    ["deeper than it began", [1, [2]], /PL1009.*array of 1 at \[1\] where one value/s],
    ["text", ["a"], /PL1009.*string a at \[0\]/s],
    ["null", [null], /PL1009.*null at \[0\]/s],
    ["numbers and booleans", [1, true], /PL1009.*1 booleans among 2/s],
    ["another typed array", new Uint16Array(2), /PL1009.*Uint16Array/s],
    ["an object", {}, /PL1009.*Object/s],
    ["nothing", undefined, /PL1009.*undefined/s],
  ])("refuses %s", (_what, data, message) => {
    expect(() => tensor(data as number[])).toThrow(message);
  });

  it("refuses a shape that does not hold the data", () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/PL1003.*3 values.*4 elements/s);
    expect(() => zeros([2, -1])).toThrow(/PL1003/);
  });

  it("fills, counts and marks diagonals", () => {
    expect(full([2, 2], 7).arraySync()).toEqual([[7, 7], [7, 7]]); // prettier-ignore
    expect(full([2], 3, "int32").dtype).toBe("int32");
    expect([ones([2], "bool").arraySync(), zerosLike(m).shape, onesLike(m, "int32").dtype]).toEqual([
      [true, true],
      [2, 3],
      "int32",
    ]);
    expect([arange(4).arraySync(), arange(4).dtype]).toEqual([[0, 1, 2, 3], "int32"]);
    expect(arange(5, 0, -2).arraySync()).toEqual([5, 3, 1]);
    expect([arange(0, 1, 0.25).arraySync(), arange(0, 1, 0.25).dtype]).toEqual([
      [0, 0.25, 0.5, 0.75],
      "float32",
    ]);
    expect([arange(3, 1).arraySync(), arange(3, 0, 1, "float32").dtype]).toEqual([[], "float32"]);
    expect(() => arange(0, 1, 0)).toThrow(/PL1009/);
    expect(eye(2, 3).arraySync()).toEqual([[1, 0, 0], [0, 1, 0]]); // prettier-ignore
    expect(scalar(true).dtype).toBe("bool");
  });
});

describe("shapes", () => {
  it("reshape works out one open extent", () => {
    expect(m.reshape([3, -1]).shape).toEqual([3, 2]);
    expect(m.reshape([-1]).shape).toEqual([6]);
    expect(() => m.reshape([4, -1])).toThrow(/PL1003/);
    expect(() => m.reshape([-1, -1])).toThrow(/PL1003/);
    expect(() => m.reshape([4])).toThrow(/PL1003.*6 elements.*4/s);
  });

  it("expandDims and squeeze put in and take out axes of extent 1", () => {
    expect([m.expandDims(0).shape, m.expandDims(-1).shape, m.expandDims(1).squeeze().shape]).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [2, 3],
    ]);
    expect(zeros([1, 2, 1]).squeeze(-1).shape).toEqual([1, 2]);
    expect(() => m.squeeze(0)).toThrow(/PL1010.*this one has 2/s);
    expect(() => m.expandDims(4)).toThrow(/PL1002/);
  });

  it("transpose reverses axes unless told, and takes axes from the end", () => {
    expect([m.transpose().shape, zeros([2, 3, 4]).transpose([0, -1, 1]).shape]).toEqual([
      [3, 2],
      [2, 4, 3],
    ]);
    expect(() => m.transpose([0, 0])).toThrow(/PL1002/);
  });

  it("slice takes the rest where nothing is said", () => {
    expect(m.slice(1).arraySync()).toEqual([[4, 5, 6]]);
    expect(m.slice([0, 1]).arraySync()).toEqual([[2, 3], [5, 6]]); // prettier-ignore
    expect(m.slice([0, -1]).arraySync()).toEqual([[3], [6]]);
    expect(m.slice([0, 0], [-1, -1], [1, 2]).arraySync()).toEqual([[1, 3], [4, 6]]); // prettier-ignore
    expect(m.slice([], [], [-1]).arraySync()).toEqual([[4, 5, 6], [1, 2, 3]]); // prettier-ignore
    expect(() => m.slice(2, 1)).toThrow(/PL1006/);
    expect(() => m.slice([0, 0, 0])).toThrow(/PL1006.*2 axes/s);
  });

  it("refuse axes that are not there, and axes named twice", () => {
    expect(() => m.sum(2)).toThrow(/PL1002.*\[2, 3\].*0 … 1/s);
    expect(() => m.sum([0, -2])).toThrow(/PL1002.*twice/s);
    expect(() => scalar(1).sum(0)).toThrow(/PL1002.*no axes/s);
  });

  it("matmul takes vectors, one matrix for a batch, and integers", () => {
    const v = tensor([1, 0, 2]);
    expect([m.matmul(v).arraySync(), tensor([1, 1]).matmul(m).arraySync(), v.matmul(v).arraySync()]).toEqual([
      [7, 16],
      [5, 7, 9],
      5,
    ]);
    const batch = stack([m, m.mul(2)]);
    expect(batch.matmul(eye(3)).arraySync()).toEqual(batch.arraySync());
    expect(
      tensor([[2]], [1, 1], "int32")
        .matmul([[3]])
        .arraySync(),
    ).toEqual([[6]]);
    expect(() => m.matmul(m)).toThrow(/PL1005/);
    expect(() => m.matmul(2)).toThrow(/PL1010.*mul/s);
    expect(() => zeros([2, 1, 2]).matmul(zeros([3, 2, 1]))).toThrow(/PL1001.*leading/s);
  });

  it("concat and stack join, promote, and refuse nothing at all", () => {
    expect(concat([[1], tensor([2], [1], "int32")]).arraySync()).toEqual([1, 2]);
    expect(concat([m, m], -1).shape).toEqual([2, 6]);
    expect(stack([[1, 2], [3, 4]], 1).arraySync()).toEqual([[1, 3], [2, 4]]); // prettier-ignore
    expect(() => concat([])).toThrow(/PL1011/);
    expect(() => concat([m, [[1]]])).toThrow(/PL1010/);
  });

  it("split needs parts that add up", () => {
    expect(m.split(3, 1).map((part) => part.shape)).toEqual([[2, 1], [2, 1], [2, 1]]); // prettier-ignore
    expect(() => m.split(2, 1)).toThrow(/PL1006.*not a multiple/s);
    expect(() => m.split([1, 1], 1)).toThrow(/PL1006.*not their sum/s);
  });
});

describe("choosing", () => {
  it("gather takes plain numbers as indices, and puts NaN where there is nothing", () => {
    expect(m.gather([1, 0]).arraySync()).toEqual([[4, 5, 6], [1, 2, 3]]); // prettier-ignore
    expect(m.gather(1).arraySync()).toEqual([4, 5, 6]);
    expect(m.gather([[0, 2]], 1).shape).toEqual([2, 1, 2]);
    expect(m.gather([3], -1).arraySync()).toEqual([[NaN], [NaN]]);
    expect(() => m.gather(tensor([0]))).toThrow(/PL1004.*int32/s);
  });

  it("takeAlong names one element per place", () => {
    expect(m.takeAlong([[2], [0]], 1).arraySync()).toEqual([[3], [4]]);
  });

  it("oneHot marks classes, and nothing for a class there is not", () => {
    expect(plumb.oneHot([0, 2, 5, -1], 3).arraySync()).toEqual([[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect(tensor([1], [1], "int32").oneHot(2, "bool").arraySync()).toEqual([[false, true]]);
  });

  it("topK gives the largest first, and where they stood", () => {
    const { values, indices } = plumb.topK([[1, 5, 3], [9, 7, 8]], 2); // prettier-ignore
    expect([values.arraySync(), indices.arraySync()]).toEqual([
      [[5, 3], [9, 8]],
      [[1, 2], [0, 2]],
    ]); // prettier-ignore
    expect(() => m.topK(4)).toThrow(/PL1006.*3 elements/s);
  });

  it("sorts along an axis, NaN last", () => {
    expect(tensor([3, NaN, 1]).sort().arraySync()).toEqual([1, 3, NaN]);
    expect(m.sort(0, { descending: true }).arraySync()).toEqual([[4, 5, 6], [1, 2, 3]]); // prettier-ignore
    expect(tensor([true, false]).sort().arraySync()).toEqual([false, true]);
  });

  it("clip and where keep NaN and infinity apart from the rest", () => {
    expect(tensor([-5, 0.5, 5, NaN, Infinity]).clip(0, 1).arraySync()).toEqual([0, 0.5, 1, NaN, 1]);
    expect(where([true, false], 1, NaN).arraySync()).toEqual([1, NaN]);
    expect(where(tensor([1, 0], [2], "int32"), [1, 1], 2).dtype).toBe("float32");
    expect(tensor([1, NaN, Infinity]).isFinite().arraySync()).toEqual([true, false, false]);
    expect(tensor([3]).square().arraySync()).toEqual([9]);
  });

  it("any and all ask for truth of any dtype", () => {
    expect([tensor([0, 2]).any().itemSync(), tensor([0, 2]).all().itemSync()]).toEqual([1, 0]);
    expect([zeros([0]).any().itemSync(), zeros([0]).all().itemSync()]).toEqual([0, 1]);
  });

  it("checked passes its tensor on", () => {
    expect(checked(m, m.greater(0), [], () => new Error("never")).arraySync()).toEqual(m.arraySync());
  });
});
