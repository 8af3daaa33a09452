/**
 * Writes WebAssembly modules in the binary format: no text, no dependency, no tree in between. A `ModuleBuilder` holds
 * the sections, a `FunctionBuilder` appends instructions to one function's bytes as its methods are called.
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

const typeCodes: Readonly<Record<ValType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const noResult = 0x40;

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
class Locals {
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
    if (opcode > 0xff) {
      this.#out.byte(opcode >>> 16);
      this.#out.u32(opcode & 0xffff);
    } else this.#out.byte(opcode);
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
    this.#out.byte(structuralOpcodes["local.get"]);
    this.#out.u32(local);
    return this;
  }

  set(local: number): this {
    this.#out.byte(structuralOpcodes["local.set"]);
    this.#out.u32(local);
    return this;
  }

  tee(local: number): this {
    this.#out.byte(structuralOpcodes["local.tee"]);
    this.#out.u32(local);
    return this;
  }

  globalGet(global: Global): this {
    this.#out.byte(structuralOpcodes["global.get"]);
    this.#out.u32(global.index);
    return this;
  }

  globalSet(global: Global): this {
    this.#out.byte(structuralOpcodes["global.set"]);
    this.#out.u32(global.index);
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
    this.#opcode(plainOpcodes[name]);
    if (name === "memory.copy") this.#out.u32(0);
    if (name.startsWith("memory.") || name === "atomic.fence") this.#out.u32(0);
    return this;
  }

  /** The alignment is a hint in bytes; atomics ignore it, theirs is fixed. */
  #access(name: string, [opcode, bytes]: readonly [number, number], offset: number, align: number): void {
    this.#opcode(opcode);
    const atomic = name.includes("atomic");
    this.#out.u32(31 - Math.clz32(atomic ? bytes : Math.min(align, bytes)));
    this.#out.u32(offset);
  }

  /** A memory access that leaves a value; atomic read-modify-writes, waits and notifies are among them. */
  load(name: LoadOpcode, offset = 0, align = 16): this {
    this.#access(name, loadOpcodes[name], offset, align);
    return this;
  }

  /** A memory access that leaves nothing. */
  store(name: StoreOpcode, offset = 0, align = 16): this {
    this.#access(name, storeOpcodes[name], offset, align);
    return this;
  }

  loadLane(name: LoadLaneOpcode, lane: number, offset = 0, align = 16): this {
    this.#access(name, loadLaneOpcodes[name], offset, align);
    this.#out.byte(lane);
    return this;
  }

  storeLane(name: StoreLaneOpcode, lane: number, offset = 0, align = 16): this {
    this.#access(name, storeLaneOpcodes[name], offset, align);
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
    this.#out.byte(structuralOpcodes.br);
    this.#out.u32(this.#depth - label.depth);
    return this;
  }

  brIf(label: Label): this {
    this.#out.byte(structuralOpcodes.br_if);
    this.#out.u32(this.#depth - label.depth);
    return this;
  }

  call(func: FuncRef): this {
    this.#out.byte(structuralOpcodes.call);
    this.#out.u32(func.index);
    return this;
  }
}

/** Code that runs before the body. Its locals are its own: none that the body gave back, whose later users overwrite it. */
class PrologueWriter extends CodeWriter {
  override local(type: ValType): number {
    return this.locals.fresh(type);
  }
}

/** Writes one function. */
export class FunctionBuilder extends CodeWriter {
  /** Runs at the start of the function, whenever it is written: the place for constants hoisted out of all loops. */
  readonly prologue: CodeWriter;

  constructor(params: readonly ValType[]) {
    super(new Locals(params));
    this.prologue = new PrologueWriter(this.locals);
  }

  /** The function as the code section holds it, without its length. */
  toBytes(): Uint8Array {
    const out = new ByteBuffer(this.prologue.code.length + this.code.length + 64);
    this.locals.write(out);
    out.bytes(this.prologue.code);
    out.bytes(this.code);
    out.byte(structuralOpcodes.end);
    return out.written;
  }
}

/** Limits of a memory in pages of 64 KiB. */
export interface MemoryLimits {
  initial: number;
  maximum: number;
  shared: boolean;
}

/**
 * Builds one module: imports first, then globals and functions in any order, then `toBytes`.
 *
 *     const module = new ModuleBuilder();
 *     const add = module.func(["i32", "i32"], ["i32"], (f) => f.get(f.param(0)).get(f.param(1)).op("i32.add"));
 *     module.exportFunction("add", add);
 *     new WebAssembly.Instance(new WebAssembly.Module(module.toBytes())).exports.add(1, 2); // 3
 */
export class ModuleBuilder {
  readonly #types = new Map<
    string,
    { index: number; params: readonly ValType[]; results: readonly ValType[] }
  >();
  readonly #imports: ((out: ByteBuffer) => void)[] = [];
  readonly #globals: { type: ValType; mutable: boolean; initial: number }[] = [];
  readonly #functions: { type: number; body: Uint8Array; name: string | undefined }[] = [];
  readonly #exports: { name: string; func: FuncRef }[] = [];
  #importedFunctions = 0;

  #type(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params.join()}:${results.join()}`;
    const index = this.#types.get(key)?.index ?? this.#types.size;
    this.#types.set(key, { index, params, results });
    return index;
  }

  importMemory(module: string, name: string, limits: MemoryLimits): void {
    this.#imports.push((out) => {
      out.name(module);
      out.name(name);
      out.byte(0x02);
      out.byte(limits.shared ? 0x03 : 0x01);
      out.u32(limits.initial);
      out.u32(limits.maximum);
    });
  }

  /** Imported functions come before the module's own in the index space, so before any call of `func`. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
  ): FuncRef {
    if (this.#functions.length > 0) throw new Error("importFunction must come before func");
    const type = this.#type(params, results);
    this.#imports.push((out) => {
      out.name(module);
      out.name(name);
      out.byte(0x00);
      out.u32(type);
    });
    return { index: this.#importedFunctions++ };
  }

  global(type: ValType, mutable: boolean, initial: number): Global {
    return { index: this.#globals.push({ type, mutable, initial }) - 1, type };
  }

  /** Writes a function; the name, if given, is what profilers and stack traces show. */
  func(
    params: readonly ValType[],
    results: readonly ValType[],
    build: (f: FunctionBuilder) => void,
    name?: string,
  ): FuncRef {
    const builder = new FunctionBuilder(params);
    build(builder);
    const index =
      this.#functions.push({ type: this.#type(params, results), body: builder.toBytes(), name }) - 1;
    return { index: this.#importedFunctions + index };
  }

  exportFunction(name: string, func: FuncRef): void {
    this.#exports.push({ name, func });
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const out = new ByteBuffer(1024);
    out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(out, 1, [...this.#types.values()], ({ params, results }, to) => {
      to.byte(0x60);
      for (const list of [params, results]) {
        to.u32(list.length);
        for (const type of list) to.byte(typeCodes[type]);
      }
    });
    section(out, 2, this.#imports, (write, to) => write(to));
    section(out, 3, this.#functions, ({ type }, to) => to.u32(type));
    section(out, 6, this.#globals, writeGlobal);
    section(out, 7, this.#exports, ({ name, func }, to) => {
      to.name(name);
      to.byte(0x00);
      to.u32(func.index);
    });
    section(out, 10, this.#functions, ({ body }, to) => {
      to.u32(body.length);
      to.bytes(body);
    });
    this.#writeNames(out);
    return out.written.slice();
  }

  /** The custom section "name", subsection 1: names of functions. */
  #writeNames(out: ByteBuffer): void {
    const named = this.#functions.flatMap(({ name }, index) => (name === undefined ? [] : [{ index, name }]));
    if (named.length === 0) return;
    const content = new ByteBuffer();
    content.name("name");
    section(content, 1, named, ({ index, name }, to) => {
      to.u32(this.#importedFunctions + index);
      to.name(name);
    });
    out.byte(0);
    out.u32(content.length);
    out.bytes(content.written);
  }
}

/** A section (or subsection): its id, its length in bytes, and a counted list. Empty ones are left out. */
function section<T>(
  out: ByteBuffer,
  id: number,
  items: readonly T[],
  write: (item: T, to: ByteBuffer) => void,
): void {
  if (items.length === 0) return;
  const content = new ByteBuffer();
  content.u32(items.length);
  for (const item of items) write(item, content);
  out.byte(id);
  out.u32(content.length);
  out.bytes(content.written);
}

function writeGlobal(global: { type: ValType; mutable: boolean; initial: number }, out: ByteBuffer): void {
  out.byte(typeCodes[global.type]);
  out.byte(global.mutable ? 1 : 0);
  const initial = new CodeWriter(new Locals([]));
  if (global.type === "i32") initial.i32(global.initial);
  else if (global.type === "i64") initial.i64(global.initial);
  else if (global.type === "f32") initial.f32(global.initial);
  else if (global.type === "f64") initial.f64(global.initial);
  else initial.v128(new Uint8Array(16));
  out.bytes(initial.code);
  out.byte(structuralOpcodes.end);
}
