import { describe, expect, test } from "vitest";
import { pseudo } from "../made-up.ts";
import {
  constant,
  crossValidated,
  linear,
  nearest,
  oneColumn,
  without,
  type Matrix,
  type Target,
} from "./simple-models.ts";

const rows = 200;
const matrix = (...columns: ((row: number) => number)[]): Matrix => ({
  values: Float64Array.from({ length: rows * columns.length }, (_, i) =>
    columns[i % columns.length](Math.floor(i / columns.length)),
  ),
  rows,
  width: columns.length,
});
const chance = (from: number) => (row: number) => pseudo(from + row);
const classes = (of: (row: number) => number, count: number): Target => ({
  kind: "classes",
  of: Int32Array.from({ length: rows }, (_, row) => of(row)),
  classes: count,
});
const values = (of: (row: number) => number): Target => ({
  kind: "values",
  of: Float64Array.from({ length: rows }, (_, row) => of(row)),
});

describe("simple models, on rows they have not seen", () => {
  test("the constant one is right as often as the commonest class occurs, and explains no variance", () => {
    const score = crossValidated(
      constant,
      matrix(chance(1)),
      classes((row) => Number(row % 4 === 0), 2),
    );
    expect(score.value).toBeCloseTo(0.75, 10);
    expect(score.standardError).toBeCloseTo(Math.sqrt((0.75 * 0.25) / (rows - 1)), 10);
    expect(crossValidated(constant, matrix(chance(1)), values(chance(5))).value).toBeLessThan(0.02);
  });

  test("a straight line finds a straight line, whatever the units of the columns", () => {
    const x = matrix(chance(1), (row) => 1e4 * pseudo(700 + row) + 5e4);
    const y = values((row) => 3 * pseudo(1 + row) - 2 * pseudo(700 + row) + 7);
    expect(crossValidated(linear, x, y).value).toBeGreaterThan(0.999);
    const score = crossValidated(
      linear,
      x,
      classes((row) => Number(pseudo(1 + row) > pseudo(700 + row)), 2),
    );
    expect(score.value).toBeGreaterThan(0.93);
  });

  test("columns that repeat each other, and one that never changes, do no harm", () => {
    const x = matrix(chance(1), chance(1), () => 4);
    expect(
      crossValidated(
        linear,
        x,
        values((row) => pseudo(1 + row)),
      ).value,
    ).toBeGreaterThan(0.999);
  });

  test("with more columns than rows the straight line is the same as when columns are added that never change", () => {
    const few = { ...matrix(chance(1), chance(2), chance(3)), rows: 20 };
    const wide: Matrix = {
      values: Float64Array.from({ length: 20 * 40 }, (_, i) =>
        i % 40 < 3 ? few.values[Math.floor(i / 40) * 3 + (i % 40)] : 7,
      ),
      rows: 20,
      width: 40,
    };
    const y = values((row) => pseudo(1 + row) + 2 * pseudo(3 + row));
    const train = Int32Array.from({ length: 15 }, (_, row) => row);
    const [plain, dual] = [linear(few, y, train), linear(wide, y, train)];
    for (let row = 15; row < 20; row++) expect(dual(wide, row)[0]).toBeCloseTo(plain(few, row)[0], 9);
  });

  test("the nearest row and a tree find what no line does", () => {
    const x = matrix(chance(1), chance(900));
    const ring = classes((row) => Number(Math.abs(pseudo(1 + row) - 0.5) < 0.25), 2);
    expect(crossValidated(linear, x, ring).value).toBeLessThan(0.7);
    expect(crossValidated(oneColumn(0), x, ring).value).toBeGreaterThan(0.97);
    expect(crossValidated(oneColumn(1), x, ring).value).toBeLessThan(0.65);
    expect(crossValidated(nearest, without(x, 1), ring).value).toBeGreaterThan(0.97);
  });

  test("without a column the others keep their order", () => {
    const x = matrix(chance(1), chance(2), chance(3));
    const rest = without(x, 1);
    expect(Array.from({ length: 4 }, (_, i) => rest.values[i])).toEqual([
      pseudo(1),
      pseudo(3),
      pseudo(2),
      pseudo(4),
    ]);
  });
});
