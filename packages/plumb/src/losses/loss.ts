/**
 * The shared half of every loss: alignment of shapes, value checks, masks, sample weights, label smoothing, dtype and
 * reduction. What distinguishes Huber from cross-entropy is a record, one file each.
 */
import { labelForms, type Contract } from "../base/contract.ts";
import type { HostArray } from "../base/dtype.ts";
import { snakeCase } from "../base/names.ts";
import {
  flag,
  oneOf,
  resolve,
  type GivenOf,
  type Parameters,
  type ValuesOf,
  requireKnown,
  requireNamed,
} from "../base/parameters.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import { alignWeights } from "../numerics/alignment.ts";
import { smoothed } from "../numerics/crossentropy.ts";
import { divideOrZero } from "../numerics/division.ts";
import { asTensor, where, type Tensor, type TensorLike } from "../tensor/index.ts";
import { labelError, type CheckContext } from "./checks.ts";
import { checkedLabels, checkedPredictions } from "./conditions.ts";
import { lay, spread, type Layout } from "./layout.ts";
import type { AxesValue } from "./parameters.ts";
import type { LossRecord, SharedParameters } from "./record.ts";

/** How the losses of rows become one number. */
export type Reduction =
  /** Their sum, weighted, divided by their number. Keras's default; weights do not enter the divisor. */
  | "sum_over_batch_size"
  /** The same under another name. */
  | "mean"
  /** Their sum, weighted. */
  | "sum"
  /** Their sum, weighted, divided by the sum of the weights as given. */
  | "mean_with_sample_weight"
  /** They stay as they are, weighted. */
  | "none"
  | null;

const common = {
  reduction: oneOf(
    ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", null],
    "sum_over_batch_size",
    "How the losses of rows become one number",
  ),
  dtype: oneOf(
    ["float32", "float64"],
    "float32",
    "The dtype it computes in; float64 for losses of arithmetic only",
  ),
  validate: flag(
    true,
    "Check labels and predictions against the contract; false gives Keras's number for anything",
  ),
};

/** What every loss takes beside its own parameters. */
export interface LossOptions {
  readonly reduction?: Reduction | "sumOverBatchSize" | "meanWithSampleWeight";
  /** Left out: the class's name in snake_case. */
  readonly name?: string;
  readonly dtype?: "float32" | "float64";
  readonly validate?: boolean;
}

const callNames = ["sampleWeight", "mask", "labelsChecked"];

/** What goes with one call. */
export interface LossCall {
  /** One for all, one per row (`[batch]`), or one per value of the unreduced loss. */
  readonly sampleWeight?: TensorLike;
  /** False where a row counts for nothing; of the same shapes. */
  readonly mask?: TensorLike;
  /** The labels were checked before (`checkLabels`), once for all steps. */
  readonly labelsChecked?: boolean;
}

/**
 * How far predictions lean from labels: a number to bring down.
 *
 * `call(yTrue, yPred)` gives it as a scalar (as `[batch, …]` with `reduction: "none"`). Labels and predictions have one
 * shape, but for class indices, which lack the class axis; a trailing 1 that only one of them has is no difference.
 * Rows with weight 0, masked rows and `ignoreClass` count for nothing, whatever they hold, NaN included; if no row is
 * left the loss is 0. Losses are in nats where they are logarithms, else in the units of the labels (or their square).
 *
 * Errors: PL2001 predictions outside their range, PL2002 shapes that would broadcast, PL2003 to PL2005 and PL2012 labels
 * that are not what the contract takes, PL2009 parameters, PL2016 weights. Value checks run with the computation: the
 * error comes when the result is read. `validate: false` leaves them out and gives Keras's number.
 *
 * @example
 * new MeanSquaredError().call([1, 2, 3], [1.5, 2.5, 2]).itemSync(); // 0.5
 */
export class Loss<P extends Parameters = Parameters> {
  readonly record: LossRecord<P>;
  readonly name: string;
  readonly parameters: ValuesOf<P>;
  readonly reduction: Reduction;
  readonly dtype: "float32" | "float64";
  readonly validate: boolean;

  constructor(record: LossRecord<P>, options: LossOptions & GivenOf<P> = {}) {
    requireNamed("PL2009", record.name, record.parameters, options);
    const { reduction, dtype, validate, name, ...own } = options as LossOptions & Record<string, unknown>;
    this.record = record;
    this.name = name ?? snakeCase(record.name);
    this.parameters = resolve("PL2009", record.name, record.parameters, own);
    const shared = resolve("PL2009", record.name, common, { reduction, dtype, validate });
    this.reduction = shared.reduction;
    this.dtype = shared.dtype;
    this.validate = shared.validate;
  }

  get contract(): Contract {
    return this.record.contract;
  }

  /** True, false, or undefined where it was not given: `compile` then reads it from the head; called directly it is false. */
  get fromLogits(): boolean | undefined {
    return this.contract.logitsOnly === true ? true : this.#shared.fromLogits;
  }

  /** The axis, or axes, of the predictions along which one row's values lie; undefined for all of them. */
  get axis(): AxesValue | undefined {
    return "axis" in this.record.parameters ? this.#shared.axis : -1;
  }

  /** The same loss with `fromLogits` set. */
  withFromLogits(fromLogits: boolean): Loss<P> {
    if (this.contract.logitsOnly === true) return this;
    return this.#copy({ parameters: { ...this.parameters, fromLogits } });
  }

  /** The same loss with another reduction. */
  withReduction(reduction: Reduction): Loss<P> {
    return this.#copy({ reduction });
  }

  /** The loss of predictions against labels. */
  call(yTrue: TensorLike, yPred: TensorLike, options: LossCall = {}): Tensor {
    requireKnown("PL2016", this.record.name, callNames, options);
    const predictions = asTensor(yPred).cast(this.dtype);
    const given = asTensor(yTrue);
    if (this.contract.custom) return this.#custom(given, predictions, options);
    const layout = this.#lay(given.dtype === "bool" ? given.cast("int32") : given, predictions, options);
    const { rows, labelAxes, predictionAxes: axes } = layout;
    const weights = this.#weights(options.sampleWeight, rows, "sample weights")?.cast(this.dtype);
    const mask = this.#mask(layout.labels, this.#weights(options.mask, rows, "a mask")?.cast("bool"));
    const present = this.#present(rows, weights, mask);
    const [y, p] = this.#checkedPair(layout, present, options.labelsChecked ?? false);
    // In Keras, rows that weigh nothing are still compared with others.
    const absent = this.record.rowsMeet === true && !this.validate ? undefined : present;
    const values = this.record.values(
      ...this.#sideBySide(
        this.#smoothed(fill(this.#labelsOf(y), absent && spread(absent, labelAxes), this.#filler), axes),
        fill(p, absent && spread(absent, axes), 0.5),
      ),
      this.parameters,
      { axes, asKeras: !this.validate, present: absent },
    );
    const counted = present === undefined ? values : where(present, values, 0);
    return this.#reduce(counted, weights, and(mask, this.record.counted?.(counted)));
  }

  /**
   * Checks labels on the host, once, before training: the same sentences as `call`, without running anything.
   * `predictionShape` is that of the model's output, for the number of classes; its batch may be any.
   * `present`: for each row, 0 where it counts for nothing. Errors: PL2003, PL2004, PL2005, PL2012.
   */
  checkLabels(labels: HostArray, shape: Shape, predictionShape: Shape, present?: ArrayLike<number>): void {
    if (!this.validate || this.contract.custom) return;
    const error = labelError(this.#context, labels, shape, predictionShape, present);
    if (error !== undefined) throw error;
  }

  get #shared(): SharedParameters {
    return this.parameters as SharedParameters;
  }

  /** Whether labels name something by a whole number. */
  get #isWhole(): boolean {
    return labelForms[this.contract.labels].whole === true;
  }

  /** What absent rows hold for labels: something that any formula takes. */
  get #filler(): number {
    if (this.#isWhole) return 0;
    return this.contract.labels === "sign" ? 1 : 0.5;
  }

  get #context(): CheckContext {
    return {
      who: this.record.name,
      contract: this.contract,
      fromLogits: this.fromLogits ?? false,
      axes: this.axis,
      ignoreClass: this.#shared.ignoreClass,
    };
  }

  get #outputsPerLabel(): number {
    return this.record.outputsPerLabel?.(this.parameters) ?? 1;
  }

  /**
   * Labels and predictions laid against each other. Rows that are single numbers (`[batch]` both) become columns when
   * something is said of rows, so that "none" and weights per row have rows to speak of.
   */
  #lay(labels: Tensor, predictions: Tensor, { sampleWeight, mask }: LossCall): Layout {
    const perRow = [sampleWeight, mask].some((given) => given !== undefined && asTensor(given).rank > 0);
    return lay(
      {
        who: this.record.name,
        contract: this.contract,
        axes: this.axis,
        outputsPerLabel: this.#outputsPerLabel,
        broadcast: !this.validate && this.record.strictShapes !== true,
        perRow,
      },
      labels,
      predictions,
    );
  }

  /** With several outputs per label, labels `[…, 1, n]` against predictions `[…, outputs, n]`. */
  #sideBySide(labels: Tensor, predictions: Tensor): readonly [Tensor, Tensor] {
    const count = this.#outputsPerLabel;
    if (count === 1) return [labels, predictions];
    const rows = labels.shape.slice(0, -1);
    const width = labels.shape[labels.rank - 1];
    return [labels.expandDims(-2), predictions.reshape([...rows, count, width])];
  }

  #weights(given: TensorLike | undefined, rows: Shape, word: string): Tensor | undefined {
    if (given === undefined) return undefined;
    return alignWeights(this.record.name, asTensor(given), rows, { trailing: !this.validate, word });
  }

  /** The mask that was given and the one that `ignoreClass` makes, together. */
  #mask(labels: Tensor, mask: Tensor | undefined): Tensor | undefined {
    const { ignoreClass } = this.#shared;
    return ignoreClass === undefined ? mask : and(labels.notEqual(ignoreClass), mask);
  }

  /** Which rows count, as bool of the shape of the rows; undefined when all do. */
  #present(rows: Shape, weights: Tensor | undefined, mask: Tensor | undefined): Tensor | undefined {
    const weighed = weights === undefined || weights.rank > rows.length ? undefined : weights.notEqual(0);
    return and(weighed, mask)?.broadcastTo(rows);
  }

  #checkedPair(
    { labels, predictions }: Layout,
    present: Tensor | undefined,
    labelsChecked: boolean,
  ): readonly [Tensor, Tensor] {
    const { validate } = this;
    const skipped = labelsChecked || !(validate || this.record.strictLabels === true);
    return [
      skipped
        ? labels
        : checkedLabels(
            this.#context,
            validate ? labels : this.#labelsOf(labels),
            predictions.shape,
            present,
          ),
      validate ? checkedPredictions(this.#context, predictions, present) : predictions,
    ];
  }

  #labelsOf(labels: Tensor): Tensor {
    return labels.cast(this.#isWhole ? "int32" : this.dtype);
  }

  /** Labels moved towards the even distribution: y (1 − s) + s / K, K being 2 for labels that stand by themselves. */
  #smoothed(labels: Tensor, [axis]: readonly number[]): Tensor {
    const { labelSmoothing = 0 } = this.#shared;
    // Keras divides by the last extent whatever the axis.
    const extent = labels.shape[this.validate ? axis : labels.rank - 1];
    const classes = this.contract.labels === "oneHot" ? extent : 2;
    return smoothed(labels, labelSmoothing, classes);
  }

  #reduce(values: Tensor, weights: Tensor | undefined, mask: Tensor | undefined): Tensor {
    const { reduction } = this;
    const weighted = weights === undefined ? values : values.mul(weights);
    if (reduction === "none" || reduction === null) return weighted;
    const sum = weighted.sum();
    if (reduction === "sum") return sum;
    if (reduction === "mean_with_sample_weight" && (weights !== undefined || mask !== undefined)) {
      const kept = mask?.cast(this.dtype);
      const all = weights === undefined ? kept! : kept === undefined ? weights : weights.mul(kept);
      return divideOrZero(sum, all.sum());
    }
    const count = sizeOf(weighted.shape);
    const mean = count === 0 ? sum : sum.div(count);
    // With a mask, the mean over what it keeps; a mask of [batch, 1] speaks of whole rows.
    return mask === undefined ? mean : divideOrZero(mean.mul(mask.size), mask.cast(this.dtype).sum());
  }

  /** A function of the user's own: whatever shape it gives is taken for that of the rows. */
  #custom(labels: Tensor, predictions: Tensor, { sampleWeight, mask }: LossCall): Tensor {
    const values = this.record.values(labels, predictions, this.parameters, {
      axes: [],
      asKeras: !this.validate,
    });
    const weights = this.#weights(sampleWeight, values.shape, "sample weights")?.cast(this.dtype);
    const kept = this.#weights(mask, values.shape, "a mask")?.cast("bool");
    return this.#reduce(kept === undefined ? values : where(kept, values, 0), weights, kept);
  }

  #copy(changes: object): Loss<P> {
    const { reduction, name, dtype, validate, parameters } = { ...this, ...changes } as Loss<P>;
    const Class = this.constructor as new (...args: unknown[]) => Loss<P>;
    const copy = new Loss(this.record, { ...parameters, reduction, name, dtype, validate } as LossOptions &
      GivenOf<P>);
    // A subclass keeps its methods: only the fields differ.
    return Class === Loss ? copy : Object.setPrototypeOf(copy, Class.prototype);
  }
}

/** Absent rows take a harmless value before any formula sees them, so that their NaN reaches neither loss nor gradient. */
const fill = (x: Tensor, present: Tensor | undefined, value: number): Tensor =>
  present === undefined ? x : where(present, x, value);

/** Both conditions, where both are there. */
const and = (a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a.logicalAnd(b);

/** The functional form of a record: the losses of the rows, unreduced. */
export type LossFunction<P extends Parameters> = (
  yTrue: TensorLike,
  yPred: TensorLike,
  parameters?: GivenOf<P> & Pick<LossOptions, "validate">,
) => Tensor;

/** `meanSquaredError(yTrue, yPred)`: the losses of the rows, unreduced, as Keras's functional forms give them. */
export const lossFunction =
  <P extends Parameters>(record: LossRecord<P>): LossFunction<P> =>
  (yTrue, yPred, parameters) =>
    new Loss(record, { ...parameters, reduction: "none" } as LossOptions & GivenOf<P>).call(yTrue, yPred);
