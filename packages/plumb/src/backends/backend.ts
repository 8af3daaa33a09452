/**
 * The promise of a backend: it keeps memory and turns closed graphs into something that runs. Nothing above this floor
 * knows more of a backend than this.
 */
import type { DType, HostArray } from "../base/dtype.ts";
import type { Graph, Node } from "../graph/node.ts";
import type { Origin } from "../graph/origin.ts";

/** A place in the backend's memory. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

export interface Backend {
  readonly name: string;
  /** Threads that programs may use from now on, the caller's among them. Results are the same for any number. */
  threads: number;
  /** Bytes that could still be allocated at best. */
  readonly room: number;
  /** Bytes allocated now: variables, programs, and the intermediate values that they share. */
  readonly used: number;
  allocate(bytes: number): Block;
  free(block: Block): void;
  write(block: Block, data: HostArray, dtype: DType): void;
  /** Makes the content of `to` that of `from`, which has as many bytes. */
  copy(from: Block, to: Block): void;
  /** A fresh copy of so many elements, from the first on unless told. */
  read(block: Block, dtype: DType, length: number, from?: number): HostArray;
  /** Where runs need not be waited for; there is such a place where the caller must not wait, on the main thread of a page. */
  readonly offThread?: OffThread;
  /** Compiles a closed graph whose leaves are `inputs` in this order (source nodes: data, scalar, resident, argument, draw). */
  build(graph: Graph, inputs: readonly Node[]): Executable;
  /**
   * The same in pieces, between which the caller may rest; the last gives what makes the program. Without it there is one
   * piece.
   */
  building?(graph: Graph, inputs: readonly Node[]): Generator<void, () => Executable>;
  /** The same with a clock between its kernels, for a profile. */
  buildTimed(graph: Graph, inputs: readonly Node[]): TimedExecutable;
}

/** Workers that run programs while the caller's event loop turns. */
export interface OffThread {
  /** Starts them; resolves when they take runs, or when it is known that there will be none. */
  ready(): Promise<void>;
  /**
   * A list of runs for the workers; undefined where there are none, and everything runs in place. There is one at a time:
   * until it was submitted and has come to its end, nothing is run, read or written in place. Errors: PL7003.
   */
  record(): Recording | undefined;
  /** What the workers have come to. */
  readonly state: OffThreadState;
}

/** `"unused"`: not started yet. `"refused"`: the page's content policy forbids them, or they failed; runs are in place. */
export type OffThreadState = "unused" | "starting" | "working" | "refused";

/** Runs that were written down, to be done one after the other. */
export interface Recording {
  /** Runs recorded so far. */
  readonly length: number;
  /** Does the runs. Outputs of the last one can be read when it resolves. Errors: PL7004. */
  submit(): Promise<Submitted>;
}

/** What became of recorded runs. */
export interface Submitted {
  /** -1, or the place of the first run of which a check failed: it wrote nothing, and those after it were not done. */
  readonly failed: number;
  /** Milliseconds that the runs took, without bringing them there and back. */
  readonly milliseconds: number;
}

/**
 * What a program reads: a block, host data, or one number, per leaf in the order given to `build`. Assign targets are the leaves' or effects' resident blocks.
 */
export type Input = Block | HostArray | number;

export interface Executable {
  /** Memory it holds, for the cache's bound. */
  readonly bytes: number;
  /**
   * One step. Returns -1, or the index (in the order of `graph.effects`, among checks) of the first check that failed;
   * then nothing was written. `assigned[i]` is the target block of the i-th assign effect. Given a recording, it writes
   * the step down there instead, and returns -1.
   */
  run(inputs: readonly Input[], assigned: readonly Block[], recording?: Recording): number;
  /** Bytes of intermediate values that a run needs beside residents. */
  readonly workBytes: number;
  /** Takes the memory that a run needs, so that none fails for lack of it. Errors: PL7001. */
  reserve(): void;
  /** A fresh copy of the k-th output of the last run. */
  output(k: number): HostArray;
  dispose(): void;
}

/** What a kernel does, as its plan says it. */
export interface KernelFacts {
  /** The ops that were computed together because of each other, the first of which founded the kernel. */
  readonly name: string;
  /** Every op that it computes, those inside its expressions too, each once. */
  readonly ops: readonly string[];
  /** Its loops; of a product batch, rows, columns, and products in a sum. */
  readonly extents: readonly number[];
  /** Layers and other parts of a step that its values come from. */
  readonly origins: readonly Origin[];
  /** How often it is called in a step: kernels in loops are called again and again. */
  readonly calls: number;
  /** Of one call: multiply-adds of products, and all other arithmetic, an op counting what it costs (1 an addition). */
  readonly multiplyAdds: number;
  readonly operations: number;
  /** Of one call, each element once. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What a kernel took in some runs together, with the time that reading the clock takes. */
export interface Lap {
  /** Of the caller's thread: at work, and then waiting for other threads. */
  readonly work: Span;
  readonly waiting: Span;
  /** Threads that did some of it, and their work together. */
  readonly threads: number;
  readonly together: Span;
}

/** Milliseconds, and how often the clock was read in them. */
export interface Span {
  readonly milliseconds: number;
  readonly readings: number;
}

export interface TimedExecutable extends Executable {
  /** In the order in which they run, those of a loop's step before what follows the loop. */
  readonly kernels: readonly KernelFacts[];
  /** What they took since this was last asked, in that order. */
  laps(): readonly Lap[];
  /** Milliseconds that reading the clock takes at least: again and again, and nothing else. */
  readonly clock: number;
}
