import { describe, expect, test } from "vitest";
import { compile, gradients, ones, random, seed, tensor, type Tensor } from "../../tensor/index.ts";
import {
  BatchNormalization,
  LayerNormalization,
  GroupNormalization,
  RMSNormalization,
  setMask,
} from "../index.ts";

const training = { training: true };
const weightsOf = (layer: BatchNormalization): Record<string, number[]> =>
  Object.fromEntries(
    layer.weights.map(({ name }, i) => [name.split("/")[1], [...layer.weights[i].dataSync()]]),
  );

/** Mean and biased variance of the rows of each feature, in float64. */
function statistics(x: Tensor): { mean: number[]; variance: number[] } {
  const rows = x.arraySync() as number[][];
  const mean = rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  return {
    mean,
    variance: mean.map((m, k) => rows.reduce((sum, row) => sum + (row[k] - m) ** 2, 0) / rows.length),
  };
}

const expectClose = (found: readonly number[], want: readonly number[], digits = 5): void => {
  expect(found.length).toBe(want.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(want[i], digits));
};

describe("the moving statistics", () => {
  seed(1);
  const x = random.normal([32, 2], { mean: 3, stddev: 2 });
  const { mean, variance } = statistics(x);

  test("move towards the batch's by 1 − momentum at each step, eager and compiled", () => {
    for (const compiled of [false, true]) {
      const layer = new BatchNormalization({ momentum: 0.9 });
      const call = (input: Tensor): Tensor => layer.call(input, training);
      const step = compiled ? compile(call) : call;
      for (let n = 1; n <= 3; n++) {
        step(x).dataSync();
        const { moving_mean: movingMean, moving_variance: movingVariance } = weightsOf(layer);
        expectClose(
          movingMean,
          mean.map((m) => m * (1 - 0.9 ** n)),
        );
        expectClose(
          movingVariance,
          variance.map((v) => v * (1 - 0.9 ** n) + 0.9 ** n),
        );
      }
    }
  });

  test("stand in for the batch's outside training", () => {
    const layer = new BatchNormalization({ epsilon: 0, scale: false, center: false });
    layer.ensureBuilt([null, 2]);
    layer.weights[0].assign([1, 2]);
    layer.weights[1].assign([4, 0.25]);
    expect(layer.call(tensor([[3, 3]])).arraySync()).toEqual([[1, 2]]);
  });

  test("stay, and are used, in a layer that is not trainable", () => {
    const layer = new BatchNormalization({ trainable: false });
    const before = weightsOf((layer.ensureBuilt([null, 2]), layer));
    expectClose([...layer.call(x, training).dataSync()], [...layer.call(x).dataSync()]);
    expect(weightsOf(layer)).toEqual(before);
  });

  test("are no weights that training changes, and cost no gradient", () => {
    const layer = new BatchNormalization();
    layer.ensureBuilt([null, 2]);
    expect(layer.trainableWeights.map(({ name }) => name.split("/")[1])).toEqual(["gamma", "beta"]);
    // A shift or a scaling of a feature changes nothing in training, so that the gradients have no part along them.
    const [gradient] = gradients(
      layer
        .call(x, training)
        .mul(random.normal([32, 2]))
        .sum(),
      [x],
    );
    expectClose([...gradient.sum(0).dataSync()], [0, 0], 4);
  });
});

test("only steps of the mask count", () => {
  const layer = new BatchNormalization({ momentum: 0 });
  const x = tensor([
    [[1], [100]],
    [[3], [-100]],
  ]);
  setMask(
    x,
    tensor([
      [true, false],
      [true, false],
    ]),
  );
  layer.call(x, training).dataSync();
  const { moving_mean: mean, moving_variance: variance } = weightsOf(layer);
  expectClose([...mean, ...variance], [2, 1]);
});

describe("renorm", () => {
  seed(2);
  const x = random.normal([16, 2], { mean: 1, stddev: 3 });
  const { mean, variance } = statistics(x);
  const epsilon = 0.001;
  const stddev = variance.map((v) => Math.sqrt(v + epsilon));

  test("without bounds normalizes by the slow statistics, and moves all of them", () => {
    const layer = new BatchNormalization({ renorm: true, momentum: 0.5, renormMomentum: 0.8 });
    // The slow statistics begin as 0 and 1: the output is x itself.
    expectClose([...layer.call(x, training).dataSync()], [...x.dataSync()], 4);
    const found = weightsOf(layer);
    expectClose(
      found.renorm_mean,
      mean.map((m) => 0.2 * m),
    );
    expectClose(
      found.renorm_stddev,
      stddev.map((s) => 0.8 + 0.2 * s),
    );
    expectClose(
      found.moving_mean,
      mean.map((m) => 0.5 * m),
    );
    expectClose(
      found.moving_stddev,
      stddev.map((s) => 0.5 + 0.5 * s),
    );
    expectClose(
      found.moving_variance,
      stddev.map((s) => (0.5 + 0.5 * s) ** 2 - epsilon),
    );
  });

  test("with the bounds r = 1 and d = 0 is batch normalization", () => {
    const bounded = new BatchNormalization({ renorm: true, renormClipping: { rmin: 1, rmax: 1, dmax: 0 } });
    const plain = new BatchNormalization();
    expectClose([...bounded.call(x, training).dataSync()], [...plain.call(x, training).dataSync()]);
  });

  test("no gradient runs through r and d: it is that of batch normalization, r times", () => {
    const weights = random.normal([16, 2]);
    const gradientOf = (layer: BatchNormalization): number[] => [
      ...gradients(layer.call(x, training).mul(weights).sum(), [x])[0].dataSync(),
    ];
    const plain = gradientOf(new BatchNormalization());
    // The slow deviation begins as 1, so that r is the batch's own.
    expectClose(
      gradientOf(new BatchNormalization({ renorm: true })),
      plain.map((value, i) => value * stddev[i % 2]),
      4,
    );
  });

  test("bounds that are none are PL4004", () => {
    for (const renormClipping of [{ rmin: -1 }, { rmin: 2, rmax: 1 }, { max: 1 }] as object[])
      expect(() => new BatchNormalization({ renorm: true, renormClipping })).toThrow(
        /PL4004.*renormClipping/,
      );
  });
});

test.each([
  ["batch", new BatchNormalization(), (x: Tensor) => x.transpose()],
  ["layer", new LayerNormalization(), (x: Tensor) => x],
])("%s normalization has digits left at a mean of 1000", (_name, layer, lay) => {
  seed(3);
  const x = random.normal([4, 1000], { mean: 1000 });
  const output = lay(layer.call(lay(x), training));
  const { variance } = statistics(output.transpose());
  const means = statistics(output.transpose()).mean;
  // ε takes a thousandth of the variance.
  expectClose(means, [0, 0, 0, 0], 5);
  expectClose(variance, [0.999, 0.999, 0.999, 0.999], 3);
});

describe("GroupNormalization", () => {
  seed(4);
  const x = random.normal([2, 5, 6]);

  test("of one group is layer normalization over all but the batch", () => {
    const group = new GroupNormalization({ groups: 1 });
    const layer = new LayerNormalization({ axis: [1, 2] });
    expectClose([...group.call(x).dataSync()], [...layer.call(x).dataSync()]);
  });

  test("of every channel by itself has mean 0 along the places", () => {
    expectClose([...new GroupNormalization({ groups: -1 }).call(x).mean(1).dataSync()], Array(12).fill(0));
  });
});

describe("what does not fit is PL4006", () => {
  test.each([
    [new BatchNormalization({ axis: 2 }), [2, 3], /BatchNormalization.*axis 2/],
    [new BatchNormalization({ axis: 0 }), [2, 3], /the batch/],
    [new LayerNormalization({ axis: [1, 3] }), [2, 3], /axes 1 and 3/],
    [new GroupNormalization({ groups: 4 }), [2, 6], /multiple of 4/],
    [new RMSNormalization({ axis: 1 }), [2, null, 3], /known extent along axis 1/],
  ] as const)("%o of %j", (layer, shape, message) => {
    expect(() => layer.ensureBuilt(shape)).toThrow(/PL4006/);
    expect(() => layer.ensureBuilt(shape)).toThrow(message);
  });

  test("another length than it was built for", () => {
    for (const layer of [new BatchNormalization(), new LayerNormalization(), new RMSNormalization()]) {
      layer.call(ones([2, 3]));
      expect(() => layer.call(ones([2, 4]))).toThrow(/PL4006.*3 along axis -1, for which it was built/);
    }
  });
});
