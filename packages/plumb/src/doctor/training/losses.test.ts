import { describe, expect, test } from "vitest";
import { pseudo } from "../made-up.ts";
import type { TrainingSubject } from "../subjects/training.ts";
import { about, probe, said, subject } from "../../../test/support/trainings.ts";

/** Rules at their thresholds, on trainings that never were: a miniature lies far beyond most of them. */

test("T1: a loop of one's own is told the step", () => {
  expect(said("T1", subject({ values: [1, 0.5, NaN] }))).toBe("error");
  expect(said("T1", subject({ values: [1, 0.5, 0.4] }))).toBeUndefined();
});

describe("T2", () => {
  const jumping = (at: readonly number[], height: number, after = 1): TrainingSubject => {
    const values = about(0.3, 200);
    for (const step of at) {
      values[step] = height;
      for (let i = 1; i < 6; i++) values[step + i] *= after;
    }
    return subject({ values, baseline: 0.7 });
  };
  test("jumps that leave a mark are a warning, others an information", () => {
    expect(said("T2", jumping([101, 142], 2))).toBe("information");
    expect(said("T2", jumping([101, 142], 2, 1.5))).toBe("warning");
    expect(said("T2", jumping([101], 2, 1.5))).toBe("information");
    expect(said("T2", jumping([101, 142], 7.5))).toBe("warning");
  });
  test("they come again in every epoch, from the first one on", () => {
    expect(said("T2", jumping([5, 27, 41, 62, 89, 101, 122, 142, 163], 9))).toBe("warning");
  });
  test("what is below the best constant answer is none, nor is twice the usual", () => {
    expect(said("T2", jumping([101, 142], 1.1, 1.5))).toBe("warning");
    expect(said("T2", { ...jumping([101, 142], 1.1, 1.5), baseline: 1.2 })).toBeUndefined();
    expect(said("T2", subject({ values: about(0.5, 200).with(101, 1.4).with(142, 1.4) }))).toBeUndefined();
  });
  test("a last batch of fewer rows is left out", () => {
    const short = { epochs: 10, stepsPerEpoch: 20, rows: 610, batchSize: 32 };
    expect(said("T2", { ...jumping([119, 139], 9), plan: short })).toBeUndefined();
  });
});

test("T3: twice the best, for two stretches, and no return", () => {
  const rising = (...levels: number[]) =>
    subject({ values: levels.flatMap((level, i) => about(level, 20, 20 * i)) });
  expect(said("T3", rising(1, 0.8, 1.7, 1.7))).toBe("warning");
  expect(said("T3", rising(1, 0.8, 1.5, 1.5))).toBeUndefined();
  expect(said("T3", rising(1, 0.8, 2.4, 0.8))).toBeUndefined();
  expect(said("T3", rising(1, 0.01, 0.2, 0.2))).toBeUndefined();
  expect(said("T3", rising(1, 0.01, 0.3, 0.3))).toBe("warning");
});

describe("T4", () => {
  const still = (level: number, of: Partial<TrainingSubject> = {}) =>
    subject({ values: about(level, 200), baseline: 0.7, ...of });
  test("at the loss of the best constant answer", () => {
    expect(said("T4", still(0.7))).toBe("warning");
    expect(said("T4", still(0.66))).toBeUndefined();
  });
  test("a penalty is no part of it", () => {
    expect(said("T4", still(0.7, { probes: [probe(200, { penalty: 0.1 })] }))).toBeUndefined();
  });
  test("not before a quarter of the steps, nor on the way", () => {
    const plan = { epochs: 50, stepsPerEpoch: 20, rows: 640, batchSize: 32 };
    expect(said("T4", still(0.7, { plan, ended: false }))).toBeUndefined();
    const falling = about(0.8, 200).map((value, i) => value - 0.0005 * i);
    expect(said("T4", subject({ values: falling, baseline: 0.7 }))).toBeUndefined();
  });
  test("an information where it is not known what a constant answer costs", () => {
    expect(said("T4", still(0.7, { baseline: undefined }))).toBe("information");
  });
});

test("T5: by a fifth of the loss, and by more than the draw of rows", () => {
  const turning = (swing: number, scatter: number) =>
    subject({
      plan: { epochs: 14, stepsPerEpoch: 8, rows: 256, batchSize: 32 },
      values: Array.from(
        { length: 112 },
        (_, i) => 1 + (Math.floor(i / 8) % 2) * swing + scatter * (pseudo(i) - 0.5),
      ),
    });
  expect(said("T5", turning(0.3, 0.1))).toBe("warning");
  expect(said("T5", turning(0.15, 0.1))).toBeUndefined();
  expect(said("T5", turning(0.3, 1))).toBeUndefined();
  // The same turns, at the end of a way twenty times as long.
  const { plan, losses } = turning(0.3, 0.1);
  const after = (first: number) => [...Array.from({ length: 8 }, () => first), ...losses.values];
  expect(said("T5", subject({ values: after(5), plan }))).toBe("warning");
  expect(said("T5", subject({ values: after(20), plan }))).toBeUndefined();
  expect(said("T5", subject({ values: after(20), plan, baseline: 3 }))).toBe("warning");
});

test("long trainings, of which the last steps are kept, are known by their epochs", () => {
  const long = (losses: readonly number[], values: readonly number[]) =>
    subject({
      plan: { epochs: losses.length, stepsPerEpoch: 1000, rows: 32_000, batchSize: 32 },
      steps: 1000 * losses.length,
      losses: { from: 1000 * losses.length - values.length, values },
      epochs: losses.map((loss, epoch) => ({ epoch, logs: { loss }, learningRate: 1, steps: 1000 * epoch })),
      baseline: 0.7,
    });
  expect(said("T4", long([0.71, 0.7, 0.7, 0.7, 0.7], about(0.7, 4096)))).toBe("warning");
  expect(said("T4", long([0.71, 0.6, 0.5, 0.4, 0.4], about(0.4, 4096)))).toBeUndefined();
  const turning = Array.from({ length: 14 }, (_, i) => 1 + 0.3 * (i % 2));
  expect(said("T5", long(turning, about(1, 4096)))).toBe("warning");
  expect(said("T5", long(turning.map(Math.sqrt).map(Math.sqrt), about(1, 4096)))).toBeUndefined();
});
