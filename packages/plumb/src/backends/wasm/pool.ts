/** The workers of an engine: started once, taught each program that is large enough, and called for every run of it. */
import type { Block } from "../backend.ts";
import type { EngineMemory } from "./memory.ts";
import { control, jobs, restModule } from "./threads.ts";
import { startWorker, type Worker } from "./workers.ts";

/** A program as workers know it. */
export interface Known {
  /** Where its instance stands in the lists of the workers, and which of those that stood there it is. */
  readonly slot: number;
  readonly serial: number;
}

const word = (name: Exclude<keyof typeof control, "size">): number => control[name] / 4;

export class Pool {
  readonly threads: number;
  private readonly memory: EngineMemory;
  private readonly team: Block;
  /** The control block. The memory may grow under it: a view of shared memory stays where it is. */
  private readonly words: Int32Array;
  private readonly call: (team: number) => void;
  private readonly workers: readonly Worker[];
  private readonly known = new Map<object, Known>();
  private readonly freeSlots: number[] = [];
  private serial = 0;
  /** How often workers will have said that they are done when they have done all they were told. */
  private expected: number;
  /** The module that workers are reading. */
  private lesson: Block | undefined;

  /** Starts the workers; they join when they are ready. Errors: PL7001. */
  constructor(memory: EngineMemory, threads: number) {
    const rest = restModule();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(rest), {
      engine: { memory: memory.memory },
    });
    this.memory = memory;
    this.threads = threads;
    this.call = instance.exports.call as (team: number) => void;
    this.team = memory.allocate(control.size);
    this.words = new Int32Array(memory.memory.buffer, this.team.address, control.size / 4).fill(0);
    this.words[word("threads")] = threads;
    this.expected = threads - 1;
    const start = { memory: memory.memory, rest, team: this.team.address, seen: 0 };
    this.workers = Array.from({ length: threads - 1 }, (_, i) =>
      startWorker({ ...start, thread: i + 1 }),
    ).filter((worker) => worker !== undefined);
  }

  /** True if all workers can run the program now, or within so many milliseconds. Teaches it to them if need be. */
  knows(program: object, module: Uint8Array<ArrayBuffer>, patience: number): boolean {
    if (this.lesson === undefined && this.known.has(program)) return this.areWell;
    const until = performance.now() + patience;
    if (!this.areDone(until)) return false;
    if (!this.known.has(program)) {
      this.teach(program, module);
      if (!this.areDone(until)) return false;
    }
    return this.areWell;
  }

  /** What workers know a program as, for a caller elsewhere: see `leader-source.ts`. */
  knownAs(program: object): Known | undefined {
    return this.known.get(program);
  }

  /** Where the control block is. */
  get address(): number {
    return this.team.address;
  }

  /** Forgets a program; the instances of workers go when another one takes their place. */
  forget(program: object): void {
    const known = this.known.get(program);
    if (known === undefined) return;
    this.known.delete(program);
    this.freeSlots.push(known.slot);
  }

  /** Runs what all workers know: `run` is the caller's part of it. */
  run(program: object, block: number, run: (team: number) => number): number {
    const { words, team } = this;
    const { slot, serial } = this.known.get(program) as Known;
    words[word("kind")] = jobs.run;
    words[word("slot")] = slot;
    words[word("serial")] = serial;
    words[word("address")] = block;
    this.call(team.address);
    try {
      return run(team.address);
    } catch (error) {
      // The others wait for a caller who does not come any more.
      this.words[word("failed")] = 1;
      this.stop();
      throw error;
    }
  }

  /**
   * Sends the workers away, those that are busy after so many milliseconds. The control block is left to them: some may
   * look at it once more.
   */
  dismiss(patience: number): void {
    if (this.areDone(performance.now() + patience) && this.areWell) {
      this.words[word("kind")] = jobs.leave;
      this.call(this.team.address);
    } else {
      this.stop();
    }
  }

  private stop(): void {
    for (const worker of this.workers) worker.stop();
  }

  private get areWell(): boolean {
    return this.words[word("failed")] === 0;
  }

  private teach(program: object, module: Uint8Array<ArrayBuffer>): void {
    const { words, memory } = this;
    this.lesson = memory.allocate(module.length);
    new Uint8Array(memory.memory.buffer).set(module, this.lesson.address);
    const known = { slot: this.freeSlots.pop() ?? this.known.size, serial: ++this.serial };
    this.known.set(program, known);
    words[word("kind")] = jobs.learn;
    words[word("slot")] = known.slot;
    words[word("serial")] = known.serial;
    words[word("address")] = this.lesson.address;
    words[word("bytes")] = module.length;
    this.expected += this.threads - 1;
    this.call(this.team.address);
  }

  /** True if the workers have done what they were told, or do so before that time. */
  private areDone(until: number): boolean {
    const { words } = this;
    for (;;) {
      const done = Atomics.load(words, word("done"));
      if (done === this.expected) break;
      const left = until - performance.now();
      if (left <= 0) return false;
      Atomics.wait(words, word("done"), done, left);
    }
    if (this.lesson !== undefined) this.memory.release(this.lesson);
    this.lesson = undefined;
    return true;
  }
}
