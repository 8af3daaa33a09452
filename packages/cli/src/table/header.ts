/** Whether the first line of a file without types is a line of names. */

export interface FirstCell {
  /** The first line's field, trimmed; undefined where it is empty or marks a missing value. */
  readonly text: string | undefined;
  /** Whether it reads as a number, a date or a truth value. */
  readonly typed: boolean;
  /** Whether all values below it read as one of these. */
  readonly typedBelow: boolean;
  /** Whether it reads as what the values below it are. */
  readonly alike: boolean;
  /** Whether it occurs again further down its column. */
  readonly recurs: boolean;
}

/**
 * Decides from all rows, strongest sign first:
 * 1. a word above a column of numbers is a name (so is a date, and a number above dates);
 * 2. a number anywhere else in the line makes it data;
 * 3. in a table of words alone, the first line is names when its words are distinct and none occurs below it.
 */
export function isHeader(cells: readonly FirstCell[]): boolean {
  if (cells.some((cell) => cell.text !== undefined && cell.typedBelow && !cell.alike)) return true;
  if (cells.some((cell) => cell.typed)) return false;
  const words = cells.flatMap((cell) => cell.text ?? []);
  return words.length > 0 && new Set(words).size === words.length && !cells.some((cell) => cell.recurs);
}
