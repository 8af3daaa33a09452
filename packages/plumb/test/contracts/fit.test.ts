import { describe, expect, test } from "vitest";
import { generatorState } from "../../src/base/seed.ts";
import { Dense, Dropout, Input } from "../../src/layers/index.ts";
import { BinaryCrossentropy, SparseCategoricalCrossentropy } from "../../src/losses/index.ts";
import { Adam, SGD } from "../../src/optimizers/index.ts";
import { engineStats, seed } from "../../src/tensor/index.ts";
import type { Progress } from "../../src/train/callbacks/callback.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** What a fit promises, whatever the model. */

/** 60 rows of 4 numbers; the class, 0 to 2, is where the largest of the first three stands. */
const rows = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 4 }, (_, j) => Math.sin(i * 12.9898 + j * 78.233)),
);
const classes = rows.map(([a, b, c]) => [a, b, c].indexOf(Math.max(a, b, c)));
const amounts = rows.map(([a, b, c, d]) => [a - 2 * b + 0.5 * c * d]);
const y = Int32Array.from(classes);

/** A classifier with dropout, so that everything random takes part. */
function classifier(options: { dropout?: number } = {}): Sequential {
  const { dropout = 0.2 } = options;
  const layers = [
    Input({ shape: [4] }),
    new Dense(8, { activation: "relu" }),
    new Dropout(dropout),
    new Dense(3),
  ];
  const model = new Sequential(layers);
  model.compile({
    optimizer: new Adam({ learningRate: 0.02 }),
    loss: new SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  return model;
}
const seeded = <T>(make: () => T): T => {
  seed(11);
  return make();
};
const bitsOf = (model: Sequential): number[][] => model.getWeights().map((weight) => [...weight]);

describe("learning", () => {
  test("loss falls, accuracy rises, and evaluate agrees with what predict says", async () => {
    const model = seeded(classifier);
    const { history } = await model.fit(rows, y, { epochs: 40, batchSize: 16, seed: 1 });
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0] / 2);
    expect(history.accuracy.at(-1)!).toBeGreaterThan(0.85);
    const { accuracy, loss } = await model.evaluate(rows, y);
    const logits = (await model.predict(rows)).arraySync() as number[][];
    const right = logits.filter((row, i) => row.indexOf(Math.max(...row)) === classes[i]).length;
    expect(accuracy).toBeCloseTo(right / 60, 6);
    const nats = logits.map(
      (row, i) => Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[classes[i]],
    );
    expect(loss).toBeCloseTo(nats.reduce((a, b) => a + b) / 60, 4);
  });

  test("a regression through a deferred model, which takes its shape from the data", async () => {
    const model = new Sequential([new Dense(16, { activation: "tanh" }), new Dense(1)]);
    model.compile({ optimizer: new Adam({ learningRate: 0.03 }), loss: "mse", metrics: ["mae"] });
    const { history } = await model.fit(rows, amounts, { epochs: 60, batchSize: 20, seed: 2 });
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0] / 10);
    expect(Object.keys(history).sort()).toEqual(["loss", "mae"]);
  });

  test("the results of evaluate and predict do not depend on the batch size", async () => {
    const model = seeded(classifier);
    const [whole, parts] = [
      await model.evaluate(rows, y, { batchSize: 60 }),
      await model.evaluate(rows, y, { batchSize: 7 }),
    ];
    expect(parts.loss).toBeCloseTo(whole.loss, 6);
    expect(parts.accuracy).toBe(whole.accuracy);
    const predicted = await Promise.all([60, 7].map((batchSize) => model.predict(rows, { batchSize })));
    expect([...predicted[1].dataSync()]).toEqual([...predicted[0].dataSync()]);
  });
});

test("predictions follow the weights, repeat without compiling, and see layers that were added", async () => {
  const model = seeded(classifier);
  await model.predict(rows.slice(0, 2));
  const { built } = engineStats();
  const before = (await model.predict(rows.slice(2, 4))).dataSync();
  expect(engineStats().built).toBe(built);
  model.setWeights(model.getWeights().map((weight) => weight.map((value) => 2 * value)));
  expect([...(await model.predict(rows.slice(2, 4))).dataSync()]).not.toEqual([...before]);
  model.add(new Dense(1));
  expect((await model.predict(rows.slice(2, 4))).shape).toEqual([2, 1]);
});

describe("determinism", () => {
  const run = async (options: FitOptions): Promise<{ weights: number[][]; history: unknown }> => {
    const model = seeded(classifier);
    const { history } = await model.fit(rows, y, {
      epochs: 3,
      batchSize: 16,
      validationSplit: 0.2,
      ...options,
    });
    return { weights: bitsOf(model), history };
  };

  test("the same seed gives the same bits, weights and history", async () => {
    expect(await run({ seed: 5 })).toEqual(await run({ seed: 5 }));
  });

  test("another seed does not", async () => {
    expect((await run({ seed: 5 })).weights).not.toEqual((await run({ seed: 6 })).weights);
  });

  test("without a seed it follows from the global one", async () => {
    expect(await run({})).toEqual(await run({}));
  });

  test("a fit in two parts, its state carried over as arrays, gives the bits of one in a single part", async () => {
    const straight = seeded(classifier);
    await straight.fit(rows, y, { epochs: 5, batchSize: 16, seed: 9 });
    const first = seeded(classifier);
    await first.fit(rows, y, { epochs: 2, batchSize: 16, seed: 9 });
    const second = classifier();
    second.setState(first.getState());
    await second.fit(rows, y, { epochs: 5, initialEpoch: 2, batchSize: 16, seed: 9 });
    expect(bitsOf(second)).toEqual(bitsOf(straight));
    expect(second.getState()).toEqual(straight.getState());
  });

  test("a state goes through JSON without losing a bit, and one without its class is a state too", async () => {
    const model = seeded(classifier);
    await model.fit(rows, y, { epochs: 1, batchSize: 16, seed: 9 });
    const odd = [NaN, Infinity, -Infinity, -0, 1e-45, 16777217];
    model.setWeights(
      model.getWeights().map((weight) => weight.map((value: number, i: number) => odd[i] ?? value)),
    );
    const state = model.getState();
    const bare = { ...state, weights: state.weights.map(({ name, data }) => ({ name, data: { ...data } })) };
    expect(bare.weights[0].data).not.toHaveProperty("length");
    for (const through of [
      JSON.parse(JSON.stringify(state)),
      JSON.parse(JSON.stringify({ state })).state,
      bare,
    ]) {
      const other = classifier();
      other.setState(through);
      expect(bitsOf(other)).toEqual(bitsOf(model));
      expect(other.getState()).toEqual(state);
    }
    const holed = JSON.parse(JSON.stringify(state));
    holed.weights[0].data[1] = null;
    expect(() => model.setState(holed)).toThrow(/PL4007.*"dense\/kernel".*null/);
    expect(() => model.setState({ weights: [{ name: "a", data: "1" as never }] })).toThrow(/PL4007.*"a"/);
  });

  test("a fit leaves the global generator as it was, but for the draw of a seed that was not given", async () => {
    const model = seeded(classifier);
    const before = generatorState();
    await model.fit(rows, y, { epochs: 2, seed: 1 });
    expect(generatorState()).toEqual(before);
    await model.fit(rows, y, { epochs: 2 });
    expect(generatorState()).toEqual({ ...before, counter: before.counter + 1 });
  });

  test("two models that train side by side do not disturb each other", async () => {
    const alone = seeded(classifier);
    await alone.fit(rows, y, { epochs: 4, batchSize: 16, seed: 3 });
    const [a, b] = [seeded(classifier), seeded(classifier)];
    await Promise.all([a, b].map((model) => model.fit(rows, y, { epochs: 4, batchSize: 16, seed: 3 })));
    expect(bitsOf(a)).toEqual(bitsOf(alone));
    expect(bitsOf(b)).toEqual(bitsOf(alone));
  });
});

describe("rows and weights", () => {
  const trained = async (x: number[][], labels: Int32Array, options: FitOptions): Promise<number[][]> => {
    const model = seeded(() => classifier({ dropout: 0 }));
    await model.fit(x, labels, { epochs: 2, batchSize: 100, shuffle: false, ...options });
    return bitsOf(model);
  };
  /** The same but for rounding: sums over more rows, some of them zeros, may be blocked in another way. */
  const expectClose = (a: number[][], b: number[][]): void =>
    a.flat().forEach((value, i) => expect(value).toBeCloseTo(b.flat()[i], 5));

  test("class weights are the sample weights of the rows' classes", async () => {
    const classWeight = { 0: 2, 2: 0.5 };
    const sampleWeight = Float32Array.from(classes, (of) => ({ 0: 2, 1: 1, 2: 0.5 })[of]!);
    expect(await trained(rows, y, { classWeight })).toEqual(await trained(rows, y, { sampleWeight }));
    expect(await trained(rows, y, { classWeight })).not.toEqual(await trained(rows, y, {}));
  });

  test("doubling all weights doubles the gradient, so that under SGD half the rate undoes it", async () => {
    const run = async (weight: number, learningRate: number): Promise<number[][]> => {
      const model = seeded(() => new Sequential([Input({ shape: [4] }), new Dense(1)]));
      model.compile({ optimizer: new SGD({ learningRate }), loss: "mse" });
      await model.fit(rows, amounts, {
        epochs: 3,
        batchSize: 20,
        shuffle: false,
        sampleWeight: new Float32Array(60).fill(weight),
      });
      return bitsOf(model);
    };
    expectClose(await run(2, 0.05), await run(1, 0.1));
  });

  test("validation sees rows that training does not, and leaves the weights alone", async () => {
    const [with_, without] = [seeded(classifier), seeded(classifier)];
    const split = { fraction: 0.25, rule: "last" } as const;
    const { history } = await with_.fit(rows, y, {
      epochs: 3,
      batchSize: 16,
      seed: 4,
      validationSplit: split,
    });
    await without.fit(rows.slice(0, 45), y.slice(0, 45), { epochs: 3, batchSize: 16, seed: 4 });
    expect(bitsOf(with_)).toEqual(bitsOf(without));
    const { loss, accuracy } = await with_.evaluate(rows.slice(45), y.slice(45));
    expect(history.val_loss.at(-1)!).toBeCloseTo(loss, 6);
    expect(history.val_accuracy.at(-1)!).toBe(accuracy);
  });

  test("shuffling changes the way, the rows of an epoch stay the same: one full batch gives one answer", async () => {
    const full = { shuffle: true, seed: 8, epochs: 1 };
    expectClose(await trained(rows, y, full), await trained(rows, y, { shuffle: false, epochs: 1 }));
    expect(await trained(rows, y, { ...full, batchSize: 10 })).not.toEqual(
      await trained(rows, y, { batchSize: 10, epochs: 1 }),
    );
  });
});

test("rows and options are read when a fit is called, whatever happens to them afterwards", async () => {
  const flat = (): { data: Float32Array; shape: number[] } => ({
    data: Float32Array.from(rows.flat()),
    shape: [60, 4],
  });
  const run = async (spoil: boolean, queued: boolean): Promise<unknown> => {
    const model = seeded(classifier);
    const ahead = queued ? model.fit(rows, y, { epochs: 3, seed: 1 }) : undefined;
    const [x, labels, weights, held] = [flat(), y.slice(), new Float32Array(60).fill(2), flat()];
    const options: FitOptions = { seed: 2, sampleWeight: weights, validationData: [held, labels] };
    const fitting = model.fit(x, labels, options);
    if (spoil) {
      for (const array of [x.data, weights, held.data]) array.fill(NaN);
      labels.fill(9);
      Object.assign(options, { epochs: 7, shuffle: false });
    }
    const { history } = await fitting;
    await ahead;
    return { history, weights: bitsOf(model) };
  };
  for (const queued of [false, true]) expect(await run(true, queued)).toEqual(await run(false, queued));
  const [model, x, labels] = [seeded(classifier), flat(), y.slice()];
  const sweeping = model.findLearningRate(x, labels, { seed: 1 });
  x.data.fill(NaN);
  labels.fill(9);
  expect(await sweeping).toEqual(await seeded(classifier).findLearningRate(flat(), y, { seed: 1 }));
});

describe("events and stopping", () => {
  test("callbacks hear everything in order, batches only when they ask", async () => {
    const heard: string[] = [];
    const model = seeded(classifier);
    await model.fit(rows, y, {
      epochs: 2,
      batchSize: 40,
      validationSplit: 0.2,
      callbacks: [
        {
          onTrainBegin: ({ stepsPerEpoch, logNames }) =>
            void heard.push(`begin ${stepsPerEpoch} ${logNames.join()}`),
          onEpochBegin: (epoch) => void heard.push(`epoch ${epoch}`),
          onTrainBatchEnd: (batch) => void heard.push(`batch ${batch}`),
          onEpochEnd: (epoch, logs) => void heard.push(`end ${epoch} ${Object.keys(logs).join()}`),
          onTrainEnd: () => void heard.push("done"),
        },
      ],
    });
    const names = "loss,accuracy,val_loss,val_accuracy";
    const epoch = (e: number): string[] => [`epoch ${e}`, "batch 0", "batch 1", `end ${e} ${names}`];
    expect(heard).toEqual([`begin 2 ${names}`, ...epoch(0), ...epoch(1), "done"]);
  });

  test("running values of batches end in the value of the epoch", async () => {
    const losses: number[] = [];
    const model = seeded(classifier);
    const { history } = await model.fit(rows, y, {
      batchSize: 16,
      callbacks: [{ onTrainBatchEnd: (_, logs) => void losses.push(logs.loss) }],
    });
    expect(losses.length).toBe(4);
    expect(losses.at(-1)).toBe(history.loss[0]);
  });

  test("stopTraining ends after the step when a batch sets it, after the epoch when an epoch does", async () => {
    const model = seeded(classifier);
    const stopAt = (event: "onTrainBatchEnd" | "onEpochEnd") => ({
      [event]: () => void (model.stopTraining = true),
    });
    const batch = await model.fit(rows, y, {
      epochs: 5,
      batchSize: 16,
      callbacks: [stopAt("onTrainBatchEnd")],
    });
    expect([batch.steps, batch.epoch.length, batch.stopped]).toEqual([1, 1, "callback"]);
    const epoch = await model.fit(rows, y, { epochs: 5, batchSize: 16, callbacks: [stopAt("onEpochEnd")] });
    expect([epoch.steps, epoch.epoch.length, epoch.stopped]).toEqual([4, 1, "callback"]);
  });

  test("an aborted signal ends after the step in flight; whole epochs are kept", async () => {
    const model = seeded(classifier);
    const controller = new AbortController();
    const history = await model.fit(rows, y, {
      epochs: 5,
      batchSize: 16,
      signal: controller.signal,
      callbacks: [
        {
          onTrainBatchEnd: (step) =>
            void (
              model.compiled.optimizer.iterations.dataSync()[0] === 6 &&
              step === 1 &&
              controller.abort()
            ),
        },
      ],
    });
    expect([history.steps, history.epoch, history.stopped]).toEqual([6, [0], "signal"]);
  });

  test("a signal that was aborted before ends it before the first step", async () => {
    const history = await seeded(classifier).fit(rows, y, { epochs: 5, signal: AbortSignal.abort() });
    expect([history.steps, history.epoch, history.stopped]).toEqual([0, [], "signal"]);
  });

  test("predict and setWeights on a model that trains come between two steps", async () => {
    const model = seeded(classifier);
    let done = false;
    const fitting = model.fit(rows, y, { epochs: 4000, batchSize: 16 }).then(() => (done = true));
    const during = await model.predict(rows);
    expect(during.shape).toEqual([60, 3]);
    expect(done).toBe(false);
    model.setWeights(model.getWeights().map((weight) => weight.fill(0)));
    expect([...(await model.predict(rows)).dataSync()]).not.toEqual([...during.dataSync()]);
    expect(done).toBe(false);
    model.stopTraining = true;
    await fitting;
  });

  test("a second fit begins when the first has ended", async () => {
    const model = seeded(classifier);
    const order: string[] = [];
    const say = (name: string) => [
      {
        onTrainBegin: () => void order.push(`${name} begins`),
        onTrainEnd: () => void order.push(`${name} ends`),
      },
    ];
    await Promise.all([
      model.fit(rows, y, { epochs: 3, callbacks: say("first") }),
      model.fit(rows, y, { epochs: 3, callbacks: say("second") }),
    ]);
    expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  test("a fit from within a callback of the same model is an error, not a wait for ever", async () => {
    const model = seeded(classifier);
    const nested = model.fit(rows, y, {
      callbacks: [{ onEpochEnd: async () => void (await model.fit(rows, y)) }],
    });
    await expect(nested).rejects.toThrow(/PL4004.*callback/);
    await expect(model.fit(rows, y)).resolves.toBeDefined();
  });

  test("so is one that the callback comes to later, and a sweep of learning rates", async () => {
    const model = seeded(classifier);
    for (const method of ["fit", "findLearningRate"] as const) {
      const onEpochEnd = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await model[method](rows, y);
      };
      await expect(model.fit(rows, y, { callbacks: [{ onEpochEnd }] })).rejects.toThrow(/PL4004.*callback/);
    }
    // A callback that promises nothing is done when it returns: others may ask for a fit meanwhile.
    const fits = [0, 1].map(() => model.fit(rows, y, { epochs: 2, callbacks: [{ onEpochEnd: () => {} }] }));
    await expect(Promise.all(fits)).resolves.toBeDefined();
  });

  test("while an epoch runs, its progress is told by time, with values for who asks", async () => {
    const model = seeded(classifier);
    const told: { batch: number; loss: number }[] = [];
    const onProgress = ({ batch, logs }: Progress): void => {
      told.push({ batch, loss: logs().loss });
      if (told.length === 3) model.stopTraining = true;
    };
    // Rows that tell nothing about their labels: however long it trains, the loss stays above 0.
    const alike = rows.map((row) => row.map(() => 1));
    await model.fit(alike, y, { epochs: 100_000, batchSize: 4, callbacks: [{ onProgress }] });
    expect(told.length).toBe(3);
    for (const { batch, loss } of told) {
      expect(batch).toBeGreaterThan(0);
      expect(loss).toBeGreaterThan(0);
    }
  });

  test("the event loop turns during a fit", async () => {
    const model = seeded(classifier);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await model.fit(rows, y, {
      epochs: 3000,
      batchSize: 8,
      callbacks: [{ onEpochEnd: () => void (turns > 2 && (model.stopTraining = true)) }],
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});

describe("errors", () => {
  test("not compiled, not built, rows that do not match, options that are none", async () => {
    const plain = new Sequential([new Dense(1)]);
    await expect(plain.fit(rows, amounts)).rejects.toThrow(/PL4001.*compile/);
    expect(() => plain.getWeights()).toThrow(/PL4002.*Input/);
    const model = classifier();
    await expect(model.fit(rows, y.slice(1))).rejects.toThrow(/PL4005.*60 rows.*59 rows/);
    await expect(model.fit([], [])).rejects.toThrow(/PL3004/);
    await expect(model.fit(rows, y, { batchSize: 0 })).rejects.toThrow(/PL4004.*batchSize/);
    await expect(model.fit(rows, y, { epoch: 3 } as FitOptions)).rejects.toThrow(/PL4004.*"epoch".*epochs/);
    await expect(
      model.fit(rows, y, { classWeight: { 0: 1 }, sampleWeight: new Float32Array(60) }),
    ).rejects.toThrow(/PL4004.*classWeight and sampleWeight/);
    await expect(
      model.fit(
        rows.map((row) => row.slice(1)),
        y,
      ),
    ).rejects.toThrow(/PL4006.*rows of shape \[4\]/);
    expect(() => model.setWeights([[1]])).toThrow(/PL4007/);
  });

  test("a layer that cannot take what the one before it gives names both", () => {
    const build = () => new Sequential([Input({ shape: [] }), new Dense(2, { name: "head" })]);
    expect(build).toThrow(/PL4006.*"head".*the model's input.*\[batch, …, inputs\]/);
  });

  test("labels that the loss does not take are refused before the first step", async () => {
    const model = seeded(classifier);
    const before = bitsOf(model);
    await expect(
      model.fit(
        rows,
        y.map((of) => of + 1),
      ),
    ).rejects.toThrow(/PL2003/);
    expect(bitsOf(model)).toEqual(before);
  });

  test("a head and a loss that disagree are refused by compile", () => {
    const model = new Sequential([Input({ shape: [4] }), new Dense(1)]);
    const loss = new BinaryCrossentropy({ fromLogits: false });
    expect(() => model.compile({ optimizer: "adam", loss })).toThrow(/PL2006/);
  });
});
