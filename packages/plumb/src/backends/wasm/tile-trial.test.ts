import { expect, test } from "vitest";
import { g } from "../../ops/builder.ts";
import { dataNode } from "../../../test/support/samples.ts";
import { probe } from "./features.ts";
import { tileFor, tileTrial } from "./tile-trial.ts";
import { tileShapes, type TileName } from "./tile-shapes.ts";

const square = (size: number) => {
  const x = dataNode({ shape: [size, size], dtype: "float32" }, new Float32Array(size * size));
  return { outputs: [g.matmul(x, x)], effects: [] };
};

test("small programs, and those without fused arithmetic, are not worth a trial", () => {
  expect(tileFor(square(8), { ...probe(), fused: true })).toBe("narrow");
  expect(tileFor(square(1024), { ...probe(), fused: false })).toBe("narrow");
});

test("a trial tells a speed for every shape whose bits are right, and takes the first that is clearly the fastest", () => {
  const { tile, fused, speeds } = tileTrial();
  expect(fused).toBe(probe().fused);
  expect(Object.keys(speeds)).toEqual(Object.keys(tileShapes));
  if (!fused) return expect(tile).toBe("narrow");
  for (const name of Object.keys(tileShapes) as TileName[]) {
    expect(speeds[name]).toBeGreaterThan(0);
    expect(speeds[tile]).toBeGreaterThanOrEqual(speeds[name] / 1.05);
  }
});

test("a trial is kept until another is asked for, and large programs follow it", () => {
  const first = tileTrial();
  expect(tileTrial()).toBe(first);
  const second = tileTrial({ again: true });
  expect(second).not.toBe(first);
  expect(tileFor(square(1024), { ...probe(), fused: true })).toBe(second.tile);
  expect(tileFor(square(8), { ...probe(), fused: true })).toBe(second.tile);
});
