/** Columns beside labels and predictions, as numbers by which rows can be grouped. */
import type { CheckOptions } from "plumb-ml/doctor";
import type { Column } from "../table/table.ts";

/** A text column with more words than this makes no groups. */
const mostWords = 20;

/** So many values are kept at most; columns that come later are left out then. */
const mostValues = 2e7;

/** A column of numbers for each of numbers, and for each word of a column of text. */
interface Grouping {
  readonly name: string;
  /** The column that it comes from. */
  readonly from: string;
  readonly at: (row: number) => number;
}

function groupingsOf(column: Column): Grouping[] {
  const { name } = column;
  if (column.kind !== "text") return [{ name, from: name, at: (row) => column.values[row] }];
  if (column.words.length > mostWords) return [];
  return column.words.map((word, code) => ({
    name: `${name}=${word}`,
    from: name,
    at: (row) => Number(column.codes[row] === code),
  }));
}

/** The values of some rows by which groups are looked for, and the columns of the table that they come from. */
export function segments(
  columns: readonly Column[],
  rows: Int32Array,
): { readonly inputs: CheckOptions["inputs"]; readonly from: readonly string[] } {
  const groupings = columns.flatMap(groupingsOf).slice(0, Math.floor(mostValues / rows.length));
  const width = groupings.length;
  if (width === 0) return { inputs: undefined, from: [] };
  const values = new Float32Array(rows.length * width);
  for (let j = 0; j < width; j++)
    for (let i = 0; i < rows.length; i++) values[i * width + j] = groupings[j].at(rows[i]);
  return {
    inputs: { values, width, columns: groupings.map(({ name }) => name) },
    from: [...new Set(groupings.map(({ from }) => from))],
  };
}
