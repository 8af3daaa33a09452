/**
 * The promise of a backend: it keeps memory and turns closed graphs into something that runs. Nothing above this floor
 * knows more of a backend than this.
 */
import type { DType, HostArray } from "../base/dtype.ts";
import type { Graph, Node } from "../graph/node.ts";

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
  allocate(bytes: number): Block;
  free(block: Block): void;
  write(block: Block, data: HostArray, dtype: DType): void;
  /** A fresh copy. */
  read(block: Block, dtype: DType, length: number): HostArray;
  /** Compiles a closed graph whose leaves are `inputs` in this order (source nodes: data, scalar, resident, argument, draw). */
  build(graph: Graph, inputs: readonly Node[]): Executable;
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
   * then nothing was written. `assigned[i]` is the target block of the i-th assign effect.
   */
  run(inputs: readonly Input[], assigned: readonly Block[]): number;
  /** Bytes of intermediate values that a run needs beside residents. */
  readonly workBytes: number;
  /** Takes the memory that a run needs, so that none fails for lack of it. Errors: PL7001. */
  reserve(): void;
  /** A fresh copy of the k-th output of the last run. */
  output(k: number): HostArray;
  dispose(): void;
}
