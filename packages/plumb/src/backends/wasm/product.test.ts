import { describe, expect, test } from "vitest";
import { testBackend } from "../../../test/support/backends.ts";
import { expectWithinUlp } from "../../../test/support/compare.ts";
import { dataNode, drawInput } from "../../../test/support/samples.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Node } from "../../graph/node.ts";
import { interpret } from "../../interpret/interpret.ts";
import { g } from "../../ops/builder.ts";
import { probe } from "./features.ts";
import { packingFor, ProductLayout, roundsOfBlock, sumBlock } from "./product-layout.ts";
import { tileShapes, type TileName } from "./tile-shapes.ts";
import { wasmBackend } from "./wasm-backend.ts";

type Arranged = ConstructorParameters<typeof ProductLayout>[0];

const tiles = Object.keys(tileShapes) as TileName[];
/** All tiles with either arithmetic: with a multiply-add that rounds once, and without. */
const modes = [false, true]
  .filter((fused) => !fused || probe().fused)
  .map((fused) =>
    tiles.map((tile) => testBackend(`${tile}, fused ${fused}`, wasmBackend({ features: { fused, tile } }))),
  );

/** Every mode gives what the interpreter gives within rounding, and tiles differ in no bit. */
function expectAllAlike(out: Node, ulp: number): void {
  const [expected] = interpret([out]);
  for (const backends of modes) {
    const results = backends.map(({ name, evaluate }) => ({ name, values: evaluate([out])[0] }));
    for (const { name, values } of results) {
      expectWithinUlp(values, expected, { what: name, shape: out.shape, dtype: out.dtype }, ulp);
      expect(new Uint32Array(values.buffer), name).toEqual(new Uint32Array(results[0].values.buffer));
    }
  }
}

/** An operand whose elements lie in the order that `axes` says. */
function operand(shape: readonly number[], axes: readonly number[], stream: number): Node {
  const held = axes.map((axis) => shape[axis]);
  const data = drawInput({ shape: held, dtype: "float32", range: [0.1, 2] }, stream);
  const back = shape.map((_, axis) => axes.indexOf(axis));
  return g.transpose(dataNode({ shape: held, dtype: "float32" }, data), back);
}

interface Case {
  readonly batch?: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

const upright = (rank: number): number[] => [...Array(rank).keys()];
const turned = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

function product({ batch = [], m, n, k }: Case, turnA: boolean, turnB: boolean): Node {
  const rank = batch.length + 2;
  const a = operand([...batch, m, k], (turnA ? turned : upright)(rank), 1);
  const b = operand([...batch, k, n], (turnB ? turned : upright)(rank), 2);
  return g.matmul(a, b);
}

const cases: readonly Case[] = [
  { m: 1, n: 1, k: 1 },
  { m: 1, n: 33, k: 100 },
  { m: 3, n: 17, k: 600 },
  { m: 7, n: 10, k: 5 },
  // Few rows, whose tiles have more columns: several panels and a rest in all shapes.
  { m: 1, n: 213, k: 70 },
  { m: 2, n: 101, k: 9 },
  { m: 3, n: 133, k: 600 },
  { m: 13, n: 24, k: 70 },
  { m: 11, n: 31, k: sumBlock },
  { m: 29, n: 9, k: 2 * sumBlock + 3 },
  { m: 131, n: 40, k: 66 },
  { m: 29, n: 45, k: sumBlock + 3 },
  { m: 9, n: 133, k: 70 },
  { batch: [3], m: 26, n: 15, k: 65 },
  { batch: [2, 2], m: 5, n: 16, k: 4 },
];

describe.each([
  ["A · B", false, false],
  ["Aᵀ · B", true, false],
  ["A · Bᵀ", false, true],
  ["Aᵀ · Bᵀ", true, true],
])("%s in all tiles", (_title, turnA, turnB) => {
  test.each(cases)("$batch $m × $n × $k", (shape) => {
    expectAllAlike(product(shape, turnA, turnB), 40);
  });
});

test("long sums in units side by side and below each other", () => {
  expectAllAlike(product({ m: 70, n: 90, k: 2 * sumBlock + 1 }, false, false), 40);
  expectAllAlike(product({ m: 70, n: 90, k: 2 * sumBlock + 1 }, true, true), 40);
});

describe("epilogues", () => {
  const sums = product({ m: 14, n: 22, k: 2 * sumBlock + 5 }, false, false);
  const short = product({ m: 14, n: 22, k: 7 }, false, false);
  const bias = dataNode(
    { shape: [1, 22], dtype: "float32" },
    drawInput({ shape: [1, 22], dtype: "float32", range: [0.1, 2] }, 3),
  );
  const chosen = (x: Node): Node => g.where(g.less(x, everywhere(bias)), everywhere(bias), x);
  const everywhere = (x: Node): Node => g.broadcast(x, [14, 22]);

  test.each([
    ["a row added, and a choice", (x: Node) => chosen(g.add(x, everywhere(bias)))],
    ["stored across", (x: Node) => g.transpose(x, [1, 0])],
    ["a function of many instructions", (x: Node) => g.log(x)],
  ])("%s", (_title, epilogue) => {
    for (const x of [sums, short]) expectAllAlike(epilogue(x), 60);
  });
});

/** Sums over `inner` of left and right, whose rows and columns lie along their last axis: the gradient of a weight. */
function acrossRows(batch: readonly number[], inner: readonly number[], m: number, n: number): Node {
  const leaf = (shape: readonly number[], stream: number): Node =>
    dataNode({ shape, dtype: "float32" }, drawInput({ shape, dtype: "float32", range: [0.1, 2] }, stream));
  // A gap behind the elements of each inner loop, or the loops would be joined into one.
  const held = leaf([...batch, ...inner.map((extent) => extent + 1), m], 1);
  const left = g.slice(
    held,
    held.shape.map(() => 0),
    [...batch, ...inner, m],
    held.shape.map(() => 1),
  );
  const last = left.shape.length - 1;
  const loops = inner.map((_, i) => batch.length + i);
  const rows = g.transpose(left, [...batch.keys(), last, ...loops]);
  return g.contract(rows, leaf([...batch, ...inner, n], 2), { batch: batch.length, inner: inner.length });
}

const arranged = (batch: readonly number[], inner: readonly number[], m: number, n: number): Arranged => {
  const side = (line: number): Arranged["a"] => ({
    buffer: 0,
    base: 0,
    batch: batch.map(() => 1),
    line: 1,
    inner: inner.map(() => line),
  });
  return { batch, m, n, inner, a: side(m), b: side(n), stores: [] };
};

test.each([
  ["one block of rounds, one of rows", [], [300], 9, 37],
  ["few rounds, and many columns", [], [70], 9, 133],
  ["rows over several units, and a rest", [], [300], 135, 33],
  ["rounds over several blocks, and a rest", [], [2 * sumBlock + 3], 5, 40],
  ["inner loops that end within a block", [], [3, 7, 61], 6, 44],
  ["several blocks of both, in several batches", [3], [9, 97], 66, 37],
])("rows that lie across the inner loops: %s", (_title, batch, inner, m, n) => {
  // Rows are packed, or this test is of something else.
  for (const tile of tiles)
    expect(new ProductLayout(arranged(batch, inner, m, n), tileShapes[tile]).packsRows).toBe(true);
  expectAllAlike(acrossRows(batch, inner, m, n), 40);
});

test("a right operand of several inner loops is read as it lies for few rows", () => {
  const few = new ProductLayout(arranged([], [5, 13], 3, 17), tileShapes.wide);
  expect(few.packsColumns).toBe(few.packsRows);
  const held = operand([6, 14, 17], [0, 1, 2], 2);
  const right = g.slice(held, [0, 0, 0], [5, 13, 17], [1, 1, 1]);
  const left = operand([3, 5, 13], [0, 1, 2], 1);
  expectAllAlike(g.contract(left, right, { batch: 0, inner: 2 }), 40);
});

test("rows are shared out evenly, and units cover all tiles and panels once", () => {
  for (const tile of tiles)
    for (let m = 1; m <= 140; m++) {
      const layout = new ProductLayout(arranged([], [1000], m, 7 * m), tileShapes[tile]);
      const { rowTiles, smallRows, largeTiles, mostRows } = layout;
      expect(largeTiles * (smallRows + 1) + (rowTiles - largeTiles) * smallRows).toBe(m);
      expect(mostRows).toBeLessThanOrEqual(tileShapes[tile].rows);
      const { rowUnits, tilesOfUnit, columnUnits, panelsOfUnit, panels } = layout;
      for (const [units, each, all] of [
        [rowUnits, tilesOfUnit, rowTiles],
        [columnUnits, panelsOfUnit, panels],
      ]) {
        expect(units * each).toBeGreaterThanOrEqual(all);
        expect((units - 1) * each).toBeLessThan(all);
      }
    }
});

test("which rows are packed, and so how sums are rounded, does not depend on the tile", () => {
  for (let n = 1; n <= 60; n++)
    for (const k of [70, 300, sumBlock, 5000, 2 ** 22, 2 ** 22 + 1]) {
      const packs = tiles.map(
        (tile) => new ProductLayout(arranged([], [k], 9, n), tileShapes[tile]).packsRows,
      );
      expect(new Set(packs).size).toBe(1);
    }
});

test("sums of very many terms keep their levels of totals: their rows are not packed", () => {
  const packsRows = (k: number): boolean =>
    new ProductLayout(arranged([], [k], 9, 37), tileShapes.narrow).packsRows;
  expect(packsRows(2 ** 22)).toBe(true);
  expect(packsRows(2 ** 22 + 1)).toBe(false);
});

test("scratch holds the panels, and what each thread has to itself", () => {
  for (const tile of tiles) {
    const layout = new ProductLayout(arranged([2], [900], 40, 50), tileShapes[tile]);
    expect(packingFor(tile)(layout.product).words).toBe(
      layout.columnWords + (layout.seats * layout.seatBytes) / 4,
    );
    expect(layout.columnWords).toBeGreaterThanOrEqual(2 * 900 * 50);
    expect(packingFor(tile)({ ...layout.product, batch: [0] }).words).toBe(0);
  }
});

test("blocks of rounds grow with their number, so that errors grow with the square root", () => {
  for (const k of [1, 100, sumBlock]) expect(roundsOfBlock(k)).toBe(k);
  expect(roundsOfBlock(sumBlock + 1)).toBe(sumBlock);
  expect(roundsOfBlock(4 * sumBlock ** 2)).toBe(2 * sumBlock);
  expect(sizeOf([roundsOfBlock(sumBlock ** 2), sumBlock])).toBe(sumBlock ** 2);
});
