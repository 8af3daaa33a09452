import { describe, expect, it } from "vitest";
import type { Column } from "../table/table.ts";
import {
  deviationLimit,
  encode,
  inputsOf,
  planColumns,
  planNotes,
  unknownWords,
  widthOf,
  wordLimit,
} from "./plan.ts";
import { median, moments } from "./statistics.ts";

const number = (name: string, values: number[]): Column => ({
  name,
  kind: "number",
  values: Float64Array.from(values),
});
const truth = (name: string, values: number[]): Column => ({
  name,
  kind: "boolean",
  values: Float64Array.from(values),
});
function text(name: string, values: (string | null)[]): Column {
  const words = [...new Set(values.filter((value) => value !== null))];
  return {
    name,
    kind: "text",
    words,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : words.indexOf(value))),
  };
}
const upTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
const encoded = (columns: Column[], training: Int32Array, rows = training): number[][] => {
  const plan = planColumns(columns, training);
  const flat = encode(plan, columns, rows);
  return Array.from(rows, (_, i) => Array.from(flat.subarray(i * widthOf(plan), (i + 1) * widthOf(plan))));
};

describe("numbers", () => {
  it("have mean 0 and deviation 1 over the training rows", () => {
    const values = Array.from({ length: 101 }, (_, i) => 5000 + ((i * 37) % 101));
    const column = encoded([number("n", values)], upTo(101)).map(([value]) => value);
    const { mean, deviation } = moments(Float64Array.from(column));
    expect(mean).toBeCloseTo(0, 6);
    expect(deviation).toBeCloseTo(1, 6);
  });

  it("are planned by the training rows alone", () => {
    const [a, b] = [
      [1, 2, 3, 4, 100],
      [1, 2, 3, 4, -7e9],
    ].map((values) => planColumns([number("n", values)], upTo(4)));
    expect(a).toEqual(b);
    expect(a.columns[0]).toMatchObject({ mean: 2.5, fill: 2.5 });
  });

  it("take the median where they are missing, and an input says so", () => {
    const columns = [number("n", [1, NaN, 2, 9])];
    const plan = planColumns(columns, upTo(4));
    expect(plan.columns[0]).toMatchObject({ fill: 2, mean: 4, missing: true });
    const rows = encoded(columns, upTo(4));
    expect(rows.map(([, missing]) => missing)).toEqual([0, 1, 0, 0]);
    expect(rows[1][0]).toBe(rows[2][0]);
  });

  it("are cut where they are far out", () => {
    const rows = encoded([number("n", [...Array.from({ length: 99 }, (_, i) => i % 3), 1e9])], upTo(100));
    expect(rows[99]).toEqual([deviationLimit]);
    const later = encoded([number("n", [0, 1, 2, -1e300])], upTo(3), upTo(4));
    expect(later[3]).toEqual([-deviationLimit]);
  });

  it("that are truths take the more frequent one where they are missing", () => {
    expect(planColumns([truth("t", [1, 1, 0, NaN])], upTo(4)).columns[0]).toMatchObject({ fill: 1 });
    expect(planColumns([truth("t", [0, 0, 1, NaN])], upTo(4)).columns[0]).toMatchObject({ fill: 0 });
  });
});

describe("text", () => {
  it("becomes an input per word, the most frequent first", () => {
    const columns = [text("c", ["b", "a", "b", "c", null])];
    const plan = planColumns(columns, upTo(5));
    expect(inputsOf(plan.columns[0])).toEqual(["c=b", "c=a", "c=c", "c missing"]);
    expect(encoded(columns, upTo(5))).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
  });

  it("has no input for a word that training never saw, and that can be asked", () => {
    const columns = [text("c", ["a", "b", "new", "new"])];
    const plan = planColumns(columns, upTo(2));
    expect(encoded(columns, upTo(2), upTo(3))[2]).toEqual([0, 0]);
    expect(unknownWords(plan, columns)).toEqual([{ name: "c", rows: 2, example: "new" }]);
  });

  it("of many words shares one input among the rare ones", () => {
    const words = Array.from({ length: 600 }, (_, i) => `w${String(i % 60).padStart(2, "0")}`);
    const columns = [text("c", [...words, "new"])];
    const plan = planColumns(columns, upTo(600));
    expect(widthOf(plan)).toBe(wordLimit + 1);
    const rows = encoded(columns, upTo(600), upTo(601));
    for (const row of rows) expect(row.reduce((sum, value) => sum + value, 0)).toBe(1);
    expect(rows[600][wordLimit]).toBe(1);
    expect(planNotes(plan, columns, 601)).toEqual([expect.stringMatching(/the 50 most frequent texts/)]);
  });
});

describe("columns of no use are dropped with a reason", () => {
  it.each<[string, Column, RegExp]>([
    ["constants", number("n", [7, 7, 7]), /holds 7 in every training row/],
    ["constants that rounding would let vary", number("n", [0.1, 0.1, 0.1]), /holds 0.1/],
    ["empty numbers", number("n", [NaN, NaN, NaN]), /no value/],
    ["constant text", text("n", ["x", "x", "x"]), /holds "x"/],
    ["empty text", text("n", [null, null, null]), /no value/],
    [
      "names",
      text(
        "n",
        Array.from({ length: 80 }, (_, i) => `row ${i}`),
      ),
      /80 different texts in 80 rows/,
    ],
  ])("%s", (_, column, why) => {
    const rows = upTo(column.kind === "text" ? column.codes.length : column.values.length);
    const { columns, dropped } = planColumns([column], rows);
    expect(columns).toEqual([]);
    expect(dropped).toEqual([{ name: "n", why: expect.stringMatching(why) }]);
  });

  it("but not a constant that is sometimes missing: that may tell something", () => {
    const rows = encoded([number("n", [7, NaN, 7])], upTo(3));
    expect(rows).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
  });
});

it("a plan survives being written as JSON", () => {
  const columns = [number("n", [1, 2, NaN]), text("c", ["a", null, "b"]), truth("t", [1, 0, 1])];
  const plan = planColumns(columns, upTo(3));
  const again = JSON.parse(JSON.stringify(plan));
  expect(encode(again, columns, upTo(3))).toEqual(encode(plan, columns, upTo(3)));
});

it("medians and moments", () => {
  expect([median(Float64Array.of(3, 1, 2)), median(Float64Array.of(4, 1, 2, 3))]).toEqual([2, 2.5]);
  expect(median(Float64Array.of(-10, -9, 2))).toBe(-9);
  expect(moments(Float64Array.of(1, 3))).toEqual({ mean: 2, deviation: 1, constant: false });
  expect(moments(Float64Array.of(1e9, 1e9 + 2)).deviation).toBe(1);
  expect(moments(Float64Array.of(0.1, 0.1, 0.1))).toMatchObject({ deviation: 0, constant: true });
});
