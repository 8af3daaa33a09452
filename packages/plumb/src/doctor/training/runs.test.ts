import { describe, expect, test } from "vitest";
import { MaxNorm } from "../../constraints/index.ts";
import { Dense } from "../../layers/index.ts";
import { Adam } from "../../optimizers/index.ts";
import { L2 } from "../../regularizers/index.ts";
import { Callback, Sequential } from "../../train/index.ts";
import type { AnyModel } from "../../train/index.ts";
import { Doctor } from "../doctor.ts";
import type { Finding } from "../finding.ts";
import { clouds } from "../made-up.ts";

/** What a doctor says of whole small trainings. */

async function found(model: AnyModel, id: string, epochs = 8): Promise<Finding | undefined> {
  const { data, labels } = clouds(3, 96, { spread: 0.8 });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: "sparseCategoricalCrossentropy" });
  const doctor = new Doctor();
  await model.fit(data, labels, { epochs, batchSize: 16, seed: 1, callbacks: [doctor] });
  return doctor.report.findings.find(({ catalogue }) => catalogue === id);
}

const model = (options: ConstructorParameters<typeof Dense>[1]): AnyModel =>
  new Sequential([
    new Dense(16, { activation: "relu", ...options }),
    new Dense(3, { activation: "softmax" }),
  ]);

describe("T14: a penalty on what a layer gives", () => {
  const penalised = (l2: number) => found(model({ activityRegularizer: new L2({ l2 }) }), "T14");
  test("is told as such, with the option to change", async () => {
    const finding = await penalised(10);
    expect(finding?.title).toMatch(/the penalty on what layers give is [\d.]+, the loss of the rows itself/);
    expect(finding?.fix).toContain("activityRegularizer");
  });
  test("and one on weights as that", async () => {
    const finding = await found(model({ kernelRegularizer: new L2({ l2: 10 }) }), "T14");
    expect(finding?.fix).toContain("kernelRegularizer");
  });
  test("is no fault where it is small", async () => {
    expect(await penalised(1e-4)).toBeUndefined();
  });
});

describe("T6: steps that are long for weights that a constraint keeps short", () => {
  const constrained = (maxValue: number) =>
    found(model({ kernelConstraint: new MaxNorm({ maxValue }) }), "T6");
  test("are no reason for a lower rate", async () => {
    const finding = await constrained(0.001);
    expect(finding?.title).toContain("which its constraint keeps short");
    expect(finding?.fix).toContain("kernelConstraint");
    expect(finding?.fix).not.toContain("learningRate");
  });
  test("are not so under a usual one", async () => {
    expect(await constrained(3)).toBeUndefined();
  });
});

test("T15: callbacks go by their place, and their class or what they do", async () => {
  class Saving extends Callback {}
  const { data, labels } = clouds(2, 16);
  const names = async (callbacks: readonly Callback[]): Promise<readonly string[]> => {
    const doctor = new Doctor();
    const simple = new Sequential([new Dense(1, { activation: "sigmoid" })]);
    simple.compile({ loss: "binaryCrossentropy" });
    await simple.fit(data, labels, { callbacks: [...callbacks, doctor] });
    return Object.keys(doctor.training?.time?.callbacks ?? {});
  };
  expect(await names([new Saving(), { onEpochEnd: () => undefined }])).toEqual([
    "Saving (callback 0)",
    "callback 1 (onEpochEnd)",
  ]);
});
