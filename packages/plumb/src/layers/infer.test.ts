import { describe, expect, test } from "vitest";
import { ones, tensor, zeros, type Tensor } from "../tensor/index.ts";
import { inferOutputs } from "./infer.ts";
import {
  Add,
  AveragePooling2D,
  Conv1D,
  Cropping1D,
  Dense,
  Embedding,
  Flatten,
  GlobalAveragePooling1D,
  input,
  Layer,
  LSTM,
  PositionEmbedding,
  type SymbolicTensor,
  TimeDistributed,
} from "./index.ts";

const drawn = (layer: Layer, ...shape: (number | null)[]): readonly (number | null)[] =>
  (layer.call(input({ shape })) as SymbolicTensor).shape;

/** Applies a function, without being asked what it gives. */
const layerOf = (fn: (x: Tensor) => Tensor): Layer => {
  class Own extends Layer {
    static override readonly className: string = "Own";
    override call(x: Tensor): Tensor {
      return fn(x);
    }
  }
  return new Own();
};

describe("an extent that is not known", () => {
  const stacked = (x: Tensor): Tensor =>
    [...Array(5).keys()].reduce((y) => new Conv1D(2, 4, { strides: 4 }).call(y) as Tensor, x);
  const table = zeros([128, 8]);

  test.each<[string, () => Layer, readonly (number | null)[], readonly (number | null)[]]>([
    ["at most the rows of a table", () => new PositionEmbedding(64), [null, 8], [null, null, 8]],
    ["at most ten", () => new PositionEmbedding(10), [null, 8], [null, null, 8]],
    [
      "sliced out of a table of one's own",
      () => layerOf((x) => x.add(table.slice(0, x.shape[1]))),
      [null, 8],
      [null, null, 8],
    ],
    ["at least a long window", () => new Conv1D(16, 400, { strides: 160 }), [null, 1], [null, null, 16]],
    ["along two axes", () => new AveragePooling2D(300), [null, null, 3], [null, null, null, 3]],
    ["cropped", () => new Cropping1D([200, 200]), [null, 4], [null, null, 4]],
    ["under a stack of windows", () => layerOf(stacked), [null, 1], [null, null, 2]],
    ["within one stride of others", () => new Conv1D(4, 3, { strides: 600 }), [null, 1], [null, null, 4]],
    ["within a longer stride", () => new Conv1D(4, 3, { strides: 5000 }), [null, 1], [null, null, 4]],
    [
      "a multiple of eight",
      () => layerOf((x) => x.reshape([x.shape[0], x.shape[1] / 8, 8, 2]).sum(2)),
      [null, 2],
      [null, null, 2],
    ],
    ["unrolled", () => new LSTM(3, { unroll: true, returnSequences: true }), [null, 2], [null, null, 3]],
    ["summed away", () => new GlobalAveragePooling1D(), [null, 4], [null, 4]],
    ["beside one that is 1", () => new Dense(1), [null, 4], [null, null, 1]],
    ["of the batch only", () => new Flatten(), [3, 4], [null, 12]],
    ["of a batch of groups", () => layerOf((x) => x.reshape([x.shape[0] / 4, 4, 3])), [3], [null, 4, 3]],
  ])("%s", (_what, make, shape, want) => {
    expect(drawn(make(), ...shape)).toEqual(want);
  });

  test("is as unknown in the mask, of any number of axes", () => {
    const words = new Embedding(10, 4, { maskZero: true }).call(input({ shape: [null, 5], dtype: "int32" }));
    expect((words as Tensor as SymbolicTensor).maskShape).toEqual([null, null, 5]);
    const sentences = new TimeDistributed(new LSTM(3)).call(words) as Tensor as SymbolicTensor;
    expect(sentences.shape).toEqual([null, null, 3]);
  });
});

describe("an error", () => {
  test("for all sizes is that of the shape that was given", () => {
    const x = input({ shape: [null, 8] });
    const call = (fn: (x: Tensor) => Tensor) => () => layerOf(fn).call(x);
    expect(call((value) => value.matmul(ones([5, 2])))).toThrow(/\[batch, \?, 8\]/);
    expect(call((value) => new Dense(2).call(value.reshape([value.size])) as Tensor)).toThrow(
      /PL4006.*\[(batch|\?)\]/,
    );
    for (const fn of [(value: Tensor) => value.add(ones([5, 7])), (value: Tensor) => value.reshape([-1, 7])])
      expect(call(fn)).not.toThrow(/240|1021|\[2,|\[3,/);
  });

  test("for nearly all sizes is PL4006 with that shape", () => {
    const x = input({ shape: [null, 8] });
    expect(() => layerOf((value) => value.add(tensor([[1], [2], [3]]))).call(x)).toThrow(
      /PL(4006|1\d\d\d).*\[batch, \?, 8\]/,
    );
  });

  test("that is none of Plumb's is a mistake, told as it is", () => {
    let calls = 0;
    const wrong = (): readonly Tensor[] => {
      calls++;
      throw new TypeError("no function");
    };
    expect(() => inferOutputs([{ shape: [null, null], dtype: "float32" }], wrong)).toThrow(/^no function/);
    expect(calls).toBe(1);
  });

  test("shows no size where only the batch is made up", () => {
    const [x, y] = [input({ shape: [4] }), input({ shape: [5] })];
    const own = (): unknown => new Add().call([x, y]);
    expect(own).toThrow(/\[batch, 4\]/);
    expect(() => layerOf((value) => value.matmul(ones([5, 2]))).call(x)).toThrow(/\[batch, 4\]/);
  });
});
