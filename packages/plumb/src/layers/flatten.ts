import { sizeOf } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Layer, type BatchShape } from "./layer.ts";

/**
 * All axes after the batch in one: input `[batch, …]`, output `[batch, product of the rest]`, in row-major order.
 *
 * @example
 * new Sequential([Input({ shape: [28, 28] }), new Flatten(), new Dense(10)]);
 */
export class Flatten extends Layer {
  static override readonly className: string = "Flatten";

  override computeOutputShape([batch, ...rest]: BatchShape): BatchShape {
    const known = rest.filter((extent) => extent !== null);
    return [batch, known.length === rest.length ? sizeOf(known) : null];
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length > 0 ? undefined : "a batch axis";
  }

  override call(x: Tensor): Tensor {
    const [batch, ...rest] = x.shape;
    return x.reshape([batch, sizeOf(rest)]);
  }
}
