/**
 * Writes the module of a program: a function per kernel, and `run(block, thread, team)`, which every thread executes: it
 * takes its share of each kernel's units and meets the others at the barriers. Alone, a thread takes everything.
 */
import { bytesOf } from "../../base/dtype.ts";
import type { Kernel, Loop, Program, Walk } from "../../compile/kernel.ts";
import { ModuleBuilder, type FuncRef, type FunctionBuilder, type ValType } from "./encoder.ts";
import { StaticBlock, type Features, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import { writeScan, writeSort } from "./lines.ts";
import { writeNest } from "./nest.ts";
import { writeProduct } from "./product.ts";
import { writeFill, writeScatter } from "./scatter.ts";
import { phaseOf, runParameters, RunWriter, type Phase } from "./shares.ts";
import { writeMeet } from "./threads.ts";
import { workOf } from "./work.ts";

export interface WrittenProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly block: StaticBlock;
  /** Nanoseconds, roughly, that one thread takes for what several would share; 0 where there is nothing to share. */
  readonly shared: number;
}

export interface WriteOptions {
  /** Shares every kernel among the threads, however small; for comparing. */
  readonly shareAll?: boolean;
}

const { block, thread, team } = runParameters;
const runTypes: readonly ValType[] = ["i32", "i32", "i32"];

/** What the programs of a module have in common. */
type Common = Omit<ModuleContext, "buffers" | "block">;

export function writeProgram(
  program: Program,
  features: Features,
  { shareAll = false }: WriteOptions = {},
): WrittenProgram {
  const module = new ModuleBuilder();
  module.importMemory("engine", "memory", { initial: 1, maximum: 65_536, shared: features.shared });
  const meet = features.shared ? writeMeet(module) : undefined;
  const written = writeSteps(program, { module, features, meet, shareAll });
  module.exportFunction("run", written.run);
  return { bytes: module.toBytes(), block: written.block, shared: written.shared };
}

/** A program as functions of a module: those of a loop's step are called by the program around it. */
interface WrittenSteps {
  /** `run(block, thread, team)`: -1, or the check that failed. */
  readonly run: FuncRef;
  /** Packs what is the same at every run, if there is such a thing. */
  readonly prepare: FuncRef | undefined;
  readonly block: StaticBlock;
  readonly shared: number;
}

function writeSteps(program: Program, common: Common): WrittenSteps {
  const { buffers, steps, packedOnce } = program;
  const context: ModuleContext = { ...common, buffers, block: new StaticBlock(buffers) };
  const { module } = context;
  const written = new Map<Kernel, readonly Phase[]>();
  const loops = new Map<Kernel, WrittenSteps>();
  const first: Phase[] = [];
  let shared = 0;
  for (const step of steps) {
    if (step.kind !== "kernel") continue;
    const { kernel } = step;
    if (kernel.kind === "loop") {
      const inner = writeSteps(kernel.program, common);
      context.block.enclose(inner.block);
      loops.set(kernel, inner);
      shared += kernel.count * inner.shared;
      continue;
    }
    const kernels = writeKernel(context, kernel);
    const work = workOf(kernel, kernels.length);
    const phases = kernels.map((each, i) => phaseOf(context, each, work[i]));
    // The first of two phases of a product packs its right operand.
    const once =
      kernel.kind === "product" &&
      kernel.packed !== undefined &&
      packedOnce.includes(kernel.packed) &&
      phases.length === 2;
    if (once) first.push(phases[0]);
    written.set(kernel, once ? phases.slice(1) : phases);
    for (const phase of phases) if (phase.counter !== undefined) shared += phase.work;
  }
  const run = module.func(runTypes, ["i32"], (f) => {
    const writer = new RunWriter(f, context);
    for (const step of steps) {
      switch (step.kind) {
        case "kernel": {
          const { kernel } = step;
          if (kernel.kind === "loop")
            writeLoop(writer, f, context, kernel, loops.get(kernel) as WrittenSteps);
          else writer.kernel(written.get(kernel) ?? []);
          break;
        }
        case "barrier":
          writer.barrier();
          break;
        case "guard": {
          const { place } = buffers[step.buffer];
          writer.guard(() => {
            f.get(block).load("i32.load", context.block.slotOf(buffers[step.buffer]));
            f.load("i32.load", "offset" in place ? place.offset : 0);
          }, step.check);
          break;
        }
      }
    }
    writer.end();
    f.i32(-1);
  });
  const prepare =
    first.length === 0
      ? undefined
      : module.func(runTypes, [], (f) => {
          const writer = new RunWriter(f, context);
          for (const phase of first) writer.kernel([phase]);
          writer.end();
        });
  return { run, prepare, block: context.block, shared };
}

/**
 * Calls the program of a step, again and again, having told it where everything lies; by all threads, or by the first if
 * there is nothing to share. Every thread writes the addresses, all the same ones, after all have finished the step
 * before: nobody needs to wait for them.
 */
function writeLoop(
  writer: RunWriter,
  f: FunctionBuilder,
  outer: ModuleContext,
  loop: Loop,
  inner: WrittenSteps,
): void {
  const { program, count, reverse } = loop;
  const isShared = inner.shared > 0;
  const call = (base: number, func: FuncRef): FunctionBuilder =>
    isShared ? f.get(base).get(thread).get(team).call(func) : f.get(base).i32(0).i32(0).call(func);
  const body = (): void => {
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
    if (inner.prepare !== undefined) call(base, inner.prepare);
    f.i32(reverse ? count - 1 : 0).set(step);
    f.loop((again) => {
      for (const { slot, walk } of walks) if (walk.stride > 0) put(slot, walk);
      call(base, inner.run).op("drop");
      f.get(step)
        .i32(reverse ? -1 : 1)
        .op("i32.add")
        .tee(step);
      f.i32(reverse ? -1 : count)
        .op("i32.ne")
        .brIf(again);
    });
    f.release(base).release(step);
  };
  if (isShared) writer.meetingAtEnd(body);
  else writer.alone(body);
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
