import { describe, expect, test } from "vitest";
import { ArrayLanes, fusedMultiplyAdd } from "../../test/support/array-lanes.ts";
import { ulpError } from "../../test/support/ulp.ts";
import { vectorMathCases } from "../../test/support/vector-math-cases.ts";
import * as lines from "./vector-math.ts";

const evaluate = (line: keyof typeof lines, fused: boolean, ...args: readonly number[][]): number[] => {
  const w = new ArrayLanes(args[0].length, fused);
  const [x, y] = args.map((values) => ({ dtype: "float32" as const, values: Float32Array.from(values) }));
  return [...lines[line](w, x, y ?? x).values];
};

describe.each([
  ["fused", true],
  ["rounded twice", false],
] as const)("multiply-adds %s", (_, fused) => {
  test.each(vectorMathCases)("$name is within $ulp ulp of float64", ({ lanes, truth, points, ulp }) => {
    const [x, y] = points();
    const w = new ArrayLanes(x.length, fused);
    const result = lanes(w, { dtype: "float32", values: x }, { dtype: "float32", values: y });
    expect(result.dtype).toBe("float32");
    let worst = { error: 0, x: 0, y: 0, actual: 0 };
    result.values.forEach((actual, i) => {
      const error = ulpError(actual, truth(x[i], y[i]));
      if (error > worst.error) worst = { error, x: x[i], y: y[i], actual };
    });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(ulp);
  });

  test("exact where the truth is", () => {
    expect(evaluate("expLanes", fused, [0, -0, -Infinity, Infinity])).toEqual([1, 1, 0, Infinity]);
    expect(evaluate("expNonPositiveLanes", fused, [0, -0, -104, -1e9, -Infinity])).toEqual([1, 1, 0, 0, 0]);
    expect(evaluate("logLanes", fused, [1, 0, -0, Infinity])).toEqual([0, -Infinity, -Infinity, Infinity]);
    expect(evaluate("tanhLanes", fused, [-0, 20, -Infinity])).toEqual([-0, 1, -1]);
    expect(evaluate("sigmoidLanes", fused, [0, 40, Infinity, -Infinity])).toEqual([0.5, 1, 1, 0]);
    expect(evaluate("erfLanes", fused, [-0, 5, -Infinity])).toEqual([-0, 1, -1]);
    expect(evaluate("cosLanes", fused, [0])).toEqual([1]);
    expect(evaluate("powLanes", fused, [3, 2, -2, 10], [4, -3, 3, 2])).toEqual([81, 0.125, -8, 100]);
  });

  test("sigmoid, exp and log know subnormals", () => {
    const smallest = 2 ** -149;
    expect(evaluate("expLanes", fused, [-103, -103.9])).toEqual([smallest, smallest]);
    expect(evaluate("sigmoidLanes", fused, [-103, -104])).toEqual([smallest, 0]);
    expect(evaluate("logLanes", fused, [smallest])).toEqual([Math.fround(Math.log(smallest))]);
  });

  test("the special cases of pow", () => {
    const cases: [x: number, y: number, power: number][] = [
      [NaN, 0, 1],
      [1, NaN, 1],
      [-1, Infinity, 1],
      [-1, NaN, NaN],
      [-8, 1 / 3, NaN],
      [-0, -3, -Infinity],
      [-0, -2, Infinity],
      [-0, 0.5, 0],
      [0, Infinity, 0],
      [-Infinity, 0.5, Infinity],
      [-Infinity, 3, -Infinity],
      [-Infinity, -3, -0],
      [0.5, -Infinity, Infinity],
      [-2, 2 ** 24, Infinity],
      [-1, 3e38, 1],
      [-1, 16777215, -1],
    ];
    const power = evaluate(
      "powLanes",
      fused,
      cases.map(([x]) => x),
      cases.map(([, y]) => y),
    );
    expect(power).toEqual(cases.map(([, , expected]) => expected));
  });
});

test("a NaN with any payload stays NaN", () => {
  const x = new Float32Array(Uint32Array.of(0x7fc00002, 0xffc00155, 0x7fffffff, 0x7f800001).buffer);
  for (const { lanes, name } of vectorMathCases) {
    const w = new ArrayLanes(x.length, true);
    const { values } = lanes(w, { dtype: "float32", values: x }, { dtype: "float32", values: x });
    expect([...values], name).toEqual([NaN, NaN, NaN, NaN]);
  }
});

test("the emulated multiply-add rounds once", () => {
  const fma = (a: number, b: number, c: number): number => Math.fround(fusedMultiplyAdd(a, b, c));
  // A double keeps 2^-24 of these products next to c and drops the rest, which decides how the float rounds.
  const justBelow = [1 + 2 ** -23, (1 - 2 ** -23) * 2 ** -24] as const; // 2^-24 - 2^-70
  const justAbove = [1 + 2 ** -12, (1 - 2 ** -12 + 2 ** -24) * 2 ** -24] as const; // 2^-24 + 2^-60
  expect(fma(...justBelow, 1 + 2 ** -23)).toBe(1 + 2 ** -23);
  expect(fma(...justAbove, 1)).toBe(1 + 2 ** -23);
  expect(fma(-justAbove[0], justAbove[1], -1)).toBe(-1 - 2 ** -23);
  expect(fma(2 ** -24, 1, 1)).toBe(1);
  expect(fma(Infinity, 1, 1)).toBe(Infinity);
});
