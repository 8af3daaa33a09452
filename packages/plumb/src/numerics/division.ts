import { asTensor, where, type Tensor, type TensorLike } from "../tensor/index.ts";

/**
 * a / b, and 0 where b is 0: the mean of nothing, the precision of a model that never says yes. The divisor is replaced
 * before the division, so that no infinity is made for the gradient to multiply by 0.
 */
export function divideOrZero(a: TensorLike, b: TensorLike): Tensor {
  const divisor = asTensor(b);
  const zero = divisor.equal(0);
  return where(zero, 0, asTensor(a).div(where(zero, 1, divisor)));
}
