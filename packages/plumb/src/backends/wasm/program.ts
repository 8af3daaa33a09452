/**
 * Writes the module of a program: a function per kernel, and `run(block, thread, threads)`, which every thread executes:
 * it takes its share of each kernel's units and meets the others at the barriers. Alone, a thread takes everything.
 */
import { bytesOf } from "../../base/dtype.ts";
import type { Kernel, Loop, Program, Walk } from "../../compile/kernel.ts";
import { ModuleBuilder, type FuncRef, type FunctionBuilder } from "./encoder.ts";
import { StaticBlock, type Features, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import { writeScan, writeSort } from "./lines.ts";
import { writeNest } from "./nest.ts";
import { writeProduct } from "./product.ts";
import { writeFill, writeScatter } from "./scatter.ts";

export interface WrittenProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly block: StaticBlock;
}

/** The parameters of `run`. */
const block = 0;
const thread = 1;
const threads = 2;

export function writeProgram(program: Program, features: Features): WrittenProgram {
  const module = new ModuleBuilder();
  module.importMemory("engine", "memory", { initial: 1, maximum: 65_536, shared: features.shared });
  const written = writeSteps(module, program, features);
  module.exportFunction("run", written.run);
  return { bytes: module.toBytes(), block: written.block };
}

/** A program as functions of a module: those of a loop's step are called by the program around it. */
interface WrittenSteps {
  /** `run(block, thread, threads)`: -1, or the check that failed. */
  readonly run: FuncRef;
  /** Packs what is the same at every run, if there is such a thing. */
  readonly prepare: FuncRef | undefined;
  readonly block: StaticBlock;
}

function writeSteps(module: ModuleBuilder, program: Program, features: Features): WrittenSteps {
  const { buffers, steps, packedOnce } = program;
  const context: ModuleContext = { module, buffers, block: new StaticBlock(buffers), features };
  const written = new Map<Kernel, readonly WrittenKernel[]>();
  const loops = new Map<Kernel, WrittenSteps>();
  const first: WrittenKernel[] = [];
  for (const step of steps) {
    if (step.kind !== "kernel") continue;
    const { kernel } = step;
    if (kernel.kind === "loop") {
      const inner = writeSteps(module, kernel.program, features);
      context.block.enclose(inner.block);
      loops.set(kernel, inner);
      continue;
    }
    const phases = writeKernel(context, kernel);
    // The first of two phases of a product packs its right operand.
    const once =
      kernel.kind === "product" &&
      kernel.packed !== undefined &&
      packedOnce.includes(kernel.packed) &&
      phases.length === 2;
    if (once) first.push(phases[0]);
    written.set(kernel, once ? phases.slice(1) : phases);
  }
  const run = module.func(["i32", "i32", "i32"], ["i32"], (f) => {
    const shares = new Shares(f);
    for (const step of steps) {
      switch (step.kind) {
        case "kernel": {
          const { kernel } = step;
          if (kernel.kind === "loop") writeLoop(f, context, kernel, loops.get(kernel) as WrittenSteps);
          else shares.call(written.get(kernel) ?? []);
          break;
        }
        case "barrier":
          meet(f);
          break;
        case "guard": {
          const { place } = buffers[step.buffer];
          f.get(block).load("i32.load", context.block.slotOf(buffers[step.buffer]));
          f.load("i32.load", "offset" in place ? place.offset : 0).op("i32.eqz");
          f.if(() => f.i32(step.check).op("return"));
          break;
        }
      }
    }
    f.i32(-1);
  });
  const prepare =
    first.length === 0
      ? undefined
      : module.func(["i32", "i32", "i32"], [], (f) => {
          const shares = new Shares(f);
          for (const phase of first) shares.call([phase]);
        });
  return { run, prepare, block: context.block };
}

/**
 * Calls the program of a step, again and again, having told it where everything lies. Every thread writes the addresses,
 * all the same ones, after all have finished the step before: nobody needs to wait for them.
 */
function writeLoop(f: FunctionBuilder, outer: ModuleContext, loop: Loop, inner: WrittenSteps): void {
  const { program, count, reverse } = loop;
  const [base, step] = [f.local("i32"), f.local("i32")];
  f.get(block).i32(outer.block.offsetOf(inner.block)).op("i32.add").set(base);
  const put = (slot: number, { buffer, stride }: Walk): void => {
    const { place, dtype } = outer.buffers[buffer];
    f.get(base);
    f.get(block).load("i32.load", outer.block.slotOf(outer.buffers[buffer]));
    if ("offset" in place) f.i32(place.offset).op("i32.add");
    if (stride > 0) {
      f.get(step)
        .i32(stride * bytesOf[dtype])
        .op("i32.mul")
        .op("i32.add");
    }
    f.store("i32.store", slot);
  };
  const walks = program.buffers.flatMap((buffer) => {
    const { place } = buffer;
    const walk =
      place.kind === "resident"
        ? loop.inputs[place.slot]
        : place.kind === "assigned"
          ? loop.targets[place.index]
          : undefined;
    return walk === undefined ? [] : [{ slot: inner.block.slotOf(buffer), walk }];
  });
  put(0, { buffer: loop.scratch, stride: 0 });
  for (const { slot, walk } of walks) if (walk.stride === 0) put(slot, walk);
  if (inner.prepare !== undefined) {
    f.get(base).get(thread).get(threads).call(inner.prepare);
    meet(f);
  }
  f.i32(reverse ? count - 1 : 0).set(step);
  f.loop((again) => {
    for (const { slot, walk } of walks) if (walk.stride > 0) put(slot, walk);
    f.get(base).get(thread).get(threads).call(inner.run).op("drop");
    meet(f);
    f.get(step)
      .i32(reverse ? -1 : 1)
      .op("i32.add")
      .tee(step);
    f.i32(reverse ? -1 : count)
      .op("i32.ne")
      .brIf(again);
  });
  f.release(base).release(step);
}

function writeKernel(context: ModuleContext, kernel: Exclude<Kernel, Loop>): readonly WrittenKernel[] {
  switch (kernel.kind) {
    case "nest":
      return [writeNest(context, kernel)];
    case "product":
      return writeProduct(context, kernel);
    case "scan":
      return [writeScan(context, kernel)];
    case "sort":
      return [writeSort(context, kernel)];
    case "scatter":
      return [writeScatter(context, kernel)];
    case "fill":
      return [writeFill(context, kernel)];
  }
}

/** Calls kernels for the share of this thread: units [units · thread / threads, units · (thread + 1) / threads). */
class Shares {
  private readonly f: FunctionBuilder;
  private readonly begin: number;
  private readonly end: number;

  constructor(f: FunctionBuilder) {
    this.f = f;
    this.begin = f.local("i32");
    this.end = f.local("i32");
  }

  /** The phases of one kernel. */
  call(phases: readonly WrittenKernel[]): void {
    const { f, begin, end } = this;
    phases.forEach(({ func, units }, i) => {
      if (i > 0) meet(f);
      f.i32(units).get(thread).op("i32.mul").get(threads).op("i32.div_u").set(begin);
      f.i32(units).get(thread).i32(1).op("i32.add").op("i32.mul").get(threads).op("i32.div_u").set(end);
      f.get(begin).get(end).op("i32.lt_u");
      f.if(() => f.get(block).get(begin).get(end).call(func));
    });
  }
}

/**
 * Where threads wait for each other. A memory that is not shared has one thread, which has nobody to wait for; the place
 * is kept so that shared programs differ by these instructions only.
 */
function meet(f: FunctionBuilder): void {
  f.op("nop");
}
