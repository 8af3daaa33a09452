/**
 * Writes WebAssembly modules in the binary format: no text, no dependency, no tree in between. A `ModuleBuilder` holds
 * the sections; each function is written by a `FunctionBuilder` as its methods are called.
 */
import { ByteBuffer } from "./byte-buffer.ts";
import { CodeWriter, Locals, typeCodes } from "./code-writer.ts";
import type { FuncRef, Global, ValType } from "./code-writer.ts";
import { structuralOpcodes } from "./opcodes.ts";
export { CodeWriter } from "./code-writer.ts";
export type { FuncRef, Global, Label, ValType } from "./code-writer.ts";
export type {
  LaneOpcode,
  LoadLaneOpcode,
  LoadOpcode,
  Opcode,
  StoreLaneOpcode,
  StoreOpcode,
} from "./opcodes.ts";

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
