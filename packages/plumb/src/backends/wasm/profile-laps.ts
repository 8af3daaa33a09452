/**
 * A clock between kernels. `lap(thread, point)` is called when a thread is done with something: the time since its last
 * lap belongs to that point, so that the times of all points add up to the time of the run, and one reading of the clock
 * serves as an end and a beginning. Programs that are not profiled are written without it.
 *
 * Point 0 is the time between runs. Each phase of a kernel has two: its work, and waiting for other threads after it. A
 * thread laps for each piece that it takes of a kernel's work, so that those who took none can be told.
 */
import type { Kernel, Loop, Program } from "../../compile/kernel.ts";
import type { Node } from "../../graph/node.ts";
import type { Origin } from "../../graph/origin.ts";
import type { KernelFacts, Lap, Span } from "../backend.ts";
import { ModuleBuilder, type FuncRef, type FunctionBuilder } from "./encoder.ts";
import type { EngineMemory } from "./memory.ts";
import { factsOf } from "./profile-facts.ts";

/** A kernel's place in the table: where its points begin, and how it lies in loops. */
interface Entry {
  readonly first: number;
  readonly program: Program;
  /** Runs of its program in a step, and how often a loop around it begins. */
  readonly runs: number;
  readonly begins: number;
  /** Phases it was written in. */
  phases: number;
}

const pointsPerKernel = 4;
const bytesPerPoint = 16;
const lineOfCache = 64;

export class LapTable {
  private readonly memory: EngineMemory;
  private readonly threads: number;
  /** What each kernel computes. */
  private readonly made: ReadonlyMap<Kernel, readonly Node[]>;
  private readonly entries = new Map<Exclude<Kernel, Loop>, Entry>();
  private readonly block: ReturnType<EngineMemory["allocate"]>;
  /** Bytes of one thread's part: when it last lapped, then time and count of each point. */
  private readonly stride: number;
  private before: Float64Array;
  private func: FuncRef | undefined;

  /** Takes memory for a program's points; threads beyond `threads` leave no laps. Errors: PL7001. */
  constructor(
    memory: EngineMemory,
    program: Program,
    made: ReadonlyMap<Kernel, readonly Node[]>,
    threads: number,
  ) {
    this.memory = memory;
    this.made = made;
    this.threads = threads;
    this.enter(program, 1, 1);
    const points = 1 + pointsPerKernel * this.entries.size;
    this.stride = Math.ceil((lineOfCache + points * bytesPerPoint) / lineOfCache) * lineOfCache;
    this.block = memory.allocate(threads * this.stride);
    this.words.fill(0);
    this.before = this.words.slice();
  }

  private enter(program: Program, runs: number, begins: number): void {
    for (const step of program.steps) {
      if (step.kind !== "kernel") continue;
      const { kernel } = step;
      if (kernel.kind === "loop") this.enter(kernel.program, runs * kernel.count, runs);
      else {
        const first = 1 + pointsPerKernel * this.entries.size;
        this.entries.set(kernel, { first, program, runs, begins, phases: 1 });
      }
    }
  }

  /** Writes `lap` into a module, before all other functions. */
  define(module: ModuleBuilder): void {
    const now = module.importFunction("engine", "now", [], ["f64"]);
    const { stride, threads } = this;
    const { address } = this.block;
    this.func = module.func(
      ["i32", "i32"],
      [],
      (f) => {
        const [thread, point] = [0, 1];
        const [time, own, at] = [f.local("f64"), f.local("i32"), f.local("i32")];
        f.call(now).set(time);
        f.get(thread).i32(threads).op("i32.ge_u");
        f.if(() => f.op("return"));
        f.get(thread).i32(stride).op("i32.mul").i32(address).op("i32.add").tee(own);
        f.get(point).i32(bytesPerPoint).op("i32.mul").op("i32.add").tee(at);
        f.get(at).load("f64.load", lineOfCache).get(time).get(own).load("f64.load", 0).op("f64.sub");
        f.op("f64.add").store("f64.store", lineOfCache);
        f.get(at)
          .get(at)
          .load("f64.load", lineOfCache + 8)
          .f64(1)
          .op("f64.add");
        f.store("f64.store", lineOfCache + 8);
        f.get(own).get(time).store("f64.store", 0);
      },
      "lap",
    );
  }

  /** The `run` of a program that begins with a lap, so that what lies before is no part of it. */
  started(module: ModuleBuilder, run: FuncRef): FuncRef {
    const [block, thread, team] = [0, 1, 2];
    return module.func(["i32", "i32", "i32"], ["i32"], (f) => {
      this.write(f, thread, 0);
      f.get(block).get(thread).get(team).call(run);
    });
  }

  /** The point of a phase of a kernel; that of waiting after it is the next. */
  pointOf(kernel: Exclude<Kernel, Loop>, phase: number, phases: number): number {
    const entry = this.entries.get(kernel) as Entry;
    entry.phases = phases;
    return entry.first + 2 * phase;
  }

  /** Writes a call of `lap`. */
  write(f: FunctionBuilder, thread: number, point: number): void {
    f.get(thread)
      .i32(point)
      .call(this.func as FuncRef);
  }

  /** All kernels in the order of the program, the phases of each by themselves. */
  kernels(): readonly KernelFacts[] {
    return this.rows().map(({ kernel, entry, phase }) => {
      const { program, runs, begins, phases } = entry;
      const packs = kernel.kind === "product" && phases === 2 && phase === 0;
      const once =
        packs && kernel.packed !== undefined && program.packedOnce.includes(kernel.packed) ? begins : runs;
      return {
        ...factsOf(kernel, program.buffers, packs ? "pack" : "all"),
        origins: originsOf(this.made.get(kernel) ?? []),
        calls: once,
      };
    });
  }

  /** What was measured since this was last asked, in the order of `kernels`. */
  take(): readonly Lap[] {
    const words = this.words.slice();
    const since = words.map((value, i) => value - this.before[i]);
    this.before = words;
    const spanOf = (thread: number, point: number): Span => {
      const at = (thread * this.stride + lineOfCache + point * bytesPerPoint) / 8;
      return { milliseconds: since[at], readings: since[at + 1] };
    };
    const threads = Array.from({ length: this.threads }, (_, thread) => thread);
    return this.rows().map(({ entry, phase }) => {
      const point = entry.first + 2 * phase;
      const spans = threads.map((thread) => spanOf(thread, point)).filter(({ readings }) => readings > 0);
      const sum = (of: (span: Span) => number): number => spans.reduce((all, span) => all + of(span), 0);
      return {
        work: spanOf(0, point),
        waiting: spanOf(0, point + 1),
        threads: spans.length,
        together: {
          milliseconds: sum(({ milliseconds }) => milliseconds),
          readings: sum(({ readings }) => readings),
        },
      };
    });
  }

  dispose(): void {
    this.memory.release(this.block);
  }

  private rows(): { kernel: Exclude<Kernel, Loop>; entry: Entry; phase: number }[] {
    return [...this.entries].flatMap(([kernel, entry]) =>
      Array.from({ length: entry.phases }, (_, phase) => ({ kernel, entry, phase })),
    );
  }

  private get words(): Float64Array {
    const { address } = this.block;
    return this.memory.float64s.subarray(address / 8, (address + this.threads * this.stride) / 8);
  }
}

/** Which parts of a model nodes were made for, each once. */
function originsOf(nodes: readonly Node[]): Origin[] {
  const found = new Map<string, Origin>();
  for (const { origin } of nodes) if (origin) found.set(`${origin.backward} ${origin.name}`, origin);
  return [...found.values()];
}

let known: number | undefined;

/** Milliseconds that reading the clock takes: measured once. */
export function lapCost(): number {
  if (known !== undefined) return known;
  const module = new ModuleBuilder();
  module.importMemory("engine", "memory", { initial: 1, maximum: 1, shared: false });
  const now = module.importFunction("engine", "now", [], ["f64"]);
  const spend = module.func(["i32"], [], (f) => {
    f.loop((again) => {
      f.i32(0).call(now).store("f64.store", 0);
      f.get(0).i32(1).op("i32.sub").tee(0).brIf(again);
    });
  });
  module.exportFunction("spend", spend);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    engine: { memory, now: () => performance.now() },
  });
  const readings = 2_000;
  const times = Array.from({ length: 20 }, () => {
    const begin = performance.now();
    (instance.exports.spend as (times: number) => void)(readings);
    return (performance.now() - begin) / readings;
  });
  return (known = times.sort((a, b) => a - b)[times.length / 2]);
}
