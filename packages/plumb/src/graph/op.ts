/**
 * What an op must answer. One record per op, in its family's file in `ops/`, holds every fact about it: shape and dtype
 * rule, float64 meaning, gradient, Wasm line, and the inputs that the contract tests feed it. The compiler, the backends
 * and the interpreter switch on `kind`, which is closed; nothing above `ops/` switches on `name`, which is open.
 *
 * The vocabularies a record speaks (`Builder` for gradients, `Lanes` for Wasm, `IndexAlgebra` for views) are declared
 * here and implemented upstairs, so that one record on floor 2 serves floors 3, 4 and 5.
 */
import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Attrs, Binding, Body, Node, Spec } from "./node.ts";

export type Op =
  | SourceOp
  | ElementwiseOp
  | ReduceOp
  | ScanOp
  | SortOp
  | ViewOp
  | PlaceOp
  | ContractOp
  | GatherOp
  | ScatterOp
  | RandomOp
  | CompositeOp
  | LoopOp
  | EffectOp;

export type Kind = Op["kind"];

interface OpBase<K extends string> {
  readonly kind: K;
  readonly name: string;
  /** One line: what it computes, as a formula where there is one. */
  readonly doc: string;
  /** Number of inputs, or "many" for those that take any number. */
  readonly arity: number | "many";
  /** Shape and dtype of the result, or a coded error that names what does not fit. */
  readonly infer: (inputs: readonly Spec[], attrs: Attrs, body?: Body) => Spec;
  /**
   * Given the gradient `dy` of the result, the gradient of each input; null where it is zero everywhere.
   * Ops whose result is not differentiable (comparisons, argmax, floor …) leave it out: gradients stop there.
   */
  readonly gradient?: (g: Builder, node: Node, dy: Node) => readonly (Node | null)[];
  /**
   * An equal, simpler node, or undefined. Only rewrites that keep every bit count, NaN and infinities included:
   * x · 1 is x, but x · 0 is not 0 and x + 0 is not x (for -0).
   */
  readonly simplify?: (g: Builder, node: Node) => Node | undefined;
  /** What the contract tests feed it. Sources, loops and effects have none. */
  readonly samples: readonly Sample[];
}

/**
 * One case for the contract tests. Inputs are drawn uniformly from `range`; `edges` lists single values that the Wasm
 * line must agree on with the float64 meaning too (infinities, NaN, signed zero, ends of the domain).
 */
export interface Sample {
  readonly inputs: readonly SampleInput[];
  readonly attrs?: Attrs;
  /** Allowed distance from the float64 meaning in units in the last place of float32; 2 unless told. */
  readonly ulp?: number;
  /** False where central differences mean nothing (kinks inside the range, values that tie). */
  readonly differentiable?: boolean;
}
export interface SampleInput extends Spec {
  readonly range?: readonly [low: number, high: number];
  readonly edges?: readonly number[];
}

/** A leaf: data, a scalar, a variable, an argument, a constant, `iota`. */
export interface SourceOp extends OpBase<"source"> {
  /**
   * `bound` leaves get their value at run time. A `constant` has `attrs.value` everywhere; an `iota` counts 0, 1, 2 …
   * along `attrs.axis`: their values are structure.
   */
  readonly form: "bound" | "constant" | "iota";
}

/** Each element of the result from the elements at the same place. All inputs have the result's shape. */
export interface ElementwiseOp extends OpBase<"elementwise"> {
  readonly arity: number;
  /** In float64; bools are 0 and 1. The interpreter rounds the result to the node's dtype (int32 wraps). */
  readonly meaning: (...args: number[]) => number;
  /** Where int32 needs other arithmetic than double does (products beyond 2^53). */
  readonly intMeaning?: (...args: number[]) => number;
  readonly wasm: <V>(w: Lanes<V>, args: readonly V[], node: Spec & { readonly attrs: Attrs }) => V;
  /** Rough cost in SIMD instructions, for the decision to recompute rather than store; 1 unless told. */
  readonly cost?: number;
}

/** A fold that goes on as several running values, each cheap, of which the result is made at the end. */
export interface FoldInParts {
  /** What one element counts as, and the identity. */
  readonly of: <V>(w: Lanes<V>, x: V) => readonly V[];
  readonly join: <V>(w: Lanes<V>, a: readonly V[], b: readonly V[]) => readonly V[];
  readonly result: <V>(w: Lanes<V>, parts: readonly V[]) => V;
}

/** Folds axes away. `attrs: { axes: number[] (ascending), keepDims: boolean }`. */
export interface ReduceOp extends OpBase<"reduce"> {
  readonly fold:
    | {
        readonly form: "combine";
        readonly identity: (dtype: DType) => number;
        readonly meaning: (a: number, b: number) => number;
        /** Where int32 needs other arithmetic than double does. */
        readonly intMeaning?: (a: number, b: number) => number;
        readonly wasm: <V>(w: Lanes<V>, a: V, b: V) => V;
        /** Totals of many terms: accumulate in float64 between short float32 blocks. */
        readonly wide: boolean;
        /** A faster way for many float32 elements. */
        readonly parts?: FoldInParts;
      }
    | {
        /** The index at which the best element stands; the first of equals; the first NaN if there is one. */
        readonly form: "index";
        readonly better: (candidate: number, best: number) => boolean;
        readonly wasm: <V>(w: Lanes<V>, candidate: V, best: V) => V;
      };
}

/** A running fold along one axis. `attrs: { axis, exclusive, reverse }`. */
export interface ScanOp extends OpBase<"scan"> {
  readonly identity: number;
  readonly meaning: (a: number, b: number) => number;
  /** Where int32 needs other arithmetic than double does. */
  readonly intMeaning?: (a: number, b: number) => number;
  readonly wasm: <V>(w: Lanes<V>, a: V, b: V) => V;
}

/** Stable order of each line along one axis, as int32 indices; NaN goes last. `attrs: { axis, descending }`. */
export interface SortOp extends OpBase<"sort"> {
  readonly before: (a: number, b: number) => boolean;
}

/**
 * Affine arithmetic on coordinates. The interpreter implements it on numbers, the compiler on symbolic affine
 * expressions, so that a view's one mapping serves both.
 */
export interface IndexAlgebra<I> {
  constant(value: number): I;
  add(a: I, b: I): I;
  scale(a: I, factor: number): I;
  /** Quotient and remainder by a positive constant. */
  divMod(a: I, divisor: number): readonly [quotient: I, remainder: I];
}

/** The same elements, looked at another way: reshape, broadcast, transpose, slice. Reading needs no copy. */
export interface ViewOp extends OpBase<"view"> {
  /** True where the row-major order of the elements stays as it is (reshape). */
  readonly keepsOrder: boolean;
  /** The coordinates in the input of the element at `at` in the result. */
  readonly read: <I>(
    ix: IndexAlgebra<I>,
    at: readonly I[],
    node: { readonly attrs: Attrs; readonly shape: Shape },
    input: Shape,
  ) => readonly I[];
}

/** Inputs laid at given places into a larger result: pad (with gaps), concat. Places never overlap. */
export interface PlaceOp extends OpBase<"place"> {
  /** What stands where no input lies. */
  readonly fill: (attrs: Attrs) => number;
  /** Where each input's element 0 goes, and how far apart its elements lie, per axis. */
  readonly places: (
    inputs: readonly Spec[],
    attrs: Attrs,
  ) => readonly { readonly offset: readonly number[]; readonly step: readonly number[] }[];
}

/**
 * Sums of products: a `[batch…, rows…, inner…]` and b `[batch…, inner…, columns…]` give `[batch…, rows…, columns…]`,
 * summed over the inner axes. Batch axes are equal; broadcasting, transposing and sliding are views before it.
 */
export interface ContractOp extends OpBase<"contract"> {
  /** How many leading axes are batch axes, and how many axes are summed over. */
  readonly form: (attrs: Attrs, a: Shape, b: Shape) => { readonly batch: number; readonly inner: number };
}

/** Elements chosen by an index tensor; inputs `[x, indices]`. An index out of range reads NaN (0 for int32 and bool). */
export interface GatherOp extends OpBase<"gather"> {
  /** Coordinates in the index tensor of the result's element at `at`. */
  readonly indexAt: <I>(at: readonly I[], attrs: Attrs, x: Shape, indices: Shape) => readonly I[];
  /** Coordinates in x, given the index that was found. */
  readonly read: <I>(at: readonly I[], index: I, attrs: Attrs, x: Shape, indices: Shape) => readonly I[];
  /** The axis of x that the index runs over. */
  readonly axis: (attrs: Attrs) => number;
}

/**
 * The adjoint of a gather; inputs `[updates, indices]`, result of the shape `attrs.shape`, zero but for the updates,
 * which are added up where they meet, in the row-major order of `updates`. Indices out of range add nothing.
 */
export interface ScatterOp extends OpBase<"scatter"> {
  readonly gather: GatherOp;
}

/** Random bits from the counter-based generator; inputs: three int32 scalars, two key words and a counter. */
export interface RandomOp extends OpBase<"random"> {
  readonly bits: (key0: number, key1: number, counter: number, element: number) => number;
  /** The same in int32 lanes. */
  readonly wasm: <V>(w: Lanes<V>, key0: V, key1: V, counter: V, element: V) => V;
}

/**
 * Made of other ops, with a gradient of its own that is better than what the parts would give. The compiler and the
 * interpreter see the parts; autodiff sees the whole.
 */
export interface CompositeOp extends OpBase<"composite"> {
  readonly expand: (g: Builder, node: Node) => Node;
}

/**
 * A step repeated along axis 0 of some inputs, or a number of times; the node's `body` says which step. Inputs are the
 * states at the start, the inputs to run along, and what every step reads whole. `attrs: { count, scans, reverse,
 * recompute }`. It has no rule for a gradient: results of one loop are differentiated together (autodiff/loop.ts).
 */
export interface LoopOp extends OpBase<"loop"> {}

/** Something that happens: `assign` a resident, `check` a condition. */
export interface EffectOp extends OpBase<"effect"> {}

/** A window that slides along some axes: its size, the step from place to place, and the step inside it. */
export interface Window {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * The vocabulary of gradient rules: a graph is built from nodes with it. Operands of binary ops have one shape and
 * dtype (use `broadcast` and `cast`); `constant` makes a structural constant.
 */
export interface Builder {
  /** The general form: any record with inputs and attributes. */
  node(op: Op, inputs: readonly Node[], attrs?: Attrs, binding?: Binding, body?: Body): Node;
  constant(value: number, like: Spec): Node;
  add(a: Node, b: Node): Node;
  sub(a: Node, b: Node): Node;
  mul(a: Node, b: Node): Node;
  div(a: Node, b: Node): Node;
  neg(a: Node): Node;
  pow(a: Node, b: Node): Node;
  exp(a: Node): Node;
  log(a: Node): Node;
  sin(a: Node): Node;
  cos(a: Node): Node;
  sign(a: Node): Node;
  equal(a: Node, b: Node): Node;
  less(a: Node, b: Node): Node;
  lessEqual(a: Node, b: Node): Node;
  logicalAnd(a: Node, b: Node): Node;
  logicalNot(a: Node): Node;
  where(condition: Node, a: Node, b: Node): Node;
  cast(a: Node, dtype: DType): Node;
  sum(a: Node, axes: readonly number[], keepDims?: boolean): Node;
  prod(a: Node, axes: readonly number[], keepDims?: boolean): Node;
  cumsum(a: Node, axis: number, options: { exclusive: boolean; reverse: boolean }): Node;
  reshape(a: Node, shape: Shape): Node;
  broadcast(a: Node, shape: Shape): Node;
  transpose(a: Node, permutation: readonly number[]): Node;
  slice(a: Node, start: readonly number[], size: readonly number[], step: readonly number[]): Node;
  pad(a: Node, low: readonly number[], high: readonly number[], gap: readonly number[], value: number): Node;
  matmul(a: Node, b: Node): Node;
  contract(a: Node, b: Node, form: { readonly batch: number; readonly inner: number }): Node;
  gather(x: Node, indices: Node, axis: number): Node;
  takeAlong(x: Node, indices: Node, axis: number): Node;
  scatterAdd(updates: Node, indices: Node, axis: number, shape: Shape): Node;
  scatterAddAlong(updates: Node, indices: Node, axis: number, shape: Shape): Node;
  windows(a: Node, first: number, window: Window): Node;
  /** 0, 1, 2 … along `axis`, the same along all others. */
  iota(shape: Shape, axis: number, dtype?: DType): Node;
}

/**
 * The vocabulary of Wasm lines: four elements at a time. A value `V` carries its dtype; binary operands agree in it.
 * A float64 value is a pair of 128-bit vectors and knows only the operations marked (d).
 * Comparisons give a bool value: a mask of all ones or all zeros per lane.
 */
export interface Lanes<V> {
  /** The same number in every lane, hoisted out of all loops. (d) */
  constant(value: number, dtype: DType): V;
  dtype(a: V): DType;
  add(a: V, b: V): V; // (d) int32 wraps
  sub(a: V, b: V): V; // (d)
  mul(a: V, b: V): V; // (d)
  div(a: V, b: V): V; // (d) floats only
  /** a * b + c, rounded once where the machine can, twice where it cannot: a line must be right either way. (d: twice) */
  fma(a: V, b: V, c: V): V;
  /** True where `fma` rounds once on this machine. */
  readonly fused: boolean;
  neg(a: V): V; // (d)
  abs(a: V): V; // (d)
  sqrt(a: V): V; // (d)
  /** IEEE minimum and maximum: NaN if either is, and -0 < +0. (d) */
  min(a: V, b: V): V;
  max(a: V, b: V): V;
  /** `b < a ? b : a` and `a < b ? b : a`: cheaper; the first operand survives when the comparison fails (NaN). */
  pmin(a: V, b: V): V;
  pmax(a: V, b: V): V;
  /** Of int32, taken as whole numbers without sign. */
  minUnsigned(a: V, b: V): V;
  maxUnsigned(a: V, b: V): V;
  floor(a: V): V; // (d)
  ceil(a: V): V; // (d)
  trunc(a: V): V; // (d)
  /** To the nearest integer, ties to even. (d) */
  nearest(a: V): V;
  equal(a: V, b: V): V; // (d)
  notEqual(a: V, b: V): V; // (d)
  less(a: V, b: V): V; // (d)
  lessEqual(a: V, b: V): V; // (d)
  greater(a: V, b: V): V; // (d)
  greaterEqual(a: V, b: V): V; // (d)
  /** Bitwise, on any 32-bit dtype; the result has the dtype of the first operand. */
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  xor(a: V, b: V): V;
  /** a & ~b. */
  andNot(a: V, b: V): V;
  not(a: V): V;
  /** Per lane: `mask ? a : b`. (d) */
  select(mask: V, a: V, b: V): V;
  /** int32 shifts by a constant count. */
  shiftLeft(a: V, count: number): V;
  shiftRightSigned(a: V, count: number): V;
  shiftRightUnsigned(a: V, count: number): V;
  /** The same 32 bits under another name (float32, int32, bool). */
  bitcast(a: V, dtype: DType): V;
  /** The same number in another dtype; float to int truncates and saturates, NaN becomes 0; to bool is `!= 0`. (d) */
  convert(a: V, dtype: DType): V;
}
