/** Code that leaves columns out. */
import type { Table } from "../subjects/table.ts";
import { some } from "../words.ts";

/** So many columns are written out in code. */
const mostWritten = 8;

/** What to write to leave columns of a table out. */
export function leaveOut(table: Table, columns: readonly number[]): string {
  const names = some(columns.map((column) => table.columnName(column)));
  if (columns.length > mostWritten || !table.isTable) return `Leave them out: ${names}`;
  const kept = columns.length === 1 ? `j !== ${columns[0]}` : `![${columns.join(", ")}].includes(j)`;
  return `Leave out ${names}: x.map((row) => row.filter((_, j) => ${kept}))`;
}
