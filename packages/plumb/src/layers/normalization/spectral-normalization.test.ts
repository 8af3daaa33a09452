import { expect, test } from "vitest";
import { compile, gradients, ones, random, seed, tensor, type Tensor } from "../../tensor/index.ts";
import { Dense, Embedding, Flatten, SpectralNormalization } from "../index.ts";

const training = { training: true };

/** The largest singular value, by many rounds of the power iteration. */
function largest(kernel: Tensor): number {
  const rows = kernel.arraySync() as number[][];
  let u = rows[0].map(() => 1);
  let length = 0;
  for (let i = 0; i < 500; i++) {
    const v = rows.map((row) => row.reduce((sum, w, k) => sum + w * u[k], 0));
    u = rows[0].map((_, k) => rows.reduce((sum, row, r) => sum + row[k] * v[r], 0));
    length = Math.hypot(...u);
    u = u.map((value) => value / length);
  }
  return Math.sqrt(length);
}

test("training brings the largest singular value of the kernel to 1, eager and compiled", () => {
  for (const compiled of [false, true]) {
    seed(1);
    const inner = new Dense(4);
    const layer = new SpectralNormalization(inner);
    const call = (x: Tensor): Tensor => layer.call(x, training) as Tensor;
    const step = compiled ? compile(call) : call;
    const x = random.normal([2, 6]);
    layer.call(x);
    inner.weights[0].assign(random.normal([6, 4], { stddev: 3 }));
    for (let i = 0; i < 40; i++) step(x).dataSync();
    expect(largest(inner.weights[0].read())).toBeCloseTo(1, 3);
  }
});

test("enough rounds find it in one step, and the direction does not change", () => {
  seed(2);
  const inner = new Dense(3);
  const layer = new SpectralNormalization(inner, { powerIterations: 10 });
  layer.ensureBuilt([null, 5]);
  // About the same in every row: one singular value is far larger than the others.
  const before = random.normal([5, 3]).add(3);
  inner.weights[0].assign(before);
  layer.call(ones([1, 5]), training);
  const want = before.div(largest(before)).dataSync();
  inner.weights[0].dataSync().forEach((value, i) => expect(value).toBeCloseTo(want[i], 4));
});

test("outside training, and not trainable, it is the layer inside", () => {
  const inner = new Dense(3);
  const layer = new SpectralNormalization(inner);
  const x = ones([2, 4]);
  const plain = [...(layer.call(x) as Tensor).dataSync()];
  expect(plain).toEqual([...inner.call(x).dataSync()]);
  layer.trainable = false;
  expect([...(layer.call(x, training) as Tensor).dataSync()]).toEqual(plain);
});

test("vector_u is a weight that no gradient reaches; the kernel's is that of the normalized one", () => {
  const inner = new Dense(3, { useBias: false });
  const layer = new SpectralNormalization(inner);
  layer.ensureBuilt([null, 4]);
  expect(layer.weights.map(({ name, shape }) => [name.split("/").at(-1), shape])).toEqual([
    ["vector_u", [1, 3]],
    ["kernel", [4, 3]],
  ]);
  expect(layer.trainableWeights).toEqual(inner.trainableWeights);
  const output = layer.call(ones([2, 4]), training) as Tensor;
  const [gradient] = gradients(output.sum(), layer.trainableWeights);
  expect([...gradient.dataSync()]).toEqual(Array(12).fill(2));
});

test("embeddings are normalized too; a layer without a kernel is PL4004", () => {
  const embedding = new Embedding(5, 2);
  const layer = new SpectralNormalization(embedding, { powerIterations: 20 });
  layer.call(tensor([[1, 2]]), training);
  expect(largest(embedding.embeddings.read())).toBeCloseTo(1, 3);
  expect(() => new SpectralNormalization(new Flatten()).call(ones([2, 3]))).toThrow(/PL4004.*flatten/);
  expect(() => new SpectralNormalization(4 as never)).toThrow(/PL4004.*was given 4/);
});
