import { PlumbError } from "../../base/errors.ts";
import {
  integer,
  listOf,
  oneOf,
  optional,
  real,
  type Parameter,
  type Parameters,
} from "../../base/parameters.ts";
import { asTensor, tensor, Variable, type Tensor, type TensorLike } from "../../tensor/index.ts";
import { encode, encodingNeeds, encodings, firstOf, type EncodingMode } from "./encoding.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `Discretization` takes: boundaries, or how many bins to find. */
export interface DiscretizationOptions extends LayerOptions {
  /** Where a bin ends and the next begins, rising: `[0, 1, 2]` makes four bins. */
  binBoundaries?: readonly number[];
  /** How many bins `adapt` is to find. */
  numBins?: number;
  /** The share of the data that a quantile may be off in `adapt`. Default 0.01. */
  epsilon?: number;
  /** `"int"` (default), `"one_hot"`, `"multi_hot"` or `"count"`. */
  outputMode?: "int" | EncodingMode | "multiHot" | "oneHot";
}

const rising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || values[i - 1] <= value);

const boundaryList: Parameter<readonly number[]> = listOf(real(0, "Where a bin ends and the next begins"));

const parameters = {
  binBoundaries: optional({
    ...boundaryList,
    accepts: (value: unknown) => boundaryList.accepts(value) && rising(value as readonly number[]),
    words: "a list of rising numbers",
  }),
  numBins: optional(integer(1, "How many bins adapt is to find", { min: 1 })),
  epsilon: {
    ...real(0.01, "The share of the data that a quantile may be off"),
    accepts: (value: unknown): boolean => typeof value === "number" && value > 0 && value < 1,
    words: "a number above 0 and below 1",
  },
  outputMode: oneOf(["int", ...encodings], "int", "The number of the bin, or vectors of bins"),
};

/**
 * Numbers as the bins they fall into: bin i holds `binBoundaries[i − 1] ≤ x < binBoundaries[i]`, the first and the last
 * bin are open to −∞ and ∞. NaN falls into the last.
 *
 * `"int"`: the number of the bin, int32, in the shape of the input. `"one_hot"`, `"multi_hot"`, `"count"`: float32 vectors
 * over the bins, as in `CategoryEncoding`. No gradient passes.
 *
 * Given `numBins`, `adapt` finds boundaries that split its data into bins of equal shares; quantiles are read off a summary
 * of about 1 / epsilon values, by interpolation, as Keras does. Few data give fewer bins.
 *
 * Errors: PL4004 for options (one of `binBoundaries` and `numBins` is needed, not both), PL4018 for a call before `adapt`,
 * PL4006 as in `CategoryEncoding`. Keras's layer of the same name, dense only, float32.
 *
 * @example
 * new Discretization({ binBoundaries: [0, 1, 2] }).call(tensor([[-1.5, 1, 3.4, 0.5]])).arraySync(); // [[0, 2, 3, 1]]
 *
 * @example
 * const age = new Discretization({ numBins: 4, outputMode: "one_hot" });
 * age.adapt([18, 21, 25, 34, 40, 52, 60, 71]);
 * new Discretization({ binBoundaries: age.binBoundaries, outputMode: "one_hot" }); // the same, without data
 */
export class Discretization extends Layer {
  static override readonly className: string = "Discretization";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { binBoundaries: [-0.5, 0, 0.1, 0.7] }, inputs: [3, 4], differentiable: false },
    { options: { binBoundaries: [0] }, inputs: [1, 1, 2], differentiable: false },
    { options: { binBoundaries: [0, 0.2], outputMode: "one_hot" }, inputs: [4, 1], differentiable: false },
    { options: { binBoundaries: [0, 0.2], outputMode: "multi_hot" }, inputs: [2, 5], differentiable: false },
    { options: { binBoundaries: [-0.3, 0.2], outputMode: "count" }, inputs: [1, 5], differentiable: false },
  ];
  readonly numBins?: number;
  readonly epsilon: number;
  readonly outputMode: "int" | EncodingMode;
  // Not among the weights: in Keras too boundaries belong to what a layer is made with.
  #boundaries?: Variable;

  constructor(options: DiscretizationOptions = {}) {
    super(options);
    const { binBoundaries, numBins, epsilon, outputMode } = this.valuesOf(parameters);
    if ((binBoundaries === undefined) === (numBins === undefined))
      throw new PlumbError("PL4004", {
        asked: `A Discretization was made with ${numBins === undefined ? "neither" : "both"} of binBoundaries and numBins`,
        why: "Boundaries are given, or found by adapt in a number that is given",
        fix: "Give one of them: { binBoundaries: [0, 1, 2] } or { numBins: 4 }",
      });
    this.numBins = numBins;
    this.epsilon = epsilon;
    this.outputMode = outputMode;
    if (binBoundaries !== undefined) this.#set(Float32Array.from(binBoundaries));
  }

  /** The boundaries in use, to make the same layer from; undefined before `adapt`. */
  get binBoundaries(): readonly number[] | undefined {
    return this.#boundaries && [...this.#boundaries.dataSync()];
  }

  /**
   * Finds boundaries that split all numbers of `data` into `numBins` bins of equal shares, and forgets those it had.
   *
   * Errors: PL4004 for a layer that was made with boundaries, PL3009 for a number that is not finite, PL3004 for no data,
   * PL4007 for another number of bins than the layer was already called with.
   */
  adapt(data: TensorLike): void {
    const { numBins } = this;
    if (numBins === undefined)
      throw new PlumbError("PL4004", {
        asked: `adapt was called on the layer "${this.name}"`,
        why: "It was made with binBoundaries",
        fix: "Make it with numBins instead, or leave adapt out",
      });
    const given = asTensor(data, "float32");
    const values = Float32Array.from(given.dataSync());
    const isStrange = (value: number): boolean => !Number.isFinite(value);
    if (values.some(isStrange))
      throw new PlumbError("PL3009", {
        asked: `The layer "${this.name}" was to find bins in data that are not all finite`,
        arrived: `The first such value is ${firstOf(values, given.shape, isStrange)}`,
        why: "No share of the data lies below it",
        fix: "Leave such values out, or replace them",
      });
    if (values.length === 0)
      throw new PlumbError("PL3004", {
        asked: `The layer "${this.name}" was to find bins in no data`,
        why: "Boundaries are quantiles of the data",
        fix: "Give adapt the training data",
      });
    this.#set(boundariesOf(compress(summarize(values, this.epsilon), this.epsilon), numBins));
  }

  #set(boundaries: Float32Array): void {
    const before = this.#boundaries;
    if (before?.size === boundaries.length) before.assign(tensor(boundaries));
    else if (before === undefined || !this.built)
      this.#boundaries = new Variable(tensor(boundaries), { name: "boundaries", trainable: false });
    else
      throw new PlumbError("PL4007", {
        asked: `The layer "${this.name}" was to have ${boundaries.length + 1} bins`,
        arrived: `It was already called with ${before.size + 1}`,
        why: "Compiled functions hold its shapes",
        fix: "Adapt before the first call, or make a new layer",
      });
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return encodingNeeds(this.outputMode, inputShape);
  }

  override call(x: Tensor): Tensor {
    const boundaries = this.#boundaries?.read();
    if (boundaries === undefined)
      throw new PlumbError("PL4018", {
        asked: `The layer "${this.name}" was called`,
        why: "It has no boundaries yet",
        fix: "Call adapt with the training data before, or make it with binBoundaries",
      });
    // What is not below a boundary is beyond it: NaN beyond all.
    const bins = x.expandDims(-1).less(boundaries).logicalNot().cast("int32").sum(-1);
    return this.outputMode === "int" ? bins : encode(bins, this.outputMode, boundaries.size + 1);
  }
}

/** Values in rising order, each with how many of the data it stands for. */
interface Summary {
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

/** Every ε n-th of the sorted data. */
function summarize(data: Float32Array, epsilon: number): Summary {
  const sorted = data.slice().sort();
  const increment = sorted.length / (1 / epsilon);
  const step = Math.max(increment, 1);
  const values = sorted.filter(
    (_, i) => i >= Math.floor(increment) && (i - Math.floor(increment)) % Math.floor(step) === 0,
  );
  return { values, weights: values.map(() => step) };
}

/** The summary at the quantiles ε, 2 ε, … 1, between its values by interpolation; itself where it is as short. */
function compress(summary: Summary, epsilon: number): Summary {
  const { values, weights } = summary;
  if (values.length * epsilon < 1) return summary;
  const sums = weights.slice();
  for (let i = 1; i < sums.length; i++) sums[i] += sums[i - 1];
  const shares = sums.map((sum) => sum / sums[sums.length - 1]);
  const quantiles = Array.from({ length: Math.ceil(1 / epsilon) }, (_, i) => epsilon + i * epsilon);
  const below = quantiles.map((q) => interpolate(q, shares, sums));
  return {
    values: Float32Array.from(quantiles, (q) => interpolate(q, shares, values)),
    weights: Float32Array.from(below, (sum, i) => sum - (below[i - 1] ?? 0)),
  };
}

/** The quantiles between bins: the last of them is the end of the data, and none. */
const boundariesOf = (summary: Summary, numBins: number): Float32Array =>
  compress(summary, 1 / numBins).values.slice(0, -1);

/** The height at `x` of the lines through the points (xs, ys), xs rising; level before the first and after the last. */
function interpolate(x: number, xs: Float32Array, ys: Float32Array): number {
  const at = xs.findLastIndex((known) => known <= x);
  if (at < 0) return ys[0];
  if (at === xs.length - 1) return ys[at];
  return ys[at] + ((ys[at + 1] - ys[at]) / (xs[at + 1] - xs[at])) * (x - xs[at]);
}
