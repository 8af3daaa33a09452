import { required, type Parameters } from "../base/parameters.ts";
import { showShape, type Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Layer, rowShape, showBatchShape, type BatchShape } from "./layer.ts";

/** What `Input` takes. */
export interface InputOptions {
  /** Shape of one row, without the batch: `[4]`, `[28, 28, 1]`. */
  shape: Shape;
  name?: string;
}

const parameters = { shape: required(rowShape("Shape of one row, without the batch")) };

/**
 * Says what a model takes. It computes nothing; a `Sequential` that begins with it is built at once, and inputs of
 * another shape are an error (PL4006) before anything runs. Errors: PL4004 for a shape that is none; the batch is not
 * part of it.
 *
 * @example
 * new Sequential([new InputLayer({ shape: [4] }), new Dense(3)]);
 */
export class InputLayer extends Layer {
  static override readonly className: string = "InputLayer";
  static override readonly parameters: Parameters = parameters;
  readonly shape: Shape;

  constructor(options: InputOptions) {
    super(options);
    this.shape = this.valuesOf(parameters).shape;
  }

  override get declaredShape(): Shape {
    return this.shape;
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
