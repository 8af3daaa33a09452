import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelRange, predictionRange, type LabelForm } from "../../src/base/contract.ts";
import type { HostArray } from "../../src/base/dtype.ts";
import { spellings } from "../../src/base/names.ts";
import { allLosses, lossClasses, losses, type Loss, type LossName } from "../../src/losses/index.ts";
import { gradients, tensor, type Tensor } from "../../src/tensor/index.ts";
import { worstShare } from "../support/goldens.ts";
import { expectGradient, weighted } from "../support/gradients.ts";
import {
  extents,
  labelsFor,
  labelTensor,
  mapRow,
  predictionsFor,
  readings,
  type Options,
  type Row,
} from "../support/losses.ts";

/** Promises that every loss keeps. */

const predictionTensor = (rows: readonly Row[]): Tensor => tensor(rows as number[][]);
const valueOf = (
  loss: Loss<any>,
  labels: readonly Row[],
  predictions: readonly Row[],
  options = {},
): HostArray => loss.call(labelTensor(loss, labels), predictionTensor(predictions), options).dataSync();

function expectClose(got: HostArray, want: ArrayLike<number>): void {
  expect(
    worstShare(got, Array.from(want), 4e-6, 4e-7),
    `got ${got.join()}, want ${Array.from(want).join()}`,
  ).toBeLessThanOrEqual(1);
}

/** For each parameter, options under which its moving shows, and a value to move it to. */
const moves: Readonly<Record<string, { readonly base?: Options; readonly moved: Options }>> = {
  alpha: { base: { applyClassBalancing: true }, moved: { applyClassBalancing: true, alpha: 0.7 } },
  "alpha of CategoricalFocalCrossentropy": { moved: { alpha: [0.1, 0.2, 0.3, 0.4] } },
  "alpha of Tversky": { moved: { alpha: 0.7 } },
  applyClassBalancing: { moved: { applyClassBalancing: true } },
  axis: { base: { reduction: "none" }, moved: { reduction: "none", axis: 0 } },
  beta: { moved: { beta: 0.7 } },
  delta: { moved: { delta: 0.5 } },
  epsilon: { moved: { epsilon: 1 } },
  fromLogits: { base: { fromLogits: false }, moved: { fromLogits: true } },
  full: { moved: { full: true } },
  gamma: { moved: { gamma: 3 } },
  ignoreClass: { moved: { ignoreClass: 1 } },
  labelSmoothing: { moved: { labelSmoothing: 0.3 } },
  margin: { moved: { margin: 0.3 } },
  mining: { moved: { mining: "hard" } },
  posWeight: { moved: { posWeight: [1, 2, 3, 4] } },
  q: { moved: { q: 0.9 } },
  quantile: { moved: { quantile: 0.9 } },
  reduction: { moved: { reduction: "sum" } },
  removeDiagonal: { moved: { removeDiagonal: false } },
};

/** A label that its form does not know. */
const wrongLabels: Readonly<Partial<Record<LabelForm, number>>> = {
  binary: -1,
  oneHot: -1,
  classIndex: -1,
  sequence: -1,
  sign: 0.5,
  group: 0.5,
};

describe.each(readings.map((reading) => [reading.title, reading] as const))(
  "%s",
  (_title, { make, logits }) => {
    const loss = make();
    const { record, contract } = loss;
    const labels = labelsFor(loss);
    const predictions = predictionsFor(loss);
    const kept = [0, 2, 3, 5];
    const isKept = labels.map((_, row) => kept.includes(row));
    const only = <T>(of: readonly T[]): T[] => kept.map((row) => of[row]);
    // What must not matter: rows left out hold labels that no contract takes, and predictions of NaN.
    const spoilt = {
      labels: labels.map((row, i) => (isKept[i] ? row : mapRow(row, () => 99.5))),
      predictions: predictions.map((row, i) => (isKept[i] ? row : mapRow(row, () => NaN))),
    };

    it("is lowest where predictions are perfect, and nowhere outside its range", () => {
      const [low, high] = record.range;
      const rows = valueOf(make({ reduction: "none" }), labels, predictions);
      expect(Math.min(...rows)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...rows)).toBeLessThanOrEqual(high);
      if (record.perfect === undefined || logits) return;
      const y = labelTensor(loss, labels);
      expect(Math.abs(loss.call(y, record.perfect(y, extents.width)).itemSync() - low)).toBeLessThan(1e-6);
      expect(loss.call(y, predictionTensor(predictions)).itemSync()).toBeGreaterThan(low + 1e-3);
    });

    it("does not change when a constant is added to a row of logits", () => {
      if (!logits || contract.predictions !== "distribution") return;
      const moved = predictions.map((row, i) => mapRow(row, (value) => value + 8 * (i - 2)));
      expectClose(
        valueOf(make({ reduction: "none" }), labels, moved),
        valueOf(make({ reduction: "none" }), labels, predictions),
      );
    });

    it("a row of weight 0 is absent, whatever it holds", () => {
      const sum = make({ reduction: "sum" });
      const sampleWeight = isKept.map(Number);
      expectClose(
        valueOf(sum, spoilt.labels, spoilt.predictions, { sampleWeight }),
        valueOf(sum, only(labels), only(predictions)),
      );
      const p = predictionTensor(spoilt.predictions);
      const [gradient] = gradients(sum.call(labelTensor(sum, spoilt.labels), p, { sampleWeight }), [p]);
      const values = [...gradient.dataSync()];
      const width = values.length / labels.length;
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values.slice(width, 2 * width).every((value) => value === 0)).toBe(true);
    });

    it("a mask is the loss of the subset", () => {
      for (const reduction of ["sum", "sum_over_batch_size", "mean_with_sample_weight"] as const)
        expectClose(
          valueOf(make({ reduction }), spoilt.labels, spoilt.predictions, { mask: isKept }),
          valueOf(make({ reduction }), only(labels), only(predictions)),
        );
    });

    it("nothing left counts as 0", () => {
      const none = { sampleWeight: labels.map(() => 0) };
      expectClose(valueOf(make({ reduction: "mean_with_sample_weight" }), labels, predictions, none), [0]);
      expectClose(valueOf(loss, labels, predictions, { mask: labels.map(() => false) }), [0]);
    });

    it("parts of a batch add up to the whole, unless its rows meet", () => {
      const sum = make({ reduction: "sum" });
      const parts = [
        [0, 2],
        [2, 5],
        [5, 6],
      ].map(([from, to]) => valueOf(sum, labels.slice(from, to), predictions.slice(from, to))[0]);
      const whole = valueOf(sum, labels, predictions);
      const added = parts[0] + parts[1] + parts[2];
      if (record.rowsMeet) expect(Math.abs(whole[0] - added)).toBeGreaterThan(1e-2);
      else expectClose(whole, [added]);
    });

    it("rows keep their losses in any order, and weights multiply them", () => {
      const none = make({ reduction: "none" });
      const inOrder = valueOf(none, labels, predictions);
      expectClose(valueOf(none, labels.toReversed(), predictions.toReversed()), inOrder.toReversed());
      const sampleWeight = labels.map((_, i) => (i + 1) / 2);
      expectClose(
        valueOf(none, labels, predictions, { sampleWeight }),
        inOrder.map((value, i) => (value * (i + 1)) / 2),
      );
    });

    it("is finite, with finite first and second derivatives, at the ends of what it takes", () => {
      const [low, high] = predictionRange(contract, logits).map((end) => Math.max(-1e4, Math.min(1e4, end)));
      const extreme = predictions.map((row, i) => mapRow(row, (_, k) => ((i + k) % 3 === 0 ? high : low)));
      const p = predictionTensor(extreme);
      const value = make({ reduction: "none" }).call(labelTensor(loss, labels), p);
      const [gradient] = gradients(value.sum(), [p]);
      const [second] = gradients(gradient.mul(gradient.add(1)).sum(), [p]);
      for (const part of [value, gradient, second])
        expect([...part.dataSync()].every(Number.isFinite), [...part.dataSync()].join()).toBe(true);
    });

    it("has the first and second derivatives that central differences have", () => {
      const count = contract.labels === "sequence" ? 2 : extents.rows;
      const p = predictionTensor(predictions.slice(0, count));
      const value = loss.call(labelTensor(loss, labels.slice(0, count)), p, { labelsChecked: true });
      expectGradient(value.node, [p.node], record.name);
      const [gradient] = gradients(value, [p]);
      expectGradient(weighted([gradient.node]), [p.node], `${record.name}, second derivative`);
    });

    it("without validation gives the same for whatever its contract takes", () => {
      const [checked, unchecked] = [true, false].map((validate) => {
        const p = predictionTensor(predictions);
        const value = make({ validate, reduction: "none" }).call(labelTensor(loss, labels), p);
        const [gradient] = gradients(value.sum(), [p]);
        return [value.dataSync(), gradient.dataSync()];
      });
      expectClose(unchecked[0], checked[0]);
      expectClose(unchecked[1], checked[1]);
    });

    it.each([...Object.keys(record.parameters), "reduction"])("%s moves the result", (parameter) => {
      const { base, moved } = moves[`${parameter} of ${record.name}`] ?? moves[parameter];
      // The class axis of class indices is the last one and no other.
      if (parameter === "axis" && contract.labels === "classIndex") return;
      const value = (options: Options = {}): string =>
        valueOf(
          make({ validate: false, ...known(options, [...Object.keys(record.parameters), "reduction"]) }),
          labels,
          predictions.map((row) => mapRow(row, Math.abs)),
        ).join();
      expect(value(moved)).not.toBe(value(base));
    });

    it("refuses labels that its contract does not take, and with validate: false takes them", () => {
      const [low] = labelRange(contract);
      const wrong = wrongLabels[contract.labels] ?? low - 1;
      if (wrong === -Infinity) return;
      const strange = labels.map((row, i) => (i === 2 ? mapRow(row, () => wrong) : row));
      expect(() => valueOf(loss, strange, predictions)).toThrow(
        new RegExp(`^PL200[345] .* ${wrong} at \\[2`, "s"),
      );
      const asKeras = (): HostArray => valueOf(make({ validate: false }), strange, predictions);
      if (record.strictLabels) expect(asKeras).toThrow(/^PL2003/);
      else expect(asKeras).not.toThrow();
    });

    it("refuses predictions outside its range", () => {
      const [low] = predictionRange(contract, logits);
      if (low === -Infinity) return;
      const strange = predictions.map((row, i) => (i === 1 ? mapRow(row, () => low - 1) : row));
      expect(() => valueOf(loss, labels, strange)).toThrow(new RegExp(`^PL2001 .* ${low - 1} at \\[1`, "s"));
      expect(() => valueOf(make({ validate: false }), labels, strange)).not.toThrow();
    });

    it("says the same of labels on the host", () => {
      const shape = labelTensor(loss, labels).shape;
      const flat = (rows: readonly Row[]): Float32Array => Float32Array.from(rows.flat(2) as number[]);
      const predicted = predictionTensor(predictions).shape;
      expect(() => loss.checkLabels(flat(labels), shape, predicted)).not.toThrow();
      const wrong = wrongLabels[contract.labels] ?? labelRange(contract)[0] - 1;
      if (wrong === -Infinity) return;
      const strange = labels.map((row, i) => (i === 2 ? mapRow(row, () => wrong) : row));
      expect(() => loss.checkLabels(flat(strange), shape, predicted)).toThrow(
        new RegExp(`^PL200[345] .* ${wrong} at \\[2`, "s"),
      );
    });

    it("draws a curve whose slope is that of its value", () => {
      const curve = losses.curve(loss, 241);
      if (curve === undefined) return;
      const { x, value, slope } = curve;
      const step = x[1] - x[0];
      for (let i = 1; i + 1 < x.length; i++) {
        const bend = Math.abs(slope[i + 1] - slope[i - 1]);
        expect(Math.abs((value[i + 1] - value[i - 1]) / (2 * step) - slope[i])).toBeLessThan(bend + 1e-3);
      }
    });
  },
);

const known = (options: Options, names: readonly string[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));

describe("the names of the losses", () => {
  it("are found in every spelling, and nothing else is", () => {
    for (const { name, aliases } of allLosses)
      for (const spelling of spellings(name, aliases))
        expect(losses.get(spelling as LossName).record.name).toBe(name);
    expect(() => losses.get("binaryCrossEntropy" as LossName)).toThrow(
      /^PL2007 .*Did you mean "binaryCrossentropy"/,
    );
  });

  it("complete as they are listed", () => {
    for (const [key, { record }] of Object.entries(lossClasses)) {
      expect(spellings(record.name)).toContain(key);
      expect(losses.get(key as LossName).record).toBe(record);
    }
  });

  it("have a row of facts each, in words", () => {
    const rows = losses.describe();
    expect(rows.map(({ name }) => name)).toEqual(allLosses.map(({ name }) => name));
    for (const row of rows) {
      expect(losses.get(row.strings[0] as LossName).record.name).toBe(row.name);
      for (const words of [row.formula, row.labels, row.predictions, row.range, row.when])
        expect(words.length, row.name).toBeGreaterThan(3);
    }
    const [poisson, ctc] = losses.describe("poisson", "ctc");
    expect(poisson).toMatchObject({
      labels: "real numbers in [0, ∞)",
      predictions: "real numbers in [0, ∞)",
      range: "(−∞, ∞)",
      fromLogits: "never",
    });
    expect(ctc).toMatchObject({ predictions: "logits", fromLogits: "always" });
  });

  it("are those of the files of the room", () => {
    const shared =
      "checks conditions describe index labels layout loss pairing parameters record sketch suggest".split(
        " ",
      );
    const files = readdirSync(new URL("../../src/losses", import.meta.url))
      .filter((file) => !file.endsWith(".test.ts"))
      .map((file) => file.replace(".ts", ""))
      .filter((file) => !shared.includes(file));
    const fileOf = (name: string): string => spellings(name)[1].replaceAll("_", "-");
    expect(files.sort()).toEqual(allLosses.map(({ name }) => fileOf(name)).sort());
  });
});

it("of two losses that are given wrong values the first says so", () => {
  const [p, q] = [tensor([[2], [0.5]]), tensor([[3], [0.5]])];
  const labels = tensor([[0], [1]]);
  const of = (x: Tensor): Tensor => losses.get("bce").call(labels, x);
  expect(() => of(p).add(of(q)).dataSync()).toThrow(/PL2001.* 2 at/);
  expect(() => of(q).add(of(p)).dataSync()).toThrow(/PL2001.* 3 at/);
});
