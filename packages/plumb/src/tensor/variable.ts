/** A value that changes: weights, the state of an optimizer, a data set that stays in the engine's memory. */
import { isFloat, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { callable, flag, optional, text, unchecked } from "../base/parameters.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { carrying, currentTrace, record, whileUpdating } from "./context.ts";
import type { Fluent } from "./methods.ts";
import { asTensor, asTensors, type TensorLike } from "./operand.ts";
import { optionsOf } from "./options.ts";
import { commit, dispose, knownValue, overwrite, requireSameInEveryStep } from "./run.ts";
import { Storage } from "./storage.ts";
import { Tensor, type NestedValues } from "./tensor.ts";

/** What a variable is made with besides its value. */
export interface VariableOptions {
  /** Shown in messages and summaries. */
  readonly name?: string;
  /** Whether training changes it: true for floats unless told. */
  readonly trainable?: boolean;
  /** The dtype to keep it in; that of the initial value unless told. */
  readonly dtype?: DType;
  /** What an optimizer brings the value back to after each update: a tensor of the same shape for one. */
  readonly constraint?: (value: Tensor) => Tensor;
}

const variableOptions = optionsOf({
  name: text("variable", "What it is called in messages and summaries"),
  trainable: optional(flag(true, "Whether training changes it")),
  // The cast looks at it.
  dtype: unchecked<DType | undefined>(undefined, "The dtype to keep it in"),
  constraint: callable<(value: Tensor) => Tensor>(undefined, "What the value is brought back to"),
});

/**
 * A tensor whose value can be replaced by another of the same shape and dtype. It can be used wherever a tensor can, and
 * has the methods of one, which read its present value. A tensor that was made from it keeps the value from then.
 *
 * Its memory is given back after nothing refers to it any more, or by `dispose`. Where the engine's memory runs out before
 * that, values that no program has used lately move into JavaScript arrays, and back when they are needed; PL7001 where
 * one program needs more than there is. PL4004 for an option that it does not take.
 *
 * ```ts
 * const w = new Variable([1, 2]);
 * const doubled = w.mul(2);
 * w.assign([10, 20]);
 * doubled.dataSync(); // 2, 4
 * ```
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Variable {
  /** Shown in messages and summaries. A layer renames its weights when a model gives it another name. */
  name: string;
  readonly trainable: boolean;
  /** What an optimizer applies to the value after each update. */
  readonly constraint?: (value: Tensor) => Tensor;
  /** The place of the value in the engine's memory. */
  readonly storage: Storage;

  constructor(initial: TensorLike, options?: VariableOptions) {
    const { name, trainable, dtype, constraint } = variableOptions("Variable", options);
    const start = asTensor(initial, dtype).node;
    const node = dtype ? g.cast(start, dtype) : start;
    this.name = name;
    this.trainable = trainable ?? isFloat(node.dtype);
    this.constraint = constraint;
    this.storage = new Storage(node, this.name);
  }

  get shape(): Shape {
    return this.storage.shape;
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** Number of axes; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The present value; inside a function that is being compiled, the value at this point of it. */
  read(): Tensor {
    const carried = carrying(this.storage)?.get(this.storage);
    if (carried !== undefined) return new Tensor(carried);
    const node = currentTrace()?.read(this.storage) ?? this.storage.leaf();
    record(this.storage, node);
    return new Tensor(node);
  }

  /**
   * Replaces the value, at once (inside a function that is being compiled: when it runs). PL1010 unless the shape is the
   * variable's; the dtype is converted.
   */
  assign(value: TensorLike): this {
    assignAll([[this, value]]);
    return this;
  }

  /** `assign(this + value)`. */
  assignAdd(value: TensorLike): this {
    return this.#change(value, g.add);
  }

  /** `assign(this - value)`. */
  assignSub(value: TensorLike): this {
    return this.#change(value, g.sub);
  }

  #change(value: TensorLike, op: (a: Node, b: Node) => Node): this {
    assignAll(() => {
      const [present, change] = asTensors([this.read(), value]);
      const converted = g.broadcast(g.cast(change.node, this.dtype), this.shape);
      return [[this, new Tensor(op(present.node, converted))]];
    });
    return this;
  }

  /** The values in row-major order, as the caller's own array. */
  dataSync(): HostArray {
    return this.read().dataSync();
  }

  /** The one element of a variable of size 1, as a number (see `Tensor.itemSync`). */
  itemSync(): number {
    return this.read().itemSync();
  }

  /** The present value as nested arrays (see `Tensor.arraySync`). */
  arraySync<T extends NestedValues = NestedValues>(): T {
    return this.read().arraySync<T>();
  }

  /** Like `dataSync`, but lets the event loop turn at least every 16 ms of work. */
  data(): Promise<HostArray> {
    return this.read().data();
  }

  toString(): string {
    return `${this.name}: ${this.read().toString()}`;
  }

  /** Gives back the engine's memory now rather than when nothing refers to the variable any more. Optional. */
  dispose(): void {
    dispose(this.storage);
  }
}
export interface Variable extends Fluent {}

/**
 * Replaces the values of several variables at once, by one program: all values are computed from what the variables held
 * before. Given as a function, the pairs are collected while it runs; what it reads of variables must not be kept
 * elsewhere, which saves keeping their old values for it.
 */
export function assignAll(
  update: readonly (readonly [Variable, TensorLike])[] | (() => readonly (readonly [Variable, TensorLike])[]),
): void {
  const pairs = typeof update === "function" ? whileUpdating(update) : update;
  const nodes = new Map(pairs.map(([variable, value]) => [variable.storage, valueFor(variable, value)]));
  for (const [storage, node] of nodes) {
    const carried = carrying(storage);
    carried?.set(storage, node);
    if (carried !== undefined) nodes.delete(storage);
  }
  requireSameInEveryStep(
    "assigning a variable",
    [...nodes.values()],
    "name the variable in the loop's variables; or return the value as a state, and assign its last value after the loop",
  );
  const trace = currentTrace();
  if (trace) {
    for (const [storage, node] of nodes) trace.assign(storage, node);
    return;
  }
  const pending = new Map([...nodes].filter(([, node]) => knownValue(node) === undefined));
  if (pending.size > 0) commit(pending);
  for (const [storage, node] of nodes) if (!pending.has(storage)) overwrite(storage, knownValue(node)!);
}

/** A value as a variable can take it: of its shape, converted to its dtype. */
function valueFor({ name, shape, dtype }: Variable, value: TensorLike): Node {
  const { node } = asTensor(value, dtype);
  if (sameShape(node.shape, shape)) return g.cast(node, dtype);
  throw new PlumbError("PL1010", {
    asked: `assigning a tensor of shape ${showShape(node.shape)} to ${name}`,
    why: `the variable has shape ${showShape(shape)}, and keeps it`,
    fix: "reshape or broadcast the value to the shape of the variable",
  });
}
