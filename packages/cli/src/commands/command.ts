/** What a command of `plumb` is: the record from which program, help and errors are made. */
import { PlumbError } from "plumb-ml";
import type { Io } from "../io.ts";

export interface ArgumentRecord {
  readonly name: string;
  readonly help: string;
}

export interface OptionRecord {
  /** As the argument parser takes it: `--epochs <n>`. */
  readonly flags: string;
  readonly help: string;
  readonly required?: boolean;
  /** Reads the text that was given; throws PL4004. */
  readonly parse?: (text: string) => unknown;
}

export interface Command<Options> {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly ArgumentRecord[];
  readonly options: readonly OptionRecord[];
  /** Shown below the help: one or two commands to copy. */
  readonly examples: readonly string[];
  /** Runs it and gives the exit code; `argv` is the command line, for the record. */
  run(args: readonly string[], options: Options, io: Io, argv: readonly string[]): Promise<number>;
}

/** What a number given on the command line must be. */
interface Bounds {
  readonly min?: number;
  /** Excluded lower bound. */
  readonly above?: number;
  /** Excluded upper bound. */
  readonly below?: number;
}

const inside = (value: number, { min = -Infinity, above = -Infinity, below = Infinity }: Bounds): boolean =>
  value >= min && value > above && value < below;

function words({ min, above, below }: Bounds): string {
  const lower = min === undefined ? (above === undefined ? [] : [`above ${above}`]) : [`of at least ${min}`];
  return [...lower, ...(below === undefined ? [] : [`below ${below}`])].join(" and ");
}

/** The error of a flag whose value is none that it takes. */
export const badFlag = (flag: string, given: string, takes: string, example: string): PlumbError =>
  new PlumbError("PL4004", {
    asked: `${flag} ${given} was given`,
    why: `It takes ${takes}`,
    fix: `Write for example ${flag} ${example}`,
  });

const numeral = (text: string): number => (text.trim() === "" ? NaN : Number(text));

/** Reads a whole number. */
export const wholeNumber =
  (flag: string, bounds: Bounds, example: number) =>
  (text: string): number => {
    const value = numeral(text);
    if (Number.isSafeInteger(value) && inside(value, bounds)) return value;
    throw badFlag(flag, text, `a whole number ${words(bounds)}`, String(example));
  };

/** Reads a finite number. */
export const realNumber =
  (flag: string, bounds: Bounds, example: number) =>
  (text: string): number => {
    const value = numeral(text);
    if (Number.isFinite(value) && inside(value, bounds)) return value;
    throw badFlag(flag, text, `a number ${words(bounds)}`, String(example));
  };
