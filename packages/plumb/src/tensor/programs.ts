/**
 * Compiled programs: one for all graphs of a structure, built when it first runs, kept while all fit into a bound of
 * bytes. The least recently used are dropped first, and built again should they be run once more.
 */
import type { HostArray } from "../base/dtype.ts";
import type { Backend, Block, Executable, Input, Recording } from "../backends/backend.ts";
import { currentBackend, limits, type EngineStats } from "./engine.ts";
import { macrotask } from "./host.ts";
import { currentRecording } from "./off-thread.ts";
import { moveIn, saveOutputs, type Tenant } from "./outputs.ts";
import { withRoom } from "./places.ts";
import { encode, sameCode, templateOf, type Layout, type Template } from "./structure.ts";

/** Programs that hold memory now, the least recently used first, and the bytes they hold together. */
const alive = new Set<Program>();
let newest: Program | undefined;
let held = 0;
let built = 0;

/** What runs, and leaves outputs. */
export interface Runnable {
  /** Takes the memory that a run needs. */
  reserve(): void;
  /** -1, or the number of the check that failed; then there are no outputs. */
  run(inputs: readonly Input[], assigned: readonly Block[], tenant?: Tenant): number;
  /** A fresh copy of the k-th output, right after the run or when its tenant saves. */
  output(k: number): HostArray;
}

export class Program implements Runnable {
  readonly code: Int32Array;
  readonly hash: number;
  readonly #template: Template;
  #executable: Executable | undefined;
  #backend: Backend | undefined;

  constructor(code: Int32Array, hash: number, template: Template) {
    this.code = code;
    this.hash = hash;
    this.#template = template;
  }

  /** Compiles for the current backend, unless that is done. */
  prepare(): Executable {
    const backend = currentBackend();
    if (this.#executable && this.#backend === backend) {
      if (newest !== this) touch(this);
      return this.#executable;
    }
    const { graph, inputs } = this.#template;
    return this.#take(backend, () => backend.build(graph, inputs));
  }

  /** Compiles with the event loop turning in between, unless that is done. */
  async prepareAwaited(): Promise<void> {
    const backend = currentBackend();
    if ((this.#executable && this.#backend === backend) || backend.building === undefined) return;
    const { graph, inputs } = this.#template;
    const pieces = backend.building(graph, inputs);
    for (;;) {
      const { done, value } = pieces.next();
      if (done) return void this.#take(backend, value);
      await macrotask();
    }
  }

  #take(backend: Backend, make: () => Executable): Executable {
    this.release();
    const executable = withRoom(make);
    this.#executable = executable;
    this.#backend = backend;
    built++;
    held += this.bytes;
    touch(this);
    remember(this);
    makeRoom();
    return executable;
  }

  /** Compiles, and takes the memory that a run needs. */
  reserve(): void {
    const executable = this.prepare();
    moveIn(undefined);
    withRoom(() => executable.reserve());
  }

  /** Bytes of intermediate values that a run needs beside what it reads and writes. Compiles. */
  get workBytes(): number {
    return this.prepare().workBytes;
  }

  /** What it holds: the compiled form, and roughly 300 bytes for each node of the template. */
  get bytes(): number {
    return this.#executable ? this.#executable.bytes + 300 * this.#template.nodes : 0;
  }

  /**
   * One step: -1, or the number of the check that failed; then there are no outputs. The outputs are read at once, or
   * saved by the `tenant` when he is told to. Runs of a tenant are written down where that is what is done at present.
   */
  run(
    inputs: readonly Input[],
    assigned: readonly Block[],
    tenant?: Tenant,
    recording: Recording | undefined = tenant && currentRecording(),
  ): number {
    const executable = this.prepare();
    moveIn(tenant);
    return withRoom(() => executable.run(inputs, assigned, recording));
  }

  /** A fresh copy of the k-th output, right after the run or when its tenant saves. */
  output(k: number): HostArray {
    return this.#executable!.output(k);
  }

  /** Gives back the memory; a later run builds the program anew. */
  release(): void {
    if (!this.#executable) return;
    saveOutputs();
    held -= this.bytes;
    this.#executable.dispose();
    this.#executable = undefined;
    alive.delete(this);
    forget(this);
  }
}

function touch(program: Program): void {
  alive.delete(program);
  alive.add(program);
  newest = program;
}

/** Drops programs until the rest fit into the bound; the one used last stays in any case. */
function makeRoom(): void {
  for (const program of alive) {
    if (held <= limits.programBytes || program === newest) return;
    program.release();
  }
}

/** What the engine has compiled so far, and what it holds now. */
export const engineStats = (): EngineStats => ({
  built,
  programs: alive.size,
  programBytes: held,
  memoryBytes: currentBackend().used,
  threads: currentBackend().threads,
  offThread: currentBackend().offThread?.state ?? "none",
});

const byHash = new Map<number, Set<Program>>();

/** The program for a graph of this structure: the one that is known, or a new one. */
export function programFor(layout: Layout): Program {
  const { code, hash } = encode(layout);
  for (const program of byHash.get(hash) ?? []) if (sameCode(program.code, code)) return program;
  const program = new Program(code.slice(), hash, templateOf(layout));
  remember(program);
  return program;
}

/** Lets programs be found: new ones, and those that were dropped but still had somebody who ran them again. */
function remember(program: Program): void {
  const alike = byHash.get(program.hash);
  if (alike) alike.add(program);
  else byHash.set(program.hash, new Set([program]));
}

function forget(program: Program): void {
  const alike = byHash.get(program.hash);
  alike?.delete(program);
  if (alike?.size === 0) byHash.delete(program.hash);
}
