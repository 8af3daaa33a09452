/** What is going on around a tensor operation: is a function being traced, are tapes recording, is an update collected? */
import type { Draw } from "../base/seed.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "./storage.ts";

/** A function being traced by `compile`: variables are values that change as the function assigns them. */
export interface TraceContext {
  /** The value of a variable at this point of the function. */
  read(storage: Storage): Node;
  assign(storage: Storage, value: Node): void;
  /** The random draws of the function, in the order in which it makes them at each run. */
  readonly draws: (() => Draw)[];
  /** The checks of the function: they run even where nothing uses what they pass on. */
  readonly checks: Node[];
}

/** A tape that is recording: it remembers the node behind every handle, since a handle forgets it when it is read. */
export interface Recording {
  readonly nodes: WeakMap<object, Node>;
}

/** A loop whose body is being recorded: what goes from step to step beside its states. */
export interface StepContext {
  /** Variables that the steps may change, with their values at this point of the step. */
  readonly variables: Map<Storage, Node>;
  /** From the words of a draw those of a draw for each step; unset: one draw serves all steps. */
  readonly drawInStep?: (words: readonly Node[]) => readonly Node[];
}

let trace: TraceContext | undefined;
let recordings: Recording[] = [];
let updating = false;
let loops: readonly StepContext[] = [];

export const currentTrace = (): TraceContext | undefined => trace;
export const isRecording = (): boolean => recordings.length > 0;
/** True while `assignAll` collects its pairs: what is read then is consumed by the flush that follows. */
export const isUpdating = (): boolean => updating;

/** True while the body of a loop is being recorded: some values stand for one of many steps. */
export const isInLoop = (): boolean => loops.length > 0;

/** The values of variables in the innermost loop whose steps may change this one; undefined where there is none. */
export const carrying = (storage: Storage): Map<Storage, Node> | undefined =>
  loops.findLast(({ variables }) => variables.has(storage))?.variables;

/** The words of a draw as the loops around have it, from the outermost. */
export const drawnInSteps = (words: readonly Node[]): readonly Node[] =>
  loops.reduce((drawn, { drawInStep }) => drawInStep?.(drawn) ?? drawn, words);

/** Tells the tapes that are recording which node stands behind a handle; the first one told stays. */
export function record(handle: object, node: Node): void {
  for (const { nodes } of recordings) if (!nodes.has(handle)) nodes.set(handle, node);
}

/** Runs `fn` as a part of that trace; of none, for what outlives the function that is being traced. */
export function withTrace<R>(context: TraceContext | undefined, fn: () => R): R {
  const outer = trace;
  const outerRecordings = recordings;
  const outerLoops = loops;
  trace = context;
  recordings = [];
  loops = [];
  try {
    return fn();
  } finally {
    trace = outer;
    recordings = outerRecordings;
    loops = outerLoops;
  }
}

export function withRecording<R>(recording: Recording, fn: () => R): R {
  recordings.push(recording);
  try {
    return fn();
  } finally {
    recordings.pop();
  }
}

export function whileUpdating<R>(fn: () => R): R {
  const outer = updating;
  updating = true;
  try {
    return fn();
  } finally {
    updating = outer;
  }
}

/** Runs the body of a loop: nothing in it is evaluated unasked, as while a tape records. */
export function withinLoop<R>(context: StepContext, fn: () => R): R {
  const outer = loops;
  loops = [...outer, context];
  try {
    return withRecording({ nodes: new WeakMap() }, fn);
  } finally {
    loops = outer;
  }
}
