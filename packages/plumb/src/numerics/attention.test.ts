import { describe, expect, test } from "vitest";
import type { HostArray } from "../base/dtype.ts";
import type { Binding } from "../graph/node.ts";
import { interpret } from "../interpret/interpret.ts";
import { drawWeights } from "../../test/support/samples.ts";
import { arange, concat, full, gradients, ones, seed, tensor, trace, type Tensor } from "../tensor/index.ts";
import {
  additiveScores,
  attend,
  attendInBlocks,
  scaledDotProductAttention,
  visible,
  type AttentionOptions,
} from "./attention.ts";

const scattered = (shape: readonly number[], stream: number): Tensor =>
  tensor(Float32Array.from(drawWeights(shape, stream)), shape);

const bits = (shape: readonly number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Uint8Array.from({ length: size }, (_, i) => ((i * 7) % 5 < 3 ? 1 : 0)),
    shape,
  );
};

function expectClose(got: HostArray, want: ArrayLike<number>, what: string, scale = 1): void {
  expect(got.length, what).toBe(want.length);
  const worst = Math.max(0, ...Array.from(got, (value, i) => Math.abs(value - want[i])));
  expect(worst, what).toBeLessThanOrEqual(5e-6 * scale);
}

/** Several tensors in one, so that one program computes them. */
const together = (tensors: readonly Tensor[]): Tensor => concat(tensors.map((x) => x.reshape([-1])));

const leaf = (binding: Binding): HostArray =>
  binding.kind === "scalar" ? Float64Array.of(binding.value) : (binding as Binding & { kind: "data" }).data;

describe("softmax(q kᵀ / √d) v", () => {
  test("is what it says, worked out by hand", () => {
    const [q, k, v] = [
      [1, 0, 1, 0],
      [0, 2, 0, 0],
      [3, 5],
    ];
    const scores = [0, 0.5 * (q[0] * k[0] + q[1] * k[1])];
    const output = scaledDotProductAttention(
      tensor([q]),
      tensor([[0, 0, 0, 0], k]),
      tensor([[v[0]], [v[1]]]),
    );
    const powers = scores.map(Math.exp);
    const mean = (powers[0] * v[0] + powers[1] * v[1]) / (powers[0] + powers[1]);
    expect(output.itemSync()).toBeCloseTo(mean, 6);
  });

  test("weights are from 0 to 1 and add up to 1; the output is their mean of values", () => {
    const [q, k, v] = [scattered([2, 3, 4], 1), scattered([2, 5, 4], 2), scattered([2, 5, 3], 3)];
    const { output, weights } = attend(q, k, v, {});
    for (const sum of weights.sum(-1).dataSync()) expect(sum).toBeCloseTo(1, 6);
    expect(weights.greater(0).all().itemSync()).toBe(1);
    expectClose(weights.matmul(v).dataSync(), output.dataSync(), "the mean");
  });

  test("the order of keys does not matter, that of values with them", () => {
    const [q, k, v] = [scattered([3, 4], 1), scattered([5, 4], 2), scattered([5, 3], 3)];
    const order = [3, 1, 4, 0, 2];
    const plain = scaledDotProductAttention(q, k, v);
    const mixed = scaledDotProductAttention(q, k.gather(order), v.gather(order));
    expectClose(mixed.dataSync(), plain.dataSync(), "another order");
  });

  test("scores of any size", () => {
    const q = tensor([[1e4, 0]]);
    const k = tensor([
      [1e4, 0],
      [-1e4, 0],
    ]);
    const v = tensor([[2], [7]]);
    const output = scaledDotProductAttention(q, k, v);
    const found = gradients(output.sum(), [q, k, v]);
    expect(output.itemSync()).toBe(2);
    for (const gradient of found) expect(gradient.isFinite().all().itemSync()).toBe(1);
  });

  test("softCap bounds scores, and leaves small ones nearly as they are", () => {
    const k = tensor([[1], [-1]]);
    for (const size of [1000, 1]) {
      const { weights } = attend(full([1, 1], size), k, ones([2, 1]), { softCap: 2, scale: 1 });
      const score = 2 * Math.tanh(size / 2);
      expectClose(
        weights.dataSync(),
        [1 / (1 + Math.exp(-2 * score)), 1 / (1 + Math.exp(2 * score))],
        "capped",
      );
    }
  });

  test("dropout keeps the expected output, and draws for each weight", () => {
    seed(5);
    const n = 20_000;
    const [q, k] = [ones([n, 1]), ones([4, 1])];
    const v = tensor([[1], [2], [3], [4]]);
    const output = scaledDotProductAttention(q, k, v, { dropout: 0.5 });
    // Each output is Σ vᵢ bᵢ / 2 with fair bits bᵢ: mean 2.5, variance Σ vᵢ² / 16 = 1.875; five deviations of the mean.
    expect(Math.abs(output.mean().itemSync() - 2.5)).toBeLessThan(5 * Math.sqrt(1.875 / n));
    expect(new Set(output.dataSync()).size).toBe(11);
  });
});

describe("what is not seen", () => {
  const [q, k, v] = [scattered([2, 4, 3], 1), scattered([2, 4, 3], 2), scattered([2, 4, 2], 3)];

  test("masked keys are as keys that are not there", () => {
    const mask = tensor([true, true, true, false]);
    const few = (x: Tensor): Tensor => x.slice([0, 0, 0], [2, 3, -1]);
    const masked = scaledDotProductAttention(q, k, v, { mask });
    const [, dk, dv] = gradients(masked.square().sum(), [q, k, v]);
    expectClose(masked.dataSync(), scaledDotProductAttention(q, few(k), few(v)).dataSync(), "without it");
    for (const gradient of [dk, dv])
      expect([...gradient.slice([0, 3, 0]).dataSync()].every((value) => value === 0)).toBe(true);
  });

  test("not even where its score is larger than any", () => {
    const mask = tensor([true, true, true, false]);
    const far = concat([k.slice([0, 0, 0], [2, 3, 3]), full([2, 1, 3], 1e30)], 1);
    const masked = scaledDotProductAttention(q, far, v, { mask });
    const [dq] = gradients(masked.sum(), [q]);
    const near = scaledDotProductAttention(q, k, v, { mask });
    expectClose(masked.dataSync(), near.dataSync(), "an unseen score");
    expect(dq.isFinite().all().itemSync()).toBe(1);
  });

  test("a query that sees no key gives 0, and passes no gradient", () => {
    const mask = tensor([true, true, false, true]).reshape([4, 1]);
    const { output, weights } = attend(q, k, v, { mask });
    const [dq] = gradients(output.square().sum().add(weights.square().sum()), [q]);
    for (const x of [output, weights, dq])
      expect([...x.slice([0, 2, 0], [2, 1, -1]).dataSync()].every((value) => value === 0)).toBe(true);
    expect([...dq.isFinite().dataSync()]).not.toContain(0);
  });

  test("causal and window are masks of places", () => {
    const [row, column] = [arange(4).reshape([4, 1]), arange(4)];
    const equal = (options: AttentionOptions, mask: Tensor): void =>
      expectClose(
        scaledDotProductAttention(q, k, v, options).dataSync(),
        scaledDotProductAttention(q, k, v, { mask }).dataSync(),
        JSON.stringify(options),
      );
    equal({ causal: true }, column.lessEqual(row));
    equal({ window: 2 }, column.sub(row).abs().lessEqual(1));
    equal({ causal: true, window: 2 }, column.lessEqual(row).logicalAnd(row.sub(column).less(2)));
    expect(visible(4, 4, {})).toBeUndefined();
  });

  test("a causal output does not hang on what comes later", () => {
    const output = scaledDotProductAttention(q, k, v, { causal: true }).slice([0, 1, 0], [2, 1, -1]);
    const found = gradients(output.square().sum(), [k, v]);
    for (const gradient of found) {
      const [early, late] = [gradient.slice([0, 0, 0], [2, 2, -1]), gradient.slice([0, 2, 0])];
      expect([...late.dataSync()].every((value) => value === 0)).toBe(true);
      expect([...early.dataSync()].every((value) => value !== 0)).toBe(true);
    }
  });
});

describe("in blocks", () => {
  const cases: [string, AttentionOptions][] = [
    ["all", {}],
    ["causal", { causal: true }],
    ["window", { window: 2 }],
    ["causal window", { causal: true, window: 3 }],
    ["keys", { mask: bits([5]) }],
    ["queries", { mask: bits([7, 1]) }],
    ["keys of the batch", { mask: bits([2, 1, 1, 5]) }],
    ["all of the batch, causal", { mask: bits([2, 1, 7, 5]), causal: true }],
    ["all of each head", { mask: bits([2, 3, 7, 5]), window: 4 }],
    ["one for everything", { mask: tensor(true) }],
    ["softCap and scale", { softCap: 1.5, scale: tensor(0.7), causal: true }],
  ];
  const [q, k, v] = [scattered([2, 3, 7, 4], 1), scattered([2, 1, 5, 4], 2), scattered([2, 1, 5, 2], 3)];
  const dy = scattered([2, 3, 7, 2], 4);

  test.each(cases)("values and gradients are those of all at once: %s", (_, options) => {
    const sources = [q, k, v, ...(typeof options.scale === "object" ? [options.scale as Tensor] : [])];
    const results = (output: Tensor): Tensor =>
      together([output, ...gradients(output.mul(dy).sum(), sources)]);
    const want = results(attend(q, k, v, options).output).dataSync();
    for (const rows of [3, 8]) {
      const output = attendInBlocks(q, k, v, options, rows);
      expect(output.shape).toEqual(dy.shape);
      expectClose(results(output).dataSync(), want, `${rows} rows`, 4);
    }
  });

  test("Wasm computes what the interpreter does", () => {
    const got = attendInBlocks(q, k, v, { mask: bits([2, 1, 7, 5]), causal: true }, 3);
    const everything = together([got, ...gradients(got.mul(dy).sum(), [q, k, v])]);
    const [truth] = interpret([everything.node], leaf);
    expectClose(everything.dataSync(), truth, "value and gradients", 4);
  });

  test("leading axes that do not meet are PL1001, in either way", () => {
    const three = scattered([3, 5, 4], 2);
    for (const act of [
      () => attend(scattered([2, 7, 4], 1), three, three, {}),
      () => attendInBlocks(scattered([2, 7, 4], 1), three, three, {}, 3),
    ])
      expect(act).toThrow(/PL1001/);
  });
});

describe("memory grows with the length, and not with its square", () => {
  const bytes = (steps: number, of: (q: Tensor, k: Tensor, v: Tensor) => Tensor): number => {
    const traced = trace(
      (...[q, k, v]) => {
        const y = of(q, k, v);
        return [y, ...gradients(y.square().sum(), [q, k, v])];
      },
      Array(3).fill({ shape: [2, steps, 16], dtype: "float32" }),
    );
    const { workBytes } = traced;
    traced.dispose();
    return workBytes;
  };

  test.each([{}, { causal: true }])("scaledDotProductAttention %o", (options) => {
    const [short, long] = [1024, 2048].map((steps) =>
      bytes(steps, (...inputs) => scaledDotProductAttention(...inputs, options)),
    );
    expect(long).toBeLessThan(2048 * 2048 * 4);
    expect(long / short).toBeLessThan(2.2);
  });

  test("additive scores take no more than the scores, whatever the features are", () => {
    const steps = 128;
    const scores = 2 * steps * steps * 4;
    expect(bytes(steps, (q, k) => additiveScores(q, k, (sums) => sums.tanh()))).toBeLessThan(4 * scores);
  });
});
