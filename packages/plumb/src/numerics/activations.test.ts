import { describe, expect, test } from "vitest";
import {
  camelKeys,
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../../test/support/goldens.ts";
import { heads } from "../base/contract.ts";
import { camelCase } from "../base/names.ts";
import { gradients, tensor, type Tensor } from "../tensor/index.ts";
import { activationRecords, activations } from "./activations.ts";
import { gelu, softplus } from "./sigmoids.ts";
import { relu } from "./rectifiers.ts";

describe.each(Object.entries(activationRecords))("%s", (name, { head }) => {
  const points = [-1e4, -90, -20, -3, -0.5, -1e-3, 1e-3, 0.5, 3, 20, 80];

  test("stays in the range of its head, and passes NaN on", () => {
    const { call } = activations.get(name as "relu");
    const [low, high] = heads[head].range;
    for (const value of call(tensor([points])).dataSync()) {
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }
    expect(call(tensor([[NaN, 1]])).dataSync()[0]).toBeNaN();
  });

  test("has a finite gradient far from 0 on both sides", () => {
    // e^100 is infinite in float32, and rightly so where it is the result; elsewhere it must not leak into the gradient.
    const x = tensor([name === "exponential" ? points : [...points, 100, 1e4]]);
    const [slope] = gradients(
      activations
        .get(name as "relu")
        .call(x)
        .sum(),
      [x],
    );
    expect([...slope.dataSync()].every(Number.isFinite)).toBe(true);
  });
});

test("names in every spelling, functions of the library and of the user", () => {
  expect(activations.get("leaky_relu").name).toBe("leakyRelu");
  expect(activations.get("swish").name).toBe("silu");
  expect(activations.get(undefined).head).toBe("linear");
  expect(activations.get(relu).head).toBe("nonNegative");
  expect(activations.get((x: Tensor) => x.mul(2)).head).toBe("custom");
  expect(() => activations.get("sigmiod" as "sigmoid")).toThrow(/^PL4009 .*Did you mean "sigmoid"/);
});

test("softplus and gelu at points worked out by hand", () => {
  expect(softplus(0).itemSync()).toBeCloseTo(Math.LN2, 6);
  expect(softplus(100).itemSync()).toBe(100);
  expect(gelu(1).itemSync()).toBeCloseTo(0.8413447, 6);
  expect(gelu(1, { approximate: true }).itemSync()).toBeCloseTo(0.841192, 6);
});

interface ActivationCase {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly grad_x: GoldenTensor;
}
const { activations: recorded = [] } = readGoldens<{ activations: ActivationCase[] }>("layers.json");

describe.skipIf(goldensMissing)(
  `Keras's recorded activations${goldensMissing === undefined ? "" : `: ${goldensMissing}`}`,
  () => {
    const known = recorded.filter(({ name }) => camelCase(name) in activationRecords);
    test.each(known.map((one) => [`${one.name} ${JSON.stringify(one.config)}`, one] as const))(
      "%s",
      (_, one) => {
        const { fn } = activationRecords[camelCase(one.name) as keyof typeof activationRecords];
        const { axis, ...options } = camelKeys(one.config);
        const x = tensorOf(one.x);
        const y = (fn as (x: Tensor, options?: unknown) => Tensor)(
          x,
          one.name.endsWith("softmax") ? axis : options,
        );
        const [slope] = gradients(y.mul(tensorOf(one.cotangent)).sum(), [x]);
        expect(worstShare(y.dataSync(), numbersOf(one.y), 1e-4, 1e-5)).toBeLessThanOrEqual(1);
        expect(worstShare(slope.dataSync(), numbersOf(one.grad_x), 1e-4, 1e-5)).toBeLessThanOrEqual(1);
      },
    );
  },
);
