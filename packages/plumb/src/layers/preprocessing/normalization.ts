import { PlumbError } from "../../base/errors.ts";
import { flag, showValue, type Parameter, type Parameters } from "../../base/parameters.ts";
import { showShape, sizeOf, type Shape } from "../../base/shape.ts";
import { centred } from "../../numerics/index.ts";
import { asTensor, tensor, zeros, type Tensor, type TensorLike, type Variable } from "../../tensor/index.ts";
import { axesOf, oneOrMoreAxes, showAxes, type AxisLike } from "../axes.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** A statistic that is given: one for all, or (nested as) one for each entry of the axes. */
export type Statistic = number | readonly number[] | readonly (readonly number[])[];

/** What `Normalization` takes. */
export interface NormalizationOptions extends LayerOptions {
  /** The axis, or axes, whose entries have statistics of their own; null for one mean and variance of all. Default −1. */
  axis?: AxisLike | null;
  /** The mean, where it is known; `variance` is given too, and `adapt` is not called. Default: learned by `adapt`. */
  mean?: Statistic | null;
  /** The variance, where it is known. Default: learned by `adapt`. */
  variance?: Statistic | null;
  /** Go the other way, from normalized values to those they came from. Default false. */
  invert?: boolean;
}

const numbersIn = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(numbersIn) : [value]);

const statistic = (doc: string, least: number): Parameter<Statistic | undefined, Statistic | null> => ({
  default: undefined,
  doc,
  accepts: (value) =>
    value === undefined ||
    value === null ||
    numbersIn(value).every((one) => typeof one === "number" && Number.isFinite(one) && one >= least),
  read: (value) => value ?? undefined,
  words: `a number${least === 0 ? " of at least 0" : ""}, or a list of them`,
});

const axis = oneOrMoreAxes(-1, "The axes whose entries have statistics of their own");

const parameters = {
  axis: {
    ...axis,
    accepts: (value: unknown) =>
      value === null || (Array.isArray(value) && value.length === 0) || axis.accepts(value),
    read: (value: AxisLike | null): AxisLike => value ?? [],
    words: `${axis.words}, or null`,
  } satisfies Parameter<AxisLike, AxisLike | null>,
  mean: statistic("The mean, where it is known", -Infinity),
  variance: statistic("The variance, where it is known", 0),
  invert: flag(false, "Go from normalized values to those they came from"),
};

/** Deviations below this count as this much, so that a constant feature is not divided by 0. */
const leastDeviation = 1e-7;

/**
 * Shifts and scales each feature by statistics of the data: `(x − mean) / √variance`, so that the data it was adapted to
 * have mean 0 and variance 1; with `invert` back again, `x · √variance + mean`. Output has the shape of the input.
 *
 * The statistics are given, or found by `adapt(data)` before training; nothing trains them afterwards. Weights where they
 * are not given: `mean` and `variance`, with the extents of the axes, and Keras's `count`, which stays 0.
 * Errors: PL4004 for an option that is none, or a mean without a variance; PL4006 for an input without the axes, with
 * extents that are not known or not those that the layer was built for, or over which given statistics do not spread.
 * Keras's layer of the same name.
 *
 * @example
 * const scaled = new Normalization();
 * scaled.adapt([[1, 100], [3, 300]]);
 * scaled.call(tensor([[1, 300]])); // [[-1, 1]]
 */
export class Normalization extends Layer {
  static override readonly className: string = "Normalization";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { mean: [0.5, 1, 2], variance: [1, 4, 9] }, inputs: [2, 3] },
    { options: { mean: 1, variance: 4, invert: true }, inputs: [1, 2, 3] },
    { options: { axis: [1, 2] }, inputs: [2, 3, 2] },
    { options: { axis: null }, inputs: [2, 1] },
  ];
  readonly axis: AxisLike;
  readonly invert: boolean;
  #mean?: Variable;
  #variance?: Variable;

  constructor(options: NormalizationOptions = {}) {
    super(options);
    const { axis: axes, invert, mean, variance } = this.valuesOf(parameters);
    this.axis = axes;
    this.invert = invert;
    if ((mean === undefined) === (variance === undefined)) return;
    throw new PlumbError("PL4004", {
      asked: `A Normalization layer was given mean: ${showValue(mean)} and variance: ${showValue(variance)}`,
      why: "The two belong together: either both are known, or adapt finds both",
      fix: "Give both, or neither and call adapt(data)",
    });
  }

  /** The extents of the statistics for an input shape, in the order of its axes. */
  #extents(inputShape: BatchShape): BatchShape {
    const axes = axesOf(this.axis, inputShape.length) ?? [];
    return inputShape.filter((_, one) => axes.includes(one));
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const axes = axesOf(this.axis, inputShape.length);
    if (axes === undefined) return showAxes(this.axis);
    if (axes.includes(0)) return "statistics along other axes than 0, the batch, which varies";
    const extents = this.#extents(inputShape);
    if (extents.includes(null)) return `a known extent along ${showAxes(this.axis)}`;
    const { mean = 0, variance = 0 } = this.valuesOf(parameters);
    const size = sizeOf(extents as Shape);
    const odd = [mean, variance]
      .map((one) => numbersIn(one).length)
      .find((length) => length !== 1 && length !== size);
    if (odd !== undefined) return `${odd} entries along ${showAxes(this.axis)}, one for each number given`;
    const built = this.inputShape === undefined ? extents : this.#extents(this.inputShape as BatchShape);
    return String(built) === String(extents)
      ? undefined
      : `${built.join(" and ")} entries along ${showAxes(this.axis)}, for which it was built`;
  }

  override build(inputShape: BatchShape): void {
    if (this.valuesOf(parameters).mean !== undefined) return;
    const shape = this.#extents(inputShape) as Shape;
    this.#mean = this.addWeight({ name: "mean", shape, initializer: "zeros", trainable: false });
    this.#variance = this.addWeight({ name: "variance", shape, initializer: "ones", trainable: false });
    this.addWeight({ name: "count", shape: [], initializer: () => zeros([], "int32"), trainable: false });
  }

  /**
   * Finds mean and variance of data, `[rows, …]` as the inputs will be. What was found before is forgotten.
   * Errors: PL4004 for a layer whose statistics were given; PL4006 for data that the layer cannot take.
   */
  adapt(data: TensorLike): void {
    const rows = asTensor(data);
    this.ensureBuilt(rows.shape);
    if (this.#mean === undefined || this.#variance === undefined)
      throw new PlumbError("PL4004", {
        asked: `The Normalization layer "${this.name}" was to adapt to data of shape ${showShape(rows.shape)}`,
        why: "It was made with the mean and variance that it is to use",
        fix: "Leave mean and variance out, or leave out adapt",
      });
    const axes = axesOf(this.axis, rows.rank) ?? [];
    const others = [...rows.shape.keys()].filter((one) => !axes.includes(one));
    const { mean, variance } = centred(rows.cast("float32"), others);
    this.#mean.assign(mean.reshape(this.#mean.shape));
    this.#variance.assign(variance.reshape(this.#variance.shape));
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    const { mean = 0, variance = 1 } = this.valuesOf(parameters);
    const axes = axesOf(this.axis, x.rank) ?? [];
    const spread = (values: Tensor): Tensor =>
      values.size === 1
        ? values.reshape([])
        : values.reshape(x.shape.map((extent, one) => (axes.includes(one) ? extent : 1)));
    const centre = spread(this.#mean?.read() ?? tensor(mean));
    const deviation = spread(this.#variance?.read() ?? tensor(variance))
      .sqrt()
      .maximum(leastDeviation);
    return this.invert ? x.mul(deviation).add(centre) : x.sub(centre).div(deviation);
  }
}
