/** Element-by-element functions, derived from the op records: a new record is a new function and a new method. */
import type { ElementwiseOp } from "../graph/op.ts";
import { bounded } from "../ops/bounded.ts";
import { compare } from "../ops/compare.ts";
import { elementwise } from "../ops/elementwise.ts";
import { pointwise } from "./broadcasting.ts";
import { asTensors, derived, type TensorLike } from "./operand.ts";
import type { Tensor } from "./tensor.ts";

/** The function of a record: as many operands as it has inputs. */
type FunctionOf<R> = R extends { readonly arity: 1 }
  ? (x: TensorLike) => Tensor
  : R extends { readonly arity: 2 }
    ? (a: TensorLike, b: TensorLike) => Tensor
    : (a: TensorLike, b: TensorLike, c: TensorLike) => Tensor;

// `where` and `cast` have functions of their own: their operands differ in dtype.
const { where: _where, cast: _cast, ...comparisons } = compare;
const records = { ...elementwise, ...comparisons };

type ElementwiseFunctions = { readonly [K in keyof typeof records]: FunctionOf<(typeof records)[K]> };

function functionOf(op: ElementwiseOp): (...operands: TensorLike[]) => Tensor {
  return (...operands) => {
    const tensors = asTensors(operands.slice(0, op.arity));
    return derived(
      pointwise(
        op,
        tensors.map((tensor) => tensor.node),
      ),
      tensors,
    );
  };
}

/**
 * One function per record, such as `add(a, b)` and `exp(x)`. Shapes broadcast as in NumPy (PL1001 where they cannot);
 * dtypes promote bool → int32 → float32 → float64; ops that want floats turn int32 into float32 (PL1004 where an op does
 * not take the dtype).
 */
export const elementwiseFunctions = Object.fromEntries(
  Object.entries<ElementwiseOp>(records).map(([name, op]) => [name, functionOf(op)]),
) as ElementwiseFunctions;

/** eˣ of x ≤ 0, for formulas that subtract a maximum first: cheaper than `exp`, and no method, since nobody checks. */
export const expNonPositive: (x: TensorLike) => Tensor = functionOf(bounded.expNonPositive);
