/** Honest data that look like faults, and faults that look like honest data: how loudly each is told. */
import { describe, expect, test } from "vitest";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import { examine, type ExamineOptions } from "../examine.ts";
import type { Severity } from "../finding.ts";
import { clouds, pseudo } from "../made-up.ts";
import { DataSubject, type DataOptions } from "../subjects/data.ts";

/** How loudly a diagnosis speaks; undefined where it is silent. */
async function told(id: string, options: ExamineOptions): Promise<Severity | undefined> {
  const { findings } = await examine({ experiments: false, ...options });
  return findings.find(({ catalogue }) => catalogue === id)?.severity;
}

/** Normal numbers, about: the sum of twelve that are even. */
const normal = (i: number): number =>
  Array.from({ length: 12 }, (_, k) => pseudo(7001 * i + 13 * k)).reduce((sum, of) => sum + of, -6);

const rows = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

/** Two classes that three columns hint at, with columns made from the label behind them. */
function hinted(extra: (label: number, row: number) => number[], classes = 2) {
  const labels = rows(300).map((row) => Math.floor(classes * pseudo(31 * row)));
  const hints = (of: number, row: number): number[] => [0, 1, 2].map((k) => of + 1.5 * normal(3 * row + k));
  return { labels, data: labels.map((of, row) => [...hints(of, row), ...extra(of, row)]) };
}

describe("a leak", () => {
  test("is a copy of the label, under any other name, in one column or in several", async () => {
    expect(
      await told(
        "D9",
        hinted((of) => [17 - 3 * of], 4),
      ),
    ).toBe("warning");
    expect(
      await told(
        "D9",
        hinted((of) => [0, 1, 2, 3].map((k) => Number(of === k)), 4),
      ),
    ).toBe("warning");
    // What was lost is known only of those who did not pay.
    expect(
      await told(
        "D9",
        hinted((of, row) => [of * (100 + 50 * pseudo(row))]),
      ),
    ).toBe("warning");
    expect(
      await told(
        "D9",
        hinted((of, row) => [of + 0.07 * normal(row)]),
      ),
    ).toBe("warning");
  });

  test("is an amount that was written in another unit", async () => {
    const data = rows(300).map((row) => [normal(row), normal(row + 400)]);
    const labels = Float32Array.from(data, ([a, b], row) => a + b + 0.5 * normal(row + 900));
    expect(await told("D9", { data, labels })).toBeUndefined();
    expect(await told("D9", { data: data.map((row, i) => [...row, 2 - 3 * labels[i]]), labels })).toBe(
      "warning",
    );
  });

  test("is no problem that is easy: then it may be one", async () => {
    const sides = rows(300).map((row) => row % 2);
    const easy = sides.map((of, row) => [8 * of + normal(row), normal(row + 500)]);
    expect(await told("D9", { data: easy, labels: sides })).toBe("information");
    const data = rows(300).map((row) => [normal(row), normal(row + 500), normal(row + 1000)]);
    expect(await told("D9", { data, labels: data.map(([a]) => Number(a > 0)) })).toBe("information");
    expect(await told("D9", { data, labels: data.map(([a]) => 2 * a + 1) })).toBe("information");
    expect(
      await told(
        "D9",
        hinted((of, row) => [6 * of + normal(row)]),
      ),
    ).toBe("information");
    expect(await told("D9", clouds(3, 300))).toBeUndefined();
  });
});

describe("wrong labels", () => {
  const apart = (distance: number) => {
    const labels = rows(600).map((row) => row % 2);
    return { labels, data: labels.map((of, row) => [distance * of + normal(row), normal(row + 700)]) };
  };

  test("lie anywhere, and rows of classes that overlap at their border", async () => {
    for (const distance of [1, 1.5, 2]) expect(await told("D17", apart(distance))).toBeUndefined();
    const { data, labels } = apart(4);
    expect(await told("D17", { data, labels })).toBeUndefined();
    const wrong = labels.map((of, row) => (pseudo(row + 5000) < 0.15 ? 1 - of : of));
    expect(await told("D17", { data, labels: wrong })).toBe("information");
  });
});

describe("equal rows", () => {
  const few = (count: number, from = 0): number[][] =>
    rows(count).map((row) => [0, 1, 2].map((k) => Math.floor(12 * pseudo(3 * (row + from) + k))));
  const labelsOf = (data: number[][]): number[] => data.map(([a, b, c]) => Number(a + b + c > 16));

  test("on both sides of a split are told by what chance would put there", async () => {
    for (const from of [1000, 2000, 3000]) {
      const [data, held] = [few(400), few(100, from)];
      const parts = {
        data,
        labels: labelsOf(data),
        validationData: [held, labelsOf(held)] as const,
      };
      expect(await told("D8", parts)).toBe("information");
      const copied = [...held.slice(0, 70), ...data.slice(0, 30)];
      expect(await told("D8", { ...parts, validationData: [copied, labelsOf(copied)] })).toBe("error");
    }
  });

  test("with other labels are no accident where columns have few values", async () => {
    const coarse = rows(400).map((row) => [Math.floor(4 * pseudo(row)), Math.floor(4 * pseudo(row + 900))]);
    const labels = coarse.map(([a], row) => Number(a + 3 * pseudo(row + 2000) > 3));
    expect(await told("D7", { data: coarse, labels })).toBe("information");
    const fine = rows(200).map((row) => [normal(row)]);
    const twice = { data: [...fine, ...fine], labels: rows(400).map((row) => Number(row >= 200)) };
    expect(await told("D7", twice)).toBe("warning");
  });
});

test("a mark that no training row bears is no more than information, and a column that was filled in is a warning", async () => {
  const data = rows(60).map((row) => [normal(row), row % 2, 1 - (row % 2), 0]);
  const labels = rows(60).map((row) => Number(pseudo(row) > 0.5));
  expect(await told("D2", { data, labels })).toBe("information");
  const filledWith = (value: number) => ({ data: data.map((row) => [...row.slice(0, 3), value]), labels });
  expect(await told("D2", filledWith(-0.03))).toBe("information");
  for (const value of [7, 0.03, -2]) expect(await told("D2", filledWith(value))).toBe("warning");
  const pixels = rows(60).map((row) => [0, 1, 2, 3].map((k) => Math.max(0, normal(row + 80 * k) - 0.2)));
  const rim = pixels.map((row) => [...row, 0, 0]);
  expect(await told("D2", { data: rim, labels })).toBe("information");
});

test("a rare class is told as long as its rows do not count more", async () => {
  const labels = rows(200).map((row) => Number(row % 50 === 0));
  const given = { data: labels.map((of, row) => [of + normal(row)]), labels };
  expect(await told("D6", given)).toBe("warning");
  expect(await told("D6", { ...given, classWeight: { 1: 49 } })).toBeUndefined();
});

test("what chance divides is not held against it", () => {
  const { data, labels } = clouds(3, 60);
  const testData = [data, labels] as const;
  const apart = (options: Partial<DataOptions>): string[] =>
    new DataSubject({ data, labels, ...options }).givenApart.map(({ name }) => name);
  expect(apart({ validationSplit: 0.2, testData })).toEqual(["test"]);
  expect(apart({ validationSplit: { fraction: 0.2, rule: "shuffled" } })).toEqual([]);
  expect(apart({ validationSplit: { fraction: 0.2, rule: "last" } })).toEqual(["validation"]);
  expect(apart({ validationData: testData })).toEqual(["validation"]);
});

test("labels that the model has no output for are told once", async () => {
  const { data, labels } = clouds(3, 60);
  const given = {
    data,
    labels: labels.map((of) => of + 1),
    model: new Sequential([new Dense(3, { activation: "softmax" })]),
    compile: { loss: "sparseCategoricalCrossentropy" as const },
  };
  expect(await told("D4", given)).toBe("error");
  expect(await told("D5", given)).toBeUndefined();
});

test("a time in even steps is no number for each row where the amount follows it", async () => {
  const data = rows(200).map((row) => [row / 200, normal(row)]);
  const follows = Float32Array.from(data, ([time, other]) => Math.sin(6 * time) + 0.1 * other);
  expect(await told("D10", { data, labels: follows })).toBe("information");
  const apart = Float32Array.from(data, ([, other]) => other);
  expect(await told("D10", { data, labels: apart })).toBe("warning");
});
