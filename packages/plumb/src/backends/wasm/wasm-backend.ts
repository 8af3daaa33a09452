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
import { Pace } from "./pace.ts";
import { Pool } from "./pool.ts";
import { packingFor } from "./product-layout.ts";
import { writeProgram, type WrittenProgram } from "./program.ts";
import { tileFor } from "./tile-trial.ts";
import { mayWait, usualThreads } from "./workers.ts";

export interface WasmOptions {
  /** Overrides what probing found; a feature the host lacks cannot be turned on. */
  readonly features?: Partial<Features>;
  readonly simplify?: boolean;
  readonly fuse?: boolean;
  /** Threads, the caller's among them; where the host has none to give, there is one. Default: one per core. */
  readonly threads?: number;
  /** Runs every program on all threads, and every kernel of it, however small; for comparing. */
  readonly shareAll?: boolean;
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

/** Milliseconds that workers take to start: they are when so much work was done alone that they could have shared. */
const startingTime = 20;
/** Nanoseconds of shared work for each thread from which a program is worth waking them, which takes some 50 µs. */
const leastPerThread = 50_000;
/** Milliseconds in which any worker is ready. */
const longWait = 20_000;

const noArena: Block = { address: 0, bytes: 0 };

class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly memory: EngineMemory;
  /** True where no program runs on one thread because it is faster there. */
  readonly sharesAll: boolean;
  private readonly options: WasmOptions;
  private readonly features: Features;
  private wanted: number;
  private pool: Pool | undefined;
  /** Milliseconds of work that threads could have shared, done by one since there was a choice. */
  private missed = 0;
  /** Intermediate values of whichever program runs: programs run one at a time and share it. */
  private arena: Block = noArena;
  private owner: WasmExecutable | undefined;

  constructor(options: WasmOptions) {
    this.options = options;
    this.sharesAll = options.shareAll === true;
    this.features = { ...probe(), shared: mayWait(), ...options.features };
    this.memory = new EngineMemory(this.features);
    this.wanted = options.threads ?? usualThreads();
  }

  get threads(): number {
    return this.features.shared ? this.wanted : 1;
  }

  set threads(count: number) {
    if (count === this.wanted) return;
    this.wanted = count;
    this.pool?.dismiss();
    this.pool = undefined;
    this.missed = 0;
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
    const { simplify, fuse, shareAll } = this.options;
    const tile = this.options.features?.tile ?? tileFor(graph, this.features);
    const program = compile(graph, inputs, { packing: packingFor(tile), simplify, fuse });
    return new WasmExecutable(this, program, writeProgram(program, { ...this.features, tile }, { shareAll }));
  }

  /**
   * The workers, if a program that takes `shared` nanoseconds on one thread is better run on all, and they know it. A
   * worker that is not ready is waited for an eighth of that time; without it one thread runs the program.
   */
  poolFor(executable: WasmExecutable, shared: number): Pool | undefined {
    const { threads, sharesAll } = this;
    if (threads === 1 || shared === 0 || (!sharesAll && shared < threads * leastPerThread)) return undefined;
    const milliseconds = shared / 1e6;
    if (this.pool === undefined) {
      this.missed += milliseconds;
      if (!sharesAll && this.missed < startingTime) return undefined;
      this.pool = new Pool(this.memory, threads);
    }
    const patience = sharesAll ? longWait : milliseconds / 8;
    return this.pool.knows(executable, executable.module, patience) ? this.pool : undefined;
  }

  forget(executable: WasmExecutable): void {
    this.pool?.forget(executable);
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

type Run = (block: number, thread: number, team: number) => number;

class WasmExecutable implements Executable {
  readonly bytes: number;
  private readonly backend: WasmBackend;
  private readonly program: Program;
  private readonly block: Block;
  private readonly start: Run;
  private readonly shared: number;
  private readonly pace = new Pace();
  /** The bytes of the module, for the workers. */
  readonly module: Uint8Array<ArrayBuffer>;
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

  constructor(backend: WasmBackend, program: Program, written: WrittenProgram) {
    const module = new WebAssembly.Module(written.bytes);
    const instance = new WebAssembly.Instance(module, { engine: { memory: backend.memory.memory } });
    this.backend = backend;
    this.program = program;
    this.start = instance.exports.run as Run;
    this.shared = written.shared;
    this.module = written.bytes;
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
    const pool = backend.poolFor(this, this.shared);
    const { integers } = backend.memory;
    const table = block.address / 4;
    integers[table] = arena;
    for (const { word, slot, assigned: isTarget } of this.bound) {
      integers[table + word] = isTarget ? assigned[slot].address : (inputs[slot] as Block).address;
    }
    for (const { slot, offset, dtype } of this.copied) this.copyIn(arena + offset, inputs[slot], dtype);
    this.assigned.length = 0;
    this.assigned.push(...assigned);
    if (pool === undefined) return this.start(block.address, 0, 0);
    const runAll = (): number => pool.run(this, block.address, (team) => this.start(block.address, 0, team));
    if (backend.sharesAll) return runAll();
    const begin = performance.now();
    const failed = this.pace.next ? runAll() : this.start(block.address, 0, 0);
    this.pace.took(performance.now() - begin);
    return failed;
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
    this.backend.forget(this);
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
