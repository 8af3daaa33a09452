import { describe, expect, it } from "vitest";
import { generatorState, keyOf, nextDraw, setGeneratorState, threefry2x32 } from "./seed.ts";

const hex = (words: readonly number[]): string[] =>
  words.map((word) => (word >>> 0).toString(16).padStart(8, "0"));

describe("threefry2x32", () => {
  // Known answers from the authors' Random123 1.14.0, tests/kat_vectors, "threefry2x32 20".
  it.each([
    [
      [0, 0, 0, 0],
      ["6b200159", "99ba4efe"],
    ],
    [
      [-1, -1, -1, -1],
      ["1cb996fc", "bb002be7"],
    ],
    [
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
      ["c4923a9c", "483df7a0"],
    ],
  ])("gives the authors' known answer for %j", (words, expected) => {
    const [key0, key1, counter0, counter1] = words as number[];
    expect(hex(threefry2x32(key0, key1, counter0, counter1))).toEqual(expected);
  });
});

describe("the generator", () => {
  it("gives every seed its own key, also beyond 32 bits and below zero", () => {
    const seeds = [0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => keyOf(seed).join())).size).toBe(seeds.length);
  });

  it("repeats its draws when its state is put back", () => {
    setGeneratorState({ seed: 7, counter: 0 });
    nextDraw();
    const saved = generatorState();
    const first = [nextDraw(), nextDraw()];
    setGeneratorState(saved);
    expect([nextDraw(), nextDraw()]).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });
});

describe("a state", () => {
  it.each([NaN, 0.5, Infinity, 2 ** 53, "1", undefined])("does not hold %s", (given) => {
    const before = generatorState();
    const value = given as number;
    expect(() => setGeneratorState({ seed: value, counter: 0 })).toThrow(/PL4004.*seed/s);
    expect(() => setGeneratorState({ seed: 0, counter: value })).toThrow(/PL4004.*counter/s);
    expect(() => keyOf(value)).toThrow(/PL4004/);
    expect(generatorState()).toEqual(before);
  });
});
