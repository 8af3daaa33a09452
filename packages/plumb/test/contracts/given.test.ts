/** What stands in the place of options, or beside a call, is never ignored. */
import { describe, expect, test } from "vitest";
import {
  AUC,
  AveragePrecision,
  Huber,
  LearningRateScheduler,
  losses,
  MeanSquaredError,
  Precision,
  Recall,
  RocAuc,
  SGD,
  Sequential,
  Dense,
  ExponentialDecay,
} from "../../src/index.ts";

describe("options that are no object", () => {
  test.each([
    ["a loss", () => new Huber(3 as never), /PL2009.*delta: 3/],
    ["a metric", () => new Precision(0.3 as never), /PL2011.*0\.3/],
    ["a loss with null", () => new Huber(null as never), /PL2009/],
    ["weights in third place", () => new MeanSquaredError().call([[1]], [[2]], [1] as never), /PL2016/],
    [
      "misspelt weights",
      () => new MeanSquaredError().call([[1]], [[2]], { sampleWeights: [1] } as never),
      /PL2016.*sampleWeight/,
    ],
    ["weights of a metric", () => new Precision().updateState([1], [0.5], [1] as never), /PL2016/],
  ])("%s", (_what, make, error) => {
    expect(make).toThrow(error);
  });
});

test("metrics of other kinds or with other options do not merge", () => {
  const [low, high] = [0.2, 0.8].map((thresholds) => new Recall({ thresholds }));
  for (const metric of [low, high]) metric.updateState([1], [0.5]);
  expect(() => low.merge(high)).toThrow(/PL2011.*same options/s);
  expect(() => new AUC().merge(new Precision() as never)).toThrow(/PL2011/);
  expect(() => low.merge(null as never)).toThrow(/PL2011/);
});

test("losses are suggested for labels as they are", () => {
  expect(losses.suggest([0, 1, 1])[0].loss).toBe("BinaryCrossentropy");
  expect(losses.suggest(Float32Array.of(1.5, 2.25, 7.5))[0].loss).toBe("MeanSquaredError");
});

describe("learning rates", () => {
  const model = (rate: ConstructorParameters<typeof SGD>[0]): Sequential => {
    const made = new Sequential([new Dense(1)]);
    made.compile({ optimizer: new SGD(rate), loss: "mse" });
    return made;
  };

  test("that are not there are refused", async () => {
    const callbacks = [new LearningRateScheduler((() => undefined) as never)];
    await expect(model({ learningRate: 0.1 }).fit([[1], [2]], [1, 2], { callbacks })).rejects.toThrow(
      /PL4004/,
    );
  });

  test("of a schedule are not swept, and a loss that is no number is told", async () => {
    const schedule = new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 });
    await expect(model({ learningRate: schedule }).findLearningRate([[1], [2]], [1, 2])).rejects.toThrow(
      /PL4004.*schedule/,
    );
    await expect(model({ learningRate: 0.1 }).findLearningRate([[NaN], [2]], [1, 2])).rejects.toThrow(
      /PL4004.*NaN/,
    );
  });
});

test.each([new RocAuc(), new AveragePrecision()])("$name of a score that is none is none", (metric) => {
  metric.updateState([0, 1, 1], [0.1, NaN, 0.9], { sampleWeight: [1, 0, 1] });
  expect(metric.result().itemSync()).toBe(1);
  metric.updateState([0, 1], [NaN, 0.5]);
  expect(metric.result().itemSync()).toBeNaN();
});
