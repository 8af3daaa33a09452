/**
 * What threads promise: the same bits for any number of them, whatever the program; workers that keep no process alive,
 * outlive growing memory and setting their number anew; and an end, also where every core is busy with something else.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { rolldown } from "rolldown";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import type { HostArray } from "../../src/base/dtype.ts";
import type { Node } from "../../src/graph/node.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import * as plumb from "../../src/index.ts";
import { allOps, contract, elementwise, g, makeNode, place } from "../../src/ops/index.ts";
import { currentBackend, setBackend } from "../../src/tensor/index.ts";
import { testBackend } from "../support/backends.ts";
import { Choices, leaf, randomGraph } from "../support/random-graphs.ts";
import { dataNode, describeSample, drawInputs } from "../support/samples.ts";

const usual = currentBackend();
const counts = [1, 2, 3];
/** Every kernel on all threads, down to the smallest. */
const engines = counts.map((threads) => wasmBackend({ threads, shareAll: true }));
const runners = engines.map((engine, i) => testBackend(`${counts[i]} threads`, engine, 3));
afterAll(() => {
  setBackend(usual);
  for (const engine of engines) engine.threads = 1;
});

/** A name for all bits of an array: comparing millions of them one by one takes seconds. */
const bits = (values: HostArray): string => createHash("sha1").update(values).digest("hex");

/** Asks that all numbers of threads give the same bits, three runs in a row. */
function expectSameBits(roots: Node[]): void {
  const [alone, ...others] = runners.map(({ evaluate }) => evaluate(roots).map(bits));
  for (const other of others) expect(other).toEqual(alone);
}

describe("one thread and several give the same bits", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))("random graph %i", (seed) => {
    expectSameBits(randomGraph(seed, 8 + (seed % 40)));
  });

  it.each(Array.from({ length: 15 }, (_, seed) => seed))("gradients of random graph %i", (seed) => {
    const choices = new Choices(500 + seed);
    const x = leaf([70, 37], choices);
    const product = makeNode(contract.matmul, [g.transpose(x, [1, 0]), makeNode(elementwise.sin, [x])]);
    const smooth = makeNode(elementwise.tanh, [product]);
    const target = g.sum(g.mul(smooth, smooth), [0, 1]);
    expectSameBits([...randomGraph(seed, 12), target, ...(gradients(target, [x], g) as Node[])]);
  });

  const sampled = allOps.filter(({ kind }) => kind !== "source" && kind !== "effect" && kind !== "loop");
  it.each(sampled.map((op) => [op.name, op] as const))("%s", (_name, op) => {
    for (const sample of op.samples) {
      const inputs = drawInputs(sample).map((values, k) => dataNode(sample.inputs[k], values));
      const [alone, ...others] = runners.map(({ evaluate }) =>
        evaluate([makeNode(op, inputs, sample.attrs)]).map(bits),
      );
      for (const other of others) expect(other, describeSample(sample)).toEqual(alone);
    }
  });

  it.each([
    [300, 40, 130],
    [65, 513, 9],
    [7, 1500, 200],
    [64, 64, 64],
  ])("products [%i, %i] × [%i]: all four ways to lie in memory, one after the other", (m, k, n) => {
    const choices = new Choices(m);
    const a = [leaf([m, k], choices), g.transpose(leaf([k, m], choices), [1, 0])];
    const b = [leaf([k, n], choices), g.transpose(leaf([n, k], choices), [1, 0])];
    const products = a.flatMap((left) => b.map((right) => makeNode(contract.matmul, [left, right])));
    expectSameBits([...products, makeNode(elementwise.tanh, [products.reduce((x, y) => g.add(x, y))])]);
  });

  it.each([0, 0.25])("large buffers are filled with %d, to the last byte and no further", (value) => {
    for (const length of [32_764, 32_765, 100_003]) {
      const x = leaf([5], new Choices(1));
      const attrs = { low: [length], high: [length - 2], gap: [0], value };
      const padded = makeNode(place.pad, [x], attrs);
      expectSameBits([padded, makeNode(elementwise.neg, [padded])]);
      expect(bits(runners[1].evaluate([padded])[0])).toBe(bits(Float32Array.from(interpret([padded])[0])));
    }
  });

  it("what one thread does waits for what several do before it, and they for it", () => {
    const choices = new Choices(1);
    let x = leaf([128, 64], choices);
    const totals = [];
    for (let i = 0; i < 20; i++) {
      const product = makeNode(contract.matmul, [x, leaf([64, 64], choices)]);
      const total = makeNode(elementwise.tanh, [g.sum(product, [0, 1])]);
      totals.push(total);
      x = makeNode(elementwise.sin, [g.add(product, g.broadcast(total, [128, 64]))]);
    }
    expectSameBits([x, ...totals]);
  });
});

const wave = (length: number, step: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * step));
const classes = (length: number, count: number): Int32Array =>
  Int32Array.from({ length }, (_, i) => (i * 7) % count);

/** Models with everything in them that a step can hold: products, folds, loops, scatters, draws, checks. */
const models: Record<string, () => { model: plumb.Sequential; x: plumb.Tensor }> = {
  "a dense classifier with dropout": () => ({
    x: plumb.tensor(wave(50 * 20, 0.7), [50, 20]),
    model: new plumb.Sequential([
      plumb.Input({ shape: [20] }),
      new plumb.Dense(33, { activation: "relu" }),
      new plumb.BatchNormalization(),
      new plumb.Dropout(0.3),
      new plumb.Dense(5, { activation: "softmax" }),
    ]),
  }),
  "a convolutional classifier": () => ({
    x: plumb.tensor(wave(50 * 36, 0.3), [50, 6, 6, 1]),
    model: new plumb.Sequential([
      plumb.Input({ shape: [6, 6, 1] }),
      new plumb.Conv2D(6, 3, { activation: "relu" }),
      new plumb.MaxPooling2D(2),
      new plumb.Flatten(),
      new plumb.Dense(5),
    ]),
  }),
  "a recurrent classifier of whole numbers": () => ({
    x: plumb.tensor(classes(50 * 9, 11), [50, 9], "int32"),
    model: new plumb.Sequential([
      plumb.Input({ shape: [9], dtype: "int32" }),
      new plumb.Embedding(11, 6),
      new plumb.LSTM(12),
      new plumb.Dense(5),
    ]),
  }),
};

describe("training leaves the same bits", () => {
  it.each(Object.entries(models))("%s", async (_name, make) => {
    const results = [];
    for (const engine of engines) {
      setBackend(engine);
      plumb.seed(3);
      const { model, x } = make();
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
      const { history } = await model.fit(x, classes(50, 5), { epochs: 3, batchSize: 16, seed: 1 });
      results.push({ history, weights: model.getWeights() });
    }
    for (const other of results.slice(1)) expect(other).toEqual(results[0]);
  });

  it("a step whose check fails writes nothing, and the next one runs", () => {
    for (const engine of engines) {
      setBackend(engine);
      const weights = new plumb.Variable(wave(400, 0.1));
      const loss = new plumb.BinaryCrossentropy();
      const step = plumb.compile((p: plumb.Tensor) => {
        const value = loss.call(plumb.zeros([20, 20]), p);
        weights.assign(weights.add(value));
        return value;
      });
      const before = weights.dataSync();
      for (let i = 0; i < 100; i++) {
        expect(() => step(plumb.full([20, 20], 1.5))).toThrow(/PL2/);
        expect(weights.dataSync()).toEqual(before);
      }
      const value = step(plumb.full([20, 20], 0.5)).itemSync();
      expect(value).toBeCloseTo(Math.LN2, 5);
      expect(weights.dataSync()).toEqual(before.map((w) => Math.fround(w + value)));
    }
  });
});

describe("workers", () => {
  const roots = randomGraph(7, 30);
  const [expected] = [runners[0].evaluate(roots)];

  it("see memory that was added after they started", () => {
    const engine = wasmBackend({ threads: 2, shareAll: true });
    onTestFinished(() => void (engine.threads = 1));
    const { evaluate } = testBackend("growing", engine, 2);
    const length = 3 * 2 ** 20;
    for (let i = 1; i <= 3; i++) {
      expect(evaluate(roots)).toEqual(expected);
      const long = dataNode({ shape: [length], dtype: "float32" }, new Float32Array(length).fill(i));
      engine.allocate(i * 2 ** 24);
      const [sum, doubled] = evaluate([g.sum(long, [0]), g.add(long, long)]);
      expect(sum[0]).toBe(length * i);
      expect(doubled.every((value) => value === 2 * i)).toBe(true);
    }
  });

  it("come and go as their number is set", () => {
    const engine = wasmBackend({ threads: 2, shareAll: true });
    onTestFinished(() => void (engine.threads = 1));
    const { evaluate } = testBackend("changing", engine, 2);
    for (const count of [2, 3, 1, 2, 4, 2]) {
      engine.threads = count;
      expect(engine.threads).toBe(count);
      expect(evaluate(roots)).toEqual(expected);
    }
  });

  it("may be many more than there are cores", { timeout: 60_000 }, () => {
    const engine = wasmBackend({ threads: 16, shareAll: true });
    onTestFinished(() => void (engine.threads = 1));
    expect(testBackend("crowded", engine, 2).evaluate(roots)).toEqual(expected);
  });

  it("that cannot start are done without", () => {
    const host = vi.spyOn(process, "getBuiltinModule").mockImplementation(() => {
      throw new Error("no threads here");
    });
    onTestFinished(() => host.mockRestore());
    const engine = wasmBackend({ threads: 2 });
    onTestFinished(() => void (engine.threads = 1));
    const x = leaf([256, 256], new Choices(2));
    const powers = [x];
    for (let i = 0; i < 6; i++) powers.push(makeNode(contract.matmul, [powers[i], x]));
    // So much that the engine asks for workers: 20 ms of work.
    const crowd = testBackend("alone", engine, 12);
    expect(crowd.evaluate(powers.slice(1)).map(bits)).toEqual(runners[0].evaluate(powers.slice(1)).map(bits));
    expect(host).toHaveBeenCalledWith("node:worker_threads");
  });

  it("hand out arrays that nobody else can write to", () => {
    for (const values of expected) expect(values.buffer).toBeInstanceOf(ArrayBuffer);
    for (const values of runners[1].evaluate(roots)) expect(values.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("finish while others keep every core busy", { timeout: 120_000 }, async () => {
    const busy = Array.from({ length: 2 }, () => new Worker("for (;;);", { eval: true }));
    try {
      setBackend(engines[1]);
      const start = plumb.tensor(wave(900, 0.01), [30, 30]);
      const along = plumb.ones([400]);
      const run = (): HostArray =>
        plumb
          .loop(([s], [x]) => ({ state: [s.matmul(s).mul(x).tanh()] }), { initial: [start], over: [along] })
          .state[0].dataSync();
      const first = run();
      for (let i = 0; i < 5; i++) expect(run()).toEqual(first);
    } finally {
      await Promise.all(busy.map((worker) => worker.terminate()));
    }
  });
});

describe("setThreads", () => {
  it("takes whole numbers from 1 on", () => {
    setBackend(engines[0]);
    for (const count of [0, -1, 1.5, 257, Number.NaN, "2" as never])
      expect(() => plumb.setThreads(count)).toThrow(/PL4004.*setThreads/);
  });

  it("is told by engineStats", () => {
    setBackend(wasmBackend());
    expect(plumb.engineStats().threads).toBe(1);
    plumb.setThreads(2);
    expect(plumb.engineStats().threads).toBe(2);
  });
});

it("a program that trains on two threads ends by itself", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "plumb-threads-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const library = join(folder, "plumb.mjs");
  const bundle = await rolldown({
    input: fileURLToPath(new URL("../../src/index.ts", import.meta.url)),
    logLevel: "silent",
  });
  await bundle.write({ file: library, format: "esm" });
  const program = join(folder, "program.mjs");
  writeFileSync(
    program,
    `import { Dense, Input, Sequential, setThreads, tensor } from "./plumb.mjs";
     let workers = 0;
     const threads = process.getBuiltinModule("node:worker_threads");
     threads.Worker = class extends threads.Worker {
       constructor(...given) {
         super(...given);
         workers++;
       }
     };
     setThreads(2);
     const model = new Sequential([Input({ shape: [256] }), new Dense(512), new Dense(512), new Dense(1)]);
     model.compile({ optimizer: "adam", loss: "meanSquaredError" });
     const wave = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i));
     const x = tensor(wave(1024 * 256), [1024, 256]);
     await model.fit(x, tensor(wave(1024), [1024, 1]), { batchSize: 128, epochs: 3 });
     console.log("trained, with", workers, "worker");`,
  );
  const { VITEST: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
    encoding: "utf8",
    env,
    timeout: 100_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toBe("trained, with 1 worker\n");
});
