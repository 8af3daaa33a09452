import { describe, expect, it } from "vitest";
import { Dense, Input } from "../../src/layers/index.ts";
import {
  AUC,
  AveragePrecision,
  BinaryCrossentropy,
  BrierScore,
  ConfusionMatrix,
  F1Score,
  LogLoss,
  Mean,
  Precision,
  type Metric,
  type MetricLike,
} from "../../src/metrics/index.ts";
import type { TensorLike } from "../../src/tensor/index.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** What metrics are fed when a model follows them: probabilities where its outputs are logits, unless the user spoke. */

const identity = (units: number): number[][] =>
  Array.from({ length: units }, (_, i) => Array.from({ length: units }, (_, k) => Number(i === k)));

/** A model whose logits are its inputs. */
function modelWith(metrics: readonly MetricLike[], units = 1): Sequential {
  const model = new Sequential([Input({ shape: [units] }), new Dense(units)]);
  const loss = units === 1 ? "binaryCrossentropy" : "sparseCategoricalCrossentropy";
  model.compile({ optimizer: "sgd", loss, metrics, warn: () => {} });
  model.setWeights([identity(units), new Float32Array(units)]);
  return model;
}
const valueOf = (metric: Metric<any>, y: TensorLike, p: TensorLike): number => {
  metric.updateState(y, p);
  return metric.result().itemSync();
};

const [x, y] = [
  [[-2], [-1], [-0.5], [1], [2], [0.2]],
  [[0], [0], [1], [1], [1], [0]],
];
const probabilities = x.map(([logit]) => [1 / (1 + Math.exp(-logit))]);

describe("a model of logits", () => {
  it("feeds probabilities to metrics that want them", async () => {
    const followed = [new AUC(), new BrierScore(), new Precision()];
    const logs = await modelWith(["accuracy", ...followed]).evaluate(x, y);
    expect(logs.accuracy).toBeCloseTo(4 / 6, 6);
    for (const metric of followed)
      expect(logs[metric.name], metric.name).toBeCloseTo(
        valueOf(metric.renamed("direct"), y, probabilities),
        6,
      );
    // Fed logits, the area would be that of the same order, but thresholds see only what lies in [0, 1].
    expect(valueOf(new AUC(), y, x)).not.toBeCloseTo(logs.auc, 3);
  });

  it("takes a threshold, or fromLogits, given by hand as it stands", async () => {
    const given = [
      new Precision({ thresholds: 0.9, name: "at_logit" }),
      new BinaryCrossentropy({ fromLogits: false, name: "as_told" }),
    ];
    const logs = await modelWith(given).evaluate(x, y);
    // 1 and 2 lie above the logit 0.9.
    expect(logs.at_logit).toBe(1);
    expect(logs.as_told).toBeCloseTo(valueOf(given[1].renamed("direct"), y, x), 6);
  });

  it("gives cross-entropies the logits themselves: far out they agree with the loss", async () => {
    const far = [[-50], [60]];
    const logs = await modelWith([new BinaryCrossentropy()]).evaluate(far, [[1], [0]]);
    expect(logs.binary_crossentropy).toBeCloseTo(55, 4);
    expect(logs.binary_crossentropy).toBeCloseTo(logs.loss, 4);
  });

  it("of classes feeds the softmax of the loss, not a sigmoid of each output", async () => {
    const rows = [
      [3, 2.5, 0],
      [0, 1, 0.5],
      [-1, -2, -3],
    ];
    const labels = Int32Array.of(0, 1, 2);
    const softmax = rows.map((row) => {
      const powers = row.map(Math.exp);
      return powers.map((power) => power / powers.reduce((a, b) => a + b));
    });
    const logs = await modelWith([new BrierScore(), new LogLoss()], 3).evaluate(rows, labels);
    expect(logs.brier_score).toBeCloseTo(valueOf(new BrierScore(), labels, softmax), 5);
    expect(logs.log_loss).toBeCloseTo(logs.loss, 5);
  });

  it("of one-hot classes does so too for metrics of yes and no", async () => {
    // A sigmoid of 1 is above a half; of a softmax over 1, 2 and 0 only the second output is not below.
    const model = new Sequential([Input({ shape: [3] }), new Dense(3)]);
    model.compile({
      optimizer: "sgd",
      loss: "categoricalCrossentropy",
      metrics: ["binaryAccuracy"],
      warn: () => {},
    });
    model.setWeights([identity(3), new Float32Array(3)]);
    const logs = await model.evaluate([[1, 2, 0]], [[0, 1, 0]]);
    expect(logs.binaryAccuracy).toBe(1);
  });

  it("that ends in a sigmoid feeds what it gives", async () => {
    const model = new Sequential([Input({ shape: [1] }), new Dense(1, { activation: "sigmoid" })]);
    model.compile({ optimizer: "sgd", loss: "binaryCrossentropy", metrics: [new BrierScore()] });
    model.setWeights([[[1]], [0]]);
    const logs = await model.evaluate(x, y);
    expect(logs.brier_score).toBeCloseTo(valueOf(new BrierScore(), y, probabilities), 6);
  });
});

describe("compile refuses metrics that no history can hold", () => {
  it.each(
    [new ConfusionMatrix(), new F1Score(), new AveragePrecision(), new Mean()].map(
      (m) => [m.name, m] as const,
    ),
  )("%s", (_name, metric) => {
    expect(() => modelWith([metric])).toThrow(/^PL2018/);
  });

  it("but not those that are made one number", () => {
    expect(() => modelWith([new F1Score({ average: "macro" })])).not.toThrow();
  });
});
