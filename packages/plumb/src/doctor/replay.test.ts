import { describe, expect, test } from "vitest";
import { setGeneratorState } from "../base/seed.ts";
import { Constant } from "../initializers/index.ts";
import type { PlumbError } from "../base/errors.ts";
import { BatchNormalization, Dense, Dropout, Input, Lambda, LSTM } from "../layers/index.ts";
import { SGD } from "../optimizers/index.ts";
import { engineStats, GradientTape, ones, setThreads, type Tensor } from "../tensor/index.ts";
import { MeanSquaredError } from "../losses/index.ts";
import { Sequential, type TrainPlan } from "../train/index.ts";
import { Doctor } from "./doctor.ts";
import { clouds, slope } from "./made-up.ts";
import { replay } from "./replay.ts";

const x = clouds(2, 24).data;
const y = Float32Array.from(clouds(2, 24).labels);
const rows = Int32Array.from({ length: 24 }, (_, row) => row);

describe("a step that is done again", () => {
  test.each([
    [
      "dropout and dense layers",
      () => [new Dense(6, { activation: "tanh" }), new Dropout(0.5), new Dense(1)],
    ],
    [
      "a loop",
      () => [
        new Lambda((of: Tensor) => of.reshape([-1, 2, 1]), { name: "steps" }),
        new LSTM(3),
        new Dense(1),
      ],
    ],
  ])("has the loss of the step: %s", async (_, layers) => {
    const model = new Sequential([Input({ shape: [2] }), ...layers()]);
    model.compile({ loss: "mse", optimizer: "adam" });
    const again = replay(model, { x, y }, rows, { seed: 5, counter: 3 });
    setGeneratorState({ seed: 5, counter: 3 });
    const { loss } = await model.trainOnBatch(x, y);
    expect(again.origin).toBeUndefined();
    expect(again.loss).toBeCloseTo(loss, 4);
  });

  test("finds what overflows float32 and not float64, with its row", () => {
    const model = new Sequential([
      new Lambda((of: Tensor) => of.exp(), { name: "exponential" }),
      new Dense(1),
    ]);
    model.compile({ loss: "mse" });
    const wild = x.map((row, i) => (i === 17 ? [100, row[1]] : row));
    model.buildFor(ones([1, 2]));
    const { origin } = replay(model, { x: wild, y }, rows, { seed: 0, counter: 0 });
    expect(origin).toMatchObject({ op: "exp", layer: "exponential", batchRow: 17, row: 17, operands: [100] });
  });

  test("names the largest numbers that go into a sum, where one overflows", () => {
    const kernelInitializer = new Constant({ value: 1e20 });
    const model = new Sequential([
      new Dense(2, { kernelInitializer }),
      new Dense(2, { kernelInitializer, name: "second" }),
    ]);
    model.compile({ loss: "mse" });
    model.buildFor(ones([1, 2]));
    const wide = x.map(([a]) => [Math.abs(a) + 1, 1]);
    const { origin } = replay(model, { x: wide, y: wide }, rows, { seed: 0, counter: 0 });
    expect(origin).toMatchObject({ op: "matmul", layer: "second", batchRow: 0, many: true, value: Infinity });
    const highest = Math.max(...wide.map(([a, b]) => a + b));
    const [input = 0, weight = 0] = origin?.operands ?? [];
    expect([input / (highest * 1e20), weight / 1e20]).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)]);
  });

  test("finds a gradient that is not finite behind a loss that is", () => {
    const model = new Sequential([
      new Dense(1, { kernelInitializer: "zeros" }),
      new Lambda((of: Tensor) => of.sqrt()),
    ]);
    model.compile({ loss: "mse" });
    model.buildFor(ones([1, 2]));
    const { loss, origin } = replay(model, { x, y }, rows, { seed: 0, counter: 0 });
    expect(Number.isFinite(loss)).toBe(true);
    expect(origin).toMatchObject({ pass: "backward" });
  });
});

describe("a fit that a doctor watches", () => {
  const failing = (): { model: Sequential; wild: number[][] } => {
    const model = new Sequential([Input({ shape: [2] }), new Lambda((of: Tensor) => of.log()), new Dense(1)]);
    model.compile({ loss: "mse", optimizer: new SGD({ learningRate: 0.1 }) });
    return { model, wild: x.map((row, i) => (i === 20 ? [-1, 1] : [Math.abs(row[0]) + 0.1, 1])) };
  };

  test("ends before the step whose loss is no number, with the weights of before it", async () => {
    const { model, wild } = failing();
    const doctor = new Doctor();
    const options = { batchSize: 8, shuffle: false };
    const error: unknown = await model
      .fit(wild, y, { ...options, callbacks: [doctor] })
      .catch((of: unknown) => of);
    expect((error as PlumbError).code).toBe("PL4010");
    expect(String(error)).toContain("row 20 of the data");
    expect(doctor.report.findings.find(({ catalogue }) => catalogue === "T1")?.where).toMatchObject({
      step: 2,
      rows: [20],
    });
    const weights = model.weights.flatMap((weight) => [...weight.dataSync()]);
    expect(weights.every(Number.isFinite)).toBe(true);
  });

  test("without a doctor it goes on, as in Keras", async () => {
    const { model, wild } = failing();
    const { history } = await model.fit(wild, y, { epochs: 2, batchSize: 8, shuffle: false });
    expect(history.loss).toEqual([NaN, NaN]);
  });

  test("takes logits where the loss is read from the head", async () => {
    const model = new Sequential([new Dense(2)]);
    model.compile({ loss: "sparseCategoricalCrossentropy", warn: () => undefined });
    const doctor = new Doctor();
    await model.fit(x, Int32Array.from(y), { callbacks: [doctor] });
    expect(doctor.training?.probes.length).toBeGreaterThan(1);
  });

  test.each([1, 2])("learns the same bits as one that nobody watches, on %i threads", async (threads) => {
    const trained = async (callbacks: Doctor[]): Promise<unknown> => {
      const model = new Sequential([
        new Dense(40, { activation: "relu" }),
        new BatchNormalization(),
        new Dropout(0.2),
        new Dense(2, { activation: "softmax" }),
      ]);
      model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: "adam" });
      await model.fit(x, Int32Array.from(y), {
        epochs: 5,
        batchSize: 10,
        seed: 4,
        classWeight: { 1: 3 },
        callbacks,
      });
      return model.getState();
    };
    const before = engineStats().threads;
    setThreads(threads);
    try {
      expect(await trained([new Doctor()])).toEqual(await trained([]));
    } finally {
      setThreads(before);
    }
  });

  test("the losses of all its steps are those that add up to the epochs' losses", async () => {
    const model = new Sequential([new Dense(1)]);
    model.compile({ loss: "mse" });
    const losses: number[] = [];
    const follower = { onStep: (step: number, loss: number) => void (losses[step] = loss) };
    // More steps than are noted at a time.
    const many = Array.from({ length: 600 }, (_, row) => x[row % 24]);
    const { history } = await model.fit(
      many,
      Float32Array.from(many, ([a]) => a),
      {
        epochs: 2,
        batchSize: 1,
        callbacks: [follower, new Doctor()],
      },
    );
    expect(losses.length).toBe(1200);
    const means = [0, 600].map((from) => losses.slice(from, from + 600).reduce((a, b) => a + b) / 600);
    for (const [epoch, loss] of history.loss.entries()) expect(means[epoch]).toBeCloseTo(loss, 6);
  });

  test("what a step is weighed by is known when it is done again", async () => {
    for (const weighed of [
      { classWeight: { 1: 8 } },
      { sampleWeight: Float32Array.from(y, (of) => 1 + 7 * of) },
    ]) {
      const model = new Sequential([new Dense(2, { activation: "softmax" })]);
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      let taken: number[] | undefined;
      const onTrainBegin = ({ take }: TrainPlan): void => {
        taken = [...(take(Int32Array.of(0, 1, 2)).sampleWeight as Tensor).dataSync()] as number[];
      };
      const labels = Int32Array.from(y);
      const options = { batchSize: 8, ...weighed, callbacks: [{ onTrainBegin }, new Doctor()] };
      await model.fit(x, labels, options);
      expect(taken).toEqual(Array.from(labels.slice(0, 3), (of) => 1 + 7 * of));
    }
  });

  test("a gradient that made the weights wrong in the last step of an epoch is found in that epoch's rows", async () => {
    // The root of the length of [0, 0]: the loss is finite, its gradient is not.
    const bent = x.map((row, i) => (i === 13 ? [0, 0] : row));
    let met = 0;
    for (let seed = 0; met < 2; seed++) {
      const model = new Sequential([
        Input({ shape: [2] }),
        new Dense(2, { useBias: false }),
        new Lambda((of: Tensor) => of.square().sum(-1, { keepDims: true }).sqrt(), { name: "length" }),
        new BatchNormalization(),
        new Dense(1),
      ]);
      model.compile({ loss: "mse", optimizer: "adam" });
      const orders: number[][] = [];
      const doctor = new Doctor();
      const keeper = {
        onTrainBegin({ rowsOf }: TrainPlan): void {
          orders.push([...rowsOf(2, 0)], [...rowsOf(0, 1)]);
        },
      };
      const options = { epochs: 2, batchSize: 8, seed, callbacks: [keeper, doctor] };
      await model.fit(bent, y, options).catch(() => undefined);
      if (!orders[0].includes(13) || orders[1].includes(13)) continue;
      met++;
      const found = doctor.report.findings.find(({ catalogue }) => catalogue === "T1");
      expect(found?.where).toMatchObject({ step: 3, epoch: 1, rows: [13] });
    }
  });
});

test("a loop of one's own that forgets to apply its gradients is told so; one that does not is not", async () => {
  const codes = async (applies: boolean): Promise<string[]> => {
    const { data, labels } = slope(64);
    const model = new Sequential([new Dense(1)]);
    const optimizer = new SGD({ learningRate: 0.1 });
    const loss = new MeanSquaredError();
    const doctor = new Doctor();
    doctor.watch(model, { data, labels: labels as never, loss: "mse", batchSize: 64, epochs: 30 });
    const targets = Array.from(labels, (of) => [of]);
    for (let step = 0; step < 30; step++) {
      const tape = new GradientTape(() => loss.call(targets, model.call(data)));
      const slopes = tape.gradient(tape.value, model.trainableVariables);
      if (applies) optimizer.apply(slopes, model.trainableVariables);
      doctor.step(tape.value);
    }
    return (await doctor.finish()).findings.map(({ catalogue }) => catalogue);
  };
  expect(await codes(false)).toContain("T12");
  expect(await codes(true)).toEqual([]);
});
