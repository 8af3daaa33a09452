/** The handle: what a user holds. It stands for a value that is computed when somebody reads it. */
import { hostArray, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { data as dataOp } from "../ops/source.ts";
import { currentTrace, isRecording, record } from "./context.ts";
import { rememberOrigins } from "./cuts.ts";
import { allocating, limits } from "./engine.ts";
import { format } from "./format.ts";
import { macrotask, now, print } from "./host.ts";
import type { Fluent } from "./methods.ts";
import { isOffThread } from "./off-thread.ts";
import { evaluate, evaluateOffThread, knownValue, notReadable } from "./run.ts";

/** Numbers or booleans, nested as deep as the tensor has axes; a bare value for a scalar. */
export type Nested<T> = T | readonly Nested<T>[];

/** The values of a tensor of some number of axes, numbers or booleans. */
export type NestedValues = Nested<number> | Nested<boolean>;

/** A leaf for values at hand. The array must not change any more. */
export function dataNode(data: HostArray, shape: Shape, dtype: DType): Node {
  return g.node(dataOp, [], { shape, dtype }, { kind: "data", data });
}

/** True for a leaf that is the same value wherever it is used. */
function isFixed({ op, binding }: Node): boolean {
  if (op.kind !== "source") return false;
  return op.form !== "bound" || binding!.kind === "data" || binding!.kind === "scalar";
}

/**
 * An immutable array of numbers or truth values, of a shape and a dtype.
 *
 * Operations on it record what is to be computed; reading (`data`, `item`, `print` …) compiles the smallest program
 * that answers and runs it. Nothing needs to be disposed of.
 *
 * ```ts
 * const x = tensor([[1, 2], [3, 4]]);
 * x.matmul(x).add(1).sum().itemSync(); // 58
 * ```
 */
// The fluent methods are put on the prototype by `methods.ts`, which derives them and their types from the functions.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  /** At most this many recorded operations stand behind the tensor; the exact number is counted when it matters. */
  pending: number;
  #node: Node;
  readonly #trace = currentTrace();

  /** Tensors are made by `tensor`, `zeros` and the like; the constructor wraps a node of the graph. */
  constructor(node: Node, pending = 0) {
    this.shape = node.shape;
    this.dtype = node.dtype;
    this.pending = pending;
    this.#node = node;
    record(this, node);
  }

  /** Number of axes; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements: the product of the shape. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The node of the graph that stands for the value; for those who build graphs themselves. PL1007 for a tensor that was
   * recorded in a function being traced, and is used elsewhere.
   */
  get node(): Node {
    if (this.#trace === currentTrace()) this.settle();
    else if (!isFixed(this.#node)) this.#bringAlong();
    record(this, this.#node);
    return this.#node;
  }

  /**
   * Used in another trace than the one it was recorded in. What comes from outside of all is a fixed value there, computed
   * once now rather than at every run; what was recorded in a trace has no value anywhere else.
   */
  #bringAlong(): void {
    const { shape, dtype } = this;
    if (this.#trace) throw notReadable(this.#node);
    this.#node = dataNode(evaluate([this.#node])[0], shape, dtype);
  }

  /** Lets go of the graph behind a value that is known, so that chains of evaluated results do not pile up. */
  settle(): void {
    const { value, shape, dtype } = this.#node;
    if (value === undefined || isRecording()) return;
    const leaf = dataNode(value, shape, dtype);
    rememberOrigins(leaf, this.#node);
    this.#node = leaf;
    this.pending = 0;
  }

  /** The values, if they are at hand. Throws where they can never be. */
  #known(): HostArray | undefined {
    const node = this.#node;
    const known = knownValue(node);
    if (known) return known;
    if (this.#trace && this.#trace === currentTrace()) throw readInTrace(node);
    if (this.#trace && !isFixed(node)) throw notReadable(node);
    return undefined;
  }

  /** The values, shared with the engine: for reading only. */
  #values(): HostArray {
    const known = this.#known();
    if (known) return known;
    const [values] = evaluate([this.#node]);
    this.settle();
    return values;
  }

  /** The same for who awaits them: the event loop turns, at least every 16 ms of work. */
  async #awaited(): Promise<HostArray> {
    if (isOffThread() && this.#known() === undefined) {
      const [values] = await evaluateOffThread([this.#node]);
      this.settle();
      return values;
    }
    const begun = now();
    const values = this.#values();
    await rest(now() - begun);
    return values;
  }

  /**
   * The values in row-major order, computed now. The array is the caller's own: Float32Array, Int32Array, Float64Array,
   * or Uint8Array of 0 and 1 for bool. PL1007 inside a function that is being compiled, PL7001 where there is no room for
   * it, PL7003 in a page while workers are in the middle of what somebody awaits.
   */
  dataSync(): HostArray {
    const values = this.#values();
    return allocating(this, () => values.slice());
  }

  /**
   * Like `dataSync`, but lets the event loop turn at least every 16 ms of work, so that a loop of reads stays polite. In a
   * page, workers do the work.
   */
  async data(): Promise<HostArray> {
    const values = await this.#awaited();
    return allocating(this, () => values.slice());
  }

  /**
   * The values as nested arrays: numbers, or booleans for bool. Types do not know the number of axes: who does says so,
   * `x.arraySync<number[][]>()`.
   */
  arraySync<T extends NestedValues = NestedValues>(): T {
    return nest(this.#values(), this.shape, this.dtype) as T;
  }

  /** Like `arraySync`, but lets the event loop turn (see `data`). */
  async array<T extends NestedValues = NestedValues>(): Promise<T> {
    return nest(await this.data(), this.shape, this.dtype) as T;
  }

  /** The one element of a tensor of size 1, as a number (bool: 0 or 1). PL1003 for any other size. */
  itemSync(): number {
    this.#requireOne();
    return this.#values()[0];
  }

  /** Like `itemSync`, but lets the event loop turn (see `data`). */
  async item(): Promise<number> {
    this.#requireOne();
    return (await this.#awaited())[0];
  }

  #requireOne(): void {
    if (this.size === 1) return;
    throw new PlumbError("PL1003", {
      asked: `item() of a tensor of shape ${showShape(this.shape)}`,
      arrived: `it has ${this.size} elements`,
      why: "item() reads one number",
      fix: "reduce it first (x.sum(), x.mean()), or read all with x.data()",
    });
  }

  /** Dtype and shape, then the values in aligned columns; long axes are cut to their ends. Reads the values. */
  toString(): string {
    return format(this.#values(), this.shape, this.dtype);
  }

  /** Prints `toString()` to the console. */
  print(): void {
    print(this.toString());
  }
}
export interface Tensor extends Fluent {}

let busy = 0;

/** Adds up work done without a break, and takes one when it is due. */
async function rest(milliseconds: number): Promise<void> {
  busy += milliseconds;
  if (busy < limits.busyMilliseconds) return;
  busy = 0;
  await macrotask();
}

function nest(values: HostArray, shape: Shape, dtype: DType): NestedValues {
  let at = 0;
  const build = (axis: number): Nested<number | boolean> => {
    if (axis === shape.length) return dtype === "bool" ? values[at++] !== 0 : values[at++];
    return Array.from({ length: shape[axis] }, () => build(axis + 1));
  };
  return build(0) as NestedValues;
}

const readInTrace = (node: Node): PlumbError =>
  new PlumbError("PL1007", {
    asked: `the value of a ${node.dtype} tensor of shape ${showShape(node.shape)} inside a function that is being compiled`,
    why: "the function is traced once to learn what it computes; numbers flow only when the compiled program runs",
    fix: "return the tensor and read it after the call; to choose by value inside, use where(condition, a, b)",
  });

/**
 * A host array for `values`, converted to the dtype: bools become 0 and 1, int32 truncates. PL1009 for a number that
 * int32 cannot hold.
 */
export function hostArrayFrom(values: ArrayLike<number>, dtype: DType): HostArray {
  const out = hostArray(dtype, values.length);
  if (dtype === "int32") for (let i = 0; i < values.length; i++) requireInt32(values[i]);
  if (dtype === "bool") for (let i = 0; i < values.length; i++) out[i] = values[i] ? 1 : 0;
  else out.set(values);
  return out;
}

/** PL1009 unless the number, its fraction cut off, is one of int32. */
export function requireInt32(value: number): void {
  if (value > -(2 ** 31) - 1 && value < 2 ** 31) return;
  throw new PlumbError("PL1009", {
    asked: `an int32 tensor of ${value}`,
    why: "int32 holds whole numbers from -2147483648 to 2147483647",
    fix: 'make it "float64", which holds whole numbers up to 2⁵³; tensor(data, shape, "float64").cast("int32") saturates',
  });
}
