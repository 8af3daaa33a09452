/** The Wasm backend: one memory, one module per program, emitted and compiled when the program is built. */
import { bytesOf, hostArray, type DType, type HostArray } from "../../base/dtype.ts";
import { PlumbError } from "../../base/errors.ts";
import { compile } from "../../compile/compile.ts";
import type { Kernel, Program } from "../../compile/kernel.ts";
import type { Graph, Node } from "../../graph/node.ts";
import type { Backend, Block, Executable, TimedExecutable } from "../backend.ts";
import { hasSimd, mayCompile, probe } from "./features.ts";
import type { Features } from "./kernel-function.ts";
import { EngineMemory } from "./memory.ts";
import { OffThreadRuns } from "./off-thread.ts";
import { Pool } from "./pool.ts";
import { packingFor } from "./product-layout.ts";
import { LapTable } from "./profile-laps.ts";
import { writeProgram } from "./program.ts";
import { tileFor } from "./tile-trial.ts";
import { TimedWasmExecutable, WasmExecutable } from "./wasm-executable.ts";
import { isPage, mayShare, mayWait, usualThreads } from "./workers.ts";

export interface WasmOptions {
  /** Overrides what probing found; a feature the host lacks cannot be turned on. */
  readonly features?: Partial<Features>;
  readonly simplify?: boolean;
  readonly fuse?: boolean;
  /** Threads, the caller's among them; where the host has none to give, there is one. Default: one per core, at most 8. */
  readonly threads?: number;
  /** Runs every program on all threads, and every kernel of it, however small; for comparing. */
  readonly shareAll?: boolean;
  /** Has what is awaited done by workers, as in a page, with the engine's memory or a copy; for trying it elsewhere. */
  readonly offThread?: "shared" | "copied";
}

export function wasmBackend(options: WasmOptions = {}): Backend {
  if (!hasSimd()) {
    throw new PlumbError("PL7002", {
      asked: "to start the engine",
      why: "this host has no WebAssembly with 128-bit SIMD",
      fix: "use Node 20.19 or newer, or a current Chromium, Firefox or Safari",
    });
  }
  if (!mayCompile()) {
    throw new PlumbError("PL7002", {
      asked: "to start the engine",
      why: "the page's content policy forbids WebAssembly that is written at run time",
      fix: "add 'wasm-unsafe-eval' to script-src of its Content-Security-Policy; worker-src blob: lets it use workers too",
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

export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly memory: EngineMemory;
  /** True where no program runs on one thread because it is faster there. */
  readonly sharesAll: boolean;
  readonly offThread: OffThreadRuns | undefined;
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
    const apart = options.offThread ?? (isPage() ? (mayShare() ? "shared" : "copied") : undefined);
    const shared = apart === undefined ? mayWait() : apart === "shared";
    this.features = { ...probe(), shared, ...options.features };
    this.memory = new EngineMemory(this.features);
    this.wanted = options.threads ?? usualThreads();
    if (apart !== undefined)
      this.offThread = new OffThreadRuns(this.memory, shared, () => this.dismissPool());
  }

  get threads(): number {
    return this.features.shared && this.offThread?.state !== "refused" ? this.wanted : 1;
  }

  set threads(count: number) {
    if (count === this.wanted) return;
    this.wanted = count;
    this.whenIdle(() => this.dismissPool());
  }

  private dismissPool(): void {
    // Where the caller must not wait, busy workers are not waited for.
    this.pool?.dismiss(this.offThread === undefined ? 100 : 0);
    this.pool = undefined;
    this.missed = 0;
  }

  /** Does something that would disturb runs under way elsewhere, now or after them. */
  private whenIdle(task: () => void): void {
    if (this.offThread === undefined) task();
    else this.offThread.whenIdle(task);
  }

  get room(): number {
    return this.memory.room;
  }

  get used(): number {
    return this.memory.used;
  }

  allocate(bytes: number): Block {
    return this.memory.allocate(bytes);
  }

  free(block: Block): void {
    this.whenIdle(() => this.memory.release(block));
  }

  write(block: Block, data: HostArray, dtype: DType): void {
    this.offThread?.requireIdle("a variable's new value");
    this.writeAt(block.address, data, dtype);
    this.offThread?.changed(block);
  }

  copy(from: Block, to: Block): void {
    this.offThread?.requireIdle("the value of a variable");
    const { integers } = this.memory;
    integers.copyWithin(to.address / 4, from.address / 4, (from.address + from.bytes) / 4);
    this.offThread?.changed(to);
  }

  read({ address }: Block, dtype: DType, length: number, from = 0): HostArray {
    this.offThread?.requireIdle("the value of a variable");
    return this.readAt(address + from * bytesOf[dtype], dtype, length);
  }

  build(graph: Graph, inputs: readonly Node[]): Executable {
    const pieces = this.building(graph, inputs);
    for (;;) {
      const { done, value } = pieces.next();
      if (done) return value();
    }
  }

  *building(graph: Graph, inputs: readonly Node[]): Generator<void, () => Executable> {
    // A trial of tiles takes as long as everything else: it is a piece of its own.
    if (this.options.features?.tile === undefined) tileFor(graph, this.features);
    yield;
    const { program, features } = this.compile(graph, inputs);
    yield;
    const { shareAll } = this.options;
    const written = writeProgram(program, features, { shareAll });
    return () => new WasmExecutable(this, program, written);
  }

  buildTimed(graph: Graph, inputs: readonly Node[]): TimedExecutable {
    const made = new Map<Kernel, readonly Node[]>();
    const { program, features } = this.compile(graph, inputs, (kernel, nodes) => made.set(kernel, nodes));
    const laps = new LapTable(this.memory, program, made, this.threads);
    try {
      const { shareAll } = this.options;
      return new TimedWasmExecutable(
        this,
        program,
        writeProgram(program, features, { shareAll, laps }),
        laps,
      );
    } catch (error) {
      laps.dispose();
      throw error;
    }
  }

  private compile(
    graph: Graph,
    inputs: readonly Node[],
    made?: (kernel: Kernel, nodes: readonly Node[]) => void,
  ): { readonly program: Program; readonly features: Features } {
    const { simplify, fuse } = this.options;
    const tile = this.options.features?.tile ?? tileFor(graph, this.features);
    const program = compile(graph, inputs, { packing: packingFor(tile), simplify, fuse, made });
    return { program, features: { ...this.features, tile } };
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
    const patience = sharesAll ? longWait : this.offThread === undefined ? milliseconds / 8 : 0;
    return this.pool.knows(executable, executable.module, patience) ? this.pool : undefined;
  }

  forget(executable: WasmExecutable): void {
    this.whenIdle(() => {
      this.pool?.forget(executable);
      this.offThread?.forget(executable);
    });
  }

  /** The arena, large enough for a program that is about to run, and its from now on. */
  arenaFor(executable: WasmExecutable, bytes: number): number {
    if (this.arena.bytes < bytes) {
      // Until there is a new one there is none: an allocation that fails must not leave the freed block in use.
      this.free(this.arena);
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
