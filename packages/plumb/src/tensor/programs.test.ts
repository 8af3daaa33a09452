import { afterEach, describe, expect, it } from "vitest";
import { referenceBackend } from "../backends/reference.ts";
import { compile, currentBackend, engineStats, limits, setBackend, tensor, Variable } from "./index.ts";

const usual = { backend: currentBackend(), bytes: limits.programBytes };
afterEach(() => {
  setBackend(usual.backend);
  limits.programBytes = usual.bytes;
});

/** The sum of n ones, by a program of its own for each n. */
const total = (n: number): number => tensor(new Float32Array(n).fill(1)).sum().itemSync();

describe("the cache of programs", () => {
  it("drops the least recently used beyond its bound, and builds them again when asked", () => {
    limits.programBytes = 0;
    total(1);
    expect(engineStats().programs).toBe(1);
    const { programBytes, built } = engineStats();
    limits.programBytes = 2.5 * programBytes;
    total(2);
    total(1);
    total(3); // 2 was not used for longest
    total(1);
    expect(engineStats().built - built).toBe(2);
    expect(total(2)).toBe(2);
    expect(engineStats().built - built).toBe(3);
    expect(engineStats().programBytes).toBeLessThanOrEqual(limits.programBytes);
  });

  it("bounds compiled functions too, which go on working", () => {
    const w = new Variable([0]);
    const data = tensor([1, 2]);
    const step = compile(() => (w.assignAdd(1), data.mul(w)));
    expect(step().arraySync()).toEqual([1, 2]);
    limits.programBytes = 0;
    total(4);
    expect(engineStats().programs).toBe(1);
    expect(step().arraySync()).toEqual([2, 4]);
  });
});

describe("another backend", () => {
  it("takes over variables, programs and compiled functions", () => {
    const w = new Variable([1, 2]);
    const double = compile((x: ReturnType<typeof tensor>) => (w.assign(w.mul(x)), w.read()));
    const pending = w.add(1);
    expect(double(tensor([2])).arraySync()).toEqual([2, 4]);
    setBackend(referenceBackend());
    expect(double(tensor([2])).arraySync()).toEqual([4, 8]);
    expect([pending.arraySync(), w.add(0).arraySync()]).toEqual([[2, 3], [4, 8]]); // prettier-ignore
    setBackend(usual.backend);
    expect(double(tensor([2])).arraySync()).toEqual([8, 16]);
  });
});
