import { describe, expect, test } from "vitest";
import { Dense, Input } from "../../src/layers/index.ts";
import { MeanSquaredError } from "../../src/losses/index.ts";
import { Sequential } from "../../src/train/sequential.ts";

/**
 * What Keras was observed to make of calls of `fit` that leave something open (`behaviours` of the recorded numbers), on
 * rows whose scores are 3, 7 and 11. Where ours refuses what Keras lets through, that is on purpose.
 */
const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const labels = [1, 2, 3];

type Loose = any;
function fitted(
  options: Loose = {},
  { y = labels, units = 1, fit = {} }: Loose = {},
): Promise<Record<string, number[]>> {
  const model = new Sequential([
    Input({ shape: [2] }),
    new Dense(units, { kernelInitializer: "ones", useBias: false }),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse", warn: () => {}, ...options });
  return model.fit(rows, y, fit).then(({ history }) => history);
}

describe("as Keras has it", () => {
  const accepted: [string, Loose, Loose, Record<string, number>][] = [
    ["labels [rows] for outputs [rows, 1]", {}, {}, { loss: 31 }],
    ["labels [rows, 1]", {}, { y: [[1], [2], [3]] }, { loss: 31 }],
    ["a batch that is larger than the data", {}, { fit: { batchSize: 100 } }, { loss: 31 }],
    ["no optimizer, which is RMSprop", { optimizer: undefined }, {}, { loss: 31 }],
    [
      "weights of rows: the loss divides by the rows, weighted metrics by the weights",
      { metrics: ["mae"], weightedMetrics: ["mae"] },
      { fit: { sampleWeight: [1, 0, 0] } },
      { loss: 4 / 3, mae: 5, weighted_mae: 2 },
    ],
    ["weights [rows, 1]", {}, { fit: { sampleWeight: [[1], [0], [0]] } }, { loss: 4 / 3 }],
  ];
  test.each(accepted)("%s", async (_, options, data, want) => {
    const history = await fitted(options, data);
    expect(Object.keys(history).sort()).toEqual(Object.keys(want).sort());
    for (const [name, value] of Object.entries(want)) expect(history[name][0]).toBeCloseTo(value, 4);
  });

  const refused: [string, Loose, Loose][] = [
    ["no loss", { loss: undefined }, {}],
    ["an optimizer's class", { optimizer: MeanSquaredError }, {}],
    ["class weights and sample weights", {}, { fit: { classWeight: { 1: 2 }, sampleWeight: [1, 1, 1] } }],
    ["two weights for three rows", {}, { fit: { sampleWeight: [1, 1] } }],
    ["a validation split of everything", {}, { fit: { validationSplit: 1 } }],
  ];
  test.each(refused)("%s is refused", async (_, options, data) => {
    await expect(async () => fitted(options, data)).rejects.toThrow(/^PL\d{4} /);
  });
});

describe("where ours refuses on purpose", () => {
  const refused: [string, Loose, Loose, RegExp][] = [
    ["a loss's class", { loss: MeanSquaredError }, {}, /PL2008/],
    ["labels [rows, 1] against outputs [rows, 3]", {}, { units: 3, y: [[1], [2], [3]] }, /PL2002/],
    ["a label that is no number", {}, { y: [1, NaN, 3] }, /PL2012/],
  ];
  test.each(refused)("%s", async (_, options, data, words) => {
    await expect(async () => fitted(options, data)).rejects.toThrow(words);
  });

  test("raw scores are read as logits where no activation makes probabilities of them", async () => {
    // Keras takes 3, 7 and 11 for probabilities, and gives 5.31 for two rows that are right and one that is wrong.
    const { loss } = await fitted({ loss: "binaryCrossentropy" }, { y: [0, 1, 1] });
    const softplus = (x: number): number => Math.log1p(Math.exp(x));
    expect(loss[0]).toBeCloseTo((softplus(3) + softplus(-7) + softplus(-11)) / 3, 5);
  });
});
