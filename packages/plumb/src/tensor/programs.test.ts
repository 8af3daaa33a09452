import { afterEach, describe, expect, it } from "vitest";
import { referenceBackend } from "../backends/reference.ts";
import {
  checked,
  compile,
  currentBackend,
  engineStats,
  limits,
  setBackend,
  tensor,
  trace,
  Variable,
} from "./index.ts";

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

describe("the outputs of a traced function", () => {
  it("outlive its program, and are not there before it has run", () => {
    const program = trace((x) => x.mul(2), [{ shape: [2], dtype: "float32" }]);
    expect(() => program.output(0)).toThrow(/PL1007.*not run/s);
    program.run(Float32Array.of(1, 2));
    total(3);
    expect(Array.from(program.output(0))).toEqual([2, 4]);
    limits.programBytes = 0;
    total(5);
    expect(Array.from(program.output(0))).toEqual([2, 4]);
    program.run(Float32Array.of(3, 4));
    setBackend(referenceBackend());
    expect(program.result().arraySync()).toEqual([6, 8]);
  });
});

describe("a run whose check failed", () => {
  it("has no outputs", () => {
    const explain = (): Error => new Error("below 0");
    const program = trace((x) => checked(x, x.greater(0), [], explain), [{ shape: [], dtype: "float32" }]);
    program.run(1);
    expect(() => program.run(-1)).toThrow("below 0");
    expect(() => program.output(0)).toThrow(/PL1007.*failed a check/s);
  });
});

describe("an output that is a variable's new value", () => {
  it("stays what it was when the variable is overwritten", () => {
    const w = new Variable([1]);
    const program = trace(() => w.assignAdd(1).read(), []);
    program.run();
    w.assign([9]);
    expect(Array.from(program.output(0))).toEqual([2]);
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
