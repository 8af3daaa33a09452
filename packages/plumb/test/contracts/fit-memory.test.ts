import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { Dense, Input } from "../../src/layers/index.ts";
import { SGD } from "../../src/optimizers/index.ts";
import { engineStats, tensor } from "../../src/tensor/index.ts";
import { Sequential } from "../../src/train/sequential.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that JavaScript holds, garbage left out. */
function used(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe("programs and memory", () => {
  const tiny = (): Sequential => {
    const model = new Sequential([Input({ shape: [2] }), new Dense(1)]);
    model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: "mse" });
    return model;
  };
  const x = tensor(
    new Float32Array(14).map((_, i) => Math.sin(i)),
    [7, 2],
  );
  const target = new Float32Array(7).map((_, i) => Math.cos(i));

  test("a full batch and a remainder are two programs, built before the first step", async () => {
    const model = tiny();
    model.getWeights(); // First values are computed when they are first needed, by a program of their own.
    const { built: before } = engineStats();
    const built: number[] = [];
    const onEpochBegin = (): void => void built.push(engineStats().built - before);
    await model.fit(x, target, { epochs: 3, batchSize: 3, callbacks: [{ onEpochBegin }] });
    expect(built).toEqual([2, 2, 2]);
    expect(engineStats().built - before).toBe(2);
  });

  test("changing the learning rate between epochs compiles nothing", async () => {
    const model = tiny();
    model.getWeights();
    const { built: before } = engineStats();
    const { learningRate } = await model.fit(x, target, {
      epochs: 4,
      batchSize: 7,
      callbacks: [{ onEpochEnd: () => void (model.compiled.optimizer.learningRate /= 2) }],
    });
    expect(learningRate).toEqual([0.01, 0.005, 0.0025, 0.00125]);
    expect(engineStats().built).toBe(before + 1);
  });

  /** As many steps as the promise says; memory is looked at after the first thousand and at the end. */
  const steps = 200_000;
  test(
    `${steps} steps in constant memory: at the end within 10 MB of step 1,000`,
    { timeout: 300_000 },
    async () => {
      let early = Infinity;
      const perEpoch = 100;
      const many = tensor(
        new Float32Array(perEpoch * 2).map((_, i) => Math.sin(i)),
        [perEpoch, 2],
      );
      await tiny().fit(many, new Float32Array(perEpoch).fill(0.5), {
        epochs: steps / perEpoch,
        batchSize: 1,
        callbacks: [{ onEpochEnd: (epoch) => void (epoch === 1000 / perEpoch - 1 && (early = used())) }],
      });
      expect(used() - early).toBeLessThan(10 * 2 ** 20);
    },
  );
});
