import { expect, it } from "vitest";
import { curvesDrawing, evenTicks } from "./curves.ts";

it("ticks are round and enclose the range", () => {
  expect(evenTicks(0.03, 0.97)).toEqual([0, 0.5, 1]);
  expect(evenTicks(1, 40)).toEqual([0, 10, 20, 30, 40]);
  for (const [low, high] of [
    [0.001, 0.0011],
    [-3, 5],
    [7, 7],
    [1e6, 1.5e6],
  ]) {
    const ticks = evenTicks(low, high);
    expect(ticks[0]).toBeLessThanOrEqual(low);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(high);
    expect(ticks.length).toBeLessThan(9);
  }
});

const heights = (drawing: string, kind: string): number[] =>
  [
    ...(new RegExp(`<path class="${kind}" d="([^"]*)"`).exec(drawing) as RegExpExecArray)[1].matchAll(
      / ([\d.]+)/g,
    ),
  ].map(([, y]) => Number(y));

it("a higher value lies higher, and what is not finite interrupts the curve", () => {
  const drawing = curvesDrawing("Loss", [
    { name: "training rows", kind: "train", values: [3, 2, NaN, 1] },
    { name: "validation rows", kind: "validation", values: [4, 3, 3, 3] },
  ]);
  const [a, b, c] = heights(drawing, "train");
  expect(a).toBeLessThan(b);
  expect(b).toBeLessThan(c);
  expect(drawing).toMatch(/class="train" d="M[^M]*L[^M]*M[^L]*"/);
  expect(drawing).not.toMatch(/NaN|Infinity|logarithmic/);
});

it("many orders are drawn on a logarithmic scale, on which equal factors are equal steps", () => {
  const drawing = curvesDrawing("Loss", [{ name: "x", kind: "train", values: [1, 0.1, 0.01] }], 3);
  expect(drawing).toContain("logarithmic scale; dotted line: epoch 3");
  const [a, b, c] = heights(drawing, "train");
  expect(b - a).toBeCloseTo(c - b, 0);
});

it("one epoch is no curve", () => {
  expect(curvesDrawing("Loss", [{ name: "x", kind: "train", values: [1] }])).toBe("");
});
