/**
 * Nothing is disposed of by hand, and nothing piles up: loops of many steps run in constant memory and on the programs
 * that their first steps built. Memory is what V8 counts (heap, array buffers) and what the backend was asked for.
 */
import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { SparseCategoricalCrossentropy } from "../../src/losses/index.ts";
import {
  assignAll,
  compile,
  currentBackend,
  engineStats,
  GradientTape,
  random,
  scalar,
  setBackend,
  tensor,
  valueAndGrad,
  Variable,
  type Tensor,
} from "../../src/tensor/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The current backend, counting the bytes that were allocated and not freed. */
function counting(backend: Backend): { backend: Backend; bytes: () => number } {
  let bytes = 0;
  return {
    bytes: () => bytes,
    backend: {
      ...backend,
      name: backend.name,
      get used() {
        return bytes;
      },
      allocate(size) {
        const block = backend.allocate(size);
        bytes += block.bytes;
        return block;
      },
      free(block) {
        bytes -= block.bytes;
        backend.free(block);
      },
      write: (block, data, dtype) => backend.write(block, data, dtype),
      read: (block, dtype, length) => backend.read(block, dtype, length),
      build: (graph, inputs) => backend.build(graph, inputs),
    },
  };
}

const usual = currentBackend();
const { backend, bytes } = counting(usual);
beforeAll(() => setBackend(backend));
afterAll(() => setBackend(usual));

interface Footprint {
  readonly host: number;
  readonly engine: number;
  readonly built: number;
}
function footprint(): Footprint {
  collect();
  const { heapUsed, external } = memoryUsage();
  const { built, programBytes } = engineStats();
  return { host: heapUsed + external, engine: bytes() + programBytes, built };
}

const megabyte = 2 ** 20;

/** Runs `step` some times to warm up, then `steps` times, and asks that both footprints be the same. */
function expectConstant(steps: number, step: (i: number) => void): void {
  const fresh = engineStats().built;
  for (let i = 0; i < 1_000; i++) step(i);
  const before = footprint();
  for (let i = 0; i < steps; i++) step(i);
  const after = footprint();
  expect(after.host - before.host).toBeLessThan(3 * megabyte);
  expect(after.engine).toBe(before.engine);
  expect(after.built - fresh).toBeLessThanOrEqual(2);
}

const x = tensor(Array.from({ length: 32 }, (_, i) => [i / 32, (i % 5) / 5, 1]));
const y = tensor(Array.from({ length: 32 }, (_, i) => [(i * 7) % 3]));

interface Model {
  readonly weights: Variable;
  readonly momentum: Variable;
  readonly loss: () => Tensor;
  readonly update: (gradient: Tensor, rate: Tensor | number) => void;
}
function model(): Model {
  const weights = new Variable([[0], [0], [0]]);
  const momentum = new Variable([[0], [0], [0]]);
  return {
    weights,
    momentum,
    loss: () => x.matmul(weights).sub(y).square().mean(),
    update: (gradient, rate) =>
      assignAll(() => {
        const next = momentum.mul(0.9).add(gradient);
        return [
          [momentum, next],
          [weights, weights.sub(next.mul(rate))],
        ];
      }),
  };
}

describe("memory stays constant over", () => {
  it("10,000 eager tape steps that read nothing", { timeout: 120_000 }, () => {
    const { loss, update, weights } = model();
    expectConstant(10_000, (i) => {
      const tape = new GradientTape(loss);
      update(tape.gradient(tape.value, [weights])[0], 1 / (i + 10));
    });
    expect(loss().itemSync()).toBeLessThan(1);
  });

  it("eager steps that keep a running total of their losses", { timeout: 120_000 }, () => {
    const { loss, update, weights } = model();
    let total = tensor(0, [], "float64");
    expectConstant(2_000, () => {
      const { value, grads } = valueAndGrad(loss as (v: Variable) => Tensor)(weights);
      total = total.add(value); // recorded before the step, so that it refers to the pending loss
      update(grads[0], 0.01);
    });
    expect(total.itemSync()).toBeGreaterThan(0);
  });

  it("eager steps whose losses are kept, unread, in a list", { timeout: 120_000 }, () => {
    const { loss, update, weights } = model();
    const losses: Tensor[] = [];
    // A loss that is only a number takes some 600 bytes; one that holds its graph takes ten thousand.
    expectConstant(2_000, () => {
      const { value, grads } = valueAndGrad(loss as (v: Variable) => Tensor)(weights);
      losses.push(value);
      update(grads[0], 0.01);
    });
    expect(losses.at(-1)!.itemSync()).toBeLessThan(losses[0].itemSync());
  });

  it("10,000 synchronous reads", { timeout: 120_000 }, () => {
    let state = tensor([1, 2, 3]);
    expectConstant(10_000, (i) => {
      state = state.mul(0.99).add(i % 3);
      state.dataSync();
    });
  });

  it("50,000 operations that nobody reads", { timeout: 120_000 }, () => {
    let state = tensor([1, 2, 3]);
    expectConstant(50_000, (i) => {
      state = state.mul(0.99).add(i % 3);
    });
  });

  it("20,000 compiled steps", { timeout: 120_000 }, () => {
    const { loss, update, weights } = model();
    const step = compile((rate: Tensor) => {
      const { value, grads } = valueAndGrad(loss as (v: Variable) => Tensor)(weights);
      update(grads[0].add(random.normal([3, 1]).mul(0.01)), rate);
      return value;
    });
    expectConstant(20_000, (i) => void step(scalar(1 / (i + 10))));
  });
});

it("cross-entropy with its gradient takes the room of the logits and of the gradient, and no more", () => {
  const [rows, classes] = [64, 3_000];
  const logits = new Variable(new Float32Array(rows * classes).fill(0.5));
  const labels = tensor(Int32Array.from({ length: rows }, (_, i) => i));
  const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
  const step = compile((of: Tensor) =>
    valueAndGrad((v: Variable) => loss.call(of, v.reshape([rows, classes])))(logits),
  );
  const before = usual.used;
  const { value, grads } = step(labels);
  expect(value.itemSync()).toBeCloseTo(Math.log(classes), 4);
  expect(grads[0].shape).toEqual([rows * classes]);
  const each = 4 * rows * classes;
  expect(usual.used - before).toBeGreaterThan(each);
  expect(usual.used - before).toBeLessThan(2 * each + 32_768);
});
