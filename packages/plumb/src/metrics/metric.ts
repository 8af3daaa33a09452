/**
 * The shared half of every metric: alignment, weights and masks, state, and its life over an epoch. What distinguishes
 * recall from R² is a record, one file each.
 */
import type { Contract } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { snakeCase } from "../base/names.ts";
import {
  resolve,
  type GivenOf,
  type Parameters,
  type ValuesOf,
  requireKnown,
  requireNamed,
  showValue,
} from "../base/parameters.ts";
import { sameShape, showShape, type Shape } from "../base/shape.ts";
import { alignIndex, alignPair, alignWeights } from "../numerics/alignment.ts";
import { asTensor, scalar, zeros, type Tensor, type TensorLike, type Variable } from "../tensor/index.ts";
import type { FromLogits, MetricBatch, MetricRecord, MetricState } from "./record.ts";
import { keepsRows, Rows, Totals, type StateStore } from "./state.ts";

/** What every metric takes beside its own parameters. */
export interface MetricOptions {
  /** Left out: the class's name in snake_case. The key of its values in a history. */
  readonly name?: string;
}

/** What goes with one update. */
export interface MetricCall {
  /** One for all, one per row (`[batch]`), or one per value. */
  readonly sampleWeight?: TensorLike;
  /** False where a value counts for nothing. */
  readonly mask?: TensorLike;
}

const callNames = ["sampleWeight", "mask"];

/**
 * A measure of predictions against labels that is streamed: `updateState` adds a batch, `result` gives the value of all
 * batches so far, `resetState` begins anew.
 *
 * Totals are kept in float64, so that the value of an epoch does not depend on how it was cut into batches, and parts
 * counted elsewhere can be put together with `merge`. Labels or predictions given as Float64Array are computed in
 * double. Shapes are aligned as losses do it; weights `[batch]` weigh rows, and what weighs 0 is absent, NaN or not.
 * Nothing counted yet gives 0, as in Keras (NaN, where Keras has no such metric and 0 would look like a value).
 *
 * A metric called directly takes predictions as they are. Only `compile` of a model turns logits into probabilities for
 * it, and only where neither a threshold nor `fromLogits` was given.
 *
 * Errors: PL2002 shapes that do not match, PL2011 parameters, PL2016 weights, PL2017 a result before any data where its
 * shape depends on them, PL2018 in a compiled step, for a metric that keeps rows.
 *
 * @example
 * const precision = new Precision();
 * precision.updateState([0, 1, 1], [0.2, 0.9, 0.4]);
 * precision.result().itemSync(); // 1
 */
export class Metric<P extends Parameters = Parameters> {
  readonly record: MetricRecord<P>;
  readonly name: string;
  readonly parameters: ValuesOf<P>;
  #state?: StateStore;

  constructor(record: MetricRecord<P>, options: MetricOptions & GivenOf<P> = {}) {
    requireNamed("PL2011", record.name, record.parameters, options);
    const { name, ...own } = options as MetricOptions & Record<string, unknown>;
    this.record = record;
    this.name = name ?? record.defaultName ?? snakeCase(record.name);
    this.parameters = resolve("PL2011", record.name, record.parameters, own);
  }

  get contract(): Contract {
    return this.record.contract;
  }

  /** Undefined where there is no better. */
  get higherIsBetter(): boolean | undefined {
    return this.record.higherIsBetter;
  }

  /** The thresholds that were given, undefined where they were left out. */
  get threshold(): number | readonly number[] | undefined {
    return this.record.thresholdOf?.(this.parameters);
  }

  /** True, false, or undefined where it was not given: `compile` then reads it from the head; called directly it is false. */
  get fromLogits(): boolean | undefined {
    return (this.parameters as FromLogits).fromLogits;
  }

  /** The same metric, fresh, under another name. */
  renamed(name: string): Metric<P> {
    return this.#fresh({ name });
  }

  /** The same metric, fresh, with `fromLogits` set. */
  withFromLogits(fromLogits: boolean): Metric<P> {
    return this.#fresh({ fromLogits });
  }

  /** The totals, once they exist. */
  get variables(): readonly Variable[] {
    return this.#state?.variables ?? [];
  }

  /**
   * Makes the totals for predictions of a shape (the batch may be any). The first update does so too; a function given to
   * `compile` wants them made before it is traced.
   */
  build(predictions?: Shape): void {
    this.#built(predictions);
  }

  /**
   * Throws unless the metric can be followed step by step, as one number in a history: not one that keeps rows, takes
   * plain values, or has several values for predictions of this shape (where that is known). Errors: PL2018.
   */
  requireFollowable(predictions?: Shape): void {
    const { record } = this;
    if (record.keepsRows) throw keepsRows(this.name);
    if (record.takes === "values")
      throw new PlumbError("PL2018", {
        asked: `${this.name} was to follow predictions`,
        why: `${record.name} takes plain values, not labels and predictions`,
        fix: "Give a metric of labels and predictions, or a function of both, which is averaged",
      });
    const shapes = record.state(this.parameters, predictions);
    if (shapes === undefined) return;
    const nothing = Object.entries(shapes).map(([key, shape]) => [key, zeros(shape, "float64")] as const);
    const { shape } = this.valueOf(Object.fromEntries(nothing));
    if (shape.length === 0) return;
    throw new PlumbError("PL2018", {
      asked: `${this.name} was to be followed in a history`,
      arrived: `Its value has the shape ${showShape(shape)}`,
      why: "A history has one number for each name and epoch",
      fix: `${"average" in this.parameters ? 'Give an average ("macro", "micro", "weighted")' : "Give one metric for each value"}, or take it from predictions: metric.updateState(y, await model.predict(x))`,
    });
  }

  /** Adds a batch. Works at once, and inside a function given to `compile`, where it becomes part of that program. */
  updateState(yTrue: TensorLike, yPred: TensorLike, options: MetricCall = {}): void {
    requireKnown("PL2016", this.name, callNames, options);
    const predictions = asTensor(yPred);
    const state = this.#built(predictions.shape);
    state.add(this.record.batch(this.#batch(asTensor(yTrue), predictions, options), this.parameters));
  }

  /** The totals after a batch, from those before it: `updateState` as a pure function. */
  next(state: MetricState, yTrue: TensorLike, yPred: TensorLike, options: MetricCall = {}): MetricState {
    const batch = this.#batch(asTensor(yTrue), asTensor(yPred), options);
    return this.#merged(state, this.record.batch(batch, this.parameters));
  }

  /** The value of all batches so far, float64: a scalar, but for metrics that say otherwise. */
  result(): Tensor {
    const state = this.#built().read();
    return state === undefined ? scalar(NaN, "float64") : this.valueOf(state);
  }

  /** The value of given totals: `result` as a pure function. */
  valueOf(state: MetricState): Tensor {
    return this.record.value(state, this.parameters);
  }

  /** Forgets all batches. */
  resetState(): void {
    this.#state?.reset();
  }

  /** Adds what another metric of the same kind has counted. Errors: PL2011 for a metric of another kind or shape. */
  merge(other: Metric<any>): void {
    if (!(other instanceof Metric) || !this.#isTwinOf(other)) throw this.#unmergeable(other);
    const theirs = other.#state;
    const part = theirs?.read();
    if (theirs === undefined || part === undefined) return;
    const state = (this.#state ??= this.#store(theirs.shapes));
    const own = state.read() === undefined ? theirs.shapes : state.shapes;
    const fits = Object.entries(own).every(([key, shape]) => sameShape(shape, theirs.shapes[key] ?? [-1]));
    if (!fits) throw this.#unmergeable(other);
    state.add(part);
  }

  /** Of the same class, made with the same options. */
  #isTwinOf({ record, parameters }: Metric): boolean {
    const mine = this.parameters as Readonly<Record<string, unknown>>;
    const theirs = parameters as Readonly<Record<string, unknown>>;
    const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
    return (
      record.name === this.record.name && Object.keys(mine).every((name) => same(mine[name], theirs[name]))
    );
  }

  #unmergeable(other: unknown): PlumbError {
    return new PlumbError("PL2011", {
      asked: `${this.name} was to be merged with ${other instanceof Metric ? other.name : showValue(other)}`,
      why: "Totals add up only between metrics of one class, with the same parameters and outputs",
      fix: "Make both with the same options",
    });
  }

  #built(predictions?: Shape): StateStore {
    if (this.#state !== undefined) return this.#state;
    const shapes = this.record.state(this.parameters, predictions);
    if (shapes === undefined)
      throw new PlumbError("PL2017", {
        asked: `The value of ${this.name} was asked for before any data`,
        why: "The shape of its value is that of the predictions, which it has not seen",
        fix: "Call updateState first, or build with the shape of the predictions",
      });
    return (this.#state = this.#store(shapes));
  }

  #store(shapes: Readonly<Record<string, Shape>>): StateStore {
    return this.record.keepsRows
      ? new Rows(this.name)
      : new Totals(this.name, shapes, (a, b) => this.#merged(a, b));
  }

  /** A copy that has seen nothing. A subclass keeps its methods. */
  #fresh({ name = this.name, ...changes }: MetricOptions & Record<string, unknown>): Metric<P> {
    const copy = new Metric(this.record, { ...this.parameters, ...changes, name } as MetricOptions &
      GivenOf<P>);
    return Object.setPrototypeOf(copy, Object.getPrototypeOf(this) as object) as Metric<P>;
  }

  #merged(a: MetricState, b: MetricState): MetricState {
    if (this.record.merge !== undefined) return this.record.merge(a, b);
    return Object.fromEntries(Object.entries(a).map(([key, total]) => [key, total.add(b[key])]));
  }

  #batch(labels: Tensor, predictions: Tensor, { sampleWeight, mask }: MetricCall): MetricBatch {
    const [yTrue, yPred] = this.#align(labels.dtype === "bool" ? labels.cast("int32") : labels, predictions);
    const given = [sampleWeight, mask]
      .filter((weight) => weight !== undefined)
      .map((weight) => asTensor(weight));
    const weights = (shape: Shape): Tensor | undefined => {
      if (given.length === 0) return undefined;
      const aligned = given.map((weight) => alignWeights(this.record.name, weight, shape).cast("float64"));
      return aligned.reduce((a, b) => a.mul(b)).broadcastTo(shape);
    };
    return { yTrue, yPred, predictions: predictions.shape, weights };
  }

  #align(labels: Tensor, predictions: Tensor): readonly [Tensor, Tensor] {
    const { record } = this;
    if (record.align !== undefined) return record.align(labels, predictions, this.parameters);
    const dtype = computedIn(labels, predictions);
    if (record.contract.labels === "classIndex")
      return [alignIndex(record.name, labels, predictions).cast("int32"), predictions.cast(dtype)];
    const [y, p] = alignPair(record.name, labels, predictions);
    return record.contract.predictions === "label" ? [y, p] : [y.cast(dtype), p.cast(dtype)];
  }
}

/** Double where labels or predictions are: they are what the caller cared to give in double. */
export const computedIn = (labels: Tensor, predictions: Tensor): "float32" | "float64" =>
  labels.dtype === "float64" || predictions.dtype === "float64" ? "float64" : "float32";

/** A shape as messages of metrics write it, for records that refuse one. */
export const shapeError = (
  who: string,
  labels: Shape,
  predictions: Shape,
  why: string,
  fix: string,
): PlumbError =>
  new PlumbError("PL2002", {
    asked: `${who} was given labels of shape ${showShape(labels)} and predictions of shape ${showShape(predictions)}`,
    why,
    fix,
  });
