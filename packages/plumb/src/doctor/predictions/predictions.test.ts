import { describe, expect, test } from "vitest";
import { Dense } from "../../layers/index.ts";
import { Adam } from "../../optimizers/index.ts";
import { tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import { check, type CheckOptions } from "../check.ts";
import { clouds, pseudo } from "../made-up.ts";
import { review } from "../review.ts";

const rows = 200;
const labels = Array.from({ length: rows }, (_, row) => row % 3);
/** Logits that are right for four rows in five. */
const logits = labels.flatMap((of, row) => {
  const said = pseudo(row) < 0.8 ? of : (of + 1) % 3;
  return [0, 1, 2].map((k) => (k === said ? 1 : 0) + pseudo(3 * row + k + 7));
});
const probabilities = softmax(logits);

function softmax(values: readonly number[]): number[] {
  const out = values.map(Math.exp);
  return out.map((value, i) => {
    const start = i - (i % 3);
    return value / (out[start] + out[start + 1] + out[start + 2]);
  });
}

const errors = async (options: CheckOptions) =>
  (await check(options)).findings
    .filter(({ severity }) => severity === "error")
    .map(({ catalogue }) => catalogue);

describe("of labels and predictions alone it is told", () => {
  const right = { labels, predictions: probabilities, kind: "probabilities" } as const;

  test("nothing of what is right, read as what it is", async () => {
    expect(await errors(right)).toEqual([]);
    expect(await errors({ labels, predictions: logits, kind: "logits" })).toEqual([]);
  });

  test("that logits were scored as probabilities (C1)", async () => {
    expect(await errors({ ...right, predictions: logits })).toEqual(["C1"]);
  });

  test("that the columns of a row do not sum to 1 (C1)", async () => {
    const { findings } = await check({ ...right, predictions: probabilities.map((p) => p * 0.8) });
    expect(findings.map(({ catalogue }) => catalogue)).toContain("C1");
  });

  test("that probabilities were scored as logits (C2)", async () => {
    expect(await errors({ ...right, kind: "logits" })).toEqual(["C2"]);
    const one = Array.from({ length: 40 }, (_, row) => row % 2);
    const said = one.map((of, row) => 0.2 + 0.6 * of + 0.1 * pseudo(row));
    expect(await errors({ labels: one, predictions: said, kind: "logits" })).toEqual(["C2"]);
    expect(await errors({ labels: one, predictions: said, kind: "probabilities" })).toEqual([]);
  });

  test("that labels are counted from 1, or moved (D4)", async () => {
    expect(await errors({ ...right, labels: labels.map((of) => of + 1) })).toEqual(["D4"]);
    expect(await errors({ ...right, labels: labels.map((of) => (of + 1) % 3) })).toEqual(["D4"]);
  });

  test("that two classes are exchanged (D4)", async () => {
    const one = Array.from({ length: 60 }, (_, row) => row % 2);
    const said = one.map((of, row) => 0.8 - 0.6 * of + 0.1 * pseudo(row));
    expect(await errors({ labels: one, predictions: said, kind: "probabilities" })).toEqual(["D4"]);
  });

  test("that classes stand in another order (D4), whichever it is, and how to number them", async () => {
    const others = [
      [0, 2, 1],
      [1, 0, 2],
      [2, 1, 0],
      [1, 2, 0],
    ];
    for (const order of others) {
      const { findings } = await check({ ...right, labels: labels.map((of) => order[of]) });
      const told = findings.find(({ catalogue }) => catalogue === "D4");
      expect(told?.severity).toBe("error");
      const classOf = (label: number): number => order.indexOf(label);
      if (told!.fix.includes("classOf"))
        expect(told!.fix).toContain(`{ 0: ${classOf(0)}, 1: ${classOf(1)}, 2: ${classOf(2)} }`);
      else expect(told!.fix).toMatch(/label => label|label\) => label [-+] 1/);
    }
  });

  test("that a rare class is exchanged with the common one (D4), which accuracy cannot tell", async () => {
    const rare = Array.from({ length: 1000 }, (_, row) => Number(row % 50 === 0));
    const probability = rare.map((of, row) => 0.02 + 0.3 * of * pseudo(row) + 0.05 * pseudo(row + 5000));
    const exchanged = probability.map((p) => 1 - p);
    const given = { labels: rare, kind: "probabilities" } as const;
    expect(await errors({ ...given, predictions: probability })).toEqual([]);
    expect(await errors({ ...given, predictions: exchanged })).toContain("D4");
  });

  test("nothing of answers that are bad but no exchange", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const guesses = labels.flatMap((_, row) =>
        [0, 1, 2].map((k) => Math.exp(pseudo(seed * 999 + 3 * row + k))),
      );
      const sums = labels.map((_, row) => guesses[3 * row] + guesses[3 * row + 1] + guesses[3 * row + 2]);
      const predictions = guesses.map((of, i) => of / sums[Math.floor(i / 3)]);
      expect(await errors({ labels, predictions, kind: "probabilities" })).not.toContain("D4");
    }
  });

  test("that the classes of the validation rows alone are numbered otherwise (D4)", async () => {
    const { data, labels: classes } = clouds(3, 240);
    const model = new Sequential([
      new Dense(16, { activation: "relu" }),
      new Dense(3, { activation: "softmax" }),
    ]);
    model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: new Adam({ learningRate: 0.02 }) });
    const [training, held] = [data.slice(0, 180), data.slice(180)];
    const history = await model.fit(training, classes.slice(0, 180), { epochs: 20, seed: 1 });
    const told = async (heldLabels: Int32Array, trainingLabels = classes.slice(0, 180)) => {
      const report = await review({
        model,
        history,
        data: training,
        labels: trainingLabels,
        validationData: [held, heldLabels],
      });
      return report.findings.filter(({ catalogue }) => catalogue === "D4").map(({ where }) => where?.part);
    };
    const right = classes.slice(180);
    expect(await told(right)).toEqual([]);
    expect(await told(right.map((of) => [2, 0, 1][of]))).toEqual(["the validation rows"]);
    // Inputs that are prepared otherwise send rows from class to class, but not as well as other numbers would explain.
    const [cos, sin] = [Math.cos(1.25), Math.sin(1.25)];
    const turned = held.map(([a, b]) => [cos * a - sin * b, sin * a + cos * b]);
    const report = await review({
      model,
      history,
      data: training,
      labels: classes.slice(0, 180),
      validationData: [turned, right],
    });
    expect(report.findings.map(({ catalogue }) => catalogue)).not.toContain("D4");
    // All parts alike: that is another fault.
    const otherwise = classes.slice(0, 180).map((of) => [2, 0, 1][of]);
    expect(
      await told(
        right.map((of) => [2, 0, 1][of]),
        otherwise,
      ),
    ).toEqual([]);
  });

  test("the same of lists for each row, of one-hot labels and of tensors", async () => {
    const plain = await check(right);
    const nested = labels.map((_, row) => probabilities.slice(3 * row, 3 * row + 3));
    const oneHot = labels.map((of) => [0, 1, 2].map((k) => Number(k === of)));
    for (const given of [
      { labels: oneHot, predictions: nested },
      { labels: tensor(labels), predictions: tensor(nested) },
    ])
      expect((await check({ ...given, kind: "probabilities" })).metrics.crossentropy.value).toBeCloseTo(
        plain.metrics.crossentropy.value,
        6,
      );
  });

  test("why labels that are words, marks of several classes and kinds that there are not are refused", async () => {
    const words = labels.map(String) as unknown as number[];
    await expect(check({ ...right, labels: words })).rejects.toThrow(/PL2012.*"0", a string.*names.indexOf/s);
    const marks = labels.map(() => [1, 1, 0]);
    await expect(check({ ...right, labels: marks })).rejects.toThrow(/PL4005.*Row 0 has 3: 1, 1, 0/s);
    await expect(check({ ...right, kind: "probability" as "probabilities" })).rejects.toThrow(
      /PL4004.*"probability".*kind: "probabilities"/s,
    );
  });

  test("that percentages were scored as probabilities (C1), and that these are no logits", async () => {
    const percentages = probabilities.map((p) => 100 * p);
    const { findings } = await check({ ...right, predictions: percentages });
    expect(findings[0]).toMatchObject({ catalogue: "C1", severity: "error" });
    expect(findings[0].fix).toContain("value / 100");
  });

  test("the same calibration of two classes in one column and in two", async () => {
    const one = Array.from({ length: 100 }, (_, row) => row % 2);
    const second = one.map((of, row) => 0.1 + 0.6 * of + 0.2 * pseudo(row));
    const both = second.flatMap((p) => [1 - p, p]);
    const [a, b] = await Promise.all(
      [second, both].map((predictions) => check({ labels: one, predictions, kind: "probabilities" })),
    );
    expect(b.metrics.expectedCalibrationError.value).toBeCloseTo(
      a.metrics.expectedCalibrationError.value,
      12,
    );
  });

  test("that labels are signs (C9)", async () => {
    const signs = Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? -1 : 1));
    const said = signs.map((of, row) => 0.5 + 0.3 * of + 0.1 * pseudo(row));
    expect(await errors({ labels: signs, predictions: said, kind: "probabilities" })).toEqual(["C9"]);
  });

  test("that rows are there twice (D14), and that one prediction has two labels (D7)", async () => {
    const twice = {
      ...right,
      labels: [...labels, ...labels],
      predictions: [...probabilities, ...probabilities],
    };
    const { findings } = await check(twice);
    expect(findings.find(({ catalogue }) => catalogue === "D14")?.number).toBeCloseTo(0.5, 12);
    expect(findings.map(({ catalogue }) => catalogue)).not.toContain("D7");
    const other = await check({ ...twice, labels: [...labels, ...labels.map((of) => (of + 1) % 3)] });
    expect(other.findings.map(({ catalogue }) => catalogue)).toContain("D7");
  });

  test("which labels may be wrong (D17), where there are more than the model itself expects", async () => {
    const wrong = labels.map((of, row) => (row === 30 ? (of + 1) % 3 : of));
    const sure = labels.flatMap((of) => [0, 1, 2].map((k) => (k === of ? 0.98 : 0.01)));
    const { findings } = await check({ labels: wrong, predictions: sure, kind: "probabilities" });
    expect(findings.find(({ catalogue }) => catalogue === "D17")).toBeUndefined();
    const several = labels.map((of, row) => (row % 20 === 0 ? (of + 1) % 3 : of));
    const told = (await check({ labels: several, predictions: sure, kind: "probabilities" })).findings;
    const rowsTold = Array.from({ length: 10 }, (_, i) => 20 * i);
    expect(told.find(({ catalogue }) => catalogue === "D17")?.where?.rows).toEqual(rowsTold);
  });
});
