import { describe, expect, test } from "vitest";
import { ByteBuffer } from "./byte-buffer.ts";
import { FunctionBuilder, ModuleBuilder, type ValType } from "./encoder.ts";
import {
  laneOpcodes,
  loadLaneOpcodes,
  loadOpcodes,
  plainOpcodes,
  storeLaneOpcodes,
  storeOpcodes,
} from "./opcodes.ts";

type Fn = (...args: number[]) => number;

/** Builds a module of one function over an imported memory of two pages and runs it. */
function single(params: ValType[], results: ValType[], build: (f: FunctionBuilder) => void) {
  const module = new ModuleBuilder();
  module.importMemory("env", "memory", { initial: 2, maximum: 2, shared: true });
  module.exportFunction("run", module.func(params, results, build, "run"));
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    env: { memory },
  });
  return { run: instance.exports.run as Fn, memory };
}

const valid = (params: ValType[], results: ValType[], build: (f: FunctionBuilder) => void): boolean => {
  const module = new ModuleBuilder();
  module.importMemory("env", "memory", { initial: 1, maximum: 1, shared: true });
  module.func(params, results, build);
  return WebAssembly.validate(module.toBytes());
};

describe("constants", () => {
  test.each([0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32 - 1])(
    "i32 %d",
    (value) => {
      expect(single([], ["i32"], (f) => f.i32(value)).run()).toBe(value | 0);
    },
  );
  test.each([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1n << 32n])("i64 %d", (value) => {
    expect(single([], ["i64"], (f) => f.i64(value)).run()).toBe(value);
  });
  test.each([0, -0, 1.5, -1e300, NaN, Infinity])("f32 and f64 %d", (value) => {
    expect(single([], ["f64"], (f) => f.f64(value)).run()).toBe(value);
    expect(single([], ["f32"], (f) => f.f32(value)).run()).toBe(Math.fround(value));
  });
  test("v128 has lane 0 first", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
    const lane = (k: number) => single([], ["i32"], (f) => f.v128(bytes).lane("i32x4.extract_lane", k)).run();
    expect([lane(0), lane(3)]).toEqual([0x03020100, 0x0f0e0d0c]);
  });
});

describe("memory", () => {
  test("offsets up to 2^32 - 1 are unsigned", () => {
    const { run } = single(["i32"], ["i32"], (f) => f.get(0).load("i32.load", 2 ** 32 - 1));
    expect(() => run(0)).toThrow(WebAssembly.RuntimeError);
    const far = single(["i32"], ["i32"], (f) => f.get(0).load("i32.load", 65536));
    new Int32Array(far.memory.buffer)[65536 / 4 + 1] = 7;
    expect(far.run(4)).toBe(7);
  });

  test("fill and copy move bytes", () => {
    const { run, memory } = single([], [], (f) =>
      f.i32(8).i32(0xab).i32(4).op("memory.fill").i32(100).i32(8).i32(4).op("memory.copy"),
    );
    run();
    expect([...new Uint8Array(memory.buffer, 99, 6)]).toEqual([0, 0xab, 0xab, 0xab, 0xab, 0]);
  });

  test("atomics add and return what was there", () => {
    const { run, memory } = single([], ["i32"], (f) => f.i32(16).i32(5).load("i32.atomic.rmw.add", 4));
    expect([run(), run(), new Int32Array(memory.buffer)[5]]).toEqual([0, 5, 10]);
  });

  test("alignment is natural unless told, and always for atomics", () => {
    const written = (build: (f: FunctionBuilder) => void): number[] => {
      const f = new FunctionBuilder([]);
      build(f);
      return [...f.code];
    };
    expect(written((f) => f.load("f64.load", 5))).toEqual([0x2b, 3, 5]);
    expect(written((f) => f.load("v128.load", 5, 4))).toEqual([0xfd, 0, 2, 5]);
    expect(written((f) => f.load("i64.atomic.rmw.add", 5, 1))).toEqual([0xfe, 0x1f, 3, 5]);
  });

  test("a lane is stored alone", () => {
    const { run, memory } = single([], [], (f) =>
      f.i32(32).f32(2.5).op("f32x4.splat").storeLane("v128.store32_lane", 2),
    );
    run();
    expect([...new Float32Array(memory.buffer, 28, 3)]).toEqual([0, 2.5, 0]);
  });

  test("shuffle picks bytes of both operands", () => {
    const bytes = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
    const { run } = single([], ["i32"], (f) =>
      f.i32(1).op("i32x4.splat").i32(2).op("i32x4.splat").shuffle(bytes).lane("i32x4.extract_lane", 1),
    );
    expect(run()).toBe(2);
  });
});

describe("control", () => {
  test("a loop sums to n and a block is left early", () => {
    const { run } = single(["i32"], ["i32"], (f) => {
      const total = f.local("i32");
      f.block((done) => {
        f.loop((again) => {
          f.get(0).op("i32.eqz").brIf(done);
          f.get(total).get(0).op("i32.add").set(total);
          f.get(0).i32(1).op("i32.sub").set(0);
          f.br(again);
        });
      });
      f.get(total);
    });
    expect(run(100)).toBe(5050);
  });

  test("if has two arms and a result", () => {
    const { run } = single(["i32"], ["i32"], (f) =>
      f.get(0).if(
        () => f.i32(10),
        () => f.i32(20),
        "i32",
      ),
    );
    expect([run(1), run(0)]).toEqual([10, 20]);
  });

  test("branches count the if they stand in", () => {
    const { run } = single(["i32"], ["i32"], (f) => {
      const seen = f.local("i32");
      f.block((out) => {
        f.get(0).if(() => f.i32(1).set(seen).br(out));
        f.i32(2).set(seen);
      });
      f.get(seen);
    });
    expect([run(1), run(0)]).toEqual([1, 2]);
  });
});

describe("locals", () => {
  test("a released local serves the next of its type only", () => {
    single(["i32"], [], (f) => {
      const a = f.local("v128");
      f.release(a);
      expect(f.local("i32")).not.toBe(a);
      expect(f.local("v128")).toBe(a);
      expect(f.local("v128")).not.toBe(a);
    });
  });

  test("the prologue runs first and its locals are never those of the body", () => {
    const { run } = single([], ["i32"], (f) => {
      const scratch = f.local("i32");
      f.i32(1).set(scratch).release(scratch);
      const hoisted = f.prologue.local("i32");
      expect(hoisted).not.toBe(scratch);
      f.prologue.i32(41).set(hoisted);
      f.get(hoisted).get(scratch).op("i32.add");
    });
    expect(run()).toBe(42);
  });
});

describe("module", () => {
  test("imports, globals, calls and exports meet", () => {
    const module = new ModuleBuilder();
    module.importMemory("env", "memory", { initial: 1, maximum: 3, shared: false });
    const twice = module.importFunction("env", "twice", ["i32"], ["i32"]);
    const counter = module.global("i32", true, 40);
    const bump = module.func([], [], (f) => f.globalGet(counter).i32(1).op("i32.add").globalSet(counter));
    const main = module.func([], ["i32"], (f) => f.call(bump).globalGet(counter).call(twice), "main loop");
    module.exportFunction("main", main);
    expect(() => module.importFunction("env", "late", [], [])).toThrow("before func");
    const compiled = new WebAssembly.Module(module.toBytes());
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
    const instance = new WebAssembly.Instance(compiled, { env: { memory, twice: (x: number) => 2 * x } });
    expect((instance.exports.main as Fn)()).toBe(82);
    expect(WebAssembly.Module.customSections(compiled, "name")).toHaveLength(1);
  });

  test("a trap names the kernel", () => {
    const module = new ModuleBuilder();
    module.exportFunction(
      "f",
      module.func([], [], (f) => f.op("unreachable"), "softmax rows"),
    );
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes())).exports;
    let stack = "";
    try {
      (f as Fn)();
    } catch (error) {
      stack = (error as Error).stack ?? "";
    }
    expect(stack).toContain("softmax rows");
  });

  test("one signature is written once and found again", () => {
    const build = (functions: number): Uint8Array<ArrayBuffer> => {
      const module = new ModuleBuilder();
      module.func([], [], () => {});
      for (let i = 0; i < functions; i++) module.func(["f64", "v128"], ["f32"], (f) => f.f32(0));
      return module.toBytes();
    };
    // A function adds its type index (1 byte) and its body (a length, no locals, f32.const, end: 8 bytes).
    expect(build(3).length - build(2).length).toBe(9);
    expect(WebAssembly.validate(build(3))).toBe(true);
  });
});

describe("every opcode exists", () => {
  // Behind `unreachable` the stack holds whatever an instruction asks for, so one line checks any of them.
  const relaxed = valid([], [], (f) => f.op("unreachable").op("f32x4.relaxed_madd").op("drop"));
  test("without immediates", () => {
    for (const name of Object.keys(plainOpcodes) as (keyof typeof plainOpcodes)[]) {
      if (name.includes("relaxed") && !relaxed) continue;
      expect(
        valid([], [], (f) => f.op("unreachable").op(name).op("unreachable")),
        name,
      ).toBe(true);
    }
  });
  test("with an address", () => {
    for (const name of Object.keys(loadOpcodes) as (keyof typeof loadOpcodes)[])
      expect(
        valid([], [], (f) => f.op("unreachable").load(name, 8).op("drop")),
        name,
      ).toBe(true);
    for (const name of Object.keys(storeOpcodes) as (keyof typeof storeOpcodes)[])
      expect(
        valid([], [], (f) => f.op("unreachable").store(name, 8)),
        name,
      ).toBe(true);
  });
  test("with a lane", () => {
    for (const name of Object.keys(laneOpcodes) as (keyof typeof laneOpcodes)[])
      expect(
        valid([], [], (f) => f.op("unreachable").lane(name, 1).op("drop")),
        name,
      ).toBe(true);
    for (const name of Object.keys(loadLaneOpcodes) as (keyof typeof loadLaneOpcodes)[])
      expect(
        valid([], [], (f) => f.op("unreachable").loadLane(name, 1).op("drop")),
        name,
      ).toBe(true);
    for (const name of Object.keys(storeLaneOpcodes) as (keyof typeof storeLaneOpcodes)[])
      expect(
        valid([], [], (f) => f.op("unreachable").storeLane(name, 1)),
        name,
      ).toBe(true);
  });
});

test("the buffer grows without losing what it holds", () => {
  const buffer = new ByteBuffer(1);
  for (let i = 0; i < 1000; i++) buffer.u32(300);
  expect(buffer.written).toEqual(Uint8Array.from({ length: 2000 }, (_, i) => (i % 2 ? 2 : 0xac)));
});
