import { describe, expect, test } from "vitest";
import { compile, gradients, ones, tensor, type Tensor } from "../../tensor/index.ts";
import { Embedding, maskOf, ReversibleEmbedding, setMask } from "../index.ts";

const indices = (rows: number[][]): Tensor => tensor(rows, [rows.length, rows[0].length], "int32");

test("equal indices add up their gradients", () => {
  const layer = new Embedding(4, 2);
  const x = indices([[1, 3, 1]]);
  const upstream = tensor([
    [
      [1, 10],
      [2, 20],
      [4, 40],
    ],
  ]);
  const output = layer.call(x);
  const [gradient] = gradients(output.mul(upstream).sum(), layer.trainableWeights);
  expect(gradient.arraySync()).toEqual([
    [0, 0],
    [5, 50],
    [0, 0],
    [2, 20],
  ]);
});

test("indices that are given as floats are the same indices", () => {
  const layer = new Embedding(4, 2);
  expect(layer.call(tensor([[3, 0]])).arraySync()).toEqual(layer.call(indices([[3, 0]])).arraySync());
});

test("with maskZero the output has a mask without the zeros, whatever came in", () => {
  const layer = new Embedding(4, 2, { maskZero: true });
  expect(maskOf(layer.call(indices([[1, 0, 3]])))?.arraySync()).toEqual([[true, false, true]]);
  expect(maskOf(new Embedding(4, 2).call(indices([[1, 0, 3]])))).toBeUndefined();
});

describe("an index that names none is PL4019, with its place", () => {
  test.each([
    [
      [
        [0, 1],
        [4, 2],
      ],
      /first that is none is 4 at \[1, 0\]; 1 of 4/,
    ],
    [
      [
        [0, -1],
        [4, 2],
      ],
      /first that is none is -1 at \[0, 1\]; 2 of 4.*maskZero/,
    ],
    [[[3, -1]], /-1 at \[0, 1\]; 1 of 2/],
    [[[0, 1.5]], /1\.5 at \[0, 1\].*whole numbers/],
    [[[0, NaN]], /NaN at \[0, 1\]/],
  ])("%j", (rows, message) => {
    const layer = new Embedding(4, 2, { name: "words" });
    const read = (): unknown => layer.call(tensor(rows)).dataSync();
    expect(read).toThrow(/PL4019.*"words" takes indices 0 … 3/);
    expect(read).toThrow(message);
  });

  test("in a compiled function too, and the next call is fine", () => {
    const layer = new Embedding(4, 2);
    const look = compile((x: Tensor) => layer.call(x));
    expect(() => look(indices([[7]])).dataSync()).toThrow(/PL4019/);
    expect(look(indices([[2]])).shape).toEqual([1, 1, 2]);
  });
});

test.each([
  [0, 2],
  [2.5, 2],
  [2, -1],
])("dimensions %s and %s are PL4004", (inputDim, outputDim) => {
  expect(() => new Embedding(inputDim, outputDim)).toThrow(/PL4004/);
});

describe("ReversibleEmbedding", () => {
  const vectors = tensor([
    [
      [1, 2],
      [3, -4],
    ],
  ]);

  test("in reverse gives the products with every vector", () => {
    const layer = new ReversibleEmbedding(3, 2);
    layer.call(indices([[0]]));
    layer.embeddings.assign([
      [1, 0],
      [0, 1],
      [2, 2],
    ]);
    expect(layer.call(vectors, { reverse: true }).arraySync()).toEqual([
      [
        [1, 2, 6],
        [3, -4, -2],
      ],
    ]);
    expect(layer.weights.map(({ name }) => name)).toEqual(["reversible_embedding/embeddings"]);
  });

  test("untied, it has weights of its own for the way back", () => {
    const layer = new ReversibleEmbedding(3, 2, { tieWeights: false });
    layer.call(indices([[0]]));
    layer.weights[1].assign([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(layer.call(vectors, { reverse: true }).arraySync()).toEqual([
      [
        [1, 2, 0],
        [3, -4, 0],
      ],
    ]);
    const [forward, back] = gradients(layer.call(vectors, { reverse: true }).sum(), layer.trainableWeights);
    expect([...forward.dataSync()].every((value) => value === 0)).toBe(true);
    expect([...back.dataSync()]).toEqual([4, 4, 4, -2, -2, -2]);
  });

  test("a soft cap bounds the logits and leaves small ones", () => {
    const layer = new ReversibleEmbedding(3, 2, { logitSoftCap: 5 });
    layer.call(indices([[0]]));
    layer.embeddings.assign([
      [1000, 0],
      [-1000, 0],
      [0.001, 0],
    ]);
    const [high, low, small] = layer.call(ones([1, 1, 2]), { reverse: true }).dataSync();
    expect([high, low]).toEqual([5, -5]);
    expect(small).toBeCloseTo(0.001, 6);
  });

  test("forward it masks zeros, in reverse it hands the mask on", () => {
    const layer = new ReversibleEmbedding(3, 2, { maskZero: true });
    expect(maskOf(layer.call(tensor([[0, 2]])))?.arraySync()).toEqual([[false, true]]);
    const x = ones([1, 2, 2]);
    expect(maskOf(layer.call(x, { reverse: true }))).toBeUndefined();
    setMask(x, tensor([[true, false]]));
    expect(maskOf(layer.call(x, { reverse: true }))?.arraySync()).toEqual([[true, false]]);
  });
});
