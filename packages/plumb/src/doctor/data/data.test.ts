/** What the miniatures of single diagnoses leave open: the same data behind other layers, losses and splits. */
import { describe, expect, test } from "vitest";
import {
  BatchNormalization,
  Concatenate,
  Dense,
  Embedding,
  Flatten,
  input,
  Normalization,
  Rescaling,
  Reshape,
  SimpleRNN,
  type Layer,
} from "../../layers/index.ts";
import { losses } from "../../index.ts";
import { Model, Sequential } from "../../train/index.ts";
import { examine, type ExamineOptions } from "../examine.ts";
import { clouds, pseudo, slope } from "../made-up.ts";
import { powerOf } from "./loss-units.ts";

const found = async (options: ExamineOptions): Promise<readonly string[]> =>
  (await examine({ experiments: false, ...options })).findings.map(({ catalogue }) => catalogue);

const count = 120;
const { data: near, labels } = clouds(2, count);
const bytes = near.map((row) => row.map((value) => 40 * (value + 3)));
const binary = { compile: { loss: "binaryCrossentropy" as const }, labels };
const head = (): Dense => new Dense(1, { activation: "sigmoid" });

describe("unscaled inputs", () => {
  const behind = (...layers: Layer[]): Promise<readonly string[]> =>
    found({ ...binary, data: bytes, model: new Sequential([...layers, head()]) });
  const adapted = (rows: number[][]): Normalization => {
    const scale = new Normalization();
    scale.adapt(rows);
    return scale;
  };

  test("are judged by what the first trained weights meet", async () => {
    expect(await behind()).toContain("D3");
    expect(await behind(new Flatten())).toContain("D3");
    // A recurrent layer computes its cell without calling it: what comes out of the model is not what goes into it.
    expect(await behind(new Reshape([2, 1]), new SimpleRNN(4))).toContain("D3");
    expect(await behind(new Rescaling(1 / 255))).not.toContain("D3");
    expect(await behind(adapted(bytes))).not.toContain("D3");
    expect(await behind(new BatchNormalization())).not.toContain("D3");
    expect(await behind(new Rescaling(1))).toContain("D3");
    // Adapted to other rows than come.
    expect(await behind(adapted(near))).toContain("D3");
  });

  test("are information where no model is there, and nothing where numbers are names", async () => {
    const { findings } = await examine({ data: bytes, labels });
    expect(findings.find(({ catalogue }) => catalogue === "D3")?.severity).toBe("information");
    const names = Int32Array.from({ length: count }, (_, row) => 500 * (row % 2) + 30);
    const model = new Sequential([new Embedding(1000, 2), head()]);
    expect(await found({ ...binary, data: names, model })).not.toContain("D3");
  });

  test("are told of tiny ones, and of each of several", async () => {
    const tiny = near.map((row) => row.map((value) => value / 3000));
    expect(await found({ ...binary, data: tiny, model: new Sequential([head()]) })).toContain("D3");
    const inputs = [input({ shape: [2] }), input({ shape: [2] })];
    const model = new Model({ inputs, outputs: head().call(new Concatenate().call(inputs)) });
    expect(await found({ ...binary, data: [near, bytes], model })).toContain("D3");
    expect(await found({ ...binary, data: [near, near], model })).not.toContain("D3");
  });

  test("marks of rare words are as wide as any", async () => {
    const data = near.map((row, i) => [...row, Number(i === 5), 1 - Number(i === 9)]);
    expect(await found({ ...binary, data, model: new Sequential([head()]) })).not.toContain("D3");
  });
});

describe("identifiers", () => {
  const withIds = (id: (row: number) => number): Promise<readonly string[]> =>
    found({
      data: Array.from({ length: 5000 }, (_, row) => [id(row), pseudo(row)]),
      labels: Array.from({ length: 5000 }, (_, row) => row % 2),
    });

  test("are found also where they were scaled, shuffled, or had gaps", async () => {
    expect(await withIds((row) => row / 5000)).toContain("D10");
    expect(await withIds((row) => ((7 * row) % 5000) / 1250 - 2)).toContain("D10");
    expect(await withIds((row) => 1e7 + row + Math.floor(row / 9))).toContain("D10");
    expect(await withIds((row) => (1e5 + row) / 10)).toContain("D10");
  });

  test("are no amounts", async () => {
    expect(await withIds((row) => 3 * pseudo(row))).not.toContain("D10");
    expect(await withIds((row) => Math.round(1e4 * pseudo(row)))).not.toContain("D10");
  });
});

describe("preprocessing", () => {
  const parts = {
    data: near.slice(0, 80),
    labels: labels.slice(0, 80),
    validationData: [near.slice(80), labels.slice(80)] as const,
  };

  test("of the data themselves is seen where all rows were standardised together", async () => {
    const standardised = (rows: readonly number[][]): ((row: readonly number[]) => number[]) => {
      const scales = [0, 1].map((j) => {
        const mean = rows.reduce((sum, row) => sum + row[j] / rows.length, 0);
        return {
          mean,
          deviation: Math.sqrt(rows.reduce((sum, row) => sum + (row[j] - mean) ** 2 / rows.length, 0)),
        };
      });
      return (row) => row.map((value, j) => (value - scales[j].mean) / scales[j].deviation);
    };
    const by = (rows: readonly number[][]): ExamineOptions => {
      const scale = standardised(rows);
      return {
        ...parts,
        data: parts.data.map(scale),
        validationData: [parts.validationData[0].map(scale), parts.validationData[1]],
      };
    };
    expect(await found(by(near))).toContain("D13");
    expect(await found(by(parts.data))).not.toContain("D13");
  });

  test("by a layer is compared also where columns are far from 0", async () => {
    const far = near.map(([a, b]) => [1000 + a, 50 * b]);
    const adaptedTo = (rows: number): ExamineOptions => {
      const scale = new Normalization();
      scale.adapt(far.slice(0, rows));
      return {
        ...binary,
        data: far.slice(0, 80),
        labels: labels.slice(0, 80),
        validationData: [far.slice(80), labels.slice(80)],
        model: new Sequential([scale, head()]),
      };
    };
    expect(await found(adaptedTo(count))).toContain("D13");
    expect(await found(adaptedTo(80))).not.toContain("D13");
  });
});

describe("targets", () => {
  test("in thousands are no fault of a model whose last layer scales", async () => {
    const { data, labels: y } = slope(60);
    const compile = { loss: "meanSquaredError" as const };
    const options = { data, labels: y.map((value) => 3000 * value), compile };
    expect(await found({ ...options, model: new Sequential([new Dense(1)]) })).toContain("D15");
    const scaled = new Sequential([new Dense(1), new Rescaling(3000)]);
    expect(await found({ ...options, model: scaled })).not.toContain("D15");
  });

  test("matter to a loss by the power it has", () => {
    const power = (name: Parameters<typeof losses.get>[0]): number | undefined => powerOf(losses.get(name));
    expect(power("meanSquaredError")).toBeCloseTo(2, 5);
    for (const name of ["meanAbsoluteError", "huber", "logCosh"] as const)
      expect(power(name)).toBeCloseTo(1, 1);
    expect(power("meanAbsolutePercentageError")).toBeCloseTo(0, 5);
    expect(power("meanSquaredLogarithmicError")).toBeLessThan(0.1);
    expect(power("binaryCrossentropy")).toBeUndefined();
  });
});
