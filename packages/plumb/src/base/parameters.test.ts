import { expect, test } from "vitest";
import { flag, integer, oneOf, optional, real, realOrList, resolve } from "./parameters.ts";

const parameters = {
  rate: real(0.1, "a rate", { min: 0, max: 1 }),
  size: optional(integer(3, "a size", { min: 1 })),
  mode: oneOf(["fan_in", "fan_out", null], "fan_in", "a mode"),
  on: flag(false, "a switch"),
  thresholds: realOrList("thresholds", { min: 0 }),
};
const values = (given: Record<string, unknown>): object => resolve("PL4004", "Thing", parameters, given);

test("defaults stand in for what was left out, undefined included", () => {
  expect(values({ rate: undefined })).toEqual({
    rate: 0.1,
    size: undefined,
    mode: "fan_in",
    on: false,
    thresholds: undefined,
  });
});

test("words are taken in snake_case and camelCase; null is a value where it is among them", () => {
  expect(values({ mode: "fanOut" })).toMatchObject({ mode: "fan_out" });
  expect(values({ mode: null })).toMatchObject({ mode: null });
  expect(values({ size: null })).toMatchObject({ size: undefined });
});

test.each([
  [{ rate: 2 }, /rate: 2\. rate must be a number from 0 to 1/],
  [{ rate: NaN }, /rate must be a number from 0 to 1/],
  [{ size: 1.5 }, /size must be a whole number of at least 1/],
  [{ mode: "fan" }, /mode must be one of "fan_in", "fan_out", null/],
  [{ on: 1 }, /on must be true or false/],
  [{ thresholds: [0.5, -1] }, /thresholds must be a number of at least 0, or a list of such/],
  [{ raet: 0.5 }, /Did you mean "rate"\?/],
])("%j is refused with the words of the parameter", (given, words) => {
  expect(() => values(given)).toThrow(words);
});

test("what stands in the place of named values is refused, with the name that would take it", () => {
  for (const given of [0.5, "fan_in", null, [1], new Float32Array(2)])
    expect(() => values(given as never)).toThrow(/^PL4004.*in the place of its options/);
  expect(() => values(0.5 as never)).toThrow(/\{ rate: 0\.5 \}/);
});
