import { losses, tensor, zeros } from "plumb-ml";
import { describe, expect, it, vi } from "vitest";
import { classWeightsOf, parseClassWeights } from "./class-weights.ts";
import { chooseObjective } from "./objective.ts";
import { buildNetwork } from "./network.ts";
import { readTarget, type Target } from "./task.ts";
import type { Column } from "../table/table.ts";

const column = (values: number[], kind: "number" | "boolean" = "number"): Column => ({
  name: "y",
  kind,
  values: Float64Array.from(values),
});
const cycle = (count: number, rows = 60): number[] => Array.from({ length: rows }, (_, i) => i % count);
const rows = Int32Array.from({ length: 60 }, (_, i) => i);

it("asks the losses: the first choice for the target, and what it wants of labels and network", () => {
  const many = chooseObjective(readTarget(column(cycle(5))), rows);
  expect(many).toMatchObject({ loss: "sparse_categorical_crossentropy", units: 5, head: "softmax" });
  expect(many.labels(Float64Array.of(4, 0))).toEqual({ data: Int32Array.of(4, 0), shape: [2, 1] });
  const two = chooseObjective(readTarget(column(cycle(2), "boolean")), rows);
  expect(two).toMatchObject({ loss: "binary_crossentropy", units: 1, head: "sigmoid" });
  const amount = chooseObjective(readTarget(column(cycle(30).map((value) => value + 0.5))), rows);
  expect(amount).toMatchObject({ loss: "mean_squared_error", units: 1, head: "linear" });
  const labels = amount.labels(Float64Array.from(cycle(30).map((value) => value + 0.5)));
  expect(Array.from(labels.data).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4);
});

it("more than 20 classes are as many outputs", () => {
  expect(chooseObjective(readTarget(column(cycle(28)), "classes"), rows)).toMatchObject({
    units: 28,
    head: "softmax",
  });
});

it("the loss that is asked for decides how labels are written", () => {
  const one = chooseObjective(readTarget(column(cycle(3))), rows, "categorical_crossentropy");
  expect(one).toMatchObject({ units: 3, head: "softmax" });
  expect(one.labels(Float64Array.of(2, 0))).toEqual({
    data: Float32Array.of(0, 0, 1, 1, 0, 0),
    shape: [2, 3],
  });
});

it("balanced weights give every class the same total, and a row 1 on average", () => {
  const target = readTarget(column(Array.from({ length: 60 }, (_, i) => Number(i % 6 === 0))));
  const weights = classWeightsOf("balanced", target, rows);
  expect([...weights]).toEqual([60 / (2 * 50), 60 / (2 * 10)]);
  expect(classWeightsOf(parseClassWeights("1=4"), target, rows)).toEqual(Float64Array.of(1, 4));
  for (const wrong of ["heavy", "1=", "1=-2", "=3", "1=x"])
    expect(() => parseClassWeights(wrong)).toThrow(/PL4004/);
});

describe("every loss that suits a target", () => {
  const targets = {
    "two classes": readTarget(column(cycle(2), "boolean")),
    "five classes": readTarget(column(cycle(5))),
    amounts: readTarget(column(cycle(30).map((value) => value + 0.5))),
    differences: readTarget(column(cycle(30).map((value) => value - 14.5))),
  };
  const suits = (target: Target, loss: string): boolean => {
    try {
      chooseObjective(target, rows, loss);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: "PL2006" });
      return false;
    }
  };

  it.each(Object.entries(targets))("%s: passes compile's pairing and gives a finite loss", (_, target) => {
    const names = losses.describe().map(({ strings }) => strings[0]);
    const suited = names.filter((name) => suits(target, name));
    expect(suited.length).toBeGreaterThan(2);
    for (const name of suited) {
      const objective = chooseObjective(target, rows, name);
      expect(objective.why).toContain(`--loss ${name} was given`);
      const model = buildNetwork({ inputs: 1, layers: [], dropout: 0, ...objective });
      const onWarning = (message: string): never => {
        throw new Error(`${name}: ${message}`);
      };
      const warn = vi.spyOn(console, "warn").mockImplementation(onWarning);
      model.compile({ loss: name as "mse" });
      const { data, shape } = objective.labels(target.values);
      const outputs = model.call(zeros([shape[0], 1]));
      expect(
        losses
          .get(name as "mse")
          .call(tensor(data, shape), outputs)
          .itemSync(),
        name,
      ).toSatisfy(Number.isFinite);
      warn.mockRestore();
    }
  });

  it("losses of amounts take them divided by their deviation, never moved below 0", () => {
    const { scale, head, labels } = chooseObjective(targets.amounts, rows, "poisson");
    expect(scale?.mean).toBe(0);
    expect(head).toBe("nonNegative");
    expect(Math.min(...labels(targets.amounts.values).data)).toBeGreaterThan(0);
    expect(() => chooseObjective(targets.differences, rows, "poisson")).toThrow(/PL2006/);
  });
});
