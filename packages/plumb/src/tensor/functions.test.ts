import { describe, expect, it } from "vitest";
import type { DType } from "../base/dtype.ts";
import { allocating } from "./engine.ts";
import * as plumb from "./index.ts";
import {
  arange,
  checked,
  compile,
  concat,
  eye,
  full,
  ones,
  onesLike,
  random,
  scalar,
  scatterAdd,
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
    const whole = tensor([[1.9], [2]], "int32");
    expect([whole.dtype, whole.arraySync()]).toEqual(["int32", [[1], [2]]]);
    expect(() => tensor([1], "int" as "int32")).toThrow(/PL1004.*"int32"/);
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
    expect(m.split([0, 3], 1).map((part) => part.shape)).toEqual([[2, 0], [2, 3]]); // prettier-ignore
    for (const parts of [2, -1, 0, 1.5, NaN]) expect(() => m.split(parts, 1)).toThrow(/PL1006.*equal parts/s);
    for (const parts of [
      [1, 1],
      [4, -1],
      [1.5, 1.5],
    ])
      expect(() => m.split(parts, 1)).toThrow(/PL1006.*add up/s);
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

describe("a shape", () => {
  it("of one axis can be written as a number", () => {
    const six = arange(6);
    const shapes = [zeros(3), ones(3), full(3, 1), tensor([1, 2, 3], 3), random.uniform(3), random.normal(3)];
    shapes.push(six.slice(0, 3).reshape(3), scalar(1).broadcastTo(3), scatterAdd([1], [0], 0, 3));
    for (const { shape } of shapes) expect(shape).toEqual([3]);
    expect(six.reshape([2, 3]).reshape(-1).arraySync()).toEqual(six.arraySync());
  });

  it("is copied", () => {
    const shape = [2, 3];
    const made = [zeros(shape), arange(6).reshape(shape), random.uniform(shape)];
    shape[0] = 9;
    for (const x of made) expect(x.dataSync()).toHaveLength(6);
    expect(made.map((x) => x.shape[0])).toEqual([2, 2, 2]);
  });

  it.each<[string, () => unknown]>([
    ["reshape", () => arange(6).reshape([-2, -3])],
    ["reshape", () => arange(6).reshape([1.5, 4])],
    ["broadcast", () => tensor([1]).broadcastTo([1.5])],
    ["constant", () => zeros([2, -1])],
    ["constant", () => zeros(NaN)],
    ["iota", () => eye(-1)],
    ["iota", () => plumb.oneHot([0], 1.5)],
    ["randomBits", () => random.uniform([-1])],
    ["randomBits", () => random.permutation(-1)],
    ["scatterAdd", () => scatterAdd([1], [0], 0, [-3])],
    ["", () => zeros("3" as never)],
  ])("has whole extents from 0: %s", (_name, make) => {
    expect(make).toThrow(/PL1003/);
  });

  it("has fewer than 2³¹ elements", () => {
    const tooMany = /PL7001.*4294967296 elements, which take 17179869184 bytes/s;
    expect(() => ones([65536, 65536])).toThrow(tooMany);
    expect(() => random.uniform([65536, 65536])).toThrow(tooMany);
    expect(() => zeros([65536, 1]).add(zeros([1, 65536]))).toThrow(tooMany);
    expect(() => zeros(2 ** 31)).toThrow(/PL7001/);
    expect(zeros([65536, 65536, 0]).size).toBe(0);
    expect(ones(2 ** 31 - 1).size).toBe(2 ** 31 - 1);
  });

  it("is not read as an array of more than 4 GB", () => {
    expect(() => zeros(2 ** 30 + 1).dataSync()).toThrow(/PL7001.*4294967300 bytes/s);
    expect(() => zeros(2 ** 29 + 1, "float64").dataSync()).toThrow(/PL7001/);
    const short = (): never => {
      throw new RangeError("Array buffer allocation failed");
    };
    expect(() => allocating({ shape: [3], dtype: "float32" }, short)).toThrow(/PL7001.*12 bytes/s);
  });
});

describe("a dtype", () => {
  it.each<[string, (dtype: DType) => unknown]>([
    ["tensor", (dtype) => tensor([1], [1], dtype)],
    ["scalar", (dtype) => scalar(1, dtype)],
    ["zeros", (dtype) => zeros([1], dtype)],
    ["onesLike", (dtype) => onesLike([1], dtype)],
    ["full", (dtype) => full([1], 1, dtype)],
    ["arange", (dtype) => arange(0, 2, 1, dtype)],
    ["eye", (dtype) => eye(2, 2, dtype)],
    ["cast", (dtype) => m.cast(dtype)],
    ["oneHot", (dtype) => plumb.oneHot([1], 2, dtype)],
    ["Variable", (dtype) => new plumb.Variable([1], { dtype })],
    ["Variable of a tensor", (dtype) => new plumb.Variable(m, { dtype })],
  ])("is one there is: %s", (_name, make) => {
    expect(() => make("float" as DType)).toThrow(/PL1004.*write "float32"/s);
    expect(() => make("toString" as DType)).toThrow(/PL1004/);
  });
});

describe("int32", () => {
  const most = 2 ** 31 - 1;
  it.each([3e9, 2 ** 31, -(2 ** 31) - 1, NaN, Infinity])("takes no %d from JavaScript", (value) => {
    expect(() => tensor([value], [1], "int32")).toThrow(/PL1009.*int32 holds/s);
    expect(() => tensor(Float64Array.of(value), [1], "int32")).toThrow(/PL1009/);
    expect(() => scalar(value, "int32")).toThrow(/PL1009/);
    expect(() => full([2], value, "int32")).toThrow(/PL1009/);
    expect(() => m.gather([value])).toThrow(/PL1009/);
  });

  it("takes its ends, and cuts fractions off", () => {
    expect(tensor([most, -most - 1, most + 0.5, -most - 1.5], [4], "int32").arraySync()).toEqual([
      most,
      -most - 1,
      most,
      -most - 1,
    ]);
    expect(scalar(-1.9, "int32").itemSync()).toBe(-1);
    expect(compile(() => scalar(-1.9, "int32").cast("float32"))().itemSync()).toBe(-1);
  });

  it("is counted in up to its ends, whatever the step", () => {
    expect(arange(most - 1, most + 1).arraySync()).toEqual([most - 1, most]);
    expect(arange(-most - 1, most, most + 2).arraySync()).toEqual([-most - 1, 1]);
    expect(arange(most, -2, -most - 1).arraySync()).toEqual([most, -1]);
    expect(arange(0, most + 1, most + 1).arraySync()).toEqual([0]);
    expect(() => arange(most, most + 2)).toThrow(/PL1009.*2147483648/s);
    expect(() => arange(-most - 1, -most - 3, -1)).toThrow(/PL1009/);
    expect(arange(most, most + 2, 1, "float64").arraySync()).toEqual([most, most + 1]);
  });
});
