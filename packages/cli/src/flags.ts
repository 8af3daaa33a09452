/** Reading what stands behind a flag. */
import { PlumbError } from "plumb-ml";

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

/** Reads names with commas between. */
export const names = (text: string): string[] => text.split(",").map((name) => name.trim());
