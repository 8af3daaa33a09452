/** On either side of each threshold: just below it nothing is said, just above it is. */
import { describe, expect, test } from "vitest";
import { Constant } from "../../initializers/index.ts";
import { Dense, Embedding, GRU, Normalization, Reshape } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import { examine, type ExamineOptions } from "../examine.ts";
import type { Finding } from "../finding.ts";
import { pseudo } from "../made-up.ts";

const finding = async (id: string, options: ExamineOptions): Promise<Finding | undefined> =>
  (await examine({ experiments: false, ...options })).findings.find(({ catalogue }) => catalogue === id);

const severity = async (id: string, options: ExamineOptions): Promise<string | undefined> =>
  (await finding(id, options))?.severity;

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Two numbers that no other row has, and a label that does not hang on them. */
const chance = (count: number, from = 0) => ({
  data: range(count).map((i) => [pseudo(from + i), pseudo(from + 5000 + i)]),
  labels: range(count).map((i) => Number(pseudo(from + 9000 + i) > 0.5)),
});

describe("D7 warns of equal rows with other labels", () => {
  /** Of 1000 rows so many pairs are equal and contradict each other. */
  const withPairs = (pairs: number, size = 2) => {
    const { data, labels } = chance(1000);
    for (let i = 0; i < pairs * size; i++) {
      data[i] = data[i - (i % size)];
      labels[i] = i % size === 0 ? 1 : 0;
    }
    return { data, labels };
  };

  test("above one row in a hundred", async () => {
    expect(await severity("D7", withPairs(5))).toBe("information");
    // 8 rows in 500 are more, and cost a loss of 0.016 ln 2 = 0.011.
    expect(await severity("D7", withPairs(8))).toBe("warning");
    // Equal rows of which each says something else cost more: 9 rows 0.009 ln 9 = 0.02.
    const several = (rows: number) => {
      const { data } = chance(1000);
      return {
        data: data.map((row, i) => (i < rows ? data[0] : row)),
        labels: range(1000).map((i) => i % 12),
      };
    };
    expect(await severity("D7", several(9))).toBe("information");
    expect(await severity("D7", several(12))).toBe("warning");
  });

  test("above a floor of 0.01 nats a row", async () => {
    // 14 rows: 0.014 ln 2 = 0.0097.
    expect(await severity("D7", withPairs(7))).toBe("information");
    // 60 rows, of which one says otherwise: 0.06 × 0.085 = 0.005.
    expect(await severity("D7", withPairs(1, 60))).toBe("information");
  });
});

describe("D8", () => {
  test("is an error above one held-out row in a hundred", async () => {
    // So many that ten copies are no chance: half of the pairs would be within the training rows.
    const { data, labels } = chance(2000);
    const held = chance(1000, 20_000);
    const copied = (count: number): ExamineOptions => ({
      data,
      labels,
      validationData: [[...data.slice(0, count), ...held.data.slice(count)], held.labels],
    });
    expect(await severity("D8", copied(10))).toBe("information");
    expect(await severity("D8", copied(11))).toBe("error");
  });

  test("warns of rows that were repeated before the split where they are more than a third", async () => {
    const { data, labels } = chance(400);
    /** Rows each of which comes eight times, and others that come once, divided by chance. */
    const repeated = (count: number): ExamineOptions => ({
      data: [...data, ...range(7 * count).map((i) => data[i % count])],
      labels: [...labels, ...range(7 * count).map((i) => labels[i % count])],
      validationSplit: { fraction: 0.25, rule: "shuffled" },
      seed: 3,
    });
    expect(await severity("D8", repeated(18))).toBe("information");
    expect(await severity("D8", repeated(50))).toBe("warning");
  });
});

describe("D11 warns", () => {
  const withShares = (own: number[], other: number[]): ExamineOptions => {
    const rows = (counts: number[], from: number) => {
      const labels = counts.flatMap((count, k) => range(count).map(() => k));
      return { data: chance(labels.length, from).data, labels };
    };
    const held = rows(other, 30_000);
    return { ...rows(own, 0), validationData: [held.data, held.labels] };
  };

  test("where chance would divide classes like that in fewer than one of 1000 splits", async () => {
    // 36% and 64% of 100 rows each: χ² = 15.7; 39% and 61%: 9.7, with one degree of freedom p = 0.0019.
    expect(await severity("D11", withShares([50, 50], [50, 50]))).toBeUndefined();
    expect(await severity("D11", withShares([61, 39], [39, 61]))).toBeUndefined();
    expect(await severity("D11", withShares([62, 38], [38, 62]))).toBe("warning");
  });

  test("where a class is absent of which 8 + ln K rows were to be expected", async () => {
    // Among many rows of the first class χ² alone is not sure of it: 10 of 1000, expected 8.5, are absent among 850.
    const absent = (rows: number) => withShares([1000 - rows, rows], [850, 0]);
    expect(await severity("D11", absent(10))).toBeUndefined();
    expect(await severity("D11", absent(11))).toBe("warning");
  });

  test("where two means are 5 standard errors apart", async () => {
    const values = (count: number, by: number) => range(count).map((i) => pseudo(40_000 + i) + by);
    // Even between 0 and 1, the deviation is 0.289: of 400 and 400 rows a difference has an error of 0.0204.
    const apart = (errors: number): ExamineOptions => ({
      data: chance(400).data,
      labels: Float32Array.from(values(400, 0)),
      validationData: [chance(400, 1000).data, Float32Array.from(values(400, errors * 0.0204))],
    });
    expect(await severity("D11", apart(4.8))).toBeUndefined();
    expect(await severity("D11", apart(5.2))).toBe("warning");
  });
});

describe("D12 warns", () => {
  /** Evenly spread numbers: a shift moves the share of rows below a value by as much. */
  const even = (rows: number, shift: number) => range(rows).map((i) => (i + 0.5) / rows + shift);
  const shifted = (shift: number, rows = 1000): ExamineOptions => {
    const mixed = (shift: number, from: number) =>
      even(rows, shift)
        .map((value, i) => ({ value, at: pseudo(from + i) }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ value }, i) => [value, pseudo(from + 7000 + i)]);
    const { labels } = chance(rows);
    return { data: mixed(0, 50_000), labels, validationData: [mixed(shift, 60_000), labels] };
  };

  test("where a fifth of the rows lies elsewhere", async () => {
    expect(await severity("D12", shifted(0.19))).toBeUndefined();
    expect(await severity("D12", shifted(0.21))).toBe("warning");
  });

  test("where that is no chance, with two columns in fewer than one of 1000 splits", async () => {
    // d = 0.26 of 50 and 50 rows: p = 0.06; of 200 and 200: below 1e-5.
    expect(await severity("D12", shifted(0.26, 50))).toBeUndefined();
    expect((await finding("D12", shifted(0.26, 200)))?.title).toMatch(/lies elsewhere/);
  });

  /** Columns that are each a little off: by so many deviations, which no column by itself shows. */
  const everywhere = (by: number, rows = 600, width = 24): ExamineOptions => {
    const many = (count: number, from: number, by: number) =>
      range(count).map((i) => range(width).map((k) => normal(from + 25 * i + k) + by));
    const { labels } = chance(rows);
    return { data: many(rows, 0, 0), labels, validationData: [many(rows, 70_000, by), labels] };
  };
  const normal = (i: number): number =>
    range(12).reduce((sum, k) => sum + pseudo(13 * k + 7001 * (i + 1)), -6);

  test("where a straight line through all columns tells 70% of the pairs", async () => {
    // The area is Φ(by √24 / √2), a little less for a line that is learnt: 0.68 at 0.12, 0.72 at 0.15.
    expect(await severity("D12", everywhere(0.12))).toBeUndefined();
    const found = await finding("D12", everywhere(0.15));
    expect(found?.severity).toBe("warning");
    expect(found?.title).toMatch(/pairs/);
  });

  test("where the line is surer than 4 standard errors", async () => {
    // Of 25 and 25 rows the area has an error of 0.082: 0.5 + 4 errors are 0.83.
    expect(await severity("D12", everywhere(0.6, 25, 2))).toBeUndefined();
    expect(await severity("D12", everywhere(0.7, 25, 2))).toBe("warning");
  });
});

describe("D13 tells that a layer was adapted", () => {
  const { data, labels } = chance(200);
  const parts = {
    data: data.slice(0, 150),
    labels: labels.slice(0, 150),
    validationData: [data.slice(150), labels.slice(150)] as const,
  };
  const centre = range(2).map((k) => data.reduce((sum, row) => sum + row[k] / 200, 0));
  const spread = range(2).map((k) =>
    Math.sqrt(data.reduce((sum, row) => sum + (row[k] - centre[k]) ** 2 / 200, 0)),
  );
  /** Scaled by the mean of all rows, off by so many standard deviations. */
  const offBy = (deviations: number): ExamineOptions => {
    const scale = new Normalization({
      mean: centre.map((mean, k) => mean + deviations * spread[k]),
      variance: spread.map((of) => of ** 2),
    });
    const model = new Sequential([scale, new Dense(1, { activation: "sigmoid" })]);
    return { ...parts, model, compile: { loss: "binaryCrossentropy" } };
  };

  test("to all rows, to within 2e-4 of a deviation", async () => {
    expect(await severity("D13", offBy(1.5e-4))).toBe("warning");
    expect(await severity("D13", offBy(2.5e-4))).toBeUndefined();
  });

  test("unless the training rows alone lie nearly there too", async () => {
    /** Held-out rows whose mean is the training rows' but for so many deviations, and a layer adapted to all. */
    const alike = (by: number): ExamineOptions => {
      const rows = parts.data;
      const held = rows.map((row) => row.map((value, k) => value + by * spread[k]));
      const scale = new Normalization();
      scale.adapt([...rows, ...held]);
      const model = new Sequential([scale, new Dense(1, { activation: "sigmoid" })]);
      const given = { data: rows, labels: parts.labels, validationData: [held, parts.labels] as const };
      return { ...given, model, compile: { loss: "binaryCrossentropy" } };
    };
    // Half of the shift is how far the training rows lie: 5 × 2e-4 = 1e-3 has to be passed.
    expect(await severity("D13", alike(1.6e-3))).toBeUndefined();
    expect(await severity("D13", alike(2.4e-3))).toBe("warning");
  });
});

describe("D15 warns", () => {
  const { data } = chance(200);
  const target = (
    mean: number,
    deviation: number,
    bias = 0,
    kernelInitializer?: "zeros",
  ): ExamineOptions => ({
    data,
    labels: Float32Array.from(range(200), (i) => mean + deviation * (i % 2 === 0 ? 1 : -1)),
    model: new Sequential([
      new Dense(1, { kernelInitializer, biasInitializer: new Constant({ value: bias }) }),
    ]),
    compile: { loss: "meanSquaredError" },
  });

  test("of targets beyond 100", async () => {
    expect(await severity("D15", target(0, 97))).toBeUndefined();
    expect(await severity("D15", target(0, 103))).toBe("warning");
  });

  test("of targets that vary by less than 0.01", async () => {
    expect(await severity("D15", target(0, 0.011))).toBeUndefined();
    expect(await severity("D15", target(0, 0.009))).toBe("warning");
  });

  test("of no target where the model begins", async () => {
    expect(await severity("D15", target(290, 2))).toBe("warning");
    expect(await severity("D15", target(290, 2, 290))).toBeUndefined();
    expect(await severity("D15", target(5, 0.009, 5))).toBe("warning");
    expect(await severity("D15", target(5, 0.009, 5, "zeros"))).toBeUndefined();
    expect(await severity("D15", target(5, 0.009, 5.02, "zeros"))).toBe("warning");
    // The scale is too large all the same.
    expect(await severity("D15", target(1000, 300, 1000))).toBe("warning");
  });
});

describe("labels that are all the same", () => {
  const { data } = chance(40);
  const model = (units: number) => new Sequential([new Dense(units)]);

  test("are an error, of classes and of amounts", async () => {
    const mse = { loss: "meanSquaredError" as const };
    expect(await severity("D6", { data, labels: range(40).map(() => 1) })).toBe("error");
    const amounts = { data, labels: range(40).map(() => 2.5), model: model(1), compile: mse };
    expect((await finding("D6", amounts))?.title).toContain("2.5");
    const but = range(40).map((row) => (row === 7 ? 2.6 : 2.5));
    expect(await severity("D6", { ...amounts, labels: but })).toBeUndefined();
  });

  test("are told of ten rows on, and not to a loss of the user's own", async () => {
    const same = (rows: number) => ({ data: data.slice(0, rows), labels: range(rows).map(() => 1) });
    expect(await severity("D6", same(9))).toBeUndefined();
    expect(await severity("D6", same(10))).toBe("error");
    const compile = { loss: ((_, p) => p.square().mean()) as NonNullable<ExamineOptions["compile"]>["loss"] };
    expect(await severity("D6", { ...same(40), model: model(1), compile })).toBeUndefined();
  });
});

test("inputs that never change are an error", async () => {
  const labels = range(40).map((row) => row % 2);
  const black = (rows: number) => ({
    data: range(rows).map(() => range(4).map(() => range(4).map(() => [0]))),
    labels: labels.slice(0, rows),
  });
  expect(await severity("D2", black(40))).toBe("error");
  expect(await severity("D2", black(9))).toBeUndefined();
  const { data } = black(40);
  data[3][1][1][0] = 1;
  expect(await severity("D2", { data, labels })).toBeUndefined();
});

test("contexts of a series may go on in several ways", async () => {
  const text = range(900).map((i) => Math.floor(5 * pseudo(i) * pseudo(i + 2000)));
  const windows = {
    data: range(890).map((i) => text.slice(i, i + 3)),
    labels: range(890).map((i) => text[i + 3]),
  };
  // Other columns that say nothing: the rows are the same, and their labels are no followers.
  const other = windows.labels.map((of) => (of + 7) * 3);
  expect(await severity("D7", windows)).toBe("information");
  expect((await finding("D7", windows))?.evidence.at(-1)).toMatch(/contexts/);
  expect((await finding("D7", { ...windows, labels: other }))?.evidence.at(-1)).not.toMatch(/contexts/);
});

test("a value in the place of those that are missing is named, and a long tail is none", async () => {
  const { data, labels } = chance(300);
  const model = () => new Sequential([new Dense(1, { activation: "sigmoid" })]);
  const compile = { loss: "binaryCrossentropy" as const };
  const missing = data.map(([a, b], row) => [a, row % 9 === 0 ? -999 : b]);
  const title = async (rows: number[][]): Promise<string | undefined> =>
    (await finding("D3", { data: rows, labels, model: model(), compile }))?.title;
  expect(await title(missing)).toMatch(/^column 1 is -999 in 34 of 300 rows .* stood for a missing value$/);
  expect(await title(data.map(([a, b], row) => [a, row < 2 ? 1e30 * (row + 1) : b]))).toMatch(
    /wrong entries/,
  );
  expect(await title(data.map(([a, b]) => [a, Math.exp(12 * b)]))).toMatch(/times as widely/);
});

test("pixels are judged as they come, also where a Reshape makes steps of them", async () => {
  const given = (size: number): ExamineOptions => ({
    data: range(60).map((i) => range(4).map((r) => range(4).map((c) => [size * pseudo(99 * i + 4 * r + c)]))),
    labels: range(60).map((row) => row % 2),
    model: new Sequential([new Reshape([4, 4]), new GRU(3), new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy" },
  });
  expect(await severity("D3", given(1))).toBeUndefined();
  expect(await severity("D3", given(255))).toBe("warning");
});

test("short texts that are filled up with 0 are no fault, and weights the wrong way round are one", async () => {
  const { labels } = chance(80);
  const texts = range(80).map((row) =>
    range(6).map((k) => (k < 2 + (row % 4 === 0 ? 2 : 0) ? 1 + Math.floor(9 * pseudo(6 * row + k)) : 0)),
  );
  const model = new Sequential([new Embedding(10, 2), new GRU(2), new Dense(1, { activation: "sigmoid" })]);
  const compile = { loss: "binaryCrossentropy" as const };
  expect(await severity("D2", { data: texts, labels, model, compile })).toBe("information");
  const uneven = range(80).map((row) => Number(row % 5 === 0));
  const given = { data: chance(80).data, labels: uneven };
  expect(await severity("D6", given)).toBeUndefined();
  expect(await severity("D6", { ...given, classWeight: { 0: 10, 1: 1 } })).toBe("warning");
});
