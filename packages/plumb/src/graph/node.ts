import type { DType, HostArray } from "../base/dtype.ts";
import type { Draw } from "../base/seed.ts";
import type { Shape } from "../base/shape.ts";
import type { Op } from "./op.ts";
import type { Origin } from "./origin.ts";

/** A structural attribute: part of what a program *is* (axes, shapes, fill values), never a number that changes per run. */
export type AttrValue = number | string | boolean | readonly number[] | readonly (readonly number[])[];
export type Attrs = Readonly<Record<string, AttrValue>>;

/** Shape and dtype of a value: all that shape rules, autodiff and the compiler know of it. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * One step of a computation: an op applied to earlier nodes. Immutable but for `value`, which evaluation fills in, and
 * `inputs`, which it then drops so that a chain of evaluated results holds no memory.
 */
export interface Node extends Spec {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  /** What a source or effect node stands for. Not structure: two graphs that differ only here share one program. */
  readonly binding?: Binding;
  /** Of a loop: what it repeats, and which value of that the node is. Structure, like the attributes. */
  readonly body?: Body;
  /** Which part of a model it was made for. Not structure. */
  readonly origin?: Origin;
  /** The evaluated result, once there is one: readers of the graph treat the node as data from then on. */
  value?: HostArray;
}

/**
 * One step of a loop, as a graph on leaves of its own: it names no node from outside, so that copies of a loop can share it.
 */
export interface Recurrence {
  /**
   * Leaves bound to `parameter`: the states before the step, then this step's slice of each input that the loop runs
   * along, then what is the same in every step. They stand for the inputs of the loop node, in that order.
   */
  readonly parameters: readonly Node[];
  /** What each state is after the step: of the shape and dtype it had before. */
  readonly states: readonly Node[];
}

/**
 * Nodes have one value, so a loop with several results is several nodes: those of one recurrence and the same inputs are
 * computed together (`siblings` in ops/loop.ts).
 */
export interface Body {
  readonly recurrence: Recurrence;
  /** A state, whose value after the last step it is; or a node of the step, whose values it stacks along a new axis 0. */
  readonly result: number | Node;
}

/** What a source node is bound to at run time. */
export type Binding =
  /** Values held by JavaScript, copied in when the program runs. */
  | { readonly kind: "data"; readonly data: HostArray }
  /** One number: a rate, a step count, a seed. */
  | { readonly kind: "scalar"; readonly value: number }
  /** Values that live in the backend's memory. */
  | { readonly kind: "resident"; readonly resident: Resident }
  /** The k-th argument of a traced function. */
  | { readonly kind: "argument"; readonly index: number }
  /** One of the three words (two of the key, the counter) of a random draw that is made afresh at each run. */
  | { readonly kind: "draw"; readonly word: 0 | 1 | 2; readonly next: () => Draw }
  /** A value inside a loop, which differs from step to step. */
  | { readonly kind: "parameter" }
  /** How a `check` explains itself when some element of its operands fails. Operands are given as host arrays. */
  | { readonly kind: "check"; readonly explain: (operands: readonly HostArray[]) => Error };

/** Something that owns a place in the backend's memory: a variable's value, or a data set that stays resident. */
export interface Resident extends Spec {
  readonly id: number;
}

/** A closed graph: the values that are wanted, and what happens, in program order (`assign` and `check` nodes). */
export interface Graph {
  readonly outputs: readonly Node[];
  readonly effects: readonly Node[];
}
