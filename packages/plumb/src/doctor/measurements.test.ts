import { describe, expect, test } from "vitest";
import { measure } from "./measurements.ts";
import { pseudo } from "./made-up.ts";
import goldens from "../../test/goldens/measurements.json" with { type: "json" };
import { PredictionsSubject, type PredictionsOptions } from "./subjects/predictions.ts";

const measured = (options: PredictionsOptions) => measure(new PredictionsSubject(options));

const binary: PredictionsOptions = {
  labels: [0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1],
  predictions: [0.1, 0.4, 0.35, 0.8, 0.2, 0.9, 0.6, 0.7, 0.55, 0.05, 0.55, 0.3],
  kind: "probabilities",
};

describe("measurements", () => {
  test("of two classes, counted by hand", () => {
    const { accuracy, recall, precision, f1Score, specificity, rocAuc, balancedAccuracy, brierScore } =
      measured(binary);
    expect(accuracy.value).toBeCloseTo(8 / 12, 12);
    expect(recall.value).toBeCloseTo(4 / 6, 12);
    expect(precision.value).toBeCloseTo(4 / 6, 12);
    expect(f1Score.value).toBeCloseTo(4 / 6, 12);
    expect(specificity.value).toBeCloseTo(4 / 6, 12);
    expect(balancedAccuracy.value).toBeCloseTo(4 / 6, 12);
    // Of 36 pairs: 0.35 beats 3, 0.8, 0.9 and 0.7 six each, 0.55 four and a half, 0.3 three.
    expect(rocAuc.value).toBeCloseTo((3 + 6 + 6 + 6 + 4.5 + 3) / 36, 12);
    expect(brierScore.value).toBeCloseTo(2.13 / 12, 12);
  });

  test("of a regression, counted by hand", () => {
    const of = measured({ labels: [1, 2, 3, 4], predictions: [1, 2, 3, 6], kind: "values" });
    expect(of.meanSquaredError.value).toBe(1);
    expect(of.rootMeanSquaredError.value).toBe(1);
    expect(of.meanAbsoluteError.value).toBe(0.5);
    expect(of.r2Score.value).toBeCloseTo(1 - 4 / 5, 12);
  });

  test("of three classes each has its precision and recall, and one without rows none", () => {
    const of = measured({
      labels: [0, 0, 1],
      predictions: [0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.1, 0.8, 0.1],
      kind: "probabilities",
      classes: ["ant", "bee", "cow"],
    });
    expect(of["recall of ant"].value).toBe(0.5);
    expect(of["precision of bee"].value).toBe(0.5);
    expect(of["recall of cow"]).toBeUndefined();
  });

  test("logits give what their probabilities give", () => {
    const logits = Array.from(binary.predictions, (p) => Math.log(p / (1 - p)));
    const [given, other] = [measured(binary), measured({ ...binary, predictions: logits, kind: "logits" })];
    for (const [name, { value }] of Object.entries(given))
      expect(other[name].value, name).toBeCloseTo(value, 9);
  });

  test("values lie within their intervals, also where all is right", () => {
    const perfect = { ...binary, predictions: Array.from(binary.labels, (of) => 0.1 + 0.8 * of) };
    for (const of of [measured(binary), measured(perfect)])
      for (const [name, { value, low, high }] of Object.entries(of)) {
        expect(low, name).toBeLessThanOrEqual(value);
        expect(high, name).toBeGreaterThanOrEqual(value);
      }
    expect(measured(perfect).rocAuc.low).toBeLessThan(0.9);
  });

  test.each(goldens.cases)(
    "$name: scikit-learn's values, and Wilson's intervals",
    ({ options, values, wilson }) => {
      const of = measured(options as PredictionsOptions);
      for (const [name, value] of Object.entries(values)) expect(of[name]?.value, name).toBeCloseTo(value, 9);
      for (const [name, [low, high]] of Object.entries(wilson)) {
        expect(of[name].low, name).toBeCloseTo(low, 9);
        expect(of[name].high, name).toBeCloseTo(high, 9);
      }
    },
  );

  // The law that makes an interval one: of many samples, about 95 hold the true value.
  test("intervals hold the true value about 95 times in 100", () => {
    const held: Record<string, number> = {};
    const [samples, rows] = [200, 120];
    // Pairs of which the positive is in the upper half and the negative in the lower, and half of those within one half.
    const rocAuc = 0.75 * 0.75 + 0.5 * (2 * 0.75 * 0.25);
    const truth = { accuracy: 0.75, recall: 0.75, precision: 0.75, specificity: 0.75, rocAuc };
    let uncalibrated = 0;
    for (let sample = 0; sample < samples; sample++) {
      const chance = (i: number): number => pseudo(sample * 7919 + i);
      // Of both classes alike, scores even over [0, 1] for the second and with one quarter below 0.5.
      const labels = Array.from({ length: rows }, (_, row) => row % 2);
      const predictions = labels.map((of, row) => {
        const high = of === 1 ? chance(2 * row) < 0.75 : chance(2 * row) >= 0.75;
        return (Number(high) + chance(2 * row + 1)) / 2;
      });
      const of = measured({ labels, predictions, kind: "probabilities" });
      for (const [name, value] of Object.entries(truth))
        held[name] = (held[name] ?? 0) + Number(of[name].low <= value && value <= of[name].high);
      // Each row is positive as often as its probability says: the true calibration error is 0.
      const said = Array.from({ length: rows }, (_, row) => chance(2 * row + 1));
      const true0 = said.map((p, row) => Number(chance(5000 + row) < p));
      const { low } = measured({
        labels: true0,
        predictions: said,
        kind: "probabilities",
      }).expectedCalibrationError;
      uncalibrated += Number(low > 0);
    }
    for (const [name, times] of Object.entries(held)) expect(times / samples, name).toBeGreaterThan(0.9);
    expect(uncalibrated / samples).toBeLessThan(0.1);
  });
});
