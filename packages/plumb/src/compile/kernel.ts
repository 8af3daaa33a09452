/**
 * What the compiler hands to a backend: plain data, no graph. A program is a list of kernels over numbered buffers;
 * every thread runs the whole list (SPMD), takes its share of each kernel's units and meets the others at barriers.
 */
import type { DType } from "../base/dtype.ts";
import type { Attrs } from "../graph/node.ts";
import type { ElementwiseOp, RandomOp, ReduceOp, ScanOp } from "../graph/op.ts";
import type { Affine } from "./affine.ts";

export interface Program {
  readonly buffers: readonly Buffer[];
  readonly steps: readonly Step[];
  /** Bytes of the arena that all intermediate buffers share. */
  readonly arenaBytes: number;
  /** The buffer of each output of the graph. */
  readonly outputs: readonly number[];
  /** Packed operands that are the same at every run of the program inside one loop: packed once, before it. */
  readonly packedOnce: readonly number[];
}

/** Where a buffer lives, and what it holds. Row-major, dense. */
export interface Buffer {
  readonly dtype: DType;
  readonly length: number;
  readonly place:
    /** Input `slot` (host data, or one number), copied to this byte offset of the arena before each run. */
    | { readonly kind: "input"; readonly slot: number; readonly offset: number }
    /** The block bound to input `slot`. */
    | { readonly kind: "resident"; readonly slot: number }
    /** The block that the `index`-th assign writes. */
    | { readonly kind: "assigned"; readonly index: number }
    /** Planned intermediate memory, at this byte offset of the arena. */
    | { readonly kind: "arena"; readonly offset: number };
}

export type Step =
  | { readonly kind: "kernel"; readonly kernel: Kernel }
  /** Packs the right operand of a product that comes later. */
  | { readonly kind: "pack"; readonly kernel: Product }
  /** All threads have finished what stands before. */
  | { readonly kind: "barrier" }
  /** End the run, reporting `check`, if the bool in `buffer` is false. */
  | { readonly kind: "guard"; readonly buffer: number; readonly check: number };

export type Kernel = Nest | Product | Scan | Sort | Scatter | Fill | Loop;

/** A value computed inside a kernel, as a DAG: equal objects are computed once. */
export type Expr =
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  | { readonly kind: "load"; readonly buffer: number; readonly at: Affine; readonly dtype: DType }
  /** The counter expression itself, as int32 (iota, element numbers). */
  | { readonly kind: "counter"; readonly at: Affine; readonly dtype: "int32" }
  | { readonly kind: "convert"; readonly value: Expr; readonly dtype: DType }
  /** `buffer[at + stride · index]`, NaN (or 0) where the index is outside [0, extent). */
  | {
      readonly kind: "gather";
      readonly buffer: number;
      readonly at: Affine;
      readonly stride: number;
      readonly extent: number;
      readonly index: Expr;
      readonly dtype: DType;
    }
  | {
      readonly kind: "apply";
      readonly op: ElementwiseOp;
      readonly args: readonly Expr[];
      readonly attrs: Attrs;
      readonly dtype: DType;
    }
  | {
      readonly kind: "random";
      readonly op: RandomOp;
      readonly key: readonly [Expr, Expr, Expr];
      readonly element: Expr;
      readonly dtype: "int32";
    }
  /** The result of a fold in an earlier stage of the same nest. */
  | { readonly kind: "folded"; readonly fold: Fold; readonly dtype: DType }
  /** The accumulated product at (…batch, m, n), in the epilogue of a `Product`. */
  | { readonly kind: "product"; readonly dtype: DType };

export interface Store {
  readonly buffer: number;
  readonly at: Affine;
  readonly value: Expr;
}

/** One value folded over the inner loops of its stage. */
export interface Fold {
  readonly op: ReduceOp;
  readonly value: Expr;
  /** Where the value stands among those folded together, for folds that give an index. */
  readonly position: Expr | undefined;
  readonly dtype: DType;
}

/**
 * Loops over `outer`, and inside them one stage after the other: over the points of a row, with the same inner loops in all
 * such stages, or once per row. Element-wise maps, reductions with an epilogue and whole row programs (softmax) are all of
 * this form. Affine expressions count the outer loops first, then the inner ones.
 */
export interface Nest {
  readonly kind: "nest";
  readonly name: string;
  readonly outer: readonly number[];
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly inner: readonly number[];
  readonly folds: readonly Fold[];
  /** Evaluated and stored at every point of the stage. */
  readonly stores: readonly Store[];
}

/**
 * `c[batch, m, n] = Σ a[batch, m, inner] · b[batch, inner, n]` over all inner loops, followed by an element-wise epilogue
 * on the accumulators, whose loops are batch…, m, n.
 */
export interface Product {
  readonly kind: "product";
  readonly name: string;
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  /** At least one extent; outermost first. */
  readonly inner: readonly number[];
  readonly a: Operand;
  readonly b: Operand;
  readonly stores: readonly Store[];
  /** Scratch for packed operands, where the backend asked for it. */
  readonly packed: number | undefined;
  /** True where the right operand is packed before the product begins. */
  readonly packsAhead: boolean;
}

/** Where the elements of an operand lie, in elements from the start of its buffer. */
export interface Operand {
  readonly buffer: number;
  readonly base: number;
  readonly batch: readonly number[];
  /** From row to row of a, from column to column of b. */
  readonly line: number;
  readonly inner: readonly number[];
}

/** A running fold along lines of `extent` elements `stride` apart; `lines` are the starts. Dense in and out. */
export interface Scan {
  readonly kind: "scan";
  readonly name: string;
  readonly op: ScanOp;
  readonly dtype: DType;
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
  readonly source: number;
  readonly target: number;
}

/** The stable order of each line, as int32. Layout as in `Scan`. `scratch` holds 4 words per element of one line. */
export interface Sort {
  readonly kind: "sort";
  readonly name: string;
  readonly dtype: DType;
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
  readonly descending: boolean;
  readonly source: number;
  readonly target: number;
  readonly scratch: number;
}

/** Adds updates into a zeroed target: over the loops, in order, `target[at + stride · index] += update`. */
export interface Scatter {
  readonly kind: "scatter";
  readonly name: string;
  readonly loops: readonly number[];
  readonly update: Expr;
  readonly index: Expr;
  readonly target: number;
  readonly at: Affine;
  readonly stride: number;
  readonly extent: number;
  readonly dtype: DType;
}

/** The same value in every element of a buffer. */
export interface Fill {
  readonly kind: "fill";
  readonly name: string;
  readonly buffer: number;
  readonly length: number;
  readonly value: number;
  readonly dtype: DType;
}

/**
 * A program run `count` times, each time on other parts of the buffers. Its residents and assigned values are what the
 * walks say, in the order of their slots and indices; its arena lies in `scratch`. States are residents that it also
 * assigns: they hold the initial values before, and the last ones after.
 */
export interface Loop {
  readonly kind: "loop";
  readonly name: string;
  readonly count: number;
  /** True for the last step first. */
  readonly reverse: boolean;
  readonly program: Program;
  readonly inputs: readonly Walk[];
  readonly targets: readonly Walk[];
  readonly scratch: number;
}

/** Where a loop's step finds or leaves a value. */
export interface Walk {
  readonly buffer: number;
  /** Elements from one step to the next; 0 where it is the same place in every step. */
  readonly stride: number;
}
