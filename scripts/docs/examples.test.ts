/** The examples in the docstrings run, and give the numbers that they state. */
import { fileURLToPath } from "node:url";
import {
  Adam,
  Dense,
  Input,
  ones,
  random,
  seed,
  Sequential,
  SparseCategoricalCrossentropy,
  tensor,
  Variable,
} from "plumb-ml";
import { diagnoses } from "plumb-ml/doctor";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readDoors } from "./names.ts";
import { runExample, type Surroundings } from "./run-example.ts";

/** What examples of training take as given: a compiled model of four inputs and three classes, and rows for it. */
const surroundings: Surroundings = {
  model: () => {
    const model = new Sequential([Input({ shape: [4] }), new Dense(3, { activation: "softmax" })]);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    return model;
  },
  x: () => random.normal([12, 4]),
  y: () => tensor(Int32Array.from({ length: 12 }, (_, i) => i % 3)),
  validationData: () => [random.normal([12, 4]), tensor(Int32Array.from({ length: 12 }, (_, i) => i % 3))],
  batches: () => [[random.normal([12, 4]), Int32Array.from({ length: 12 }, (_, i) => i % 3)]],
  logs: () => undefined,
  optimizer: () => new Adam(),
  loss: () => new SparseCategoricalCrossentropy(),
  kernel: () => new Variable(ones([2, 2])),
  gradient: () => ones([2, 2]),
};

const names = readDoors(fileURLToPath(new URL("../../packages/plumb/", import.meta.url))).flatMap(
  (door) => door.names,
);
const examples = names.flatMap(({ name, room, examples, members }) => [
  ...examples.map((code) => [`${room}: ${name}`, code] as const),
  ...members.flatMap((member) =>
    member.examples.map((code) => [`${room}: ${name}.${member.name}`, code] as const),
  ),
]);

beforeEach(() => {
  for (const method of ["log", "warn"] as const)
    vi.spyOn(console, method).mockImplementation(() => undefined);
});
afterEach(() => void vi.restoreAllMocks());

it("there are examples", () => expect(examples.length).toBeGreaterThan(100));

it.each(examples)("%s", async (_, code) => {
  seed(1);
  expect(await runExample(code, surroundings)).toEqual([]);
});

it.each(diagnoses.map(({ id, title, example }) => [`${id}: ${title}`, example]))("%s", async (_, code) => {
  seed(1);
  expect(await runExample(code, {})).toEqual([]);
});

describe("a wrong number is seen", () => {
  it.each([
    ["tensor([1, 2]).sum().itemSync(); // 4", 1],
    ["tensor([1, 2]).sum().itemSync(); // 1 + 2 = 3", 0],
    ["const third = scalar(1).div(3).itemSync(); // 0.3333…", 0],
    ["const third = scalar(1).div(3).itemSync(); // 0.3334…", 1],
    ["tensor([1, 2]).mul(0.1234).dataSync(); // [0.1234, 0.2468]", 0],
    ["tensor([1, 2]).mul(0.1234).dataSync(); // [0.1234, 0.2469]", 1],
    ["tensor([1, 2]).mul(0.1234).dataSync(); // [0.1234]", 1],
    ['tensor([1, 2]).dtype; // "int32"', 1],
    ["tensor([1, 2]).greater(1); // [false, true]", 0],
    ["tensor([1, 2]).greater(1); // [true, true]", 1],
    ["tensor([1, 2]); // numbers as they come", 0],
  ])("%s", async (code, differences) => {
    expect(await runExample(code, {})).toHaveLength(differences);
  });
});
