import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { labelRange, predictionRange } from "../../src/base/contract.ts";
import type { HostArray } from "../../src/base/dtype.ts";
import { spellings } from "../../src/base/names.ts";
import {
  allLosses,
  lossClasses,
  losses,
  type Loss,
  type LossName,
  type LossOptions,
} from "../../src/losses/index.ts";
import { gradients, tensor, type Tensor } from "../../src/tensor/index.ts";
import {
  camelKeys,
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../support/goldens.ts";
import { expectGradient } from "../support/gradients.ts";

/** Promises that every loss keeps, and Keras's numbers for those that Keras has. */

type Options = LossOptions & Record<string, unknown>;
type LossClass = new (options?: Options) => Loss<any>;
const classes = new Map(
  Object.values(lossClasses).map((Class) => [Class.record.name, Class as unknown as LossClass]),
);

/** A loss in one of its readings: of probabilities or amounts, or of logits. */
interface Reading {
  readonly title: string;
  readonly make: (options?: Options) => Loss<any>;
  readonly logits: boolean;
}
const readings = allLosses.flatMap(({ name, contract }): Reading[] => {
  const of = (logits: boolean): Reading => ({
    title: `${name}${contract.supportsLogits ? (logits ? " of logits" : " of probabilities") : ""}`,
    make: (options = {}) =>
      new (classes.get(name)!)({ ...(contract.supportsLogits ? { fromLogits: logits } : {}), ...options }),
    logits,
  });
  return contract.supportsLogits ? [of(false), of(true)] : [of(false)];
});

const [rows, width] = [6, 4];

/** A fixed sequence of numbers in (−1, 1) that looks random, and one in (0, 1). */
const noise = (i: number): number => (Math.sin(i * 12.9898 + 4.1414) * 43758.5453) % 1;
const share = (i: number): number => Math.abs(noise(i));

/** Rows of labels in the form that the contract names; index rows have one number. */
function labelsFor({ contract }: Loss<any>, count = rows): number[][] {
  return Array.from({ length: count }, (_, row) => {
    const chosen = (row * 3 + 1) % width;
    if (contract.labels === "classIndex") return [chosen];
    if (contract.labels === "oneHot") return Array.from({ length: width }, (_, k) => (k === chosen ? 1 : 0));
    if (contract.labels === "binary")
      return Array.from({ length: width }, (_, k) => (share(row * 7 + k) > 0.5 ? 1 : 0));
    return Array.from({ length: width }, (_, k) => 3 * noise(row * 11 + k));
  });
}

/** Rows of predictions in the range that the contract names, probabilities with sum 1 where they are rows. */
function predictionsFor(loss: Loss<any>, count = rows): number[][] {
  const [low, high] = predictionRange(loss.contract, loss.fromLogits ?? false);
  const spread = (row: number, k: number): number =>
    Number.isFinite(high - low)
      ? low + (high - low) * (0.05 + 0.9 * share(row * 5 + k + 100))
      : 4 * noise(row * 5 + k + 100);
  return Array.from({ length: count }, (_, row) => {
    const values = Array.from({ length: width }, (_, k) => spread(row, k));
    if (loss.contract.predictions !== "distribution" || loss.fromLogits) return values;
    const sum = values.reduce((a, b) => a + b);
    return values.map((value) => value / sum);
  });
}

const labelTensor = ({ contract }: Loss<any>, values: readonly number[][]): Tensor =>
  contract.labels === "classIndex" ? tensor(values.map(([index]) => index)) : tensor(values);
const valueOf = (loss: Loss<any>, labels: number[][], predictions: number[][], options = {}): HostArray =>
  loss.call(labelTensor(loss, labels), predictions, options).dataSync();

function expectClose(got: HostArray, want: ArrayLike<number>): void {
  expect(
    worstShare(got, Array.from(want), 2e-6, 2e-7),
    `got ${got.join()}, want ${Array.from(want).join()}`,
  ).toBeLessThanOrEqual(1);
}

/** For each parameter, options under which its moving shows, and a value to move it to. */
const moves: Readonly<Record<string, { readonly base?: Options; readonly moved: Options }>> = {
  fromLogits: { base: { fromLogits: false }, moved: { fromLogits: true } },
  labelSmoothing: { moved: { labelSmoothing: 0.3 } },
  axis: { base: { reduction: "none" }, moved: { reduction: "none", axis: 0 } },
  ignoreClass: { moved: { ignoreClass: 1 } },
};

describe.each(readings.map((reading) => [reading.title, reading] as const))(
  "%s",
  (_title, { make, logits }) => {
    const loss = make();
    const labels = labelsFor(loss);
    const predictions = predictionsFor(loss);
    const kept = [0, 2, 3, 5];
    const isKept = labels.map((_, row) => kept.includes(row));
    const only = <T>(of: readonly T[]): T[] => kept.map((row) => of[row]);
    // What must not matter: rows left out hold labels that no contract takes, and predictions of NaN.
    const spoilt = {
      labels: labels.map((row, i) => (isKept[i] ? row : row.map(() => 99))),
      predictions: predictions.map((row, i) => (isKept[i] ? row : row.map(() => NaN))),
    };

    it("is 0 where predictions are perfect", () => {
      const { perfect } = loss.record;
      if (perfect === undefined || logits) return;
      const y = labelTensor(loss, labels);
      expect(loss.call(y, perfect(y, width)).itemSync()).toBeLessThan(1e-6);
      expect(loss.call(y, predictions).itemSync()).toBeGreaterThan(1e-3);
    });

    it("does not change when a constant is added to a row of logits", () => {
      if (!logits || loss.contract.predictions !== "distribution") return;
      const moved = predictions.map((row, i) => row.map((value) => value + 8 * (i - 2)));
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
      const p = tensor(spoilt.predictions);
      const [gradient] = gradients(sum.call(labelTensor(sum, spoilt.labels), p, { sampleWeight }), [p]);
      const values = [...gradient.dataSync()];
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values.slice(width, 2 * width)).toEqual([0, 0, 0, 0]);
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

    it("parts of a batch add up to the whole", () => {
      const sum = make({ reduction: "sum" });
      const parts = [
        [0, 2],
        [2, 5],
        [5, 6],
      ].map(([from, to]) => valueOf(sum, labels.slice(from, to), predictions.slice(from, to))[0]);
      expectClose(valueOf(sum, labels, predictions), [parts[0] + parts[1] + parts[2]]);
    });

    it("rows keep their losses in any order, and weights multiply them", () => {
      const none = make({ reduction: "none" });
      const inOrder = valueOf(none, labels, predictions);
      expectClose(valueOf(none, labels.toReversed(), predictions.toReversed()), inOrder.toReversed());
      const sampleWeight = labels.map((_, i) => i / 2);
      expectClose(
        valueOf(none, labels, predictions, { sampleWeight }),
        inOrder.map((value, i) => (value * i) / 2),
      );
    });

    it("is finite, with a finite gradient, at the ends of what it takes", () => {
      const [low, high] = predictionRange(loss.contract, logits).map((end) =>
        Math.max(-1e4, Math.min(1e4, end)),
      );
      const extreme = predictions.map((row, i) => row.map((_, k) => ((i + k) % 3 === 0 ? high : low)));
      const p = tensor(extreme);
      const value = make({ reduction: "none" }).call(labelTensor(loss, labels), p);
      const [gradient] = gradients(value.sum(), [p]);
      expect([...value.dataSync()].every(Number.isFinite)).toBe(true);
      expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    });

    it("has the gradient that central differences have", () => {
      const p = tensor(predictions);
      expectGradient(
        loss.call(labelTensor(loss, labels), p, { labelsChecked: true }).node,
        [p.node],
        loss.record.name,
      );
    });

    const own = Object.keys(loss.record.parameters);
    it.each([...own, "reduction"])("%s moves the result", (parameter) => {
      const { base, moved } =
        parameter === "reduction" ? { moved: { reduction: "sum" } as Options } : moves[parameter];
      // The class axis of class indices is the last one and no other.
      if (parameter === "axis" && loss.contract.labels === "classIndex") return;
      const value = (options: Options = {}): string =>
        valueOf(
          make({ validate: false, ...options }),
          labels,
          predictions.map((row) => row.map(Math.abs)),
        ).join();
      expect(value(moved)).not.toBe(value(base));
    });

    it("refuses labels that its contract does not take, and with validate: false takes them", () => {
      const [low, high] = labelRange(loss.contract);
      if (low === -Infinity && high === Infinity) return;
      const wrong = labels.map((row, i) => (i === 2 ? row.map(() => -1) : row));
      expect(() => valueOf(loss, wrong, predictions)).toThrow(/^PL200[345] .*-1 at \[2/s);
      if (loss.contract.labels !== "classIndex")
        expect(() => valueOf(make({ validate: false }), wrong, predictions)).not.toThrow();
    });
  },
);

describe("the names of the losses", () => {
  it("are found in every spelling, and nothing else is", () => {
    for (const { name, aliases } of allLosses)
      for (const spelling of spellings(name, aliases))
        expect(losses.get(spelling as LossName).record.name).toBe(name);
    expect(() => losses.get("binaryCrossEntropy" as LossName)).toThrow(
      /^PL2007 .*Did you mean "BinaryCrossentropy"/,
    );
  });

  it("are those of the files of the room", () => {
    const shared = ["checks", "index", "labels", "loss", "pairing", "parameters", "record", "suggest"];
    const files = readdirSync(new URL("../../src/losses", import.meta.url))
      .filter((file) => !file.endsWith(".test.ts"))
      .map((file) => file.replace(".ts", ""))
      .filter((file) => !shared.includes(file));
    const fileOf = (name: string): string => name.replace(/\B([A-Z])/g, "-$1").toLowerCase();
    expect(files.sort()).toEqual(allLosses.map(({ name }) => fileOf(name)).sort());
  });
});

interface LossCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly y_true: GoldenTensor;
  readonly y_pred: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly mask?: GoldenTensor;
  readonly loss: GoldenTensor;
  readonly grad_y_pred: GoldenTensor;
  readonly tags?: readonly string[];
}
const { cases: recorded = [], errors = [] } = readGoldens<{ cases: LossCase[]; errors: LossCase[] }>(
  "losses.json",
);

function run(one: LossCase): { loss: HostArray; gradient: () => HostArray } {
  const loss = new (classes.get(one.class)!)({ ...camelKeys(one.config), validate: false });
  const yPred = tensorOf(one.y_pred);
  const value = loss.call(tensorOf(one.y_true), yPred, {
    sampleWeight: one.sample_weight && tensorOf(one.sample_weight),
    mask: one.mask && tensorOf(one.mask),
  });
  const [gradient] = gradients(value.sum(), [yPred]);
  return { loss: value.dataSync(), gradient: () => gradient.dataSync() };
}

describe.skipIf(goldensMissing)(
  `Keras's recorded losses${goldensMissing === undefined ? "" : `: ${goldensMissing}`}`,
  () => {
    const [rtol, atol] = [1e-5, 1e-6];
    const cases = recorded.filter((one) => classes.has(one.class));
    it.each(cases.map((one) => [one.id, one] as const))("%s", (_id, one) => {
      const { loss, gradient } = run(one);
      expect(worstShare(loss, numbersOf(one.loss), rtol, atol), "the loss").toBeLessThanOrEqual(1);
      // Where Keras's own backends give different gradients, there is none to hold ours against.
      if (one.tags?.some((tag) => tag === "grad_backend_specific" || tag === "backend_specific")) return;
      expect(
        worstShare(gradient(), numbersOf(one.grad_y_pred), rtol, atol),
        "the gradient",
      ).toBeLessThanOrEqual(1);
    });

    const refused = errors.filter((one) => classes.has(one.class));
    it.each(refused.map((one) => [one.id, one] as const))("refuses %s", (_id, one) => {
      expect(() => run(one)).toThrow(/^PL\d{4} /);
    });
  },
);
