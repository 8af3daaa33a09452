import { expect, test } from "vitest";
import { generatorState } from "../../base/seed.ts";
import { BatchNormalization, Dense, Dropout } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import { examine } from "../examine.ts";
import { clouds } from "../made-up.ts";

test("all experiments of an examination are taken back: weights, optimizer, rate and random numbers", async () => {
  const { data, labels } = clouds(3, 60);
  // A rate that C20 tries others against, and units that C17 and C18 train in vain.
  const model = new Sequential([
    new Dense(8, { activation: "relu", kernelInitializer: "zeros" }),
    new Dropout(0.2),
    new BatchNormalization(),
    new Dense(3, { activation: "softmax", kernelInitializer: "zeros" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await model.fit(data, labels, { epochs: 1, seed: 1 });
  model.compiled.optimizer.learningRate = 1e-9;
  const [state, outside] = [JSON.stringify(model.getState()), generatorState()];
  const { findings } = await examine({ model, data, labels });
  expect(findings.length).toBeGreaterThan(0);
  expect(JSON.stringify(model.getState())).toBe(state);
  expect(generatorState()).toEqual(outside);
});
