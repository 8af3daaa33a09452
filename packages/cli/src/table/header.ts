/** Whether the first line of a file without types is a line of names. */

export interface FirstCell {
  /** The first line's field, trimmed; undefined where it is empty or a marker of a missing value. */
  readonly text: string | undefined;
  /** Whether it reads as a number, date or truth value. */
  readonly typed: boolean;
  /** Of the lines below: how many have a value, and how many of those are numbers, dates or truth values. */
  readonly filled: number;
  readonly typedBelow: number;
  /** Whether the first line's field occurs again further down its column. */
  readonly recurs: boolean;
}

/**
 * Decides from all rows, strongest sign first:
 * 1. a word above a column of numbers is a name;
 * 2. a number above a column of numbers, or anywhere in the line, is data;
 * 3. in a table of words alone, the first line is names when its words are distinct and none occurs below it.
 */
export function isHeader(cells: readonly FirstCell[]): boolean {
  const overNumbers = cells.filter((cell) => cell.filled > 0 && cell.typedBelow === cell.filled);
  if (overNumbers.some((cell) => cell.text !== undefined && !cell.typed)) return true;
  if (cells.some((cell) => cell.typed)) return false;
  const words = cells.flatMap((cell) => cell.text ?? []);
  return words.length > 0 && new Set(words).size === words.length && !cells.some((cell) => cell.recurs);
}
