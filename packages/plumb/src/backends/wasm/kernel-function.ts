/** What every kernel of a module is written with: one function, its vector vocabulary, the addresses of its buffers. */
import { bytesOf, type DType } from "../../base/dtype.ts";
import type { Buffer, Kernel, Loop } from "../../compile/kernel.ts";
import type { CodeWriter, FuncRef, FunctionBuilder, Global, ModuleBuilder } from "./encoder.ts";
import { formOf } from "./kernel-form.ts";

import { ConstantPool, WasmLanes } from "./lanes.ts";
import type { LapTable } from "./profile-laps.ts";
import type { TileName } from "./tile-shapes.ts";

/** What the engine's Wasm can do, found by probing. */
export interface Features {
  /** Relaxed SIMD, with a multiply-add that rounds once. */
  readonly fused: boolean;
  /** The memory is shared, and programs may run on several threads. */
  readonly shared: boolean;
  /** The shape of the tiles of products. */
  readonly tile: TileName;
}

/** Room of its own for each thread, for as many as there are: kernels that use it are for no more. */
export const seat = { count: 16, bytes: 64 } as const;

/**
 * The block of memory a program owns: addresses (the arena first, then one per resident and per assigned buffer), then
 * seats where kernels need them, then constants, then counters of the units that threads have taken, then the blocks of the programs inside its loops.
 * Kernels get its address and find everything else through it, so that a module is bound to no place.
 */
export class StaticBlock {
  readonly constants: ConstantPool;
  private readonly slots = new Map<string, number>();
  private readonly inner: StaticBlock[] = [];
  private readonly seatBytes: number;
  private counters = 0;

  /** `hasSeats` says whether each thread gets some room of its own. */
  constructor(buffers: readonly Buffer[], hasSeats: boolean) {
    this.seatBytes = hasSeats ? seat.count * seat.bytes : 0;
    for (const buffer of buffers) {
      const key = slotKey(buffer);
      if (key !== undefined && !this.slots.has(key)) this.slots.set(key, 4 + 4 * this.slots.size);
    }
    this.constants = new ConstantPool((f) => f.get(0).i32(this.constantsAt).op("i32.add"));
  }

  /** Where the seats are: behind the table of addresses. */
  get seatsAt(): number {
    return aligned(4 + 4 * this.slots.size);
  }

  private get constantsAt(): number {
    return this.seatsAt + this.seatBytes;
  }

  get bytes(): number {
    return this.inner.reduce((sum, { bytes }) => sum + aligned(bytes), this.ownBytes);
  }

  private get ownBytes(): number {
    return aligned(this.counterAt(this.counters));
  }

  /** A new counter: 0 before the first run and after each meeting that follows its use. */
  addCounter(): number {
    return this.counters++;
  }

  /** Where a counter lies, on lines of the cache without constants; final once all kernels are written. */
  counterAt(counter: number): number {
    return Math.ceil((this.constantsAt + this.constants.bytes().length) / 64) * 64 + 4 * counter;
  }

  /** Makes the block of a loop's program a part of this one. */
  enclose(block: StaticBlock): void {
    this.inner.push(block);
  }

  /** Where an enclosed block begins; final once all kernels are written. */
  offsetOf(block: StaticBlock): number {
    const before = this.inner.slice(0, this.inner.indexOf(block));
    return before.reduce((sum, { bytes }) => sum + aligned(bytes), this.ownBytes);
  }

  /** What the block holds before the first run: constants, and zeros for addresses. */
  contents(): Uint8Array {
    const bytes = new Uint8Array(this.bytes);
    bytes.set(this.constants.bytes(), this.constantsAt);
    for (const block of this.inner) bytes.set(block.contents(), this.offsetOf(block));
    return bytes;
  }

  /** Where the address of a buffer's block is kept; the arena's is at 0. */
  slotOf(buffer: Buffer): number {
    return this.slots.get(slotKey(buffer) ?? "") ?? 0;
  }

  /** Pushes the address of a buffer, in a function whose first parameter is that of the block. */
  pushAddress(f: CodeWriter, buffer: Buffer): void {
    const { place } = buffer;
    f.get(0).load("i32.load", this.slotOf(buffer));
    if ("offset" in place && place.offset > 0) f.i32(place.offset).op("i32.add");
  }
}

/** Up to a whole number of vectors. */
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function slotKey({ place }: Buffer): string | undefined {
  if (place.kind === "resident") return `resident ${place.slot}`;
  if (place.kind === "assigned") return `assigned ${place.index}`;
  return undefined;
}

/** Parameters of a kernel: the static block, the range of units to do, and then the address of each buffer. */
export const parameters = { block: 0, begin: 1, end: 2, buffers: 3 } as const;

/** The shared parts of the module that kernels are written into. */
export interface ModuleContext {
  readonly module: ModuleBuilder;
  readonly buffers: readonly Buffer[];
  readonly block: StaticBlock;
  readonly features: Features;
  /** `meet(team, counters, count)`, where there may be others to meet. */
  readonly meet: FuncRef | undefined;
  /** The number of the thread, in its own instance of the module. */
  readonly thread: Global;
  /** Shares every kernel among the threads, however small; for comparing. */
  readonly shareAll: boolean;
  /** The clock between kernels, where they are profiled. */
  readonly laps: LapTable | undefined;
  /** The functions that were written, by what they are apart from buffers. */
  readonly functions: Map<string, { readonly func: FuncRef; readonly units: number }>;
}

/** A kernel as the program calls it. */
export interface WrittenKernel {
  readonly func: FuncRef;
  /** How many independent pieces its work falls into. */
  readonly units: number;
  /** Threads that may take part: those below this number, or all. */
  readonly seats?: number;
  /** The buffers whose addresses it is given. */
  readonly buffers: readonly number[];
}

/**
 * A function for a kernel, or for the phase of one that `name` says: what `write` writes, which answers the number of
 * units, or what was written for another kernel that differs in its buffers alone.
 */
export function kernelFunction(
  context: ModuleContext,
  kernel: Exclude<Kernel, Loop>,
  name: string,
  write: (fn: KernelFunction) => number,
): WrittenKernel {
  const { text, buffers } = formOf(kernel, context.buffers);
  const key = `${name} ${text}`;
  let known = context.functions.get(key);
  if (known === undefined) {
    let units = 1;
    const func = context.module.func(
      ["i32", "i32", "i32", ...buffers.map(() => "i32" as const)],
      [],
      (f) => (units = write(new KernelFunction(context, f, buffers))),
      name,
    );
    context.functions.set(key, (known = { func, units }));
  }
  return { ...known, buffers };
}

export class KernelFunction {
  readonly f: FunctionBuilder;
  readonly lanes: WasmLanes;
  private readonly context: ModuleContext;
  private readonly buffers: readonly number[];
  private seat: number | undefined;

  constructor(context: ModuleContext, f: FunctionBuilder, buffers: readonly number[]) {
    this.context = context;
    this.f = f;
    this.buffers = buffers;
    this.lanes = new WasmLanes(f, context.block.constants, { fused: context.features.fused });
  }

  get thread(): Global {
    return this.context.thread;
  }

  /** The parameter with the address of a buffer. */
  base(buffer: number): number {
    const place = this.buffers.indexOf(buffer);
    if (place < 0) throw new Error("a kernel touches a buffer that is none of its fields");
    return parameters.buffers + place;
  }

  /** A local with the address of the present thread's seat. */
  seatHere(): number {
    if (this.seat === undefined) {
      const { prologue } = this.f;
      this.seat = prologue.local("i32");
      prologue.globalGet(this.thread).i32(seat.bytes).op("i32.mul");
      prologue
        .get(parameters.block)
        .op("i32.add")
        .i32(this.context.block.seatsAt)
        .op("i32.add")
        .set(this.seat);
    }
    return this.seat;
  }

  dtypeOf(buffer: number): DType {
    return this.context.buffers[buffer].dtype;
  }

  bytesOf(buffer: number): number {
    return bytesOf[this.dtypeOf(buffer)];
  }

  /** `for (counter = from; counter < to; counter += step) body`, with at least one round. */
  countUp(counter: number, to: number | { readonly local: number }, step: number, body: () => void): void {
    const { f } = this;
    f.loop((again) => {
      body();
      f.get(counter).i32(step).op("i32.add").tee(counter);
      if (typeof to === "number") f.i32(to);
      else f.get(to.local);
      f.op("i32.lt_u").brIf(again);
    });
  }

  /** Pushes `local · factor`. */
  scaled(local: number, factor: number): FunctionBuilder {
    const { f } = this;
    f.get(local);
    if (factor === 1) return f;
    if (factor > 0 && Number.isInteger(Math.log2(factor))) f.i32(Math.log2(factor)).op("i32.shl");
    else f.i32(factor).op("i32.mul");
    return f;
  }
}
