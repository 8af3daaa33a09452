import v8 from "node:v8";
import { describe, expect, test } from "vitest";
import type { DType } from "../../base/dtype.ts";
import type { Lanes } from "../../graph/op.ts";
import { type ArrayLane, ArrayLanes } from "../../../test/support/array-lanes.ts";
import { ulpError } from "../../../test/support/ulp.ts";
import { vectorMathCases } from "../../../test/support/vector-math-cases.ts";
import { type FunctionBuilder, ModuleBuilder } from "./encoder.ts";
import { ConstantPool, type Lane, WasmLanes } from "./lanes.ts";

type Line = <V>(w: Lanes<V>, args: readonly V[]) => V;

function relaxedSimd(): boolean {
  const module = new ModuleBuilder();
  module.func([], [], (f) => f.op("unreachable").op("f32x4.relaxed_madd").op("drop"));
  return WebAssembly.validate(module.toBytes());
}
// Node 20 has relaxed SIMD behind a flag.
if (!relaxedSimd()) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
const canFuse = relaxedSimd();

const vectorBytes = (dtype: DType): number => (dtype === "float64" ? 32 : 16);

/** Loads or stores the `counter`-th four elements of an array that starts at `base`. */
function access(f: FunctionBuilder, lane: Lane, counter: number, base: number, store: boolean): void {
  const halves = lane.high === undefined ? [lane.local] : [lane.local, lane.high];
  halves.forEach((local, half) => {
    f.get(counter).i32(vectorBytes(lane.dtype)).op("i32.mul");
    if (store) f.get(local).store("v128.store", base + 16 * half);
    else f.load("v128.load", base + 16 * half).set(local);
  });
}
/** Runs a line over whole arrays in Wasm; their length is a multiple of four. */
function run(line: Line, inputs: readonly ArrayLane[], result: DType, fused: boolean): ArrayLane {
  const count = inputs[0].values.length;
  const poolBase = 64;
  const starts = [4096];
  for (const dtype of [...inputs.map((input) => input.dtype), result])
    starts.push(starts[starts.length - 1] + (count / 4) * vectorBytes(dtype));
  const pages = Math.ceil(starts[starts.length - 1] / 65536);

  const module = new ModuleBuilder();
  module.importMemory("env", "memory", { initial: pages, maximum: pages, shared: false });
  const pool = new ConstantPool((f) => f.i32(poolBase));
  const main = module.func([], [], (f) => {
    const w = new WasmLanes(f, pool, { fused });
    const counter = f.local("i32");
    const args = inputs.map((input) => w.fresh(input.dtype));
    f.loop((again) => {
      args.forEach((arg, i) => access(f, arg, counter, starts[i], false));
      const value = w.scope(() => line(w, args));
      expect(value.dtype).toBe(result);
      access(f, value, counter, starts[inputs.length], true);
      f.get(counter)
        .i32(1)
        .op("i32.add")
        .tee(counter)
        .i32(count / 4)
        .op("i32.lt_u")
        .brIf(again);
    });
  });
  module.exportFunction("main", main);

  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
  new Uint8Array(memory.buffer).set(pool.bytes(), poolBase);
  inputs.forEach(({ values }, i) => {
    const { buffer, byteOffset, byteLength } = values;
    new Uint8Array(memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), starts[i]);
  });
  (exports.main as () => void)();
  const array = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Int32Array }[result];
  return { dtype: result, values: new array(memory.buffer as ArrayBuffer, starts[inputs.length], count) };
}

/** The same line in Wasm and in JavaScript, element for element, zeros with their signs; NaN equals NaN. */
function expectAgreement(line: Line, inputs: readonly ArrayLane[], fused = false): void {
  const expected = line(new ArrayLanes(inputs[0].values.length, fused), inputs);
  const actual = run(line, inputs, expected.dtype, fused);
  const difference = expected.values.findIndex((value, i) => !Object.is(value, actual.values[i]));
  const show = (values: ArrayLike<number>): number => values[difference];
  expect(
    difference,
    difference < 0 ? "" : `${inputs.map(({ values }) => show(values)).join()}: ${show(actual.values)}`,
  ).toBe(-1);
}

/** All pairs of values at which an operation may go wrong, as two arrays. */
const edges: Record<DType, readonly number[]> = {
  float32: [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3.7, 1e-40, 3e9, -3e9, 3.4e38],
  float64: [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3.7, 1e-310, 3e9, -3e9, 1e300],
  int32: [0, 1, -1, 2, 3, -5, 7, 65536, 1000003, -70000, 2147483647, -2147483648],
  bool: [0, -1, 0, -1],
};
function pairs(dtype: DType): ArrayLane[] {
  const make = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Int32Array }[dtype];
  const all = edges[dtype].flatMap((a) => edges[dtype].map((b) => [a, b]));
  return [0, 1].map((side) => ({ dtype, values: make.from(all.map((pair) => pair[side])) }));
}

const floats: readonly DType[] = ["float32", "float64"];
const numbers: readonly DType[] = [...floats, "int32"];
const words: readonly DType[] = ["float32", "int32", "bool"];
const all: readonly DType[] = [...numbers, "bool"];

/** Every operation of the vocabulary but for constants, conversions and choice: the dtypes that know it, and a use of it. */
const operations: Record<string, readonly [dtypes: readonly DType[], line: Line]> = {
  add: [numbers, (w, [a, b]) => w.add(a, b)],
  sub: [numbers, (w, [a, b]) => w.sub(a, b)],
  mul: [numbers, (w, [a, b]) => w.mul(a, b)],
  div: [floats, (w, [a, b]) => w.div(a, b)],
  fma: [numbers, (w, [a, b]) => w.fma(a, b, b)],
  neg: [numbers, (w, [a]) => w.neg(a)],
  abs: [numbers, (w, [a]) => w.abs(a)],
  sqrt: [floats, (w, [a]) => w.sqrt(a)],
  min: [numbers, (w, [a, b]) => w.min(a, b)],
  max: [numbers, (w, [a, b]) => w.max(a, b)],
  pmin: [numbers, (w, [a, b]) => w.pmin(a, b)],
  pmax: [numbers, (w, [a, b]) => w.pmax(a, b)],
  minUnsigned: [["int32"], (w, [a, b]) => w.minUnsigned(a, b)],
  maxUnsigned: [["int32"], (w, [a, b]) => w.maxUnsigned(a, b)],
  floor: [numbers, (w, [a]) => w.floor(a)],
  ceil: [numbers, (w, [a]) => w.ceil(a)],
  trunc: [numbers, (w, [a]) => w.trunc(a)],
  nearest: [numbers, (w, [a]) => w.nearest(a)],
  equal: [all, (w, [a, b]) => w.equal(a, b)],
  notEqual: [all, (w, [a, b]) => w.notEqual(a, b)],
  less: [all, (w, [a, b]) => w.less(a, b)],
  lessEqual: [all, (w, [a, b]) => w.lessEqual(a, b)],
  greater: [all, (w, [a, b]) => w.greater(a, b)],
  greaterEqual: [all, (w, [a, b]) => w.greaterEqual(a, b)],
  and: [words, (w, [a, b]) => w.and(a, b)],
  or: [words, (w, [a, b]) => w.or(a, b)],
  xor: [words, (w, [a, b]) => w.xor(a, b)],
  andNot: [words, (w, [a, b]) => w.andNot(a, b)],
  not: [words, (w, [a]) => w.not(a)],
  shiftLeft: [["int32"], (w, [a]) => w.shiftLeft(a, 5)],
  shiftRightSigned: [["int32"], (w, [a]) => w.shiftRightSigned(a, 5)],
  shiftRightUnsigned: [["int32"], (w, [a]) => w.shiftRightUnsigned(a, 5)],
};

describe("each operation does what it does in JavaScript", () => {
  for (const [name, [dtypes, line]] of Object.entries(operations))
    test.each(dtypes)(`${name} of %s`, (dtype) => expectAgreement(line, pairs(dtype)));

  test("operations a dtype does not know are refused", () => {
    expect(() => run((w, [a, b]) => w.div(a, b), pairs("int32"), "int32", false)).toThrow(
      "div is not defined for int32",
    );
    expect(() => run((w, [a, b]) => w.and(a, b), pairs("float64"), "float64", false)).toThrow("float64");
  });

  test.each(all)("select of %s follows masks of its own comparisons and of doubles", (dtype) => {
    const [a, b] = pairs(dtype);
    expectAgreement((w, [x, y]) => w.select(w.less(x, y), x, y), [a, b]);
    const wide = edges.float64;
    const doubles = Float64Array.from(a.values, (_, i) => wide[i % wide.length]);
    expectAgreement(
      (w, [x, y, z]) => w.select(w.lessEqual(z, w.constant(1, "float64")), x, y),
      [a, b, { dtype: "float64", values: doubles }],
    );
  });

  test.each(all.flatMap((from) => all.map((to) => [from, to] as const)))("convert %s to %s", (from, to) => {
    expectAgreement((w, [a]) => w.convert(a, to), pairs(from));
  });

  test.each(words.flatMap((from) => words.map((to) => [from, to] as const)))(
    "bitcast %s to %s and back",
    (from, to) => {
      expectAgreement((w, [a]) => w.bitcast(w.not(w.bitcast(a, to)), from), pairs(from));
    },
  );

  test.each(all)("constants of %s", (dtype) => {
    for (const value of edges[dtype]) expectAgreement((w) => w.constant(value, dtype), pairs(dtype));
  });
});

describe("vector math in Wasm", () => {
  const inputs = ([x, y]: readonly Float32Array[]): ArrayLane[] => {
    const length = 4 * Math.ceil(x.length / 4);
    return [x, y].map((values) => {
      const padded = new Float32Array(length);
      padded.set(values);
      return { dtype: "float32", values: padded };
    });
  };

  test.each(vectorMathCases)("$name gives the bits that JavaScript gives", ({ lanes, points }) => {
    expectAgreement((w, [x, y]) => lanes(w, x, y), inputs(points()));
  });

  test.runIf(canFuse).each(vectorMathCases)(
    "$name is within $ulp ulp with relaxed SIMD",
    ({ lanes, points, truth, ulp }) => {
      const [x, y] = inputs(points());
      const { values } = run((w, [a, b]) => lanes(w, a, b), [x, y], "float32", true);
      let worst = { error: 0, x: 0, y: 0, actual: 0 };
      values.forEach((actual, i) => {
        const error = ulpError(actual, truth(x.values[i], y.values[i]));
        if (error > worst.error) worst = { error, x: x.values[i], y: y.values[i], actual };
      });
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(ulp);
    },
  );
});

describe("constants", () => {
  test("equal bits are stored once, doubles on 8-byte boundaries", () => {
    const pool = new ConstantPool(() => {});
    expect([
      pool.add(7),
      pool.add64(1.5),
      pool.add(7),
      pool.add(-1),
      pool.add(0xffffffff),
      pool.add64(1.5),
    ]).toEqual([0, 8, 0, 16, 16, 8]);
    expect(new Float64Array(pool.bytes().buffer, 8, 1)[0]).toBe(1.5);
    expect([pool.addVector([0, 1, 2, 3]), pool.addVector([0, 1, 2, 3])]).toEqual([20, 20]);
    expect([...new Int32Array(pool.bytes().buffer, 20, 4)]).toEqual([0, 1, 2, 3]);
    expect(pool.add64(-0)).not.toBe(pool.add64(0));
  });

  test("one local serves a constant wherever it is used", () => {
    const module = new ModuleBuilder();
    module.importMemory("env", "memory", { initial: 1, maximum: 1, shared: false });
    module.func([], [], (f) => {
      const w = new WasmLanes(f, new ConstantPool((code) => code.i32(0)), { fused: false });
      const one = w.constant(1, "float32");
      expect(w.constant(1, "float32")).toEqual(one);
      expect(w.constant(0x3f800000, "int32").local).toBe(one.local);
      expect(w.constant(1, "float64").local).not.toBe(one.local);
      w.scope(() => w.add(one, one));
      expect(w.add(one, one).local).not.toBe(one.local);
    });
    expect(WebAssembly.validate(module.toBytes())).toBe(true);
  });
});

test("a scope gives back what it took, but for its result", () => {
  new ModuleBuilder().func([], [], (f) => {
    const w = new WasmLanes(f, new ConstantPool((code) => code.i32(0)), { fused: false });
    const input = w.fresh("float64");
    let inner: Lane | undefined;
    const result = w.scope(() => {
      inner = w.add(input, input);
      return w.mul(inner, input);
    });
    const next = w.fresh("float64");
    const reused = [next.local, next.high].sort();
    expect(reused).toEqual([inner?.local, inner?.high].sort());
    expect(reused).not.toContain(result.local);
    // An outer scope may still give the result of an inner one back.
    let nested: Lane | undefined;
    w.scope(() => {
      nested = w.scope(() => w.neg(input));
      return input;
    });
    expect([nested?.local, nested?.high]).toContain(w.fresh("float32").local);
  });
});
