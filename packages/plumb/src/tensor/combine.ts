/** Functions of several tensors that belong to none of them more than to another. */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { g } from "../ops/builder.ts";
import { where as whereOp } from "../ops/compare.ts";
import { check } from "../ops/effect.ts";
import { concat as concatOp } from "../ops/place.ts";
import { reduce } from "../ops/reduce.ts";
import { commonDtype, commonShape, resolveAxis } from "./broadcasting.ts";
import { currentTrace } from "./context.ts";
import { expandDims } from "./movement.ts";
import { asShape, asTensor, asTensors, derived, type ShapeLike, type TensorLike } from "./operand.ts";
import { requireSameInEveryStep } from "./run.ts";
import type { Tensor } from "./tensor.ts";

/**
 * `a` where the condition is true (not 0), `b` elsewhere; shapes broadcast.
 *
 * The gradient that reaches the branch not taken is 0. Where that branch has no finite derivative, the 0 does not survive
 * the chain rule: `where(x.greater(0), x.sqrt(), 0)` has the gradient 0 · ∞ = NaN at 0. Keep the operand itself inside the
 * domain, by a second `where` around it:
 *
 * ```ts
 * const inside = x.greater(0);
 * const root = where(inside, where(inside, x, 1).sqrt(), 0); // gradient 0 where x ≤ 0
 * ```
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const tensors = [asTensor(condition), ...asTensors([a, b])];
  const [chosen, ...branches] = tensors.map((tensor) => tensor.node);
  const shape = commonShape("where", [chosen, ...branches]);
  const dtype = commonDtype(branches);
  const operands = [g.cast(chosen, "bool"), ...branches.map((branch) => g.cast(branch, dtype))];
  const node = g.node(
    whereOp,
    operands.map((operand) => g.broadcast(operand, shape)),
  );
  return derived(node, tensors);
}

/** The tensors one after the other along `axis`; they agree in all other extents. Dtypes promote. */
export function concat(list: readonly TensorLike[], axis = 0): Tensor {
  const tensors = list.map((x) => asTensor(x));
  if (tensors.length === 0) {
    throw new PlumbError("PL1011", {
      asked: "concat or stack of no tensors",
      why: "their shape and dtype are unknown",
      fix: "pass at least one",
    });
  }
  const nodes = tensors.map((tensor) => tensor.node);
  const dtype = commonDtype(nodes);
  const along = resolveAxis("concat", axis, nodes[0].shape);
  const node = g.node(
    concatOp,
    nodes.map((part) => g.cast(part, dtype)),
    { axis: along },
  );
  return derived(node, tensors);
}

/** The tensors, all of one shape, side by side along a new axis. */
export function stack(list: readonly TensorLike[], axis = 0): Tensor {
  return concat(
    list.map((x) => expandDims(x, axis)),
    axis,
  );
}

/**
 * Zeros of `shape` with `updates` added in at `indices` along `axis`: the counterpart of `gather`. Updates that meet are
 * summed in row-major order; an index out of range adds nothing.
 */
export function scatterAdd(updates: TensorLike, indices: TensorLike, axis: number, shape: ShapeLike): Tensor {
  const extents = asShape(shape);
  const tensors = [asTensor(updates), asTensor(indices, "int32")];
  const [values, at] = tensors.map((tensor) => tensor.node);
  return derived(g.scatterAdd(values, at, resolveAxis("scatterAdd", axis, extents), extents), tensors);
}

/**
 * `x` itself, on condition that all of `ok` is true. Where it is not, the program that computes x writes nothing, and the
 * read (or the call of the compiled function) throws what `explain` makes of the values of `operands`.
 */
export function checked(
  x: TensorLike,
  ok: TensorLike,
  operands: readonly TensorLike[],
  explain: (operands: readonly HostArray[]) => Error,
): Tensor {
  const tensors = [asTensor(x), asTensor(ok), ...operands.map((operand) => asTensor(operand))];
  const [value, condition, ...rest] = tensors.map((tensor) => tensor.node);
  const truth = g.cast(condition, "bool");
  const all =
    truth.shape.length === 0
      ? truth
      : g.node(reduce.min, [truth], { axes: [...truth.shape.keys()], keepDims: false });
  requireSameInEveryStep(
    "a check",
    [value, all],
    "return what is checked as an output of the loop, and check it after it",
  );
  const node = g.node(check, [value, all, ...rest], {}, { kind: "check", explain });
  currentTrace()?.checks.push(node);
  return derived(node, tensors);
}
