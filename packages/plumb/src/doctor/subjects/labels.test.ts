import { describe, expect, test } from "vitest";
import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import { DataSubject } from "./data.ts";
import type { LossLike } from "../../losses/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { splitRows } from "../../data/index.ts";
import { ModelSubject } from "./model.ts";

const rows = Array.from({ length: 60 }, (_, row) => row);

function read(labels: readonly number[], loss: LossLike, head: Dense): DataSubject {
  const data = rows.map((row) => [row / 60]);
  const model = new Sequential([head]);
  const subject = new DataSubject({ data, labels, validationSplit: 0.2 }, model);
  new ModelSubject(model, subject, { settings: { loss } });
  return subject;
}

describe("labels are read as the loss takes them", () => {
  test("many whole numbers are classes to a cross-entropy, also in the held-out part", () => {
    const letters = rows.map((row) => row % 26);
    expect(new DataSubject({ data: rows, labels: letters }).training.labels[0].task).toBe("regression");
    const { training, validation } = read(
      letters,
      "sparseCategoricalCrossentropy",
      new Dense(26, { activation: "softmax" }),
    );
    for (const part of [training, validation])
      expect(part?.labels[0]).toMatchObject({ task: "classes", count: 26, areClasses: true });
  });

  test("few whole numbers are amounts to a squared error behind a linear head, and classes behind a softmax", () => {
    const stars = rows.map((row) => 1 + (row % 5));
    expect(read(stars, "meanSquaredError", new Dense(1)).training.labels[0].task).toBe("regression");
    const bent = read(stars, "meanSquaredError", new Dense(6, { activation: "softmax" }));
    expect(bent.training.labels[0].task).toBe("classes");
  });

  test("to a loss of the user's, counts behind one output are amounts, and behind several they are classes", () => {
    const counts = rows.map((row) => row % 4);
    const byHand = (_: Tensor, predicted: Tensor): Tensor => predicted.square().mean();
    expect(read(counts, byHand, new Dense(1)).training.labels[0].task).toBe("regression");
    expect(read(counts, byHand, new Dense(4)).training.labels[0].task).toBe("classes");
  });
});

test("the rows that validate are those of fit, which asks the loss what is a class", () => {
  const stars = rows.map((row) => 1 + (row % 7 === 0 ? 1 : row % 2));
  const letters = rows.map((row) => (row * row) % 26);
  const heldBy = ({ validation }: DataSubject): number[] =>
    Array.from(validation?.inputs[0].column(0) ?? [], (value) => Math.round(60 * value));
  const fitTakes = (classes?: readonly number[]): number[] =>
    Array.from(
      splitRows(60, { fraction: 0.2, rule: "stratified", seed: 0, classes }).validation as Int32Array,
    );
  expect(fitTakes(stars)).not.toEqual(fitTakes());
  expect(fitTakes(letters)).not.toEqual(fitTakes());
  expect(heldBy(read(stars, "meanSquaredError", new Dense(1)))).toEqual(fitTakes());
  const softmax = new Dense(26, { activation: "softmax" });
  expect(heldBy(read(letters, "sparseCategoricalCrossentropy", softmax))).toEqual(fitTakes(letters));
});
