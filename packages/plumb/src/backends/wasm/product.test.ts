import { expect, test } from "vitest";
import { backends } from "../../../test/support/backends.ts";
import { expectWithinUlp } from "../../../test/support/compare.ts";
import { dataNode, drawInput } from "../../../test/support/samples.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Node } from "../../graph/node.ts";
import { interpret } from "../../interpret/interpret.ts";
import { g } from "../../ops/builder.ts";
import { packing, roundsOfBlock, rowBlock, sumBlock } from "./product-layout.ts";

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

const words = (batch: readonly number[], inner: readonly number[], m: number, n: number): number => {
  const operand = (line: number): Parameters<typeof packing>[0]["a"] => ({
    buffer: 0,
    base: 0,
    batch: batch.map(() => 1),
    line: 1,
    inner: inner.map(() => line),
  });
  return packing({ batch, m, n, inner, a: operand(m), b: operand(n), stores: [] });
};

test.each([
  ["one block of rounds, one of rows", [], [70], 9, 17],
  ["rows over several blocks, and a rest", [], [70], 2 * rowBlock + 7, 9],
  ["rounds over several blocks, and a rest", [], [2 * sumBlock + 3], 5, 20],
  ["inner loops that end within a block", [], [3, 7, 61], 6, 24],
  ["several blocks of both, in several batches", [3], [9, 97], rowBlock + 2, 17],
])("rows that lie across the inner loops: %s", (_title, batch, inner, m, n) => {
  const [columns, rounds] = [Math.ceil(n / 8) * 8, sizeOf(inner)];
  // Rows are packed besides columns, or this test is of something else.
  expect(words(batch, inner, m, n)).toBeGreaterThan(sizeOf(batch) * rounds * columns);
  const out = acrossRows(batch, inner, m, n);
  const [expected] = interpret([out]);
  for (const { name, evaluate } of backends)
    expectWithinUlp(evaluate([out])[0], expected, { what: name, shape: out.shape, dtype: out.dtype }, 40);
});

test("sums of very many terms keep their levels of totals: their rows are not packed", () => {
  const columns = 24;
  expect(words([], [2 ** 22], 9, 17)).toBeGreaterThan(columns * 2 ** 22);
  expect(words([], [2 ** 22 + 1], 9, 17)).toBe(columns * (2 ** 22 + 1));
});

test("blocks of rounds grow with their number, so that errors grow with the square root", () => {
  for (const k of [1, 100, sumBlock]) expect(roundsOfBlock(k)).toBe(k);
  expect(roundsOfBlock(sumBlock + 1)).toBe(sumBlock);
  expect(roundsOfBlock(4 * sumBlock ** 2)).toBe(2 * sumBlock);
});
