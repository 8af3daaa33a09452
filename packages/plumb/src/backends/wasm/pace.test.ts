import { expect, it } from "vitest";
import { Pace } from "./pace.ts";

/** The part of `runs` that go to all threads, if they take these times. */
function sharedPart(pace: Pace, times: { together: number; alone: number }, runs: number): number {
  let together = 0;
  for (let i = 0; i < runs; i++) {
    const { next } = pace;
    if (next) together++;
    pace.took(next ? times.together : times.alone);
  }
  return together / runs;
}

it("goes the faster way, whichever that is, and tries the other seldom", () => {
  expect(sharedPart(new Pace(), { together: 1, alone: 2 }, 2_000)).toBeGreaterThan(0.98);
  expect(sharedPart(new Pace(), { together: 2, alone: 1 }, 2_000)).toBeLessThan(0.03);
});

it("notices when the other way becomes the faster one", () => {
  const pace = new Pace();
  sharedPart(pace, { together: 1, alone: 2 }, 5_000);
  sharedPart(pace, { together: 3, alone: 2 }, 1_500);
  expect(sharedPart(pace, { together: 3, alone: 2 }, 500)).toBeLessThan(0.05);
  sharedPart(pace, { together: 1, alone: 2 }, 1_500);
  expect(sharedPart(pace, { together: 1, alone: 2 }, 500)).toBeGreaterThan(0.95);
});

it("stays where nothing is to be gained", () => {
  expect(sharedPart(new Pace(), { together: 1, alone: 1 }, 2_000)).toBeGreaterThan(0.98);
});

it("is not misled by single runs whose core was taken away", () => {
  const pace = new Pace();
  let together = 0;
  for (let i = 0; i < 4_000; i++) {
    const { next } = pace;
    if (next) together++;
    // Every seventh run takes ten times as long, whichever way it goes.
    pace.took((next ? 1 : 1.8) * (i % 7 === 3 ? 10 : 1));
  }
  expect(together / 4_000).toBeGreaterThan(0.98);
});
