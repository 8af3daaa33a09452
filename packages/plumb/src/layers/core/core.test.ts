import { describe, expect, test } from "vitest";
import { ones, tensor, type Tensor } from "../../tensor/index.ts";
import { collectLosses } from "../added-losses.ts";
import {
  ActivityRegularization,
  EinsumDense,
  ELU,
  Flatten,
  LeakyReLU,
  Masking,
  maskOf,
  Permute,
  PReLU,
  ReLU,
  RepeatVector,
  Reshape,
  setMask,
  Softmax,
  UnitNormalization,
  type Layer,
} from "../index.ts";

describe("what does not fit is PL4006", () => {
  test.each<[Layer, readonly (number | null)[], RegExp]>([
    [new Reshape([4]), [2, 3], /Reshape.*rows of 4 elements/],
    [new Reshape([-1, 4]), [2, 6], /that 4 divides/],
    [new Reshape([4]), [2, null], /-1 in targetShape/],
    [new Permute([2, 1]), [2, 3], /a batch axis and 2 more/],
    [new RepeatVector(2), [2, 3, 4], /\[batch, features\]/],
    [new Masking(), [2], /features behind the steps/],
    [new Softmax({ axis: [1, 2] }), [2, 3], /axes 1 and 2/],
    [new UnitNormalization({ axis: 2 }), [2, 3], /axis 2/],
    [new PReLU(), [2, null], /sharedAxes/],
    [new PReLU({ sharedAxes: [3] }), [2, 3], /at least 3 more/],
    [new EinsumDense("abc,cd->abd", [null, 2]), [2, 3], /an input of 3 axes/],
    [new EinsumDense("abc,cd->abd", [5, 2]), [2, 3, 4], /extent of 5 along "b"/],
    [new EinsumDense("abc,cd->abd", [null, 2]), [2, 3, null], /known extent along "c"/],
  ])("%o of %j", (layer, shape, message) => {
    expect(() => layer.ensureBuilt(shape)).toThrow(/PL4006/);
    expect(() => layer.ensureBuilt(shape)).toThrow(message);
  });

  test("another length than it was built for", () => {
    const dense = new EinsumDense("ab,bc->ac", 2);
    dense.call(ones([2, 3]));
    expect(() => dense.call(ones([2, 4]))).toThrow(/PL4006.*extent of 3 along "b", for which it was built/);
    const slopes = new PReLU();
    slopes.call(ones([2, 3]));
    expect(() => slopes.call(ones([2, 4]))).toThrow(/PL4006.*\[3\], for which it was built/);
  });
});

describe("bad options are PL4004 and name the layer", () => {
  test.each<[string, () => Layer]>([
    ["Reshape", () => new Reshape([-1, -1])],
    ["Reshape", () => new Reshape(4 as never)],
    ["Permute", () => new Permute([1, 3])],
    ["RepeatVector", () => new RepeatVector(0)],
    ["Flatten", () => new Flatten({ dataFormat: "first" as never })],
    ["Softmax", () => new Softmax({ axis: [1, 1] })],
    ["ReLU", () => new ReLU({ negativeSlope: -1 })],
    ["LeakyReLU", () => new LeakyReLU({ alpha: 0.1 } as never)],
    ["ELU", () => new ELU({ alpha: NaN })],
    ["PReLU", () => new PReLU({ sharedAxes: [0] })],
    ["ActivityRegularization", () => new ActivityRegularization({ l1: -1 })],
    ["EinsumDense", () => new EinsumDense("ab->ac", 2)],
    ["EinsumDense", () => new EinsumDense("ab,bc->ad", 2)],
    ["EinsumDense", () => new EinsumDense("ab,bcd->ac", 2)],
    ["EinsumDense", () => new EinsumDense("aab,bc->ac", 2)],
    ["EinsumDense", () => new EinsumDense("ab,bc->ac", [2, 3])],
    ["EinsumDense", () => new EinsumDense("ab,bc->ac", 2, { biasAxes: "d" })],
    ["EinsumDense", () => new EinsumDense("...ab,bc->ac", 2)],
  ])("%s", (name, make) => {
    expect(make).toThrow(new RegExp(`PL4004.*${name}`));
  });
});

describe("masks", () => {
  test("Masking makes one, and blanks what it leaves out", () => {
    const x = tensor([
      [
        [5, 5],
        [5, 1],
        [0, 2],
      ],
    ]);
    const output = new Masking({ maskValue: 5 }).call(x);
    expect(maskOf(output)?.arraySync()).toEqual([[false, true, true]]);
    expect(output.arraySync()).toEqual([
      [
        [0, 0],
        [5, 1],
        [0, 2],
      ],
    ]);
  });

  test("a softmax over steps leaves out those that are not there", () => {
    const x = ones([1, 3, 2]);
    setMask(x, tensor([[true, false, true]]));
    expect(new Softmax({ axis: 1 }).call(x).arraySync()).toEqual([
      [
        [0.5, 0.5],
        [0, 0],
        [0.5, 0.5],
      ],
    ]);
  });

  test("a softmax knows its mask: a row of which nothing counts is 0, one of tiny logits is not", () => {
    const tiny = tensor([[-1e31, -1e31]]);
    expect([...new Softmax().call(tiny).dataSync()]).toEqual([0.5, 0.5]);
    const none = tensor([[false, false]]);
    expect([...new Softmax().call(tensor([[1, 2]]), { mask: none }).dataSync()]).toEqual([0, 0]);
  });

  test("a softmax of NaN stays NaN", () => {
    expect([...new Softmax().call(tensor([[NaN, 1]])).dataSync()]).toEqual([NaN, NaN]);
  });

  test("what changes the steps ends them", () => {
    const x = ones([1, 3, 2]);
    setMask(x, tensor([[true, false, true]]));
    for (const layer of [new Flatten(), new Reshape([6]), new Permute([2, 1])])
      expect(maskOf(layer.call(x) as Tensor)).toBeUndefined();
  });
});

test("ActivityRegularization adds its penalty, by the size of the batch, to those of every layer", () => {
  const x = tensor([
    [1, -2],
    [3, 0],
  ]);
  const layer = new ActivityRegularization({ l1: 0.1, l2: 1, activityRegularizer: (y: Tensor) => y.sum() });
  const { losses } = collectLosses(() => layer.call(x));
  const total = losses.reduce((sum, loss) => sum + loss.itemSync(), 0);
  expect(total).toBeCloseTo((0.1 * 6 + 14) / 2 + 2 / 2, 5);
});

test("Flatten with channels first gives the order of channels last", () => {
  const last = tensor([
    [
      [
        [1, 10],
        [2, 20],
      ],
      [
        [3, 30],
        [4, 40],
      ],
    ],
  ]);
  const first = last.transpose([0, 3, 1, 2]);
  const flat = new Flatten({ dataFormat: "channelsFirst" }).call(first);
  expect(flat.arraySync()).toEqual(new Flatten().call(last).arraySync());
});

test("EinsumDense as a dense layer is that", () => {
  const layer = new EinsumDense("...b,bc->...c", 2, { biasAxes: "c" });
  const x = tensor([[[1, 2, 3]], [[4, 5, 6]]]);
  layer.call(x);
  const [kernel, bias] = layer.weights;
  bias.assign([10, 20]);
  expect([...layer.call(x).dataSync()]).toEqual([...x.matmul(kernel.read()).add(bias.read()).dataSync()]);
});
