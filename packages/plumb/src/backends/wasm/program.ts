/**
 * Writes the module of a program: a function per kernel, and `run(block, thread, threads)`, which every thread executes:
 * it takes its share of each kernel's units and meets the others at the barriers. Alone, a thread takes everything.
 */
import type { Kernel, Program } from "../../compile/kernel.ts";
import { ModuleBuilder, type FunctionBuilder } from "./encoder.ts";
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
  const context: ModuleContext = {
    module,
    buffers: program.buffers,
    block: new StaticBlock(program.buffers),
    features,
  };
  const written = new Map<Kernel, readonly WrittenKernel[]>();
  for (const step of program.steps) {
    if (step.kind === "kernel") written.set(step.kernel, writeKernel(context, step.kernel));
  }
  const run = module.func(["i32", "i32", "i32"], ["i32"], (f) => {
    const begin = f.local("i32");
    const end = f.local("i32");
    for (const step of program.steps) {
      switch (step.kind) {
        case "kernel":
          (written.get(step.kernel) ?? []).forEach((phase, i) => {
            if (i > 0) meet(f);
            callShare(f, phase, begin, end);
          });
          break;
        case "barrier":
          meet(f);
          break;
        case "guard": {
          const { place } = program.buffers[step.buffer];
          f.get(block).load("i32.load", context.block.slotOf(program.buffers[step.buffer]));
          f.load("i32.load", "offset" in place ? place.offset : 0).op("i32.eqz");
          f.if(() => f.i32(step.check).op("return"));
          break;
        }
      }
    }
    f.i32(-1);
  });
  module.exportFunction("run", run);
  return { bytes: module.toBytes(), block: context.block };
}

function writeKernel(context: ModuleContext, kernel: Kernel): readonly WrittenKernel[] {
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

/** Calls a kernel for units [units · thread / threads, units · (thread + 1) / threads). */
function callShare(f: FunctionBuilder, { func, units }: WrittenKernel, begin: number, end: number): void {
  f.i32(units).get(thread).op("i32.mul").get(threads).op("i32.div_u").set(begin);
  f.i32(units).get(thread).i32(1).op("i32.add").op("i32.mul").get(threads).op("i32.div_u").set(end);
  f.get(begin).get(end).op("i32.lt_u");
  f.if(() => f.get(block).get(begin).get(end).call(func));
}

/**
 * Where threads wait for each other. A memory that is not shared has one thread, which has nobody to wait for; the place
 * is kept so that shared programs differ by these instructions only.
 */
function meet(f: FunctionBuilder): void {
  f.op("nop");
}
