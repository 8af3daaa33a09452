import { describe, expect, test } from "vitest";
import { PlumbError } from "../base/errors.ts";
import { seed } from "../tensor/index.ts";
import {
  HeNormal,
  Identity,
  type Initializer,
  initializerClasses,
  initializers,
  Orthogonal,
  RandomNormal,
  STFT,
  type InitializerName,
} from "./index.ts";
import { fans } from "./variance-scaling.ts";

const shape = [200, 300];
const statistics = (
  values: ArrayLike<number>,
): { mean: number; deviation: number; low: number; high: number } => {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  return { mean, deviation, low: Math.min(...all.slice(0, 30_000)), high: Math.max(...all.slice(0, 30_000)) };
};

/** Standard deviation and bound that the formula of each gives for [200, 300]; 0.8796 is what a cut at ±2 leaves of 1. */
const expected: Readonly<Partial<Record<InitializerName, readonly [deviation: number, bound: number]>>> = {
  glorotUniform: [Math.sqrt(2 / 500), Math.sqrt(6 / 500)],
  glorotNormal: [Math.sqrt(2 / 500), (2 * Math.sqrt(2 / 500)) / 0.87962566],
  heUniform: [Math.sqrt(2 / 200), Math.sqrt(6 / 200)],
  heNormal: [Math.sqrt(2 / 200), (2 * Math.sqrt(2 / 200)) / 0.87962566],
  lecunUniform: [Math.sqrt(1 / 200), Math.sqrt(3 / 200)],
  lecunNormal: [Math.sqrt(1 / 200), (2 * Math.sqrt(1 / 200)) / 0.87962566],
  varianceScaling: [Math.sqrt(1 / 200), (2 * Math.sqrt(1 / 200)) / 0.87962566],
  randomUniform: [0.05 / Math.sqrt(3), 0.05],
  randomNormal: [0.05, Infinity],
  truncatedNormal: [0.05 * 0.87962566, 0.1],
};

describe.each(Object.entries(expected))("%s", (name, [deviation, bound]) => {
  test("has the mean, the spread and the bounds of its formula", () => {
    seed(7);
    const got = statistics(
      initializers
        .get(name as InitializerName)
        .call(shape)
        .dataSync(),
    );
    // 60,000 numbers: mean and deviation are off by about 0.4% and 0.3% of the deviation.
    expect(Math.abs(got.mean)).toBeLessThan(0.02 * deviation);
    expect(Math.abs(got.deviation / deviation - 1)).toBeLessThan(0.015);
    expect(got.high).toBeLessThanOrEqual(bound);
    expect(got.low).toBeGreaterThanOrEqual(-bound);
    if (Number.isFinite(bound)) expect(got.high).toBeGreaterThan(0.99 * bound);
  });
});

test("every random one follows the seed: the same seed, the same bits; a draw later, others", () => {
  for (const Class of Object.values(initializerClasses)) {
    const record = new Class().record as Initializer["record"];
    if (!("seed" in record.parameters)) continue;
    const make = (options = {}): Initializer =>
      new (Class as unknown as new (options: object) => Initializer)(options);
    seed(3);
    const first = [...make().call([4, 5]).dataSync()];
    const second = [...make().call([4, 5]).dataSync()];
    seed(3);
    expect([...make().call([4, 5]).dataSync()]).toEqual(first);
    expect(second).not.toEqual(first);
    const own = make({ seed: 9 });
    expect([...own.call([3, 2]).dataSync()]).toEqual([...own.call([3, 2]).dataSync()]);
    // A seed of its own leaves the common generator where it was.
    expect([...make().call([4, 5]).dataSync()]).toEqual(second);
  }
});

test("a cut-off normal is a normal inside: 68.3 / 95.4 of it lies within one deviation", () => {
  seed(1);
  const values = Array.from(
    initializers.get("truncatedNormal").call([100_000]).dataSync(),
    (value) => value / 0.05,
  );
  const within = values.filter((value) => Math.abs(value) < 1).length / values.length;
  expect(within).toBeCloseTo(0.6826895 / 0.9544997, 2);
});

test("fans: inputs and outputs are the last two axes, the window multiplies both", () => {
  expect(fans([3, 3, 16, 32])).toEqual({ fanIn: 144, fanOut: 288 });
  expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 });
  expect(fans([])).toEqual({ fanIn: 1, fanOut: 1 });
});

test("fans follow the axes that are named", () => {
  expect(fans([2, 3, 5], { inputAxes: [0], outputAxes: [1, -1] })).toEqual({ fanIn: 2, fanOut: 15 });
  seed(1);
  const wide = statistics(new HeNormal({ inputAxes: [0], outputAxes: [2] }).call([50, 40, 30]).dataSync());
  expect(wide.deviation / Math.sqrt(2 / 50)).toBeCloseTo(1, 1);
});

describe("orthogonal", () => {
  test.each([[[5, 3]], [[3, 5]], [[4, 4]], [[2, 2, 3]], [[3, 3, 1, 40]]])(
    "the shorter side of %j is orthonormal, times the gain",
    (asked) => {
      seed(2);
      const columns = asked[asked.length - 1];
      const matrix = new Orthogonal({ gain: 2 }).call(asked).reshape([-1, columns]);
      const [rows] = matrix.shape;
      const gram = rows < columns ? matrix.matmul(matrix.transpose()) : matrix.transpose().matmul(matrix);
      const n = Math.min(rows, columns);
      [...gram.dataSync()].forEach((value, i) =>
        expect(value).toBeCloseTo(Math.floor(i / n) === i % n ? 4 : 0, 5),
      );
    },
  );

  test("rotations are uniform: entries have mean 0 and variance 1 / n, the diagonal too", () => {
    seed(3);
    const diagonal = Array.from({ length: 400 }, () => new Orthogonal().call([5, 5]).dataSync()[0]);
    const { mean, deviation } = statistics(diagonal);
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(deviation * Math.sqrt(5)).toBeCloseTo(1, 1);
  });

  test("needs two axes", () => {
    expect(() => new Orthogonal().call([3])).toThrow(/PL4004.*\[3\]/);
  });
});

test("identity is one on the diagonal of any matrix, and of nothing else", () => {
  expect(new Identity({ gain: 3 }).call([2, 3]).arraySync()).toEqual([
    [3, 0, 0],
    [0, 3, 0],
  ]);
  expect(() => new Identity().call([2, 2, 2])).toThrow(/PL4004/);
});

test("STFT: without a window, real and imaginary part are the discrete Fourier transform", () => {
  const [real, imaginary] = (["real", "imag"] as const).map((side) =>
    new STFT({ side, window: null }).call([6, 1, 4]).dataSync(),
  );
  for (let time = 0; time < 6; time++)
    for (let bin = 0; bin < 4; bin++) {
      const angle = (-2 * Math.PI * time * bin) / 6;
      expect(real[4 * time + bin]).toBeCloseTo(Math.cos(angle), 5);
      expect(imaginary[4 * time + bin]).toBeCloseTo(Math.sin(angle), 5);
    }
  const hann = new STFT({ scaling: "spectrum" }).call([5, 1, 3]).dataSync();
  // Bin 0 is the window over its sum: 0, ½, 1, ½, 0.
  expect([0, 3, 6, 9, 12].map((i) => Math.round(hann[i] * 1e6) / 1e6)).toEqual([0, 0.25, 0.5, 0.25, 0]);
  const density = new STFT({ window: "hamming", periodic: true }).call([8, 1, 5]).dataSync();
  expect([...density].filter((_, i) => i % 5 === 0).reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
  expect(() => new STFT().call([3, 3])).toThrow(/PL4004/);
});

test("aliases of Keras", () => {
  for (const [alias, name] of Object.entries({
    zero: "Zeros",
    one: "Ones",
    normal: "RandomNormal",
    uniform: "RandomUniform",
  }))
    expect(initializers.get(alias as InitializerName).name).toBe(name);
  expect(initializers.get("orthogonal").name).toBe("Orthogonal");
});

test("zeros, ones, constants, functions, instances; names in every spelling", () => {
  expect([...initializers.get("zeros").call([2]).dataSync()]).toEqual([0, 0]);
  expect([...initializers.get("Ones").call([2]).dataSync()]).toEqual([1, 1]);
  expect(initializers.get("he_normal").name).toBe("HeNormal");
  const own = new RandomNormal({ stddev: 1 });
  expect(initializers.get(own)).toBe(own);
  expect(initializers.get((asked) => initializers.get("ones").call(asked)).call([3]).shape).toEqual([3]);
});

test("a name that is none, a class, and a bad parameter are coded errors", () => {
  expect(() => initializers.get("glorot" as InitializerName)).toThrow(/^PL4008/);
  expect(() => initializers.get("heNormall" as InitializerName)).toThrow(/Did you mean "HeNormal"/);
  expect(() => initializers.get(HeNormal as never)).toThrow(/^PL4008 .*new HeNormal\(\)/);
  expect(() => new RandomNormal({ stddev: -1 })).toThrow(PlumbError);
});
