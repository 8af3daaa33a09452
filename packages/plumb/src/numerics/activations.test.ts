import { describe, expect, test } from "vitest";
import { heads } from "../base/contract.ts";
import { snakeCase } from "../base/names.ts";
import type { Parameters } from "../base/parameters.ts";
import { exp, gradients, tensor, type Tensor } from "../tensor/index.ts";
import { activationRecords, activations, type Activation, type ActivationName } from "./activations.ts";
import { relu, threshold } from "./rectifiers.ts";

/** Promises that every activation keeps. Keras's numbers are held in test/contracts/goldens.test.ts. */

type Options = Readonly<Record<string, unknown>>;
const make = (name: string, options: Options = {}): Activation =>
  activations.get({ name, ...options } as unknown as ActivationName);
const flat = (x: Tensor): number[] => [...x.dataSync()];

/** Options without which an activation cannot be made. */
const needed: Record<string, Options> = { threshold: { threshold: 0.3, defaultValue: -0.7 } };
/** Another value for each parameter; and one that is out of its range. */
const moved: Options = {
  negativeSlope: 0.35,
  maxValue: 0.9,
  threshold: 0.8,
  defaultValue: 2,
  alpha: 0.4,
  b: 1.5,
  approximate: true,
  axis: 0,
};

const records = Object.entries(activationRecords) as [
  string,
  { parameters: Parameters; aliases?: readonly string[] },
][];
const cases = records.flatMap(([name, { parameters }]) => [
  { name, options: needed[name] ?? {} },
  ...Object.keys(parameters).map((key) => ({ name, options: { ...needed[name], [key]: moved[key] } })),
]);

describe.each(cases)("$name $options", ({ name, options }) => {
  const points = [-1e4, -90, -20, -3, -0.5, -1e-3, 1e-3, 0.5, 3, 20, 50, 80];
  const { head, call } = make(name, options);

  test("stays in the range of its head, and passes NaN on", () => {
    const [low, high] = heads[head].range;
    for (const value of flat(call(tensor([points, points])))) {
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }
    const [first] = flat(
      call(
        tensor([
          [NaN, 1],
          [1, 1],
        ]),
      ),
    );
    expect(first).toBeNaN();
  });

  test("has a finite gradient far from 0 on both sides", () => {
    // e^100 is infinite in float32, and rightly so where it is the result; elsewhere it must not leak into the gradient.
    const row = name === "exponential" ? points : [...points, 100, 1e4];
    const x = tensor([row, row]);
    const [slope] = gradients(call(x).sum(), [x]);
    expect(flat(slope).every(Number.isFinite)).toBe(true);
  });

  test("has the gradient of its value, between the kinks", () => {
    const at = [-2.3, -1.37, -0.61, -0.21, 0.17, 0.43, 1.21, 2.7];
    const weights = tensor(at.map((_, i) => Math.cos(i)).slice(0, name === "glu" ? 4 : 8));
    const sumAt = (x: Tensor): Tensor =>
      call(x.reshape([2, 4]))
        .reshape([-1])
        .mul(weights)
        .sum();
    const x = tensor(at);
    const [slope] = gradients(sumAt(x), [x]);
    const step = 1e-2;
    at.forEach((_, i) => {
      const shifted = (by: number): number =>
        sumAt(tensor(at.map((value, k) => value + (k === i ? by : 0)))).itemSync();
      const want = (shifted(step) - shifted(-step)) / (2 * step);
      expect(Math.abs(slope.dataSync()[i] - want)).toBeLessThan(5e-4);
    });
  });
});

describe.each(records)("%s", (name, { parameters, aliases = [] }) => {
  test("is found by each of its names, with its options", () => {
    const options = needed[name] ?? {};
    for (const spelling of [name, snakeCase(name), ...aliases])
      expect(make(spelling, options)).toMatchObject({ name, options });
  });

  test("refuses an option that is none, and one that is no value of it", () => {
    expect(() => make(name, { ...needed[name], colour: 1 })).toThrow(/^PL4004 .*colour/);
    for (const key of Object.keys(parameters))
      expect(() => make(name, { ...needed[name], [key]: "much" })).toThrow(
        new RegExp(`^PL4004 .*${key}: "much"`),
      );
  });

  test.each(Object.keys(parameters))("%s moves the result", (key) => {
    const x = tensor([
      [-2, -0.5, 0.1, 1.1],
      [-1, 0.6, 0.7, 2],
    ]);
    const result = (options: Options): unknown =>
      make(name, { ...needed[name], ...options })
        .call(x)
        .arraySync();
    expect(result({ [key]: moved[key] })).not.toEqual(result({}));
  });
});

test("names, functions of the library and of the user, activations as they are", () => {
  expect(activations.get("leaky_relu").name).toBe("leakyRelu");
  expect(activations.get("swish").name).toBe("silu");
  expect(activations.get("hard_swish").name).toBe("hardSilu");
  expect(activations.get(undefined).head).toBe("linear");
  expect(activations.get(relu).head).toBe("nonNegative");
  expect(activations.get(exp).name).toBe("exponential");
  expect(activations.get((x: Tensor) => x.mul(2)).head).toBe("custom");
  const mine: Activation = { name: "mine", head: "tanh", call: (x) => x.tanh() };
  expect(activations.get(mine)).toBe(mine);
});

test("what is no activation is PL4009, what it lacks PL4004", () => {
  expect(() => activations.get("sigmiod" as "sigmoid")).toThrow(/^PL4009 .*Did you mean "sigmoid"/);
  expect(() => make("leekyRelu", { negativeSlope: 0.1 })).toThrow(/^PL4009 .*Did you mean "leakyRelu"/);
  for (const none of [5, [], {}, { negativeSlope: 0.1 }, true])
    expect(() => activations.get(none as never)).toThrow(/^PL4009 .*The activation /);
  expect(() => activations.get("threshold")).toThrow(/^PL4004 .*made without threshold/);
  expect(() => activations.get(threshold as never)).toThrow(/^PL4004 .*made without threshold/);
  expect(() => make("leakyRelu", { negativSlope: 0.1 })).toThrow(/^PL4004 .*Did you mean "negativeSlope"/);
  expect(() => relu([1], { maxValeu: 1 } as object)).toThrow(/^PL4004 .*Did you mean "maxValue"/);
});

test("the head follows from the options", () => {
  expect(make("relu", { negativeSlope: 0.1 }).head).toBe("hidden");
  expect(make("threshold", { threshold: 0, defaultValue: 0 }).head).toBe("nonNegative");
  expect(make("threshold", { threshold: -1, defaultValue: 0 }).head).toBe("hidden");
  expect(make("softmax").head).toBe("softmax");
  expect(make("softmax", { axis: 1 }).head).toBe("custom");
  expect(make("logSoftmax", { axis: 0 }).head).toBe("custom");
});
