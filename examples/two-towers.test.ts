import { expect, it } from "vitest";
import { numberIn, printed } from "./support/run.ts";
import { makePairs, readerOf, twoTowers } from "./two-towers.mjs";

it("finds out which words belong together", async () => {
  const text = await printed("two-towers.mjs", "comet moon");
  expect(numberIn(text, /saw ([\d.]+)% are/)).toBeGreaterThan(88);
  expect(numberIn(text, /AUC ([\d.]+)\./)).toBeGreaterThan(0.94);
  const found = text.split('"comet moon":\n')[1].split("\n");
  const astronomy = /planet|orbit|comet|telescope|star|eclipse|rocket|crater|galaxy|moon/g;
  expect(found.length).toBe(5);
  for (const line of found) expect(line.match(astronomy)?.length).toBeGreaterThan(3);
});

it("has one embedding for both towers", () => {
  const pairs = makePairs(200, 3);
  const reader = readerOf(pairs.documents);
  const model = twoTowers(reader);
  expect(model.weights.map(({ shape }) => shape)).toEqual([
    [reader.words, 16],
    [16, 16],
    [16],
    [16, 16],
    [16],
    [1, 1],
    [1],
  ]);
});

it("makes pairs of which half are related, the same from the same seed", () => {
  const pairs = makePairs(100, 3);
  expect(makePairs(100, 3)).toEqual(pairs);
  expect(makePairs(100, 4)).not.toEqual(pairs);
  expect(pairs.related.reduce((sum, of) => sum + of)).toBe(50);
});
