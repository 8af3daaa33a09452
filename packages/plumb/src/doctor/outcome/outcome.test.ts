import { describe, expect, test } from "vitest";
import { BatchNormalization, Dense, Dropout } from "../../layers/index.ts";
import { EarlyStopping, Sequential } from "../../train/index.ts";
import { check, diagnoses, review, type ReviewOptions } from "../index.ts";
import { clouds, pseudo } from "../made-up.ts";

const said = async (options: ReviewOptions) =>
  (await review(options)).findings.map(({ catalogue, severity }) => `${catalogue} ${severity}`);

describe("from the numbers of a history alone", () => {
  test("a training error of 0.01 against 0.5 is overfitting, and says so", async () => {
    const histories: readonly ReviewOptions["history"][] = [
      { loss: 0.01, val_loss: 0.5 },
      { loss: [0.01], val_loss: [0.5] },
      { history: { loss: [0.01], val_loss: [0.5] }, epoch: [0], learningRate: [0.01] },
    ];
    for (const history of histories) {
      const [finding] = (await review({ history, loss: "mse" })).findings;
      expect(finding.catalogue).toBe("P1");
      expect(finding.title).toMatch(/overfitting.*0\.5.*50 times.*0\.01/i);
      expect(await said({ history })).toEqual(["P1 warning"]);
    }
  });

  test("0.05 against 1.5 among three classes is overfitting, and worse than ln 3", async () => {
    const history = { loss: 0.05, val_loss: 1.5 };
    const { findings } = await review({ history, classes: 3 });
    expect(findings.map(({ catalogue }) => catalogue)).toEqual(["P1", "P2"]);
    expect(findings[1].title).toContain("ln 3 = 1.10");
    // Of ten classes 1.5 is better than guessing.
    expect(await said({ history, classes: 10 })).toEqual(["P1 warning"]);
  });

  test("a loss that wiggles is none", async () => {
    const wave = (at: number) => Array.from({ length: 20 }, (_, i) => at + 0.03 * (i % 2) + 1 / (i + 2));
    expect(await said({ history: { loss: wave(0.3), val_loss: wave(0.35) }, classes: 2 })).toEqual([]);
    // Lowest by luck in epoch 10, and no worse since than it was before.
    const lucky = wave(0.35).map((value, i) => (i === 10 ? value - 0.05 : value));
    expect(await said({ history: { loss: wave(0.3), val_loss: lucky }, classes: 2 })).toEqual([]);
  });

  test("a validation loss that rises while training falls is overfitting, with the epoch to stop at", async () => {
    const epochs = Array.from({ length: 20 }, (_, i) => i);
    const history = {
      loss: epochs.map((i) => 0.6 * 0.9 ** i),
      val_loss: epochs.map((i) => 0.5 + 0.002 * (i - 6) ** 2 + 0.01 * (i % 2)),
    };
    const [finding] = (await review({ history, classes: 2 })).findings;
    expect(finding.catalogue).toBe("P1");
    expect(finding.where?.epoch).toBe(6);
  });

  test("one that rises together with training is none: that is divergence", async () => {
    const rising = Array.from({ length: 20 }, (_, i) => 0.3 + 0.02 * i);
    expect(await said({ history: { loss: rising, val_loss: rising.map((v) => v + 0.01) } })).toEqual([]);
  });

  test("of twenty models on one split the best is lucky", async () => {
    expect(await said({ history: { loss: 0.4 }, tried: 20 })).toEqual(["P10 warning"]);
    expect(await said({ history: { loss: 0.4 }, tried: 2 })).toEqual([]);
  });

  test("a history without validation says nothing of overfitting, and an empty one nothing at all", async () => {
    expect(await said({ history: { loss: [0.4, 0.1] } })).toEqual([]);
    expect(await said({ history: {} })).toEqual([]);
  });
});

test("all of P1 to P11 are there, in order", () => {
  const ids = diagnoses.map(({ id }) => id).filter((id) => id.startsWith("P"));
  expect(ids).toEqual(Array.from({ length: 11 }, (_, i) => `P${i + 1}`));
});

describe("from labels and predictions", () => {
  /** 1000 rows of which 25 are of the second class; of these 3 get more than 0.5, and the others more than most. */
  const labels = Array.from({ length: 1000 }, (_, row) => Number(row % 40 === 0));
  const predictions = labels.map((of, row) =>
    of === 0 ? 0.2 * pseudo(row) : row < 120 ? 0.7 : 0.25 + 0.1 * pseudo(row),
  );

  test("98% accuracy with 12% recall is the paradox, and the threshold its remedy", async () => {
    const { findings, metrics } = await check({ labels, predictions, kind: "probabilities" });
    expect(metrics.accuracy.value).toBeCloseTo(0.978, 12);
    expect(metrics.recall.value).toBeCloseTo(0.12, 12);
    expect(findings[0]).toMatchObject({ catalogue: "P5", number: 0.12 });
    expect(findings[0].title).toBe("97.8% of the rows are right, and 12.0% of those that are class 1");
    expect(findings.find(({ catalogue }) => catalogue === "P11")?.title).toMatch(
      /finds 100.0% of class 1 instead of 12.0%/,
    );
  });

  test("what errors cost moves the best threshold", async () => {
    const even = Array.from({ length: 400 }, (_, row) => row % 2);
    const said = even.map((of, row) => 0.3 * of + 0.6 * pseudo(row));
    const thresholdFor = async (falsePositive: number, falseNegative: number) => {
      const { findings } = await check({
        labels: even,
        predictions: said,
        kind: "probabilities",
        costs: { falsePositive, falseNegative },
      });
      return findings.find(({ catalogue }) => catalogue === "P11")?.fix.match(/>= ([\d.]+)/)?.[1];
    };
    expect(Number(await thresholdFor(1, 20))).toBeLessThan(0.4);
    expect(Number(await thresholdFor(20, 1))).toBeGreaterThan(0.55);
  });

  test("a regression that is worse than the mean is told, with the line that brings it to the labels' scale", async () => {
    const truth = Array.from({ length: 100 }, (_, row) => 200 + 50 * pseudo(row));
    const standardised = truth.map((of, row) => (of - 225) / 14 + 0.1 * pseudo(row + 500));
    const { findings } = await check({ labels: truth, predictions: standardised, kind: "values" });
    expect(findings.map(({ catalogue }) => catalogue)).toEqual(["P4"]);
    expect(findings[0].evidence[1]).toMatch(/^The labels are about 13\.\d+ times the prediction \+ 22\d/);
    const near = await check({ labels: truth, predictions: truth.map((of) => of + 5), kind: "values" });
    expect(near.findings).toEqual([]);
  });

  test("without inputs no group of rows is told, and a regression has no classes to tell of", async () => {
    const even = await check({ labels: [1.5, 2.5, 3.5], predictions: [1, 2, 3], kind: "values" });
    expect(even.findings).toEqual([]);
    expect(Object.keys(even.metrics)).toContain("r2Score");
  });
});

test("a review leaves weights, running averages and random numbers as they were, and early stopping is no overfitting", async () => {
  const { data, labels } = clouds(2, 120, { spread: 1.5 });
  const model = new Sequential([
    new Dense(64, { activation: "relu" }),
    new BatchNormalization({ momentum: 0.5 }),
    new Dropout(0.2),
    new Dense(1, { activation: "sigmoid" }),
  ]);
  model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });
  const options = { validationSplit: 0.3, seed: 3 } as const;
  const history = await model.fit(data, labels, {
    ...options,
    epochs: 60,
    callbacks: [new EarlyStopping({ patience: 15, restoreBestWeights: true })],
  });
  const before = JSON.stringify(model.getWeights().map((of) => Array.from(of)));
  const { findings } = await review({ model, history, data, labels, ...options });
  expect(JSON.stringify(model.getWeights().map((of) => Array.from(of)))).toBe(before);
  expect(findings.map(({ catalogue }) => catalogue)).not.toContain("P1");
});
