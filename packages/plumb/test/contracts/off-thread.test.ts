/**
 * What is awaited in a page is done by workers, on the engine's memory or on a copy of it. Here the same backend is tried
 * in Node: it leaves the same bits, takes turns, and says what it cannot do. `test/browser` tries it in pages.
 */
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import * as plumb from "../../src/index.ts";
import { currentBackend, setBackend } from "../../src/tensor/index.ts";

const usual = currentBackend();
const inPlace = wasmBackend({ threads: 1 });
const engines: Record<string, Backend> = {
  "one memory, one thread": wasmBackend({ offThread: "shared", threads: 1 }),
  "one memory, a team": wasmBackend({ offThread: "shared", threads: 2, shareAll: true }),
  "a copy of the memory": wasmBackend({ offThread: "copied" }),
};
const ways = Object.entries(engines);
afterAll(() => {
  setBackend(usual);
  for (const engine of Object.values(engines)) engine.threads = 1;
});

const wave = (length: number, step: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * step));
const classes = (length: number, count: number): Int32Array =>
  Int32Array.from({ length }, (_, i) => (i * 7) % count);

const x = (): plumb.Tensor => plumb.tensor(wave(70 * 20, 0.7), [70, 20]);
const y = classes(70, 5);

function classifier(): plumb.Sequential {
  plumb.seed(3);
  const model = new plumb.Sequential([
    plumb.Input({ shape: [20] }),
    new plumb.Dense(33, { activation: "relu" }),
    new plumb.BatchNormalization(),
    new plumb.Dropout(0.3),
    new plumb.Dense(5, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** What `task` gives on the caller's thread and on a backend whose workers do it. */
async function both<R>(engine: Backend, task: () => Promise<R>): Promise<[R, R]> {
  setBackend(inPlace);
  const expected = await task();
  setBackend(engine);
  return [expected, await task()];
}

describe.each(ways)("%s", (_name, engine) => {
  beforeEach(() => setBackend(engine));

  it("training leaves the same bits", async () => {
    const [expected, found] = await both(engine, async () => {
      const model = classifier();
      const history = await model.fit(x(), y, {
        epochs: 4,
        batchSize: 16,
        seed: 1,
        validationSplit: 0.2,
        logEvery: 3,
      });
      const { loss } = await model.evaluate(x(), y, { batchSize: 32 });
      const predictions = (await model.predict(x(), { batchSize: 32 })).dataSync();
      const onBatch = await model.trainOnBatch(x(), y);
      return {
        history: history.history,
        log: history.log,
        loss,
        predictions,
        onBatch,
        state: model.getState(),
      };
    });
    expect(found).toEqual(expected);
    expect(engine.offThread?.state).toBe("working");
  });

  it("callbacks see each step", async () => {
    const [expected, found] = await both(engine, async () => {
      const model = classifier();
      const seen: unknown[] = [];
      await model.fit(x(), y, {
        epochs: 2,
        seed: 1,
        callbacks: [
          {
            onTrainBatchEnd: (_batch, logs) => void seen.push(logs, model.getWeights()[0]),
            onEpochEnd: async () => void seen.push((await model.predict(x())).dataSync()),
          },
        ],
      });
      return seen;
    });
    expect(found).toEqual(expected);
  });

  it("a sweep of learning rates is the same", async () => {
    const [expected, found] = await both(engine, () =>
      classifier().findLearningRate(x(), y, { steps: 20, seed: 4 }),
    );
    expect(found).toEqual(expected);
  });

  it("values that are awaited are the same, whatever their dtype", async () => {
    const [expected, found] = await both(engine, async () => {
      const w = new plumb.Variable(wave(64 * 64, 0.1));
      const m = w.reshape([64, 64]);
      const product = m.matmul(m.transpose());
      w.assignAdd(1);
      const values = [product, m.argmax(1), m.greater(0.5), m.cast("float64").sum(), w.read().sum()];
      return Promise.all(values.map((value) => value.data()));
    });
    expect(found).toEqual(expected);
  });

  it("a check that fails says the same, and nothing was written", async () => {
    const p = plumb.full([8, 5], 1.5);
    const loss = new plumb.SparseCategoricalCrossentropy();
    await expect(loss.call(classes(8, 5), p).data()).rejects.toThrow(/PL2001/);
    const [expected, found] = await both(engine, async () => {
      const model = new plumb.Sequential([
        plumb.Input({ shape: [1] }),
        new plumb.Dense(1, { useBias: false }),
        new plumb.Lambda((p) => (p as plumb.Tensor).mul(1)),
      ]);
      model.setWeights([Float32Array.of(1)]);
      model.compile({
        optimizer: new plumb.SGD({ learningRate: 0.01 }),
        loss: new plumb.BinaryCrossentropy(),
      });
      // In the order of rows: the batches before the bad one are done, and those after it are not.
      const rows = Float32Array.from({ length: 640 }, (_, i) => (i === 400 ? 9 : 0.5));
      const labels = plumb.zeros([640, 1]);
      const fitted = model.fit(plumb.tensor(rows, [640, 1]), labels, {
        batchSize: 4,
        epochs: 3,
        shuffle: false,
      });
      const message = await fitted.then(String, String);
      return { message, weights: model.getWeights() };
    });
    expect(found).toEqual(expected);
    expect(found.message).toMatch(/PL2001/);
    expect(found.weights[0][0]).toBeLessThan(1);
  });

  it("values are not to be had in the middle of steps, and whoever awaits them gets them", async () => {
    const model = classifier();
    const other = new plumb.Variable([1, 2, 3]);
    expect(other.dataSync()).toEqual(Float32Array.of(1, 2, 3));
    let refused = 0;
    let looks = 0;
    let over = false;
    const fitted = model.fit(x(), y, { epochs: 40, batchSize: 8, seed: 1 }).finally(() => void (over = true));
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      looks++;
      try {
        other.dataSync();
      } catch (error) {
        refused++;
        expect((error as plumb.PlumbError).code).toBe("PL7003");
        expect(() => other.assign([4, 5, 6])).toThrow(/PL7003/);
        expect(() => plumb.tensor([1]).add(other.read()).sum().itemSync()).toThrow(/PL7003/);
        expect(await other.data()).toEqual(Float32Array.of(1, 2, 3));
      }
    }
    await fitted;
    expect(refused).toBeGreaterThan(0);
    expect(looks).toBeGreaterThan(refused);
  });

  it("several fits at a time and what else is asked meanwhile take turns", async () => {
    const [expected, found] = await both(engine, async () => {
      const models = [classifier(), classifier()];
      const fits = models.map((model, i) => model.fit(x(), y, { epochs: 20 + i, batchSize: 16, seed: i }));
      const sum = plumb.tensor(wave(1000, 0.3)).square().sum().item();
      const histories = (await Promise.all(fits)).map(({ history }) => history);
      return { histories, sum: await sum, weights: models.map((model) => model.getWeights()) };
    });
    expect(found).toEqual(expected);
  });

  it("what is given up in the middle of steps goes when they are over", async () => {
    const model = classifier();
    const spare = new plumb.Variable(plumb.zeros([1000]));
    spare.assign(plumb.ones([1000]));
    const other = new plumb.Variable([1]);
    other.dataSync();
    const fitted = model.fit(x(), y, { epochs: 40, seed: 2 });
    for (let underWay = false; !underWay;) {
      await new Promise((resolve) => setImmediate(resolve));
      try {
        other.dataSync();
      } catch {
        underWay = true;
      }
    }
    const { threads } = engine;
    spare.dispose();
    plumb.setThreads(1);
    plumb.setThreads(threads);
    await fitted;
    expect(() => spare.dataSync()).toThrow(/PL1007/);
    expect(await model.predict(x())).toBeInstanceOf(plumb.Tensor);
  });
});

describe.each(ways)("%s: a profile", (_, engine) => {
  it("takes its turns beside a fit, and leaves no trace", async () => {
    setBackend(engine);
    const [trained, profiled] = [classifier(), classifier()];
    const settled = await Promise.allSettled([
      trained.fit(x(), y, { epochs: 30, batchSize: 14, seed: 1 }),
      profiled.profile(x(), y, { steps: 4, batchSize: 14 }),
      trained.predict(x()),
    ]);
    expect(settled.map(({ status, ...rest }) => ("reason" in rest ? String(rest.reason) : status))).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
  });
});
