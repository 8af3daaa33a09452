import { showShape, type Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Layer, showBatchShape, type BatchShape } from "./layer.ts";

/** What `Input` takes. */
export interface InputOptions {
  /** Shape of one row, without the batch: `[4]`, `[28, 28, 1]`. */
  shape: Shape;
  name?: string;
}

/**
 * Says what a model takes. It computes nothing; a `Sequential` that begins with it is built at once, and inputs of
 * another shape are an error (PL4006) before anything runs.
 *
 * @example
 * new Sequential([new InputLayer({ shape: [4] }), new Dense(3)]);
 */
export class InputLayer extends Layer {
  static override readonly className: string = "InputLayer";
  readonly shape: Shape;

  constructor({ shape, name }: InputOptions) {
    super({ name, inputShape: shape });
    this.shape = shape;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const fits =
      inputShape.length === this.shape.length + 1 &&
      this.shape.every((extent, i) => extent === inputShape[i + 1]);
    return fits
      ? undefined
      : `rows of shape ${showShape(this.shape)}: ${showBatchShape([null, ...this.shape])}`;
  }

  override call(x: Tensor): Tensor {
    return x;
  }
}

/**
 * The first entry of a `Sequential`: what one row of its input looks like.
 *
 * @example
 * new Sequential([Input({ shape: [4] }), new Dense(3)]);
 */
export const Input = (options: InputOptions): InputLayer => new InputLayer(options);
