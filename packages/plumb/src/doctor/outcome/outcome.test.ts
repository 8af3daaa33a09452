import { describe, expect, test } from "vitest";
import { BatchNormalization, Dense, Dropout } from "../../layers/index.ts";
import { Adam } from "../../optimizers/index.ts";
import { EarlyStopping, Sequential } from "../../train/index.ts";
import { check, diagnoses, review, type CheckOptions, type ReviewOptions } from "../index.ts";
import { baselineOfLabels } from "../baseline.ts";
import { clouds, pseudo } from "../made-up.ts";
import { Labels } from "../subjects/labels.ts";
import { Table } from "../subjects/table.ts";

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
    expect(findings[0].title).toBe("97.8% of the rows are classified correctly, but only 12.0% of class 1");
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

describe("a model that has learned nothing that helps (P4)", () => {
  const trained = async (shuffled: boolean) => {
    const { data, labels } = clouds(4, 400, { spread: 0.8 });
    const model = new Sequential([
      new Dense(16, { activation: "relu" }),
      new Dense(4, { activation: "softmax" }),
    ]);
    model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: new Adam({ learningRate: 0.01 }) });
    const rows = shuffled ? Int32Array.from(labels, (_, row) => Math.floor(4 * pseudo(row + 900))) : labels;
    const options = { validationSplit: 0.5, seed: 2 };
    const history = await model.fit(data, rows, { ...options, epochs: 10 });
    return (await review({ model, history, data, labels: rows, ...options })).findings;
  };

  test("is a warning where the labels belong to other rows", async () => {
    const [finding] = (await trained(true)).filter(({ catalogue }) => catalogue === "P4");
    expect(finding.severity).toBe("warning");
    expect(finding.title).toMatch(/no better than always the same answer/);
    expect(finding.fix).toMatch(/row i of the labels belongs to row i of the inputs/);
  });

  test("and none where they do not", async () => {
    expect((await trained(false)).filter(({ severity }) => severity !== "information")).toEqual([]);
  });
});

describe("the rows of a validationSplit", () => {
  const { data, labels } = clouds(2, 80);
  const fitted = async () => {
    const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
    model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });
    const history = await model.fit(data, labels, { epochs: 1, validationSplit: 0.25 });
    return { model, history, data, labels, validationSplit: 0.25 };
  };

  test("are those of fit, whose seed the history has", async () => {
    const run = await fitted();
    expect(run.history.seed).toBeTypeOf("number");
    await expect(review(run)).resolves.toBeDefined();
  });

  test("cannot be told from numbers alone", async () => {
    const run = await fitted();
    const numbers = { ...run, history: run.history.history };
    await expect(review(numbers)).rejects.toThrow(/^PL4004.*seed/s);
    await expect(review({ ...numbers, seed: run.history.seed })).resolves.toBeDefined();
    const last = { fraction: 0.25, rule: "last" } as const;
    await expect(review({ ...numbers, validationSplit: last })).resolves.toBeDefined();
  });
});

test("validation labels that number the classes otherwise are told (D4), before the overfitting that they look like", async () => {
  const { data, labels } = clouds(3, 300);
  const model = new Sequential([new Dense(3, { activation: "softmax" })]);
  model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: new Adam({ learningRate: 0.1 }) });
  const [x, y] = [data.slice(0, 200), labels.slice(0, 200)];
  const held = labels.slice(200);
  const ids = async (of: ArrayLike<number>) => {
    const validationData = [data.slice(200), Array.from(of)] as const;
    const history = await model.fit(x, y, { epochs: 8, validationData });
    const { findings } = await review({ model, history, data: x, labels: y, validationData });
    return findings.map(({ catalogue }) => catalogue);
  };
  expect((await ids(held.map((of) => (of + 2) % 3)))[0]).toBe("D4");
  expect(await ids(held)).not.toContain("D4");
});

test("of counts the best constant answer is known", () => {
  const labels = Array.from({ length: 60 }, (_, row) => [0, 1, 5][row % 3]);
  const table = new Table("labels", { values: Float32Array.from(labels), shape: [60, 1], dtype: "float32" });
  // The mean is 2: 2 − 2 ln 2, and no other rate costs less.
  const { value } = baselineOfLabels({ kind: "poisson" }, new Labels(table)) ?? { value: NaN };
  expect(value).toBeCloseTo(2 - 2 * Math.log(2), 12);
  const cost = (rate: number) =>
    labels.reduce((sum, y) => sum + rate - y * Math.log(rate), 0) / labels.length;
  expect(cost(2)).toBeCloseTo(value, 12);
  for (const rate of [1, 1.9, 2.1, 3]) expect(cost(rate)).toBeGreaterThan(value);
});

test("what counts more in training counts more in review", async () => {
  const labels = Array.from({ length: 400 }, (_, row) => Number(row % 10 === 0));
  const predictions = labels.map((of, row) => 0.35 + 0.3 * pseudo(row) + 0.15 * of);
  const options = { labels, predictions, kind: "probabilities" } as const;
  const said = async (given: CheckOptions) => (await check(given)).findings.map(({ catalogue }) => catalogue);
  // As many rows of the common class are called rare: on purpose, where an error there costs a ninth.
  expect(await said(options)).toEqual(expect.arrayContaining(["P4", "P11"]));
  expect(await said({ ...options, classWeight: { 0: 0.55, 1: 5 } })).toEqual([]);
});

test("what is not a number is refused, with its row", async () => {
  const kind = "probabilities";
  await expect(check({ labels: [0, 1, NaN], predictions: [0.1, 0.2, 0.3], kind })).rejects.toThrow(
    /^PL2012.*row 2/s,
  );
  await expect(check({ labels: [0, 1], predictions: [0.1, NaN], kind })).rejects.toThrow(/^PL2001.*row 1/s);
});

test("decisions alone are judged by what they allow", async () => {
  const labels = Array.from({ length: 300 }, (_, row) => row % 3);
  const predictions = labels.map((of, row) => (row % 5 === 0 ? (of + 1) % 3 : of));
  const { metrics, findings } = await check({ labels, predictions, kind: "decisions" });
  expect(metrics.accuracy.value).toBeCloseTo(0.8, 12);
  expect(metrics["recall of class 2"].value).toBeCloseTo(0.8, 12);
  expect(Object.keys(metrics)).not.toEqual(expect.arrayContaining(["crossentropy"]));
  expect(findings).toEqual([]);
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
