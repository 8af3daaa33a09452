/** What a file becomes once it is read: columns of plain arrays, in the order of the file. */

import type { Fingerprint } from "./fingerprint.ts";

/**
 * What a column holds.
 * - `number`: any numeric type. `boolean`: true and false, kept as 1 and 0.
 * - `date`: dates and timestamps, kept as days since 1970-01-01 UTC.
 * - `text`: everything else.
 */
export type Kind = "number" | "boolean" | "date" | "text";

/** Numbers, one per row; NaN where the file has none. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: "number" | "boolean" | "date";
  readonly values: Float64Array;
}

/** Text as codes into its distinct words, which stand in order of first appearance; −1 where the file has none. */
export interface TextColumn {
  readonly name: string;
  readonly kind: "text";
  readonly codes: Int32Array;
  readonly words: readonly string[];
}

export type Column = NumberColumn | TextColumn;

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Whether the names come from the file; without a header they are `column0`, `column1` … */
  readonly named: boolean;
  readonly fingerprint: Fingerprint;
  /** What a reader of the report should know about how the file was taken, as sentences without a full stop. */
  readonly notes: readonly string[];
}

/** The number of rows in which the column has a value. */
export function filled(column: Column): number {
  let count = 0;
  if (column.kind === "text") for (const code of column.codes) count += code >= 0 ? 1 : 0;
  else for (const value of column.values) count += Number.isNaN(value) ? 0 : 1;
  return count;
}
