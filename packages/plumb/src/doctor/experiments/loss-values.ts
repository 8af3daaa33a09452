/** Losses of a few rows: of what a model answers, read one way or another, and of answers that know nothing of the inputs. */
import { activationBehind } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { Loss } from "../../losses/index.ts";
import { smoothed } from "../../numerics/crossentropy.ts";
import { tensor, type Tensor } from "../../tensor/index.ts";
import { tensorOf } from "../subjects/model.ts";
import { countClasses } from "../statistics/entropy.ts";
import { median } from "../statistics/robust.ts";
import type { Labels } from "../subjects/labels.ts";

/** A loss that takes anything, its answers read as logits or not, as a mean over rows. */
export const readAs = (loss: Loss<any>, fromLogits?: boolean): Loss<any> =>
  new Loss(loss.record, {
    ...loss.parameters,
    ...(fromLogits === undefined || !loss.contract.supportsLogits ? {} : { fromLogits }),
    validate: false,
    reduction: "mean",
  });

/** The mean loss of answers; undefined where labels and answers do not go together. */
export function lossOf(loss: Loss<any>, { table }: Labels, answers: Tensor): number | undefined {
  try {
    const value = loss.call(tensorOf(table), answers).mean().itemSync();
    return Number.isNaN(value) ? undefined : value;
  } catch (error) {
    if (error instanceof PlumbError) return undefined;
    throw error;
  }
}

/** What is to be paid by who knows nothing, and by who knows the labels but not the inputs. */
export interface Ignorance {
  /** Of an even guess among the classes; of 0 for amounts. */
  readonly even: number;
  /** Of the shares of the classes; of the mean, or the median, of amounts. */
  readonly informed: number;
}

/** The losses of ignorance of some labels, for outputs of a shape; undefined for losses that take neither classes nor amounts. */
export function ignorance(loss: Loss<any>, labels: Labels, shape: readonly number[]): Ignorance | undefined {
  const { contract } = loss;
  if (contract.custom || loss.reduction === "sum" || shape.length !== 2 || contract.logitsOnly === true)
    return undefined;
  const [rows, units] = shape;
  const plain = readAs(loss, false);
  const of = (row: ArrayLike<number>): number | undefined => {
    const values = Float32Array.from({ length: rows * units }, (_, i) => row[i % units]);
    return lossOf(plain, labels, tensor(values, [rows, units]));
  };
  const filled = (value: number): number[] => Array.from({ length: units }, () => value);
  const behind = activationBehind(contract);
  let even: number | undefined;
  let guesses: (number | undefined)[];
  if (behind === "softmax") {
    if (units < 2) return undefined;
    const shares =
      labels.table.width === units
        ? columns(labels, units, mean)
        : Array.from(countClasses(labels.classes, units), (count) => count / rows);
    even = of(filled(1 / units));
    guesses = [of(shares.map((share) => mixed(share, loss, units)))];
  } else if (behind === "sigmoid") {
    even = of(filled(0.5));
    guesses = [of(columns(labels, units, mean).map((share) => mixed(share, loss, units)))];
  } else if (contract.predictions === "real") {
    even = of(filled(0));
    guesses = [of(columns(labels, units, mean)), of(columns(labels, units, median))];
  } else return undefined;
  const known = guesses.filter((value) => value !== undefined);
  return even === undefined || known.length === 0 ? undefined : { even, informed: Math.min(...known) };
}

/**
 * The loss of the best answers that there could be: 0 for most, but where labels are shares, or are smoothed, what is left of
 * a cross-entropy then. Undefined for losses that have no best answers.
 */
export function lowestLoss(
  loss: Loss<any>,
  labels: Labels,
  [rows, units]: readonly [number, number],
): number | undefined {
  const { perfect } = loss.record;
  if (perfect === undefined || loss.contract.custom) return undefined;
  const y = tensorOf(labels.table);
  const share = smoothingOf(loss);
  const wanted = share === 0 ? y : smoothed(y.cast("float32"), share, classesOf(loss, units));
  const best = perfect(wanted, units);
  return best.size === rows * units
    ? lossOf(readAs(loss, false), labels, best.cast("float32").reshape([rows, units]))
    : undefined;
}

/** The share of an even guess that a loss mixes into its labels. */
export const smoothingOf = ({ parameters }: Loss<any>): number =>
  Number((parameters as Readonly<Record<string, unknown>>).labelSmoothing ?? 0);

/** Among how many classes a loss spreads that share: two for labels that stand by themselves. */
const classesOf = ({ contract }: Loss<any>, units: number): number =>
  contract.labels === "oneHot" ? units : 2;

/** The probability that a loss asks for where labels have this share. */
export const mixed = (label: number, loss: Loss<any>, units: number): number =>
  label * (1 - smoothingOf(loss)) + smoothingOf(loss) / classesOf(loss, units);

const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/** A number for each output, from the labels of its column. */
const columns = (
  { table }: Labels,
  units: number,
  fold: (values: ArrayLike<number>) => number,
): readonly number[] => {
  const folded = Array.from({ length: Math.min(units, table.width) }, (_, column) =>
    fold(table.column(column)),
  );
  return Array.from({ length: units }, (_, k) => folded[Math.min(k, folded.length - 1)]);
};
