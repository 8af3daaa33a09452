/**
 * Appends WebAssembly instructions to a growing stretch of bytes, one method per kind of instruction.
 */
import { ByteBuffer } from "./byte-buffer.ts";
import {
  laneOpcodes,
  loadLaneOpcodes,
  loadOpcodes,
  plainOpcodes,
  storeLaneOpcodes,
  storeOpcodes,
  structuralOpcodes,
} from "./opcodes.ts";
import type {
  LaneOpcode,
  LoadLaneOpcode,
  LoadOpcode,
  Opcode,
  StoreLaneOpcode,
  StoreOpcode,
} from "./opcodes.ts";
export type { LaneOpcode, LoadLaneOpcode, LoadOpcode, Opcode, StoreLaneOpcode, StoreOpcode };

export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

export const typeCodes: Readonly<Record<ValType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const noResult = 0x40;

/** A table of hundreds of names, asked for a different one each time: a map answers sooner than an object. */
const plainByName: ReadonlyMap<string, number> = new Map(Object.entries(plainOpcodes));

/** Instructions that name memories, and how many: there is one, memory 0. */
const memoryOperands: ReadonlyMap<string, number> = new Map([
  ["memory.size", 1],
  ["memory.grow", 1],
  ["memory.copy", 2],
  ["memory.fill", 1],
  ["atomic.fence", 1],
]);

/** A function of the module under construction. */
export interface FuncRef {
  readonly index: number;
}
/** A global of the module under construction. */
export interface Global {
  readonly index: number;
  readonly type: ValType;
}
/** Somewhere to branch to: the end of a block, the start of a loop. */
export interface Label {
  readonly depth: number;
}

/** The locals of one function: indices are handed out, taken back and handed out again to users of the same type. */
export class Locals {
  readonly #types: ValType[] = [];
  readonly #free = new Map<ValType, number[]>();
  readonly #params: number;

  constructor(params: readonly ValType[]) {
    this.#params = params.length;
    this.#types.push(...params);
  }

  fresh(type: ValType): number {
    return this.#types.push(type) - 1;
  }

  take(type: ValType): number {
    return this.#free.get(type)?.pop() ?? this.fresh(type);
  }

  release(local: number): void {
    const type = this.#types[local];
    const free = this.#free.get(type);
    if (free) free.push(local);
    else this.#free.set(type, [local]);
  }

  /** The declarations: runs of one type, with their lengths. */
  write(out: ByteBuffer): void {
    const runs: { type: ValType; length: number }[] = [];
    for (const type of this.#types.slice(this.#params)) {
      const last = runs.at(-1);
      if (last?.type === type) last.length++;
      else runs.push({ type, length: 1 });
    }
    out.u32(runs.length);
    for (const { type, length } of runs) {
      out.u32(length);
      out.byte(typeCodes[type]);
    }
  }
}

/** Appends instructions to a stretch of code. Every method but `param` and `local` returns the writer, for chaining. */
export class CodeWriter {
  readonly #out = new ByteBuffer();
  protected readonly locals: Locals;
  #depth = 0;

  constructor(locals: Locals) {
    this.locals = locals;
  }

  /** The bytes so far. */
  get code(): Uint8Array {
    return this.#out.written;
  }

  #opcode(opcode: number): void {
    if (opcode > 0xff) this.#out.byteU32(opcode >>> 16, opcode & 0xffff);
    else this.#out.byte(opcode);
  }

  // Locals and globals

  /** The local that holds the i-th parameter. */
  param(i: number): number {
    return i;
  }

  /** A local of that type, to be set before it is read: it may hold what its last user left in it. */
  local(type: ValType): number {
    return this.locals.take(type);
  }

  /** Gives a local back: a later `local` of the same type may return it. */
  release(local: number): this {
    this.locals.release(local);
    return this;
  }

  get(local: number): this {
    this.#out.byteU32(structuralOpcodes["local.get"], local);
    return this;
  }

  set(local: number): this {
    this.#out.byteU32(structuralOpcodes["local.set"], local);
    return this;
  }

  tee(local: number): this {
    this.#out.byteU32(structuralOpcodes["local.tee"], local);
    return this;
  }

  globalGet(global: Global): this {
    this.#out.byteU32(structuralOpcodes["global.get"], global.index);
    return this;
  }

  globalSet(global: Global): this {
    this.#out.byteU32(structuralOpcodes["global.set"], global.index);
    return this;
  }

  // Constants

  /** Signed or unsigned: an address of 3 GB is written as it is. */
  i32(value: number): this {
    this.#out.byte(structuralOpcodes["i32.const"]);
    this.#out.i32(value);
    return this;
  }

  i64(value: number | bigint): this {
    this.#out.byte(structuralOpcodes["i64.const"]);
    this.#out.i64(value);
    return this;
  }

  f32(value: number): this {
    this.#out.byte(structuralOpcodes["f32.const"]);
    this.#out.f32(value);
    return this;
  }

  f64(value: number): this {
    this.#out.byte(structuralOpcodes["f64.const"]);
    this.#out.f64(value);
    return this;
  }

  /** Sixteen bytes, lane 0 first. V8 makes the vector anew at every use: in loops, keep it in a local. */
  v128(bytes: ArrayLike<number>): this {
    this.#opcode(structuralOpcodes["v128.const"]);
    this.#out.bytes(bytes);
    return this;
  }

  // Instructions

  /** An instruction without immediates. */
  op(name: Opcode): this {
    this.#opcode(plainByName.get(name) as number);
    const memories = memoryOperands.get(name) ?? 0;
    for (let i = 0; i < memories; i++) this.#out.byte(0);
    return this;
  }

  /** The alignment is a hint in bytes; atomics ignore it, theirs is fixed. */
  #access({ 0: opcode, 1: bytes }: readonly [number, number], offset: number, align: number): void {
    this.#opcode(opcode);
    const atomic = opcode >>> 16 === 0xfe;
    this.#out.byteU32(31 - Math.clz32(atomic || align > bytes ? bytes : align), offset);
  }

  /** A memory access that leaves a value; atomic read-modify-writes, waits and notifies are among them. */
  load(name: LoadOpcode, offset = 0, align = 16): this {
    this.#access(loadOpcodes[name], offset, align);
    return this;
  }

  /** A memory access that leaves nothing. */
  store(name: StoreOpcode, offset = 0, align = 16): this {
    this.#access(storeOpcodes[name], offset, align);
    return this;
  }

  loadLane(name: LoadLaneOpcode, lane: number, offset = 0, align = 16): this {
    this.#access(loadLaneOpcodes[name], offset, align);
    this.#out.byte(lane);
    return this;
  }

  storeLane(name: StoreLaneOpcode, lane: number, offset = 0, align = 16): this {
    this.#access(storeLaneOpcodes[name], offset, align);
    this.#out.byte(lane);
    return this;
  }

  /** Extracts or replaces one lane. */
  lane(name: LaneOpcode, lane: number): this {
    this.#opcode(laneOpcodes[name]);
    this.#out.byte(lane);
    return this;
  }

  /** Bytes 0-15 come from the first operand, 16-31 from the second. */
  shuffle(bytes: ArrayLike<number>): this {
    this.#opcode(structuralOpcodes["i8x16.shuffle"]);
    this.#out.bytes(bytes);
    return this;
  }

  // Control

  #scope(opcode: number, result: ValType | undefined, body: (label: Label) => void): void {
    this.#out.byte(opcode);
    this.#out.byte(result ? typeCodes[result] : noResult);
    body({ depth: ++this.#depth });
    this.#depth--;
    this.#out.byte(structuralOpcodes.end);
  }

  /** A branch to its label leaves it. */
  block(body: (label: Label) => void, result?: ValType): this {
    this.#scope(structuralOpcodes.block, result, body);
    return this;
  }

  /** A branch to its label starts it again; without one it is left at the end. */
  loop(body: (label: Label) => void, result?: ValType): this {
    this.#scope(structuralOpcodes.loop, result, body);
    return this;
  }

  if(then: () => void, otherwise?: () => void, result?: ValType): this {
    this.#scope(structuralOpcodes.if, result, () => {
      then();
      if (!otherwise) return;
      this.#out.byte(structuralOpcodes.else);
      otherwise();
    });
    return this;
  }

  br(label: Label): this {
    this.#out.byteU32(structuralOpcodes.br, this.#depth - label.depth);
    return this;
  }

  brIf(label: Label): this {
    this.#out.byteU32(structuralOpcodes.br_if, this.#depth - label.depth);
    return this;
  }

  call(func: FuncRef): this {
    this.#out.byteU32(structuralOpcodes.call, func.index);
    return this;
  }
}
