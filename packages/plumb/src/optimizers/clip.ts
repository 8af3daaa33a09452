/** Gradient clipping, common to all optimizers. */
import { maximum, where, type Tensor } from "../tensor/index.ts";

export interface ClipOptions {
  readonly clipnorm?: number;
  readonly clipvalue?: number;
  readonly globalClipnorm?: number;
}

/** The gradients cut to size, by element, one by one, or all together. Without an option, the gradients themselves. */
export function clip(gradients: readonly Tensor[], options: ClipOptions): readonly Tensor[] {
  const { clipnorm, clipvalue, globalClipnorm } = options;
  if (clipvalue) return gradients.map((gradient) => gradient.clip(-clipvalue, clipvalue));
  if (clipnorm) return gradients.map((gradient) => scaledTo(clipnorm, norm([gradient]), gradient));
  if (globalClipnorm && gradients.length > 0) {
    // A joint norm that is infinite would turn every finite gradient into 0, and training would stand still unnoticed.
    const joint = norm(gradients);
    const told = where(joint.isFinite(), joint, NaN);
    return gradients.map((gradient) => scaledTo(globalClipnorm, told, gradient));
  }
  return gradients;
}

/** The Euclidean norm of all elements of all tensors. */
const norm = (tensors: readonly Tensor[]): Tensor =>
  tensors
    .map((tensor) => tensor.square().sum())
    .reduce((total, sum) => total.add(sum))
    .sqrt();

/** `gradient · limit / max(norm, limit)`: unchanged when it is within the limit, of that norm when it is not. */
const scaledTo = (limit: number, norm: Tensor, gradient: Tensor): Tensor =>
  gradient.mul(limit).div(maximum(norm, limit));
