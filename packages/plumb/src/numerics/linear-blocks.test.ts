import { describe, expect, test } from "vitest";
import { gradients, tensor, trace, Variable, type Tensor } from "../tensor/index.ts";
import { sparseFromLogits } from "./crossentropy.ts";
import { inBlocks, largeLinear } from "./linear-blocks.ts";

const scattered = (shape: number[], seed: number): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + 1.7 * i)),
    shape,
  );

describe("a linear map too large to keep", () => {
  const [rows, inputs, units] = [2000, 2, 40_000];
  const known = (of: (x: Tensor, kernel: Variable, bias: Variable) => Tensor): boolean => {
    const [kernel, bias] = [new Variable(scattered([inputs, units], 1)), new Variable(scattered([units], 2))];
    let found = false;
    const traced = trace(
      (x) => {
        const logits = of(x, kernel, bias);
        found = largeLinear(logits) !== undefined;
        return x.sum();
      },
      [{ shape: [rows, inputs], dtype: "float32" }],
    );
    traced.dispose();
    return found;
  };

  test("is found behind a bias and reshapes, and nothing else is", () => {
    expect(known((x, kernel) => x.matmul(kernel.read()))).toBe(true);
    expect(known((x, kernel, bias) => x.matmul(kernel.read()).add(bias.read()))).toBe(true);
    expect(known((x, kernel, bias) => bias.read().add(x.matmul(kernel.read())))).toBe(true);
    expect(known((x, kernel) => x.reshape([10, 200, inputs]).matmul(kernel.read()))).toBe(true);
    expect(known((x, kernel) => x.slice([0, 0], [500, inputs]).matmul(kernel.read()))).toBe(false); // small
    expect(known((x, kernel) => x.matmul(kernel.read()).add(x.sum(1, { keepDims: true })))).toBe(false);
    expect(known((x, kernel) => x.matmul(kernel.read()).tanh())).toBe(false);
  });
});

test("values and gradients in blocks are those of all rows at once, however many are left over", () => {
  const [rows, inputs, units] = [40, 3, 140_000]; // 16 rows a block
  const [x, kernel, bias] = [
    scattered([rows, inputs], 1),
    scattered([inputs, units], 2),
    scattered([units], 3),
  ];
  const labels = tensor(
    Int32Array.from({ length: rows }, (_, i) => (7919 * i) % units),
    [rows],
  );
  const weights = scattered([rows], 4);
  const all = sparseFromLogits(labels, x.matmul(kernel).add(bias).mul(1), -1);
  const blocks = inBlocks({ x, kernel, bias }, labels, (logits, own) => sparseFromLogits(own, logits, -1));
  const of = (values: Tensor): Tensor[] => [
    values,
    ...gradients(values.mul(weights).sum(), [x, kernel, bias]),
  ];
  const want = of(all);
  of(blocks).forEach((got, i) => {
    const [a, b] = [got, want[i]].map((found) => Float64Array.from(found.dataSync()));
    const scale = Math.max(...b.slice(0, 5000).map(Math.abs));
    const worst = a.reduce((most, value, j) => Math.max(most, Math.abs(value - b[j])), 0);
    expect(worst).toBeLessThan(2e-5 * Math.max(1, scale));
  });
});

test("cross-entropy behind a head of 50,257 classes trains without its logits", () => {
  const [rows, inputs, units] = [2048, 64, 50_257];
  const [kernel, bias] = [new Variable(scattered([inputs, units], 1)), new Variable(scattered([units], 2))];
  const traced = trace(
    (x, y) => {
      const loss = sparseFromLogits(y, x.matmul(kernel.read()).add(bias.read()), -1).mean();
      const [ofKernel, ofBias] = gradients(loss, [kernel, bias]);
      kernel.assignSub(ofKernel.mul(0.1));
      bias.assignSub(ofBias.mul(0.1));
      return loss;
    },
    [
      { shape: [rows, inputs], dtype: "float32" },
      { shape: [rows], dtype: "int32" },
    ],
  );
  const gradient = 4 * units * (inputs + 1);
  expect(traced.workBytes - gradient).toBeLessThan(64e6); // the logits alone would be 412 MB
  traced.dispose();
});
