import { describe, expect, it } from "vitest";
import { parseShares, splitTarget } from "./parts.ts";
import type { Column } from "../table/table.ts";
import { readTarget } from "./task.ts";

const numbers = (values: number[], kind: "number" | "boolean" | "date" = "number"): Column => ({
  name: "y",
  kind,
  values: Float64Array.from(values),
});
function words(values: (string | null)[]): Column {
  const known = [...new Set(values.filter((value) => value !== null))];
  return {
    name: "y",
    kind: "text",
    words: known,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : known.indexOf(value))),
  };
}
const repeated = (count: number, rows = 100): number[] => Array.from({ length: rows }, (_, i) => i % count);

describe("the task", () => {
  it.each<[string, Column, string]>([
    ["text", words(["b", "a", "b", "a"]), "classes"],
    ["truths", numbers([1, 0, 1, 0], "boolean"), "classes"],
    ["20 whole numbers", numbers(repeated(20)), "classes"],
    ["21 whole numbers", numbers(repeated(21)), "regression"],
    ["few numbers with fractions", numbers([0.5, 1, 0.5, 1]), "regression"],
    ["dates", numbers([1, 2, 1, 2], "date"), "regression"],
  ])("of %s", (_, column, task) => {
    expect(readTarget(column).task).toBe(task);
  });

  it("can be told", () => {
    expect(readTarget(numbers(repeated(5)), "regression").task).toBe("regression");
    expect(readTarget(numbers(repeated(30)), "classes").classes).toHaveLength(30);
  });

  it("orders classes by number or by name, and leaves rows without a target out", () => {
    const numeric = readTarget(numbers([10, 9, NaN, 9, 10, 2, 2]));
    expect(numeric.classes).toEqual(["2", "9", "10"]);
    expect([...numeric.values]).toEqual([2, 1, -1, 1, 2, 0, 0]);
    expect([...numeric.rows]).toEqual([0, 1, 3, 4, 5, 6]);
    expect(readTarget(words(["pear", "apple", null, "apple", "pear"]))).toMatchObject({
      classes: ["apple", "pear"],
      values: Float64Array.of(1, 0, -1, 0, 1),
    });
    expect(readTarget(numbers([1, 0, 1, 0], "boolean")).classes).toEqual(["false", "true"]);
  });
});

describe("the parts", () => {
  const target = readTarget(numbers(Array.from({ length: 200 }, (_, i) => (i < 20 ? 1 : 0))));

  it("are disjoint, together all rows, of the shares asked for, and each has its share of every class", () => {
    const parts = splitTarget(target, parseShares("50/30/20"), 7);
    const all = [...parts.train, ...parts.validation, ...parts.test];
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    const sizes = [parts.train, parts.validation, parts.test].map((part) => [
      part.length,
      part.filter((row) => row < 20).length,
    ]);
    expect(sizes).toEqual([
      [100, 10],
      [60, 6],
      [40, 4],
    ]);
  });

  it.each(["60/20/20", "70/15/15", "50/30/20"])(
    "have exactly their share of any number of rows: %s",
    (shares) => {
      const { validation, test } = parseShares(shares);
      for (let rows = 10; rows < 400; rows += 7) {
        const parts = splitTarget(
          readTarget(numbers(repeated(rows, rows)), "regression"),
          parseShares(shares),
          1,
        );
        const sizes = [parts.validation.length, parts.test.length, parts.train.length];
        const [second, third] = [Math.round(validation * rows), Math.round(test * rows)];
        expect(sizes).toEqual([second, third, rows - second - third]);
      }
    },
  );

  it("follow the seed", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => splitTarget(target, parseShares("60/20/20"), seed));
    expect(a).toEqual(b);
    expect(a.test).not.toEqual(c.test);
  });

  it("can be written in percent or as shares", () => {
    expect(parseShares("60/20/20")).toEqual(parseShares("0.6,0.2,0.2"));
    for (const wrong of ["60/20", "60/20/30", "100/0/0", "a/b/c", "60//40", "-20/60/60"])
      expect(() => parseShares(wrong)).toThrow(/PL4004/);
  });
});
