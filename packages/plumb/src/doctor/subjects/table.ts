/** Numbers by rows and columns, with what is often asked about a column, computed once. */
import type { DType, HostArray } from "../../base/dtype.ts";
import { sizeOf, type Shape } from "../../base/shape.ts";
import { show } from "../words.ts";

/** What a column looks like. Values that are not finite are counted and otherwise left out. */
export interface ColumnFacts {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  /** Over all values that are finite, not over a sample of a population: divided by n. */
  readonly deviation: number;
  readonly notFinite: number;
}

/** How columns and their values are put into words. */
export interface ColumnWords {
  readonly names?: readonly string[] | undefined;
  readonly shows?: ((column: number, value: number) => string) | undefined;
}

/** Rows of numbers. Of values with more axes each place in a row is a column. */
export class Table {
  readonly name: string;
  readonly values: HostArray;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly rows: number;
  readonly width: number;
  readonly #words: ColumnWords;
  #facts?: readonly ColumnFacts[];
  #whole?: ColumnFacts;

  constructor(
    name: string,
    { values, shape, dtype }: { readonly values: HostArray; readonly shape: Shape; readonly dtype: DType },
    words: ColumnWords = {},
  ) {
    this.name = name;
    this.values = values;
    this.shape = shape;
    this.dtype = dtype;
    this.rows = shape[0];
    this.width = sizeOf(shape.slice(1));
    this.#words = words;
  }

  /** Whether a row is a list of columns, each with a meaning of its own, rather than an image or a sequence. */
  get isTable(): boolean {
    return this.shape.length <= 2;
  }

  at(row: number, column: number): number {
    return Number(this.values[row * this.width + column]);
  }

  column(column: number): Float64Array {
    return Float64Array.from({ length: this.rows }, (_, row) => this.at(row, column));
  }

  /** What the column is called: its name where it has one, `column 3` where not. */
  columnName(column: number): string {
    return this.#words.names?.[column] ?? `column ${column}`;
  }

  /** What a value of the column is in the unit that it came in; the number where that is not known. */
  showValue(column: number, value: number): string {
    return this.#words.shows?.(column, value) ?? show(value);
  }

  facts(column: number): ColumnFacts {
    this.#facts ??= describeColumns(this.values, this.width);
    return this.#facts[column];
  }

  /** The facts of all values together. */
  get whole(): ColumnFacts {
    return (this.#whole ??= describeColumns(this.values, 1)[0]);
  }

  /** The same columns of some of the rows. */
  select(rows: ArrayLike<number>, name: string = this.name): Table {
    const Values = this.values.constructor as new (length: number) => HostArray;
    const values = new Values(rows.length * this.width);
    for (let i = 0; i < rows.length; i++)
      values.set(
        this.values.subarray(rows[i] * this.width, (rows[i] + 1) * this.width) as never,
        i * this.width,
      );
    const shape = [rows.length, ...this.shape.slice(1)];
    return new Table(name, { values, shape, dtype: this.dtype }, this.#words);
  }
}

/** All columns in one pass, in the order in which the values lie. */
function describeColumns(values: HostArray, width: number): readonly ColumnFacts[] {
  const [mean, squares, count] = [0, 1, 2].map(() => new Float64Array(width));
  const low = new Float64Array(width).fill(Infinity);
  const high = new Float64Array(width).fill(-Infinity);
  for (let at = 0; at < values.length;) {
    for (let column = 0; column < width; column++, at++) {
      const value = Number(values[at]);
      if (!Number.isFinite(value)) continue;
      if (value < low[column]) low[column] = value;
      if (value > high[column]) high[column] = value;
      const away = value - mean[column];
      mean[column] += away / ++count[column];
      squares[column] += away * (value - mean[column]);
    }
  }
  return Array.from({ length: width }, (_, column) => ({
    low: low[column],
    high: high[column],
    mean: count[column] === 0 ? NaN : mean[column],
    deviation: Math.sqrt(squares[column] / count[column]),
    notFinite: values.length / width - count[column],
  }));
}
