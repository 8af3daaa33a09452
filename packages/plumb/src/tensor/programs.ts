/**
 * Compiled programs: built when they first run, kept while they fit into a bound of bytes. The least recently used are
 * dropped first, and built again should they be run once more.
 */
import type { Backend, Block, Executable, Input } from "../backends/backend.ts";
import { currentBackend, limits, type EngineStats } from "./engine.ts";
import { encode, sameCode, templateOf, type Layout, type Template } from "./structure.ts";

/** Programs that hold memory now. */
const alive = new Set<Program>();
let clock = 0;
let built = 0;

export class Program {
  readonly template: Template;
  #executable: Executable | undefined;
  #backend: Backend | undefined;
  #used = 0;
  readonly #dropped: (() => void) | undefined;

  /** `dropped` is called when the program is given up to save memory. */
  constructor(template: Template, dropped?: () => void) {
    this.template = template;
    this.#dropped = dropped;
  }

  /** The compiled form on the current backend. */
  get executable(): Executable {
    this.#used = ++clock;
    const backend = currentBackend();
    if (this.#backend === backend && this.#executable) return this.#executable;
    this.#executable?.dispose();
    this.#backend = backend;
    this.#executable = backend.build(this.template.graph, this.template.inputs);
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

  /** One step: -1, or the number of the check that failed. */
  run(inputs: readonly Input[], assigned: readonly Block[]): number {
    return this.executable.run(inputs, assigned);
  }

  /** Gives back the memory; the program can still run, and is then built anew. */
  release(): void {
    if (!alive.delete(this)) return;
    this.#executable!.dispose();
    this.#executable = undefined;
    this.#dropped?.();
  }
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
