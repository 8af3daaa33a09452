import { describe, expect, test } from "vitest";
import { Activation, Dense, Input } from "../../src/layers/index.ts";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
  type Loss,
} from "../../src/losses/index.ts";
import type { ActivationLike } from "../../src/numerics/index.ts";
import { Adam } from "../../src/optimizers/index.ts";
import { seed } from "../../src/tensor/index.ts";
import { Sequential } from "../../src/train/sequential.ts";

/**
 * Pairings of head, loss and labels as users write them, in a whole model: Keras trains all of them, most to a plausible
 * number. What is wrong whatever the data is told by `compile`, what the labels show by `fit` before the first batch, and
 * what only the outputs show by the first step, which then writes nothing.
 */

/** Three clouds of points in the plane, and the number of the cloud. */
const count = 48;
const cloud = Array.from({ length: count }, (_, i) => i % 3);
const points = cloud.map((of, i) => [
  2 * Math.cos(2 * of) + Math.sin(i),
  2 * Math.sin(2 * of) + Math.cos(3 * i),
]);
const first = cloud.map((of) => (of === 0 ? 1 : 0));

const labels = {
  indices: Int32Array.from(cloud),
  shifted: Int32Array.from(cloud, (of) => of + 1),
  oneHot: cloud.map((of) => [0, 1, 2].map((k) => (k === of ? 1 : 0))),
  zeroOne: first.map((one) => [one]),
  signs: first.map((one) => [2 * one - 1]),
};

interface Pairing {
  readonly title: string;
  readonly units: number;
  readonly activation?: ActivationLike;
  readonly loss: Loss<any>;
  readonly y: keyof typeof labels;
  readonly told: "at compile" | "before the first batch" | "at the first batch";
  readonly how: "error" | "warning";
  readonly says: RegExp;
}

const wrong: readonly Pairing[] = [
  {
    title: "logits read as probabilities by a cross-entropy of classes",
    units: 3,
    loss: new SparseCategoricalCrossentropy({ fromLogits: false }),
    y: "indices",
    told: "at compile",
    how: "error",
    says: /^PL2006 .*fromLogits: true/,
  },
  {
    title: "a softmax read as logits",
    units: 3,
    activation: "softmax",
    loss: new SparseCategoricalCrossentropy({ fromLogits: true }),
    y: "indices",
    told: "at compile",
    how: "error",
    says: /^PL2006 .*cannot fall below 0\.551/,
  },
  {
    title: "a softmax with binary cross-entropy on one-hot labels",
    units: 3,
    activation: "softmax",
    loss: new BinaryCrossentropy(),
    y: "oneHot",
    told: "at compile",
    how: "warning",
    says: /^PL2006 .*flattering/,
  },
  {
    title: "a sigmoid with a cross-entropy of classes",
    units: 3,
    activation: "sigmoid",
    loss: new CategoricalCrossentropy(),
    y: "oneHot",
    told: "at compile",
    how: "warning",
    says: /^PL2006 .*sum to 1/,
  },
  {
    title: "a softmax with squared error",
    units: 3,
    activation: "softmax",
    loss: new MeanSquaredError(),
    y: "oneHot",
    told: "at compile",
    how: "warning",
    says: /^PL2013 .*amounts/,
  },
  {
    title: "class labels counted from 1",
    units: 3,
    activation: "softmax",
    loss: new SparseCategoricalCrossentropy(),
    y: "shifted",
    told: "before the first batch",
    how: "error",
    says: /^PL2003 .* 3 at \[2\]; 16 of 48 .*Subtract 1/,
  },
  {
    title: "a softmax over one output",
    units: 1,
    activation: "softmax",
    loss: new BinaryCrossentropy(),
    y: "zeroOne",
    told: "at compile",
    how: "error",
    says: /^PL2015 .*always 1/,
  },
  {
    title: "logits read as probabilities by a binary cross-entropy",
    units: 1,
    loss: new BinaryCrossentropy({ fromLogits: false }),
    y: "zeroOne",
    told: "at compile",
    how: "error",
    says: /^PL2006 .*0 or 16\.1/,
  },
  {
    title: "the same behind a function that nothing is known of",
    units: 1,
    activation: (x) => x.mul(3),
    loss: new BinaryCrossentropy(),
    y: "zeroOne",
    told: "at the first batch",
    how: "error",
    says: /^PL2001 .*look like logits/,
  },
  {
    title: "labels −1 and 1 with a binary cross-entropy",
    units: 1,
    activation: "sigmoid",
    loss: new BinaryCrossentropy(),
    y: "signs",
    told: "before the first batch",
    how: "error",
    says: /^PL2004 .*\(y \+ 1\) \/ 2/,
  },
];

const right: readonly Pick<Pairing, "title" | "units" | "activation" | "loss" | "y">[] = [
  {
    title: "a softmax with a sparse cross-entropy",
    units: 3,
    activation: "softmax",
    loss: new SparseCategoricalCrossentropy(),
    y: "indices",
  },
  {
    title: "logits with a cross-entropy of logits",
    units: 3,
    loss: new CategoricalCrossentropy({ fromLogits: true }),
    y: "oneHot",
  },
];

/** Compiles and fits; says at which stage what was told. */
async function outcome({ units, activation, loss, y }: Pick<Pairing, "units" | "activation" | "loss" | "y">) {
  const told: { stage: Pairing["told"]; how: Pairing["how"]; message: string }[] = [];
  let stage: Pairing["told"] = "at compile";
  const tell = (how: Pairing["how"]) => (message: string) => void told.push({ stage, how, message });
  seed(3);
  const model = new Sequential([
    Input({ shape: [2] }),
    new Dense(units),
    new Activation(activation ?? "linear"),
  ]);
  const before = model.getWeights().map((weight) => [...weight]);
  try {
    model.compile({ optimizer: new Adam(), loss, warn: tell("warning") });
    stage = "before the first batch";
    await model.fit(points, labels[y], {
      epochs: 2,
      seed: 5,
      callbacks: [{ onTrainBegin: () => void (stage = "at the first batch") }],
    });
  } catch (error) {
    tell("error")((error as Error).message);
  }
  const moved = model
    .getWeights()
    .some((weight, i) => [...weight].some((value, k) => value !== before[i][k]));
  return { told, moved };
}

describe("pairings that cannot be meant", () => {
  test.each(wrong)("$title: $how, $told", async (pairing) => {
    const { told, moved } = await outcome(pairing);
    expect(told.map(({ message }) => message).join("\n")).toMatch(pairing.says);
    expect(told[0]).toMatchObject({ stage: pairing.told, how: pairing.how });
    // An error comes before anything is learnt; a warning lets training go on.
    expect(moved).toBe(pairing.how === "warning");
  });

  test("raw values given to a loss of probabilities, without a model", () => {
    // Keras clips 0, 2 and −1 to 1e-7, 1 − 1e-7 and 1e-7: a perfect score.
    const [yTrue, scores] = [
      [0, 1, 0],
      [0, 2, -1],
    ];
    expect(() => new BinaryCrossentropy().call(yTrue, scores).itemSync()).toThrow(
      /^PL2001 .*fromLogits: true/,
    );
  });
});

test.each(right)("$title passes without a word, and learns", async (pairing) => {
  const { told, moved } = await outcome(pairing);
  expect(told).toEqual([]);
  expect(moved).toBe(true);
});
