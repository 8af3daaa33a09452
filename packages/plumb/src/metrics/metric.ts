/**
 * The shared half of every metric: alignment, weights and masks, state, and its life over an epoch. What distinguishes
 * recall from R² is a record, one file each.
 */
import type { Contract } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { snakeCase } from "../base/names.ts";
import { resolve, type GivenOf, type Parameters, type ValuesOf } from "../base/parameters.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../base/shape.ts";
import { alignIndex, alignPair, alignWeights } from "../numerics/alignment.ts";
import {
  asTensor,
  assignAll,
  tensor,
  Variable,
  zeros,
  type Tensor,
  type TensorLike,
} from "../tensor/index.ts";
import type { MetricBatch, MetricRecord, MetricState } from "./record.ts";

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

/**
 * A measure of predictions against labels that is streamed: `updateState` adds a batch, `result` gives the value of all
 * batches so far, `resetState` begins anew.
 *
 * Totals are kept in float64, so that the value of an epoch does not depend on how it was cut into batches, and parts
 * counted elsewhere can be put together with `merge`. Labels or predictions given as Float64Array are computed in
 * double. Shapes are aligned as losses do it; weights `[batch]` weigh rows. Nothing counted yet gives 0, as in Keras.
 *
 * Errors: PL2002 shapes that do not match, PL2011 parameters, PL2016 weights, PL2017 a result before any data where its
 * shape depends on them.
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
  #state?: Readonly<Record<string, Variable>>;

  constructor(record: MetricRecord<P>, options: MetricOptions & GivenOf<P> = {}) {
    const { name, ...own } = options as MetricOptions & Record<string, unknown>;
    this.record = record;
    this.name = name ?? snakeCase(record.name);
    this.parameters = resolve("PL2011", record.name, record.parameters, own);
  }

  get contract(): Contract {
    return this.record.contract;
  }

  get higherIsBetter(): boolean {
    return this.record.higherIsBetter;
  }

  /** The thresholds that were given, undefined where they were left out. */
  get threshold(): number | readonly number[] | undefined {
    return this.record.thresholdOf?.(this.parameters);
  }

  /** The same metric, fresh, under another name. */
  renamed(name: string): Metric<P> {
    return new Metric(this.record, { ...this.parameters, name } as MetricOptions & GivenOf<P>);
  }

  /** The totals, once they exist. */
  get variables(): readonly Variable[] {
    return Object.values(this.#state ?? {});
  }

  /**
   * Makes the totals for predictions of a shape (the batch may be any). The first update does so too; a function given to
   * `compile` wants them made before it is traced.
   */
  build(predictions?: Shape): void {
    this.#built(predictions);
  }

  /** Adds a batch. Works at once, and inside a function given to `compile`, where it becomes part of that program. */
  updateState(yTrue: TensorLike, yPred: TensorLike, options: MetricCall = {}): void {
    const predictions = asTensor(yPred);
    const state = this.#built(predictions.shape);
    const next = this.next(readAll(state), yTrue, predictions, options);
    assignAll(Object.entries(state).map(([key, variable]) => [variable, next[key]]));
  }

  /** The totals after a batch, from those before it: `updateState` as a pure function. */
  next(state: MetricState, yTrue: TensorLike, yPred: TensorLike, options: MetricCall = {}): MetricState {
    const batch = this.#batch(asTensor(yTrue), asTensor(yPred), options);
    return this.#merged(state, this.record.batch(batch, this.parameters));
  }

  /** The value of all batches so far, float64: a scalar, but for metrics that say otherwise. */
  result(): Tensor {
    return this.valueOf(readAll(this.#built()));
  }

  /** The value of given totals: `result` as a pure function. */
  valueOf(state: MetricState): Tensor {
    return this.record.value(state, this.parameters);
  }

  /** Forgets all batches. */
  resetState(): void {
    const state = Object.values(this.#state ?? {});
    if (state.length > 0) assignAll(state.map((variable) => [variable, zeros(variable.shape, "float64")]));
  }

  /** Adds what another metric of the same kind has counted. Errors: PL2011 for a metric of another kind or shape. */
  merge(other: Metric<any>): void {
    if (other.#state === undefined) return;
    const [theirs, state] = [other.#state, this.#state ?? this.#adopt(other.#state)];
    const fits =
      other.record.name === this.record.name &&
      Object.entries(state).every(([key, variable]) => sameShape(variable.shape, theirs[key]?.shape ?? [-1]));
    if (!fits)
      throw new PlumbError("PL2011", {
        asked: `${this.name} was to be merged with ${other.name}`,
        why: "Totals add up only between metrics of one class, with the same parameters and outputs",
        fix: "Make both with the same options",
      });
    const next = this.#merged(readAll(state), readAll(theirs));
    assignAll(Object.entries(state).map(([key, variable]) => [variable, next[key]]));
  }

  #built(predictions?: Shape): Readonly<Record<string, Variable>> {
    if (this.#state !== undefined) return this.#state;
    const shapes = this.record.state(this.parameters, predictions);
    if (shapes === undefined)
      throw new PlumbError("PL2017", {
        asked: `The value of ${this.name} was asked for before any data`,
        why: "The shape of its value is that of the predictions, which it has not seen",
        fix: "Call updateState first, or build with the shape of the predictions",
      });
    return this.#make(shapes);
  }

  #adopt(theirs: Readonly<Record<string, Variable>>): Readonly<Record<string, Variable>> {
    return this.#make(Object.fromEntries(Object.entries(theirs).map(([key, { shape }]) => [key, shape])));
  }

  #make(shapes: Readonly<Record<string, Shape>>): Readonly<Record<string, Variable>> {
    const entries = Object.entries(shapes).map(([key, shape]): [string, Variable] => [
      key,
      new Variable(tensor(new Float64Array(sizeOf(shape)), shape), {
        name: `${this.name}/${key}`,
        trainable: false,
      }),
    ]);
    return (this.#state = Object.fromEntries(entries));
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
    const dtype = labels.dtype === "float64" || predictions.dtype === "float64" ? "float64" : "float32";
    if (record.contract.labels === "classIndex")
      return [alignIndex(record.name, labels, predictions).cast("int32"), predictions.cast(dtype)];
    const [y, p] = alignPair(record.name, labels, predictions);
    return record.contract.predictions === "label" ? [y, p] : [y.cast(dtype), p.cast(dtype)];
  }
}

const readAll = (state: Readonly<Record<string, Variable>>): MetricState =>
  Object.fromEntries(Object.entries(state).map(([key, variable]) => [key, variable.read()]));

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
