import { afterEach, describe, expect, it } from "vitest";
import { referenceBackend } from "../backends/reference.ts";
import {
  checked,
  compile,
  currentBackend,
  engineStats,
  limits,
  random,
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

/** A traced function of its own: w += rate · x, giving x · data. */
function step(rate: number, data: readonly number[], w = new Variable([0, 0])) {
  const traced = trace(
    (x) => {
      w.assignAdd(x.mul(tensor([rate, rate])));
      return x.mul(tensor(data as number[])).add(random.uniform([2]).mul(0));
    },
    [{ shape: [2], dtype: "float32" }],
  );
  return { w, traced };
}

describe("traced functions of the same structure", () => {
  it("share one program, each with its variables, its constants and its outputs", () => {
    const before = engineStats();
    const [a, b] = [step(1, [1, 2]), step(10, [3, 4])];
    a.traced.run(Float32Array.of(1, 1));
    b.traced.run(Float32Array.of(2, 2));
    expect(engineStats().built - before.built).toBe(1);
    expect([a, b].map(({ w }) => w.arraySync())).toEqual([[1, 1], [20, 20]]); // prettier-ignore
    // The outputs of a were still in memory when b ran there.
    expect([a, b].map(({ traced }) => Array.from(traced.output(0)))).toEqual([[1, 2], [6, 8]]); // prettier-ignore
    a.traced.run(Float32Array.of(5, 5));
    expect([a, b].map(({ traced }) => traced.result().arraySync())).toEqual([[5, 10], [6, 8]]); // prettier-ignore
  });

  it("leave the program to each other when they are disposed of, and to those to come", () => {
    const [a, b] = [step(1, [1, 2]), step(2, [3, 4])];
    a.traced.run(Float32Array.of(1, 1));
    const { built, programs } = engineStats();
    a.traced.dispose();
    expect(engineStats().programs).toBe(programs);
    b.traced.run(Float32Array.of(1, 1));
    step(3, [5, 6]).traced.run(Float32Array.of(1, 1));
    expect(b.w.arraySync()).toEqual([2, 2]);
    expect(Array.from(b.traced.output(0))).toEqual([3, 4]);
    expect(engineStats().built).toBe(built);
  });

  it("find the program again that was dropped and that one of them had built anew", () => {
    const [a, b] = [step(1, [1, 2]), step(2, [3, 4])];
    a.traced.run(Float32Array.of(1, 1));
    limits.programBytes = 0;
    total(7);
    const { built } = engineStats();
    a.traced.run(Float32Array.of(1, 1));
    b.traced.run(Float32Array.of(1, 1));
    expect(engineStats().built - built).toBe(1);
    expect([a, b].map(({ w }) => w.arraySync())).toEqual([[2, 2], [2, 2]]); // prettier-ignore
  });

  it("do not share where a constant has another shape, or is an argument", () => {
    const spec = { shape: [2], dtype: "float32" } as const;
    const { built } = engineStats();
    trace((x) => x.mul(tensor([2])), [spec]).run(Float32Array.of(1, 1));
    trace((x) => x.mul(tensor([2, 2])), [spec]).run(Float32Array.of(1, 1));
    trace((x, y) => x.mul(y), [spec, spec]).run(Float32Array.of(1, 1), Float32Array.of(2, 2));
    expect(engineStats().built - built).toBe(3);
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

describe("the memory that is said to be in use", () => {
  it("grows with a variable that is used, and shrinks when it is disposed of", () => {
    total(1); // what is made once
    const { memoryBytes } = engineStats();
    const w = new Variable(new Float32Array(10_000));
    w.add(0).dataSync();
    w.dispose();
    const after = engineStats().memoryBytes;
    const kept = new Variable(new Float32Array(10_000));
    kept.assignAdd(1);
    const held = engineStats().memoryBytes - after;
    expect(held).toBeGreaterThanOrEqual(40_000);
    kept.dispose();
    // Programs stay, and the room for intermediate values.
    expect(engineStats().memoryBytes).toBeLessThan(memoryBytes + 2 * 40_000 + 10_000);
    expect(engineStats().memoryBytes).toBeLessThanOrEqual(after + held - 40_000);
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
