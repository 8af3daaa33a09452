import { describe, expect, test } from "vitest";
import { generatorState } from "../../src/base/seed.ts";
import { Dense, Dropout, Input, Layer } from "../../src/layers/index.ts";
import { F1Score } from "../../src/metrics/index.ts";
import { Adam, SGD, type Optimizer } from "../../src/optimizers/index.ts";
import { L2 } from "../../src/regularizers/index.ts";
import { engineStats, gradients, random, seed, type Tensor } from "../../src/tensor/index.ts";
import type { Batch, StepOutput } from "../../src/train/batch.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** Steps of a model one by one, in ways of one's own, and how often they are compiled. */

const rows = Array.from({ length: 40 }, (_, i) => [
  Math.sin(i * 1.3),
  Math.cos(i * 2.1),
  Math.sin(i * 0.7 + 1),
]);
const amounts = rows.map(([a, b, c]) => [a - 2 * b + c * c]);

function network(optimizer: Optimizer = new Adam({ learningRate: 0.01 }), Kind = Sequential): Sequential {
  seed(5);
  const model = new Kind([
    Input({ shape: [3] }),
    new Dense(6, { activation: "tanh", kernelRegularizer: new L2({ l2: 0.01 }) }),
    new Dropout(0.1),
    new Dense(1),
  ]);
  model.compile({ optimizer, loss: "mse", metrics: ["mae"] });
  return model;
}
const bitsOf = (model: Sequential): number[][] => model.getWeights().map((weight) => [...weight]);

describe("programs", () => {
  test("repeated fits, evaluations and predictions compile nothing, whatever the values", async () => {
    const model = network();
    const split = { fraction: 0.25, rule: "last" } as const;
    const all = async (scale: number): Promise<void> => {
      const x = rows.map((row) => row.map((value) => scale * value));
      await model.fit(x, amounts, { epochs: 2, batchSize: 8, validationSplit: split });
      await model.evaluate(x, amounts, { batchSize: 16 });
      await model.predict(x);
      await model.trainOnBatch(x, amounts);
    };
    await all(1);
    const { built } = engineStats();
    await all(2);
    model.compiled.optimizer.learningRate = 0.5;
    await all(3);
    expect(engineStats().built).toBe(built);
  });

  test("a second model of the same structure uses the programs of the first", async () => {
    await network().fit(rows, amounts, { batchSize: 8 });
    const other = network();
    other.getWeights(); // First values are drawn by programs of their own.
    const { built } = engineStats();
    await other.fit(rows, amounts, { batchSize: 8 });
    expect(engineStats().built).toBe(built);
  });

  test("steps that need more memory than there is are refused before the first, with a batch size that fits", async () => {
    /** Sorting keeps all of its 160 MB a row. */
    class Wide extends Layer {
      static override readonly className: string = "Wide";
      call(x: Tensor): Tensor {
        const wide = x.slice([0, 0], [x.shape[0], 1]).broadcastTo([x.shape[0], 40_000_000]);
        return wide.cumsum(1).sort(1).sum(1, { keepDims: true });
      }
      override computeOutputShape(shape: readonly (number | null)[]): readonly (number | null)[] {
        return [shape[0], 1];
      }
    }
    const model = new Sequential([Input({ shape: [3] }), new Dense(1), new Wide()]);
    model.compile({ optimizer: new SGD(), loss: "mse" });
    const before = bitsOf(model);
    const fitting = model.fit(rows, amounts, { batchSize: 32 });
    await expect(fitting).rejects.toThrow(/PL7001.*32 rows need \d{10,} bytes.*batchSize: \d/);
    expect(bitsOf(model)).toEqual(before);
    expect(model.compiled.optimizer.iterations.itemSync()).toBe(0);
  });
});

describe("steps on batches", () => {
  const batch = (i: number): [number[][], number[][]] => [
    rows.slice(8 * i, 8 * i + 8),
    amounts.slice(8 * i, 8 * i + 8),
  ];

  test("trainOnBatch over the batches of an epoch is that epoch, and its values are the running ones", async () => {
    const plain = (): Sequential => {
      seed(5);
      const model = new Sequential([
        Input({ shape: [3] }),
        new Dense(4, { activation: "tanh" }),
        new Dense(1),
      ]);
      model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: "mse", metrics: ["mae"] });
      return model;
    };
    const [one, other] = [plain(), plain()];
    const { history } = await one.fit(rows, amounts, { batchSize: 8, shuffle: false });
    let logs: Readonly<Record<string, number>> = {};
    for (let i = 0; i < 5; i++) logs = await other.trainOnBatch(...batch(i));
    bitsOf(other)
      .flat()
      .forEach((value, i) => expect(value).toBeCloseTo(bitsOf(one).flat()[i], 5));
    expect(logs.loss).toBeCloseTo(history.loss[0], 5);
    expect(logs.mae).toBeCloseTo(history.mae[0], 5);
  });

  test("testOnBatch measures as evaluate does, and resetMetrics begins anew", async () => {
    const model = network();
    const before = bitsOf(model);
    await model.testOnBatch(...batch(0));
    model.resetMetrics();
    for (let i = 0; i < 5; i++) await model.testOnBatch(...batch(i));
    const last = await model.testOnBatch(rows.slice(0, 3), amounts.slice(0, 3));
    const whole = await model.evaluate([...rows, ...rows.slice(0, 3)], [...amounts, ...amounts.slice(0, 3)]);
    expect(last.loss).toBeCloseTo(whole.loss, 5);
    expect(last.mae).toBeCloseTo(whole.mae, 5);
    expect(bitsOf(model)).toEqual(before);
  });

  test("rows count by weight, or by the weight of their class, but not both", async () => {
    const classes = Int32Array.from(rows, ([a]) => (a > 0 ? 1 : 0));
    const trained = async (options: object): Promise<number[][]> => {
      seed(2);
      const model = new Sequential([Input({ shape: [3] }), new Dense(2)]);
      model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: "sparseCategoricalCrossentropy" });
      await model.trainOnBatch(rows, classes, options);
      return bitsOf(model);
    };
    const sampleWeight = Float32Array.from(classes, (of) => (of === 1 ? 3 : 1));
    expect(await trained({ classWeight: { 1: 3 } })).toEqual(await trained({ sampleWeight }));
    expect(await trained({ sampleWeight })).not.toEqual(await trained({}));
    await expect(trained({ classWeight: { 1: 3 }, sampleWeight })).rejects.toThrow(/PL4004/);
  });

  test("labels are checked at each call", async () => {
    const model = new Sequential([Input({ shape: [3] }), new Dense(2)]);
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    await model.trainOnBatch(rows.slice(0, 2), Int32Array.of(0, 1));
    await expect(model.trainOnBatch(rows.slice(0, 2), Int32Array.of(0, 2))).rejects.toThrow(/PL2003/);
    await expect(model.trainOnBatch(rows.slice(0, 2), Int32Array.of(1))).rejects.toThrow(/PL4005/);
  });

  test("predictOnBatch is predict", async () => {
    const model = network();
    const [whole, batch] = [await model.predict(rows), await model.predictOnBatch(rows)];
    expect([...batch.dataSync()]).toEqual([...whole.dataSync()]);
  });
});

describe("a trainStep of one's own", () => {
  class Noisy extends Sequential {
    override trainStep(batch: Batch): StepOutput {
      const noise = random.normal(batch.x.shape, { stddev: 0.1 });
      const predictions = this.call(batch.x.add(noise), { training: true });
      const loss = batch.loss(predictions);
      const variables = this.trainableVariables;
      this.compiled.optimizer.apply(gradients(loss, variables), variables);
      return { loss, predictions, logs: { noise: noise.square().mean() } };
    }
  }

  test("is compiled like the one there is: two programs, and the same bits from the same seed", async () => {
    const train = async (): Promise<[Sequential, number]> => {
      const model = network(new Adam({ learningRate: 0.01 }), Noisy);
      model.getWeights();
      const { built } = engineStats();
      const fit = await model.fit(rows, amounts, { epochs: 3, batchSize: 16, seed: 4, validationSplit: 0.2 });
      expect(Object.keys(fit.history).sort()).toEqual(["loss", "mae", "noise", "val_loss", "val_mae"]);
      // The mean square of noise of standard deviation 0.1, over 96 numbers: within five standard deviations.
      for (const value of fit.history.noise) expect(Math.abs(value - 0.01)).toBeLessThan(0.0073);
      return [model, engineStats().built - built];
    };
    const [[first, built], [second, again]] = [await train(), await train()];
    expect(built).toBeLessThanOrEqual(4); // 32 rows in batches of 16; validation of 8; and reading the metrics.
    expect(again).toBe(0);
    expect(bitsOf(second)).toEqual(bitsOf(first));
    const plain = network();
    await plain.fit(rows, amounts, { epochs: 3, batchSize: 16, seed: 4, validationSplit: 0.2 });
    expect(bitsOf(plain)).not.toEqual(bitsOf(first));
  });

  test("a testStep of one's own is what evaluate and validation run", async () => {
    class Doubled extends Sequential {
      override testStep(batch: Batch): StepOutput {
        const output = this.call(batch.x);
        return { loss: batch.loss(output).mul(2) };
      }
    }
    const [plain, doubled] = [network(), network(undefined, Doubled)];
    const { loss } = await plain.evaluate(rows, amounts);
    expect((await doubled.evaluate(rows, amounts)).loss).toBeCloseTo(2 * loss, 5);
  });

  test("what was not given to metrics they have not seen", async () => {
    class Blind extends Sequential {
      override trainStep(batch: Batch): StepOutput {
        return { loss: batch.loss(this.call(batch.x)) };
      }
    }
    const model = network(undefined, Blind);
    const before = bitsOf(model);
    const { history } = await model.fit(rows, amounts);
    expect(history.mae).toEqual([0]);
    expect(bitsOf(model)).toEqual(before);
  });
});

describe("what is recorded", () => {
  test("logEvery keeps the mean loss since the row before, over which the epoch's loss is the mean", async () => {
    const fit = await network().fit(rows, amounts, { epochs: 2, batchSize: 10, logEvery: 2, seed: 1 });
    expect(fit.log.step).toEqual([2, 4, 6, 8]);
    expect(fit.log.epoch).toEqual([0, 0, 1, 1]);
    expect(fit.log.learningRate).toEqual([0.01, 0.01, 0.01, 0.01]);
    expect((fit.log.loss[0] + fit.log.loss[1]) / 2).toBeCloseTo(fit.history.loss[0], 10);
    expect((fit.log.loss[2] + fit.log.loss[3]) / 2).toBeCloseTo(fit.history.loss[1], 10);
    expect((await network().fit(rows, amounts)).log.step).toEqual([]);
  });

  test("looking at each step changes no bit", async () => {
    const [one, other] = [network(), network()];
    await one.fit(rows, amounts, { epochs: 2, batchSize: 8, seed: 1 });
    await other.fit(rows, amounts, {
      epochs: 2,
      batchSize: 8,
      seed: 1,
      logEvery: 1,
      callbacks: [{ onTrainBatchEnd() {} }],
    });
    expect(bitsOf(other)).toEqual(bitsOf(one));
  });

  test("what a callback adds to the logs of an epoch is in the history", async () => {
    const callbacks = [
      { onEpochEnd: (epoch: number, logs: Record<string, number>) => void (logs.seen = epoch * 2) },
    ];
    const { history } = await network().fit(rows, amounts, { epochs: 3, callbacks });
    expect(history.seen).toEqual([0, 2, 4]);
  });

  test("penalties are in the loss and in the validation loss, and weigh what they say", async () => {
    const model = network();
    const { loss } = await model.evaluate(rows, amounts);
    const kernel = [...model.getWeights()[0]];
    const squares = kernel.reduce((sum, weight) => sum + weight * weight, 0);
    const predicted = [...(await model.predict(rows)).dataSync()];
    const mse = predicted.reduce((sum, value, i) => sum + (value - amounts[i][0]) ** 2, 0) / 40;
    expect(loss).toBeCloseTo(mse + 0.01 * squares, 5);
  });

  test("a metric that is not one number is PL2018 when the model is compiled, or when it meets its labels", async () => {
    const metrics = [new F1Score()];
    const options = { optimizer: "sgd", loss: "categoricalCrossentropy", metrics } as const;
    const built = new Sequential([Input({ shape: [3] }), new Dense(3, { activation: "softmax" })]);
    expect(() => built.compile(options)).toThrow(/PL2018.*f1_score.*\[3\].*macro/);
    const deferred = new Sequential([new Dense(3, { activation: "softmax" })]);
    deferred.compile(options);
    const labels = rows.map((_, i) => [0, 1, 2].map((k) => Number(i % 3 === k)));
    await expect(deferred.fit(rows, labels)).rejects.toThrow(/PL2018.*f1_score/);
  });
});

describe("findLearningRate", () => {
  const state = (model: Sequential): string => JSON.stringify(model.getState());

  test("sweeps, suggests below the edge, and leaves everything as it was", async () => {
    const model = network(new SGD({ learningRate: 0.123 }));
    await model.fit(rows, amounts, { seed: 1 });
    const [before, random] = [state(model), generatorState()];
    const sweep = await model.findLearningRate(rows, amounts, {
      from: 1e-5,
      to: 100,
      steps: 60,
      batchSize: 8,
      seed: 2,
    });
    expect(state(model)).toBe(before);
    expect(generatorState()).toEqual(random);
    expect(model.compiled.optimizer.learningRate).toBe(0.123);
    expect(sweep.rates[0]).toBe(1e-5);
    expect(sweep.rates.length).toBe(sweep.losses.length);
    expect(sweep.divergedAt).toBeLessThan(100);
    expect(sweep.suggestion).toBeLessThan(sweep.divergedAt! / 2);
    expect(sweep.suggestion).toBeGreaterThan(1e-4);
    // Training at the suggestion learns; at the edge it does not.
    const after = async (rate: number): Promise<number> => {
      const fresh = network(new SGD({ learningRate: rate }));
      return (await fresh.fit(rows, amounts, { epochs: 20, batchSize: 8, seed: 1 })).history.loss.at(-1)!;
    };
    expect(await after(sweep.suggestion)).toBeLessThan(sweep.losses[0] / 2);
    const edge = await after(sweep.divergedAt!);
    expect(Number.isFinite(edge) && edge < sweep.losses[0]).toBe(false);
  });

  test("the same seed gives the same sweep; a range that is none is PL4004", async () => {
    const sweep = (): Promise<unknown> => network().findLearningRate(rows, amounts, { steps: 20, seed: 3 });
    expect(await sweep()).toEqual(await sweep());
    await expect(network().findLearningRate(rows, amounts, { from: 1, to: 0.1 })).rejects.toThrow(/PL4004/);
  });
});
