import { describe, expect, test } from "vitest";
import { Dense, Input } from "../../layers/index.ts";
import { Sequential } from "../sequential.ts";
import { EarlyStopping } from "./early-stopping.ts";

describe("EarlyStopping", () => {
  /** A model whose validation losses are the ones given: the callback is driven by hand. */
  const drive = async (
    callback: EarlyStopping,
    values: number[],
  ): Promise<{ epochs: number; weights: number[] }> => {
    const model = new Sequential([Input({ shape: [1] }), new Dense(1, { useBias: false })]);
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
    callback.model = model;
    callback.onTrainBegin({
      epochs: values.length,
      stepsPerEpoch: 1,
      rows: 1,
      logNames: ["loss", "val_loss"],
      startFrom: () => {},
      batchSize: 1,
      rowsOf: () => Int32Array.of(0),
      drawsOf: () => ({ seed: 0, counter: 0 }),
      take: () => ({ x: [[0]], y: [0] }),
      takeLabels: () => ({ y: [0] }),
      trial: () => ({ run() {}, valueOf: () => new Float32Array(1) }),
      callbackTimes: () => new Map(),
    });
    let epoch = 0;
    for (; epoch < values.length && !model.stopTraining; epoch++) {
      model.setWeights([[epoch]]);
      callback.onEpochEnd(epoch, { loss: 0, val_loss: values[epoch] });
    }
    callback.onTrainEnd();
    return { epochs: epoch, weights: [...model.getWeights()[0]] };
  };

  test.each([
    ["patience counts epochs without a better value", { patience: 2 }, [3, 2, 2.5, 2.4, 1], 4, 3],
    ["minDelta asks for more than a trifle", { patience: 1, minDelta: 0.5 }, [3, 2.8, 1], 2, 1],
    ["max mode looks the other way", { patience: 1, mode: "max" }, [1, 2, 3, 2], 4, 3],
    ["the best weights come back when it fires", { patience: 1, restoreBestWeights: true }, [3, 1, 2], 3, 1],
    ["and when it never fires", { patience: 9, restoreBestWeights: true }, [3, 1, 2], 3, 1],
    [
      "epochs before startFromEpoch are not looked at",
      { patience: 1, startFromEpoch: 2, restoreBestWeights: true },
      [0, 0, 5, 4, 6],
      5,
      3,
    ],
    ["NaN is never better", { patience: 2, restoreBestWeights: true }, [2, NaN, NaN, 1], 3, 0],
    ["a baseline that is never reached ends it", { patience: 2, baseline: 0.5 }, [3, 2, 1, 1], 4, 3],
  ] as const)("%s", async (_, options, values, epochs, weight) => {
    const got = await drive(new EarlyStopping(options), [...values]);
    expect(got).toEqual({ epochs, weights: [weight] });
  });

  test("a monitor that never appears is an error at the beginning", async () => {
    const model = new Sequential([new Dense(1)]);
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
    const fitting = model.fit([[1]], [[2]], { callbacks: [new EarlyStopping({ monitor: "val_los" })] });
    await expect(fitting).rejects.toThrow(/PL4004.*val_los.*loss, mae/);
  });
});
