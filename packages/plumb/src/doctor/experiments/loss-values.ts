/** Losses of a few rows: of what a model answers, read one way or another, and of answers that know nothing of the inputs. */
import { activationBehind } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { Loss } from "../../losses/index.ts";
import { tensor, type Tensor } from "../../tensor/index.ts";
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
    const value = loss
      .call(tensor(table.values, table.shape, table.dtype), answers)
      .mean()
      .itemSync();
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
    const counts = countClasses(labels.classes, units);
    even = of(filled(1 / units));
    guesses = [of(Array.from(counts, (count) => count / rows))];
  } else if (behind === "sigmoid") {
    even = of(filled(0.5));
    guesses = [of(columns(labels, units, mean))];
  } else if (contract.predictions === "real") {
    even = of(filled(0));
    guesses = [of(columns(labels, units, mean)), of(columns(labels, units, median))];
  } else return undefined;
  const known = guesses.filter((value) => value !== undefined);
  return even === undefined || known.length === 0 ? undefined : { even, informed: Math.min(...known) };
}

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
