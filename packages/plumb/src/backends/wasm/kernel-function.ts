/** What every kernel of a module is written with: one function, its vector vocabulary, the addresses of its buffers. */
import { bytesOf, type DType } from "../../base/dtype.ts";
import type { Buffer } from "../../compile/kernel.ts";
import type { FuncRef, FunctionBuilder, ModuleBuilder } from "./encoder.ts";
import { ConstantPool, WasmLanes } from "./lanes.ts";
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

/**
 * The block of memory a program owns: addresses (the arena first, then one per resident and per assigned buffer), then
 * constants, then counters of the units that threads have taken, then the blocks of the programs inside its loops.
 * Kernels get its address and find everything else through it, so that a module is bound to no place.
 */
export class StaticBlock {
  readonly constants: ConstantPool;
  private readonly slots = new Map<string, number>();
  private readonly inner: StaticBlock[] = [];
  private counters = 0;

  constructor(buffers: readonly Buffer[]) {
    for (const buffer of buffers) {
      const key = slotKey(buffer);
      if (key !== undefined && !this.slots.has(key)) this.slots.set(key, 4 + 4 * this.slots.size);
    }
    this.constants = new ConstantPool((f) => f.get(0).i32(this.tableBytes).op("i32.add"));
  }

  /** Bytes of the table of addresses; constants follow. */
  get tableBytes(): number {
    return aligned(4 + 4 * this.slots.size);
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
    return Math.ceil((this.tableBytes + this.constants.bytes().length) / 64) * 64 + 4 * counter;
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
    bytes.set(this.constants.bytes(), this.tableBytes);
    for (const block of this.inner) bytes.set(block.contents(), this.offsetOf(block));
    return bytes;
  }

  /** Where the address of a buffer's block is kept; the arena's is at 0. */
  slotOf(buffer: Buffer): number {
    return this.slots.get(slotKey(buffer) ?? "") ?? 0;
  }
}

/** Up to a whole number of vectors. */
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function slotKey({ place }: Buffer): string | undefined {
  if (place.kind === "resident") return `resident ${place.slot}`;
  if (place.kind === "assigned") return `assigned ${place.index}`;
  return undefined;
}

/** Parameters of a kernel: the static block, and the range of units to do. */
export const parameters = { block: 0, begin: 1, end: 2 } as const;

/** The shared parts of the module that kernels are written into. */
export interface ModuleContext {
  readonly module: ModuleBuilder;
  readonly buffers: readonly Buffer[];
  readonly block: StaticBlock;
  readonly features: Features;
  /** `meet(team, counters, count)`, where there may be others to meet. */
  readonly meet: FuncRef | undefined;
  /** Shares every kernel among the threads, however small; for comparing. */
  readonly shareAll: boolean;
}

/** A kernel as the program calls it. */
export interface WrittenKernel {
  readonly func: FuncRef;
  /** How many independent pieces its work falls into. */
  readonly units: number;
}

export class KernelFunction {
  readonly f: FunctionBuilder;
  readonly lanes: WasmLanes;
  private readonly context: ModuleContext;
  private readonly bases = new Map<number, number>();

  constructor(context: ModuleContext, f: FunctionBuilder) {
    this.context = context;
    this.f = f;
    this.lanes = new WasmLanes(f, context.block.constants, { fused: context.features.fused });
  }

  /** A local that holds the address of a buffer, loaded once at the start of the function. */
  base(buffer: number): number {
    let local = this.bases.get(buffer);
    if (local === undefined) {
      const { prologue } = this.f;
      const placed = this.context.buffers[buffer];
      local = prologue.local("i32");
      prologue.get(parameters.block).load("i32.load", this.context.block.slotOf(placed));
      if ("offset" in placed.place && placed.place.offset > 0)
        prologue.i32(placed.place.offset).op("i32.add");
      prologue.set(local);
      this.bases.set(buffer, local);
    }
    return local;
  }

  placeOf(buffer: number): Buffer["place"]["kind"] {
    return this.context.buffers[buffer].place.kind;
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
