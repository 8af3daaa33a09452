/** The training part as simple models take it: a bounded number of rows, one table of inputs, one target. */
import type { Matrix, Target } from "../experiments/simple-models.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { Part } from "../subjects/data.ts";

/** A table with what is to be predicted from it. */
export interface Question {
  readonly x: Matrix;
  readonly target: Target;
  /** The rows of the part that `x` holds. */
  readonly rows: Int32Array;
  readonly columnName: (column: number) => string;
  /** What a value of a column is in words. */
  readonly showValue: (column: number, value: number) => string;
}

/** More classes than this are names or amounts, and simple models of them are slow. */
const mostClasses = 200;

/** So many numbers of a table are looked at, at most. */
const mostValues = 400_000;

/** The question of a part; undefined where it has several inputs or outputs, rows that are no list of columns, or no label. */
export function questionOf({ inputs, labels }: Part, mostRows = 4000): Question | undefined {
  const [table] = inputs;
  const [of] = labels;
  if (inputs.length !== 1 || labels.length !== 1 || !table.isTable || of.table.shape.length > 2)
    return undefined;
  if (of.areClasses ? of.count > mostClasses : of.table.width !== 1) return undefined;
  const rows = sampleOf(table.rows, Math.max(50, Math.min(mostRows, Math.floor(mostValues / table.width))));
  const chosen = table.select(rows);
  const x: Matrix = { values: chosen.values as ArrayLike<number>, rows: rows.length, width: table.width };
  const target: Target = of.areClasses
    ? { kind: "classes", of: Int32Array.from(rows, (row) => of.classes[row]), classes: of.count }
    : { kind: "values", of: Float64Array.from(rows, (row) => of.table.at(row, 0)) };
  if (target.kind === "classes" && rows.some((_, i) => !(target.of[i] >= 0 && target.of[i] < target.classes)))
    return undefined;
  return {
    x,
    target,
    rows,
    columnName: (column) => table.columnName(column),
    showValue: (column, value) => table.showValue(column, value),
  };
}
