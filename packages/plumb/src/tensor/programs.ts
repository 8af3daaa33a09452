/**
 * Compiled programs: built when they first run, kept while they fit into a bound of bytes. The least recently used are
 * dropped first, and built again should they be run once more.
 */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import type { Backend, Block, Executable, Input } from "../backends/backend.ts";
import { currentBackend, limits, type EngineStats } from "./engine.ts";
import { encode, sameCode, templateOf, type Layout, type Template } from "./structure.ts";

/** Programs that hold memory now. */
const alive = new Set<Program>();
/** The one that ran last: backends let programs share the memory of their intermediate values and outputs. */
let latest: Program | undefined;
let clock = 0;
let built = 0;

export class Program {
  readonly template: Template;
  readonly #dropped: (() => void) | undefined;
  #executable: Executable | undefined;
  #backend: Backend | undefined;
  #used = 0;
  #hasRun = false;
  /** The outputs of the last run, once they were copied out. */
  #saved: readonly HostArray[] | undefined;

  /**
   * `dropped` is called when the program is given up to save memory, for an owner that then forgets it. Without one the
   * program lives on: its outputs are saved, and it is built again when it runs next.
   */
  constructor(template: Template, dropped?: () => void) {
    this.template = template;
    this.#dropped = dropped;
  }

  /** Compiles for the current backend, unless that is done. */
  prepare(): Executable {
    this.#used = ++clock;
    const backend = currentBackend();
    if (this.#executable && this.#backend === backend) return this.#executable;
    this.#discard();
    this.#executable = backend.build(this.template.graph, this.template.inputs);
    this.#backend = backend;
    built++;
    alive.add(this);
    makeRoom(this);
    return this.#executable;
  }

  /** What it holds: the compiled form, and roughly 300 bytes for each node of the template. */
  get bytes(): number {
    return (this.#executable?.bytes ?? 0) + 300 * this.template.nodes;
  }

  get used(): number {
    return this.#used;
  }

  /** One step: -1, or the number of the check that failed; then there are no outputs. */
  run(inputs: readonly Input[], assigned: readonly Block[]): number {
    const executable = this.prepare();
    takeOver(this);
    this.#saved = undefined;
    this.#hasRun = false;
    const failed = executable.run(inputs, assigned);
    this.#hasRun = failed < 0;
    return failed;
  }

  /** All outputs of the last run. The arrays are kept: do not hand them out uncopied. */
  outputs(): readonly HostArray[] {
    return (this.#saved ??= this.template.graph.outputs.map((_, k) => this.output(k)));
  }

  /** A fresh copy of the k-th output of the last run. */
  output(k: number): HostArray {
    if (this.#hasRun) return this.#saved ? this.#saved[k].slice() : this.#executable!.output(k);
    throw new PlumbError("PL1007", {
      asked: "an output of a program",
      why: "it has not run, or its last run failed a check",
      fix: "run it first",
    });
  }

  /** Copies the outputs out before their memory is used for something else. An owner that forgets has read them. */
  save(): void {
    if (!this.#hasRun) return;
    if (this.#dropped) this.#hasRun = false;
    else this.outputs();
  }

  /** Gives back the memory; a later run builds the program anew. */
  release(): void {
    if (!alive.delete(this)) return;
    this.#discard();
    this.#dropped?.();
  }

  #discard(): void {
    if (!this.#executable) return;
    this.save();
    this.#executable.dispose();
    this.#executable = undefined;
  }
}

/** The next to run: what the one before left in memory is copied out. */
function takeOver(next: Program): void {
  if (latest !== next) latest?.save();
  latest = next;
}

/** Copies out what the program that ran last left in memory, before a variable there is overwritten. */
export function saveOutputs(): void {
  latest?.save();
}

function makeRoom(newest: Program): void {
  let bytes = 0;
  for (const program of alive) bytes += program.bytes;
  if (bytes <= limits.programBytes) return;
  for (const program of [...alive].sort((a, b) => a.used - b.used)) {
    if (program === newest || bytes <= limits.programBytes) return;
    bytes -= program.bytes;
    program.release();
  }
}

/** What the engine has compiled so far, and what it holds now. */
export function engineStats(): EngineStats {
  let programBytes = 0;
  for (const program of alive) programBytes += program.bytes;
  return { built, programs: alive.size, programBytes };
}

interface Entry {
  readonly code: Int32Array;
  readonly program: Program;
}
const byHash = new Map<number, Entry[]>();

/** The program for a graph of this structure: the one that is known, or a new one. */
export function programFor(layout: Layout): Program {
  const { code, hash } = encode(layout);
  const known = byHash.get(hash);
  for (const entry of known ?? []) if (sameCode(entry.code, code)) return entry.program;
  const entry: Entry = {
    code: code.slice(),
    program: new Program(templateOf(layout), () => forget(hash, entry)),
  };
  if (known) known.push(entry);
  else byHash.set(hash, [entry]);
  return entry.program;
}

function forget(hash: number, entry: Entry): void {
  const left = byHash.get(hash)!.filter((other) => other !== entry);
  if (left.length > 0) byHash.set(hash, left);
  else byHash.delete(hash);
}
