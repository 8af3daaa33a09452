/**
 * Writes the module of a program: a function per kernel, and `run(block, thread, team)`, which every thread executes: it
 * takes its share of each kernel's units and meets the others at the barriers. Alone, a thread takes everything.
 */
import { bytesOf } from "../../base/dtype.ts";
import type { Kernel, Loop, Program, Step, Walk } from "../../compile/kernel.ts";
import { ModuleBuilder, type FuncRef, type FunctionBuilder, type ValType } from "./encoder.ts";
import { StaticBlock, type Features, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import { writeScan, writeSort } from "./lines.ts";
import { hasLongFolds, writeNest } from "./nest.ts";
import { writeProduct } from "./product.ts";
import type { LapTable } from "./profile-laps.ts";
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
  /** Reads the clock between kernels. */
  readonly laps?: LapTable;
}

const { block, thread, team } = runParameters;
const runTypes: readonly ValType[] = ["i32", "i32", "i32"];

/** What the programs of a module have in common. */
type Common = Omit<ModuleContext, "buffers" | "block" | "functions">;

export function writeProgram(
  program: Program,
  features: Features,
  { shareAll = false, laps }: WriteOptions = {},
): WrittenProgram {
  const module = new ModuleBuilder();
  module.importMemory("engine", "memory", { initial: 1, maximum: 65_536, shared: features.shared });
  laps?.define(module);
  const meet = features.shared ? writeMeet(module) : undefined;
  const number = module.global("i32", true, 0);
  const written = writeSteps(program, { module, features, meet, shareAll, laps, thread: number });
  module.exportFunction("run", laps === undefined ? written.run : laps.started(module, written.run));
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

/** True for a kernel whose threads each need a seat. */
const folds = (step: Step): boolean =>
  step.kind === "kernel" && step.kernel.kind === "nest" && hasLongFolds(step.kernel);

function writeSteps(program: Program, common: Common): WrittenSteps {
  const { buffers, steps, packedOnce } = program;
  const context: ModuleContext = {
    ...common,
    buffers,
    block: new StaticBlock(buffers, steps.some(folds)),
    functions: new Map(),
  };
  const { module } = context;
  const phases = new Map<Step, Phase>();
  const pieces = new Map<Kernel, readonly WrittenKernel[]>();
  const loops = new Map<Kernel, WrittenSteps>();
  const first: Phase[] = [];
  let shared = 0;
  for (const step of steps) {
    if (step.kind !== "kernel" && step.kind !== "pack") continue;
    const { kernel } = step;
    if (kernel.kind === "loop") {
      const inner = writeSteps(kernel.program, common);
      context.block.enclose(inner.block);
      loops.set(kernel, inner);
      shared += kernel.count * inner.shared;
      continue;
    }
    const written = pieces.get(kernel) ?? writeKernel(context, kernel);
    pieces.set(kernel, written);
    const work = workOf(kernel, written.length);
    const phaseAt = (i: number): Phase => ({
      ...phaseOf(context, written[i], work[i]),
      lap: context.laps?.pointOf(kernel, i, written.length),
    });
    // The first of two pieces of a product packs its right operand.
    const last = written.length - 1;
    if (last > 0 && kernel.kind === "product" && packedOnce.includes(kernel.packed ?? -1))
      first.push(phaseAt(0));
    const phase = phaseAt(step.kind === "pack" ? 0 : last);
    phases.set(step, phase);
    if (phase.counter !== undefined) shared += phase.work;
  }
  const run = module.func(runTypes, ["i32"], (f) => {
    const writer = new RunWriter(f, context);
    f.get(thread).globalSet(context.thread);
    for (const step of steps) {
      switch (step.kind) {
        case "kernel":
        case "pack":
          if (step.kernel.kind === "loop")
            writeLoop(writer, f, context, step.kernel, loops.get(step.kernel) as WrittenSteps);
          else writer.phase(phases.get(step) as Phase);
          break;
        case "barrier":
          writer.barrier();
          break;
        case "guard": {
          writer.guard(() => {
            context.block.pushAddress(f, buffers[step.buffer]);
            f.load("i32.load");
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
          for (const phase of first) writer.phase(phase);
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
      f.get(base);
      outer.block.pushAddress(f, outer.buffers[buffer]);
      if (stride > 0) {
        f.get(step)
          .i32(stride * bytesOf[outer.buffers[buffer].dtype])
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
