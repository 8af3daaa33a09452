/** Where rules begin to speak: a case on each side of the numbers that the miniatures do not hold in place. */
import { describe, expect, test } from "vitest";
import { check, review, type CheckOptions, type ReviewOptions } from "../index.ts";
import { pseudo } from "../made-up.ts";

const ofReview = async (options: ReviewOptions, id: string): Promise<string | undefined> =>
  (await review(options)).findings.find(({ catalogue }) => catalogue === id)?.severity;
const ofCheck = async (options: CheckOptions, id: string): Promise<string | undefined> =>
  (await check(options)).findings.find(({ catalogue }) => catalogue === id)?.severity;

describe("overfitting (P1)", () => {
  const says = (loss: number | number[], valLoss: number | number[], classes: number) =>
    ofReview({ history: { loss, val_loss: valLoss }, classes }, "P1");

  test("a gap of a quarter of the loss of an even guess, and three times the training loss", async () => {
    const even = Math.log(3);
    expect(await says(0.1, 0.1 + 0.24 * even, 3)).toBeUndefined();
    expect(await says(0.1, 0.1 + 0.3 * even, 3)).toBe("warning");
    expect(await says(0.5, 1.4, 10)).toBeUndefined();
    expect(await says(0.5, 1.6, 10)).toBe("warning");
  });

  test("a rise of more than a tenth of the lowest loss, three epochs behind it or more", async () => {
    const epochs = Array.from({ length: 12 }, (_, i) => i);
    const falling = epochs.map((i) => 0.6 - 0.01 * i);
    const from = (lowestAt: number, rise: number): number[] =>
      epochs.map((i) => 0.62 + 0.01 * Math.max(0, lowestAt - i) + rise * Math.max(0, i - lowestAt));
    expect(await says(falling, from(4, 0.005), 2)).toBeUndefined();
    expect(await says(falling, from(4, 0.03), 2)).toBe("warning");
    expect(await says(falling, from(9, 0.2), 2)).toBeUndefined();
  });

  test("of a loss that falls below 0 no ratio is told", async () => {
    const history = { loss: -5.6, val_loss: -4.4 };
    expect(await ofReview({ history, loss: "poisson" }, "P1")).toBeUndefined();
    expect(await ofReview({ history: { loss: 0.01, val_loss: 0.5 }, loss: "poisson" }, "P1")).toBeUndefined();
  });
});

test("worse than chance (P2) begins a fifth above ln K", async () => {
  const says = (valLoss: number) => ofReview({ history: { loss: 1, val_loss: valLoss }, classes: 3 }, "P2");
  expect(await says(1.15 * Math.log(3))).toBeUndefined();
  expect(await says(1.3 * Math.log(3))).toBe("warning");
});

test("underfitting (P3) ends where a tenth of the loss of knowing nothing is gone", async () => {
  const says = (loss: number) => ofReview({ history: { loss }, classes: 2 }, "P3");
  expect(await says(0.92 * Math.log(2))).toBe("information");
  expect(await says(0.85 * Math.log(2))).toBeUndefined();
});

test("an error has to be a quarter above that of the mean label (P4)", async () => {
  const labels = Array.from({ length: 400 }, (_, row) => 2 * pseudo(row) - 1);
  const says = (against: number) =>
    ofCheck({ labels, predictions: labels.map((of) => -against * of), kind: "values" }, "P4");
  expect(await says(0.1)).toBeUndefined();
  expect(await says(0.15)).toBe("warning");
});

describe("a hidden class (P5)", () => {
  /** Of `rows` the first are of the rarer class; so many of them are found, and so many others are taken for it. */
  const says = (rows: number, rare: number, found: number, wrong = 0) => {
    const labels = Array.from({ length: rows }, (_, row) => Number(row < rare));
    const decided = labels.map((of, row) => (of === 1 ? Number(row < found) : Number(row < rare + wrong)));
    return ofCheck({ labels, predictions: decided, kind: "decisions" }, "P5");
  };

  test("is found in clearly less than half of its rows", async () => {
    expect(await says(1000, 20, 6)).toBe("warning");
    expect(await says(1000, 20, 9)).toBeUndefined();
  });

  test("in many rows, where the accuracy is above that of the commonest class by more than chance", async () => {
    expect(await says(100_000, 2000, 240)).toBe("warning");
    expect(await says(100_000, 2000, 900)).toBeUndefined();
  });

  test("is at most a third as common as the commonest", async () => {
    expect(await says(400, 96, 20, 10)).toBe("warning");
    expect(await says(400, 120, 20, 10)).toBeUndefined();
  });
});

test("chance alone makes no probabilities that are not to be trusted (P7), and doubt is no warning", async () => {
  const logits = Array.from({ length: 60 }, (_, row) => 4 * pseudo(row) - 2);
  const says = (rows: number, factor: number) => {
    const those = logits.slice(0, rows);
    const labels = those.map((logit, row) => Number(pseudo(row + 1000) < 1 / (1 + Math.exp(-logit))));
    return ofCheck({ labels, predictions: those.map((of) => factor * of), kind: "logits" }, "P7");
  };
  expect(await says(60, 1)).toBeUndefined();
  expect(await says(60, 6)).toBe("warning");
  const right = Array.from({ length: 200 }, (_, row) => row % 2);
  const unsure = right.map((of) => 0.3 + 0.4 * of);
  expect(await ofCheck({ labels: right, predictions: unsure, kind: "probabilities" }, "P7")).toBe(
    "information",
  );
});

test("a weak group (P9) has a fifth more loss, and is no chance", async () => {
  const says = (wrong: number) => {
    const rows = Array.from({ length: 2000 }, (_, row) => row);
    return ofCheck(
      {
        labels: rows.map((row) => 3 * pseudo(row)),
        predictions: rows.map(
          (row) => 3 * pseudo(row) + (row % 4 === 0 ? wrong : 1) * (pseudo(row + 9000) - 0.5),
        ),
        kind: "values",
        inputs: { values: rows.map((row) => Number(row % 4 === 0)), width: 1, columns: ["city=Paris"] },
      },
      "P9",
    );
  };
  expect(await says(1.05)).toBeUndefined();
  expect(await says(1.3)).toBe("information");
});

describe("a better threshold (P11)", () => {
  /** Half of the rows are of the second class, and the scores of `off` of these lie between 0.3 and 0.5. */
  const says = (off: number, costs?: CheckOptions["costs"]) => {
    const labels = Array.from({ length: 1000 }, (_, row) => row % 2);
    const predictions = labels.map((of, row) =>
      of === 0
        ? 0.3 * pseudo(row)
        : pseudo(row + 7000) < off
          ? 0.3 + 0.2 * pseudo(row)
          : 0.5 + 0.5 * pseudo(row),
    );
    return ofCheck(
      { labels, predictions, kind: "probabilities", ...(costs === undefined ? {} : { costs }) },
      "P11",
    );
  };

  test("decides a twentieth of the rows otherwise", async () => {
    expect(await says(0.06)).toBeUndefined();
    expect(await says(0.2)).toBe("warning");
  });

  test("or saves a fifth of what errors cost", async () => {
    expect(await says(0.06, { falsePositive: 1, falseNegative: 20 })).toBe("warning");
    expect(await says(0, { falsePositive: 1, falseNegative: 20 })).toBeUndefined();
  });

  test("that is in force is held against the best one", async () => {
    const labels = Array.from({ length: 1000 }, (_, row) => row % 2);
    const predictions = labels.map((of, row) => 0.3 * of + 0.4 * pseudo(row));
    const options = { labels, predictions, kind: "probabilities" } as const;
    expect(await ofCheck({ ...options, threshold: 0.9 }, "P11")).toBe("warning");
    expect(await ofCheck({ ...options, threshold: 0.35 }, "P11")).toBeUndefined();
  });
});
