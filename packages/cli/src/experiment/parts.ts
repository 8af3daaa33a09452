/** Which rows train, which choose the moment to stop, and which are kept to judge. */
import { PlumbError, splitRows } from "plumb-ml";
import { fewestRows, tooFewRows, type Target } from "./task.ts";

/** The shares of the three parts, which sum to 1. */
export interface Shares {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Row numbers of the table. */
export interface Parts {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** Reads `60/20/20`, `0.6,0.2,0.2` or the like. Errors: PL4004. */
export function parseShares(text: string): Shares {
  const given = text.split(/[/,:]/).map((part) => (part.trim() === "" ? NaN : Number(part)));
  const sum = given.reduce((total, part) => total + part, 0);
  const whole = Math.abs(sum - 1) < 1e-6 || Math.abs(sum - 100) < 1e-4;
  if (given.length !== 3 || !given.every((part) => part > 0) || !whole)
    throw new PlumbError("PL4004", {
      asked: `--split ${text} was given`,
      why: "It takes the shares of the training, validation and test rows: three numbers above 0 that sum to 100 or to 1",
      fix: "Write for example --split 60/20/20",
    });
  const [train, validation, test] = given.map((part) => part / sum);
  return { train, validation, test };
}

/**
 * Splits the rows that have a target by a seeded shuffle, within each class where there are classes.
 *
 * Errors: PL3004 when there are too few rows for three parts.
 */
export function splitTarget(target: Target, shares: Shares, seed: number): Parts {
  const { rows, values, task } = target;
  if (rows.length < fewestRows) throw tooFewRows(rows.length);
  const rule = task === "classes" ? "stratified" : "shuffled";
  const cut = (from: Int32Array, share: number): readonly [rest: Int32Array, part: Int32Array] => {
    const classes = from.map((row) => values[row]);
    // A fraction that lies half a row below the number wanted gives that number, whatever its last bit is.
    const fraction = (Math.max(1, Math.round(share * rows.length)) - 0.5) / from.length;
    const { train, validation } = splitRows(from.length, { fraction, rule, seed, classes });
    return [train.map((i) => from[i]), validation.map((i) => from[i])];
  };
  const [others, validation] = cut(rows, shares.validation);
  const [train, test] = cut(others, shares.test);
  return { train, validation, test };
}
