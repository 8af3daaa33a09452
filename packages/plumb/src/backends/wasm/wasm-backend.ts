/** The Wasm backend: one memory, one module per program, emitted and compiled when the program is built. */
import { bytesOf, hostArray, type DType, type HostArray } from "../../base/dtype.ts";
import { PlumbError } from "../../base/errors.ts";
import { compile } from "../../compile/compile.ts";
import type { Buffer, Program } from "../../compile/kernel.ts";
import type { Graph, Node } from "../../graph/node.ts";
import type { Backend, Block, Executable, Input } from "../backend.ts";
import { hasSimd, probe } from "./features.ts";
import type { Features } from "./kernel-function.ts";
import { EngineMemory } from "./memory.ts";
import { packing } from "./product-layout.ts";
import { writeProgram } from "./program.ts";

export interface WasmOptions {
  /** Overrides what probing found; a feature the host lacks cannot be turned on. */
  readonly features?: Partial<Features>;
  readonly simplify?: boolean;
  readonly fuse?: boolean;
}

export function wasmBackend(options: WasmOptions = {}): Backend {
  if (!hasSimd()) {
    throw new PlumbError("PL7002", {
      asked: "to start the engine",
      why: "this host has no WebAssembly with 128-bit SIMD",
      fix: "use Node 20.19 or newer, or a current Chromium, Firefox or Safari",
    });
  }
  return new WasmBackend(options);
}

const noArena: Block = { address: 0, bytes: 0 };

class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly memory = new EngineMemory();
  private readonly options: WasmOptions;
  private readonly features: Features;
  /** Intermediate values of whichever program runs: programs run one at a time and share it. */
  private arena: Block = noArena;
  private owner: WasmExecutable | undefined;

  constructor(options: WasmOptions) {
    this.options = options;
    this.features = { ...probe(), ...options.features };
  }

  get room(): number {
    return this.memory.room;
  }

  allocate(bytes: number): Block {
    return this.memory.allocate(bytes);
  }

  free(block: Block): void {
    this.memory.release(block);
  }

  write(block: Block, data: HostArray, dtype: DType): void {
    this.writeAt(block.address, data, dtype);
  }

  read(block: Block, dtype: DType, length: number): HostArray {
    return this.readAt(block.address, dtype, length);
  }

  build(graph: Graph, inputs: readonly Node[]): Executable {
    const { simplify, fuse } = this.options;
    return new WasmExecutable(this, compile(graph, inputs, { packing, simplify, fuse }), this.features);
  }

  /** The arena, large enough for a program that is about to run, and its from now on. */
  arenaFor(executable: WasmExecutable, bytes: number): number {
    if (this.arena.bytes < bytes) {
      // Until there is a new one there is none: an allocation that fails must not leave the freed block in use.
      this.memory.release(this.arena);
      this.arena = noArena;
      this.owner = undefined;
      this.arena = this.memory.allocate(bytes);
    }
    this.owner = executable;
    return this.arena.address;
  }

  ownsArena(executable: WasmExecutable): boolean {
    return this.owner === executable;
  }

  writeAt(address: number, data: HostArray, dtype: DType): void {
    switch (dtype) {
      case "float32":
        return void this.memory.floats.set(data, address / 4);
      case "float64":
        return void this.memory.float64s.set(data, address / 8);
      case "int32":
        return void this.memory.integers.set(data, address / 4);
      case "bool": {
        const { integers } = this.memory;
        for (let i = 0; i < data.length; i++) integers[address / 4 + i] = data[i] ? -1 : 0;
      }
    }
  }

  readAt(address: number, dtype: DType, length: number): HostArray {
    const start = address / bytesOf[dtype];
    switch (dtype) {
      case "float32":
        return this.memory.floats.slice(start, start + length);
      case "float64":
        return this.memory.float64s.slice(start, start + length);
      case "int32":
        return this.memory.integers.slice(start, start + length);
      case "bool": {
        const { integers } = this.memory;
        const bytes = hostArray("bool", length);
        for (let i = 0; i < length; i++) bytes[i] = integers[start + i] ? 1 : 0;
        return bytes;
      }
    }
  }
}

type Run = (block: number, thread: number, threads: number) => number;

class WasmExecutable implements Executable {
  readonly bytes: number;
  private readonly backend: WasmBackend;
  private readonly program: Program;
  private readonly block: Block;
  private readonly start: Run;
  /** Copied-in inputs, and where residents and targets are looked up in the static block. */
  private readonly copied: readonly {
    readonly slot: number;
    readonly offset: number;
    readonly dtype: DType;
  }[];
  private readonly bound: readonly {
    readonly word: number;
    readonly slot: number;
    readonly assigned: boolean;
  }[];
  private readonly assigned: Block[] = [];

  constructor(backend: WasmBackend, program: Program, features: Features) {
    const written = writeProgram(program, features);
    const module = new WebAssembly.Module(written.bytes);
    const instance = new WebAssembly.Instance(module, { engine: { memory: backend.memory.memory } });
    this.backend = backend;
    this.program = program;
    this.start = instance.exports.run as Run;
    this.block = backend.allocate(written.block.bytes);
    this.bytes = written.block.bytes + written.bytes.length;
    new Uint8Array(backend.memory.memory.buffer).set(written.block.contents(), this.block.address);
    this.copied = program.buffers.flatMap(({ place, dtype }) =>
      place.kind === "input" ? [{ slot: place.slot, offset: place.offset, dtype }] : [],
    );
    this.bound = program.buffers.flatMap((buffer): { word: number; slot: number; assigned: boolean }[] => {
      const word = written.block.slotOf(buffer) / 4;
      if (buffer.place.kind === "resident") return [{ word, slot: buffer.place.slot, assigned: false }];
      if (buffer.place.kind === "assigned") return [{ word, slot: buffer.place.index, assigned: true }];
      return [];
    });
  }

  get workBytes(): number {
    return this.program.arenaBytes;
  }

  reserve(): void {
    this.backend.arenaFor(this, this.program.arenaBytes);
  }

  run(inputs: readonly Input[], assigned: readonly Block[]): number {
    const { backend, program, block } = this;
    const arena = backend.arenaFor(this, program.arenaBytes);
    const { integers } = backend.memory;
    const table = block.address / 4;
    integers[table] = arena;
    for (const { word, slot, assigned: isTarget } of this.bound) {
      integers[table + word] = isTarget ? assigned[slot].address : (inputs[slot] as Block).address;
    }
    for (const { slot, offset, dtype } of this.copied) this.copyIn(arena + offset, inputs[slot], dtype);
    this.assigned.length = 0;
    this.assigned.push(...assigned);
    return this.start(block.address, 0, 1);
  }

  private copyIn(address: number, input: Input, dtype: DType): void {
    const { memory } = this.backend;
    if (typeof input !== "number") return this.backend.writeAt(address, hostOf(input), dtype);
    if (dtype === "float64") memory.float64s[address / 8] = input;
    else if (dtype === "float32") memory.floats[address / 4] = input;
    else memory.integers[address / 4] = dtype === "bool" ? -Number(input !== 0) : input;
  }

  output(k: number): HostArray {
    const buffer = this.program.buffers[this.program.outputs[k]];
    return this.backend.readAt(this.addressOf(buffer), buffer.dtype, buffer.length);
  }

  dispose(): void {
    this.backend.free(this.block);
  }

  private addressOf({ place }: Buffer): number {
    switch (place.kind) {
      case "arena":
      case "input":
        if (!this.backend.ownsArena(this)) throw new Error("an output was read after another program ran");
        return this.backend.arenaFor(this, 0) + place.offset;
      case "assigned":
        return this.assigned[place.index].address;
      case "resident":
        throw new Error("a resident is no output: it is copied");
    }
  }
}

function hostOf(input: Exclude<Input, number>): HostArray {
  if (ArrayBuffer.isView(input)) return input;
  throw new Error("a block was given where data is copied in");
}
