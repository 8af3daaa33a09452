import type { Parameters } from "../../base/parameters.ts";
import type { Tensor } from "../../tensor/index.ts";
import { axesOf, oneOrMoreAxes, showAxes, type AxisLike } from "../axes.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `UnitNormalization` takes. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis, or axes, along which the squares of the outputs sum to 1. Default −1. */
  axis?: AxisLike;
}

const parameters = { axis: oneOrMoreAxes(-1, "The axis, or axes, along which squares sum to 1") };

/** Squares that sum to less than this are no direction: such a row is divided by 1e-12 instead of its length. */
const leastSquare = 1e-24;

/** Rows of length 1 along axes. */
export const unitLength = (x: Tensor, axes: readonly number[]): Tensor =>
  x.mul(x.square().sum(axes, { keepDims: true }).maximum(leastSquare).rsqrt());

/**
 * Divides each row by its Euclidean length along `axis`, so that the squares sum to 1. A row of zeros stays one; lengths
 * below 1e-12 count as that. Output has the shape of the input; there are no weights.
 *
 * Errors: PL4004 for an axis that is none; PL4006 for an input without that axis. Keras's layer of the same name.
 *
 * @example
 * new UnitNormalization().call(tensor([[3, 4]])); // [[0.6, 0.8]]
 */
export class UnitNormalization extends Layer {
  static override readonly className: string = "UnitNormalization";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 5] },
    { options: { axis: 1 }, inputs: [1, 3, 2] },
    { options: { axis: [1, 2] }, inputs: [2, 3, 4] },
  ];
  readonly axis: AxisLike;

  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    this.axis = this.valuesOf(parameters).axis;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return axesOf(this.axis, inputShape.length) === undefined ? showAxes(this.axis) : undefined;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return unitLength(x, axesOf(this.axis, x.rank) ?? []);
  }
}
