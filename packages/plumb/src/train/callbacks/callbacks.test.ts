import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Dense, Input } from "../../layers/index.ts";
import { Adam, SGD } from "../../optimizers/index.ts";
import { seed } from "../../tensor/index.ts";
import type { FitOptions } from "../fit-options.ts";
import { Sequential } from "../sequential.ts";
import {
  allCallbacks,
  BackupAndRestore,
  callbackClasses,
  CSVLogger,
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  ProgressLogger,
  ReduceLROnPlateau,
  SwapEMAWeights,
  TerminateOnNaN,
  type Backup,
  type Callback,
  type Checkpoint,
} from "./index.ts";

const x = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a, b]) => [2 * a - b]);

function line(optimizer: Adam | SGD = new SGD({ learningRate: 0.1 })): Sequential {
  seed(3);
  const model = new Sequential([Input({ shape: [2] }), new Dense(1)]);
  model.compile({ optimizer, loss: "mse", metrics: ["mae"] });
  return model;
}
const fitted = async (callbacks: Callback[], options: FitOptions = {}, model = line()) => ({
  model,
  history: await model.fit(x, y, { epochs: 4, batchSize: 8, seed: 1, callbacks, ...options }),
});
/** What a callback does when it is told of these values of a watched loss, epoch after epoch. */
async function told(
  callback: Callback,
  values: readonly number[],
  after: (epoch: number) => void,
): Promise<void> {
  await callback.onTrainBegin?.({
    epochs: values.length,
    stepsPerEpoch: 1,
    rows: 1,
    logNames: ["loss", "val_loss"],
    startFrom: () => {},
    batchSize: 1,
    rowsOf: () => Int32Array.of(0),
    drawsOf: () => ({ seed: 0, counter: 0 }),
    take: () => ({ x: [[0]], y: [0] }),
    takeLabels: () => ({ y: [0] }),
    trial: () => ({ run() {}, valueOf: () => new Float32Array(1) }),
    callbackTimes: () => new Map(),
  });
  for (const [epoch, value] of values.entries()) {
    await callback.onEpochBegin?.(epoch);
    await callback.onEpochEnd?.(epoch, { loss: 0, val_loss: value });
    after(epoch);
  }
}

describe("the callbacks", () => {
  test("are those of the files of the room, each with a record", () => {
    const shared = ["callback", "index", "monitor"];
    const files = readdirSync(new URL(".", import.meta.url))
      .map((file) => file.replace(/(\.test)?\.ts$/, ""))
      .filter((file) => ![...shared, "callbacks"].includes(file));
    const names: Record<string, string> = {
      CSVLogger: "csv-logger",
      ReduceLROnPlateau: "reduce-lr-on-plateau",
    };
    Object.assign(names, { TerminateOnNaN: "terminate-on-nan", SwapEMAWeights: "swap-ema-weights" });
    const fileOf = (name: string): string => names[name] ?? name.replace(/\B([A-Z])/g, "-$1").toLowerCase();
    expect([...new Set(files)].sort()).toEqual(allCallbacks.map(({ name }) => fileOf(name)).sort());
    for (const [name, { record }] of Object.entries(callbackClasses)) {
      expect(record.name).toBe(name);
      expect(record.doc.length).toBeGreaterThan(10);
    }
  });

  test("a parameter that is none or out of range is PL4004 and says which", () => {
    for (const Class of [
      EarlyStopping,
      ModelCheckpoint,
      ReduceLROnPlateau,
      ProgressLogger,
      SwapEMAWeights,
    ] as const)
      expect(() => new Class({ patiense: 3 } as never)).toThrow(/PL4004.*"patiense"/);
    expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow(/PL4004.*factor/);
    expect(() => new ModelCheckpoint({ saveFreq: 0 })).toThrow(/PL4004.*saveFreq/);
  });

  test("a value to watch that never appears is PL4004 at the beginning", async () => {
    for (const callback of [new ReduceLROnPlateau(), new ModelCheckpoint({ saveBestOnly: true })])
      await expect(fitted([callback])).rejects.toThrow(/PL4004.*val_loss.*loss, mae/);
  });
});

describe("ModelCheckpoint", () => {
  test("gives each epoch's state to save, which set again gives the model of that epoch", async () => {
    const model = line();
    const saved: Checkpoint[] = [];
    const seen: number[][] = [];
    const checkpoint = new ModelCheckpoint({ save: (one) => void saved.push(one) });
    const watch = { onEpochEnd: () => void seen.push([...model.getWeights()[0]]) };
    const { history } = await fitted([checkpoint, watch], {}, model);
    expect(saved.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    expect(saved.map(({ logs }) => logs.loss)).toEqual(history.history.loss);
    saved.forEach(({ state }, epoch) => expect([...state.weights[0].data]).toEqual(seen[epoch]));
    model.setState(saved[1].state);
    expect([...model.getWeights()[0]]).toEqual(seen[1]);
    expect(model.compiled.optimizer.iterations.itemSync()).toBe(6);
  });

  test("with saveBestOnly saves what is better than ever; the latest is kept where nobody saves", async () => {
    const model = line();
    const checkpoint = new ModelCheckpoint({ saveBestOnly: true, saveWeightsOnly: true });
    checkpoint.model = model;
    const kept: (number | undefined)[] = [];
    await told(checkpoint, [3, 4, NaN, 2, 2], () => kept.push(checkpoint.latest?.epoch));
    expect(kept).toEqual([0, 0, 0, 3, 3]);
    expect(checkpoint.best).toBe(2);
    expect(checkpoint.latest!.state.optimizer).toBeUndefined();
    model.setWeights(model.getWeights().map((weight) => weight.fill(9)));
    checkpoint.restore();
    expect([...model.getWeights()[0]]).not.toContain(9);
  });

  test("a threshold has to be beaten first, and max looks the other way", async () => {
    const checkpoint = new ModelCheckpoint({ saveBestOnly: true, mode: "max", initialValueThreshold: 2 });
    checkpoint.model = line();
    const kept: (number | undefined)[] = [];
    await told(checkpoint, [1, 3, 2.5, 4], () => kept.push(checkpoint.latest?.epoch));
    expect(kept).toEqual([undefined, 1, 1, 3]);
  });

  test("with saveFreq counts steps, across epochs", async () => {
    const saved: (readonly [number, number | undefined])[] = [];
    const save = ({ epoch, batch }: Checkpoint): void => void saved.push([epoch, batch]);
    await fitted([new ModelCheckpoint({ saveFreq: 4, save })]);
    // Three steps an epoch: steps 4, 8 and 12 of the fit.
    expect(saved).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
  });
});

describe("learning rates", () => {
  test("ReduceLROnPlateau waits, reduces, cools down, and stops at the least rate", async () => {
    const model = line(new SGD({ learningRate: 0.8 }));
    const callback = new ReduceLROnPlateau({
      factor: 0.5,
      patience: 2,
      cooldown: 2,
      minLr: 0.3,
      minDelta: 0.1,
    });
    callback.model = model;
    const rates: number[] = [];
    // Epoch 0 is the best; 1 and 2 are not better by 0.1, so that 2 reduces; 3 cools down, 4 ends that and waits, 5 waits again.
    await told(callback, [1, 0.95, 1, 1, 1, 1, 1, 1], () =>
      rates.push(model.compiled.optimizer.learningRate),
    );
    expect(rates).toEqual([0.8, 0.8, 0.4, 0.4, 0.4, 0.3, 0.3, 0.3]);
  });

  test("LearningRateScheduler sets the rate of each epoch, which the history has; nothing is compiled", async () => {
    const { history } = await fitted([
      new LearningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2)),
    ]);
    expect(history.history.learning_rate).toEqual([0.1, 0.1, 0.05, 0.025]);
    expect(history.learningRate).toEqual([0.1, 0.1, 0.05, 0.025]);
  });
});

test("TerminateOnNaN ends after the step whose loss is not finite, and says which", async () => {
  const callback = new TerminateOnNaN();
  const model = line(new SGD({ learningRate: 1e30 }));
  const { history } = await fitted([callback], {}, model);
  expect(history.stopped).toBe("callback");
  expect(callback.stoppedAt).toEqual({ epoch: 0, batch: history.steps - 1 });
  expect(history.steps).toBeLessThan(4);
  const calm = new TerminateOnNaN();
  await fitted([calm]);
  expect(calm.stoppedAt).toBeUndefined();
});

test("CSVLogger writes a line per epoch that reads back to the same numbers, NA where there is none", async () => {
  let text = "";
  const callback = new CSVLogger((part) => void (text += part));
  const { history } = await fitted([callback], { validationSplit: 0.25, validationFreq: 2 });
  const [head, ...lines] = text.trimEnd().split("\n");
  expect(head).toBe("epoch,loss,mae,val_loss,val_mae");
  expect(lines.map((one) => Number(one.split(",")[1]))).toEqual(history.history.loss);
  expect(lines.map((one) => one.split(",")[3] === "NA")).toEqual([true, false, true, false]);
  let more = "";
  await fitted([new CSVLogger((part) => void (more += part), { append: true, separator: ";" })], {
    epochs: 1,
  });
  expect(more).toMatch(/^0;[\d.]+;[\d.]+\n$/);
});

describe("BackupAndRestore", () => {
  test("a training that was cut short goes on to the bits of one that was not", async () => {
    const straight = await fitted([], { epochs: 5 }, line(new Adam({ learningRate: 0.1 })));
    let kept: Backup | undefined;
    const place = {
      save: (backup: Backup) => void (kept = backup),
      load: () => kept,
      remove: () => void (kept = undefined),
    };
    const shortened = line(new Adam({ learningRate: 0.1 }));
    const controller = new AbortController();
    const cut: Callback = { onEpochEnd: (epoch) => void (epoch === 1 && controller.abort()) };
    await fitted([new BackupAndRestore(place), cut], { epochs: 5, signal: controller.signal }, shortened);
    expect(kept?.epoch).toBe(2);
    seed(99);
    const fresh = new Sequential([Input({ shape: [2] }), new Dense(1)]);
    fresh.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: "mse", metrics: ["mae"] });
    const { history } = await fitted([new BackupAndRestore(place)], { epochs: 5 }, fresh);
    expect(history.epoch).toEqual([2, 3, 4]);
    expect(fresh.getState()).toEqual(straight.model.getState());
    expect(kept).toBeUndefined();
  });
});

describe("SwapEMAWeights", () => {
  const averaging = (): Sequential => line(new SGD({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 }));

  test("validates with the means, trains with the weights, and the end is that of a fit without it", async () => {
    const plain = await fitted([], { validationSplit: 0.25 }, averaging());
    const swapped = await fitted([new SwapEMAWeights()], { validationSplit: 0.25 }, averaging());
    expect(swapped.history.history.loss).toEqual(plain.history.history.loss);
    expect(swapped.history.history.val_loss).not.toEqual(plain.history.history.val_loss);
    expect(swapped.model.getWeights()).toEqual(plain.model.getWeights());
  });

  test("with swapOnEpoch a checkpoint of the epoch has the means, and so has the end", async () => {
    const saved: Checkpoint[] = [];
    const save = (one: Checkpoint): void => void saved.push(one);
    const { model } = await fitted(
      [new SwapEMAWeights({ swapOnEpoch: true }), new ModelCheckpoint({ save })],
      {},
      averaging(),
    );
    expect([...saved.at(-1)!.state.weights[0].data]).toEqual([...model.getWeights()[0]]);
    const plain = await fitted([], {}, averaging());
    expect(model.getWeights()).toEqual(plain.model.getWeights());
  });

  test("an optimizer that keeps no means is PL4004 at the beginning", async () => {
    await expect(fitted([new SwapEMAWeights()])).rejects.toThrow(/PL4004.*useEma/);
  });
});

test("LambdaCallback is its functions, and costs nothing per step without one for steps", async () => {
  const epochs: number[] = [];
  const callback = new LambdaCallback({ onEpochEnd: (epoch) => void epochs.push(epoch) });
  expect(callback.onTrainBatchEnd).toBeUndefined();
  await fitted([callback]);
  expect(epochs).toEqual([0, 1, 2, 3]);
});

describe("ProgressLogger", () => {
  test("prints a line per epoch with its values", async () => {
    const lines: string[] = [];
    await fitted([new ProgressLogger({ print: (one) => lines.push(one) })], {
      epochs: 2,
      validationSplit: 0.25,
    });
    expect(lines.length).toBe(2);
    expect(lines[1]).toMatch(
      /^Epoch 2\/2 - \d+\.\ds - loss: [\d.e-]+ - mae: [\d.e-]+ - val_loss: [\d.e-]+ - val_mae/,
    );
  });

  test("fit's verbose is the same on the console, and silent unless told", async () => {
    const lines: string[] = [];
    const { log } = console;
    console.log = (one: string) => void lines.push(one);
    try {
      await fitted([], { epochs: 2 });
      expect(lines).toEqual([]);
      await fitted([], { epochs: 2, verbose: 2 });
    } finally {
      console.log = log;
    }
    expect(lines.map((one) => one.slice(0, 9))).toEqual(["Epoch 1/2", "Epoch 2/2"]);
  });
});
