import type { Parameters } from "../../base/parameters.ts";
import { softmax, type Activation } from "../../numerics/index.ts";
import { where, type Tensor } from "../../tensor/index.ts";
import { axesOf, maskOver, oneOrMoreAxes, showAxes, type AxisLike } from "../axes.ts";
import { Layer, type CallOptions, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `Softmax` takes. */
export interface SoftmaxOptions extends LayerOptions {
  /** The axis, or axes, along which the outputs sum to 1. Default −1. */
  axis?: AxisLike;
}

const parameters = { axis: oneOrMoreAxes(-1, "The axis, or axes, along which the outputs sum to 1") };

/** Logits of what a mask leaves out: below every other, and finite, so that no difference of two is NaN. */
const never = -1e30;

/**
 * Probabilities from logits, `exp(xᵢ) / Σ exp(xⱼ)`, along an axis or over several together. Output has the shape of the
 * input.
 *
 * A mask (in the shape of the input, or of its first axes) leaves out where it is false: those outputs are 0, and the
 * others sum to 1. Where it leaves out all of a row, the row is 0.
 * Errors: PL4004 for an axis that is none; PL4006 for an input without that axis. Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(3), new Softmax()]);
 */
export class Softmax extends Layer {
  static override readonly className: string = "Softmax";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3] },
    { inputs: [1, 1] },
    { options: { axis: 1 }, inputs: [2, 4, 3] },
    { options: { axis: [1, 2] }, inputs: [2, 4, 3] },
  ];
  readonly axis: AxisLike;
  override readonly activation: Activation;
  /** What counts among masked logits. */
  readonly #counted = new WeakMap<Tensor, Tensor>();

  constructor(options: SoftmaxOptions = {}) {
    super(options);
    this.axis = this.valuesOf(parameters).axis;
    this.activation = {
      name: "softmax",
      // Losses know the softmax along the last axis only.
      head: this.axis === -1 ? "softmax" : "custom",
      call: (logits) => {
        const shares = softmaxOver(logits, this.axis);
        const counted = this.#counted.get(logits);
        // In a row of which nothing counts all logits are alike, and so would the shares be.
        return counted === undefined ? shares : where(counted, shares, 0);
      },
    };
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return axesOf(this.axis, inputShape.length) === undefined ? showAxes(this.axis) : undefined;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override beforeHead(x: Tensor, { mask }: CallOptions = {}): Tensor {
    if (mask === undefined) return x;
    const counted = maskOver(mask as Tensor, x);
    const logits = where(counted, x, never);
    this.#counted.set(logits, counted);
    return logits;
  }

  override call(x: Tensor, options: CallOptions = {}): Tensor {
    return this.activation.call(this.beforeHead(x, options));
  }
}

/** The softmax over the axes together: they are brought to the end and made one. */
function softmaxOver(x: Tensor, axis: AxisLike): Tensor {
  if (typeof axis === "number") return softmax(x, axis);
  const axes = axesOf(axis, x.rank) ?? [];
  if (axes.length === 1) return softmax(x, axes[0]);
  const kept = [...x.shape.keys()].filter((one) => !axes.includes(one));
  const order = [...kept, ...axes];
  const last = x.transpose(order);
  const rows = last.reshape([...kept.map((one) => x.shape[one]), -1]);
  return softmax(rows)
    .reshape(last.shape)
    .transpose(order.map((_, one) => order.indexOf(one)));
}
