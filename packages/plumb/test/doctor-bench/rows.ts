/** Rows of inputs with their labels, and what can be done to them: each gives new rows. */
import { tensor, type Tensor } from "../../src/index.ts";

export interface Rows {
  readonly inputs: Float32Array;
  /** The shape of the inputs of one row. */
  readonly inputShape: readonly number[];
  readonly labels: Float32Array;
  /** The shape of the labels of one row; `[]` for a number. */
  readonly labelShape: readonly number[];
}

/** Rows by their use. */
export interface Parts {
  readonly training: Rows;
  readonly validation: Rows;
  readonly test: Rows;
}

export const partNames = ["training", "validation", "test"] as const;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export const countOf = ({ labels, labelShape }: Rows): number => labels.length / sizeOf(labelShape);

export const widthOf = ({ inputShape }: Rows): number => sizeOf(inputShape);

/** The inputs of each row as a list. */
export const listed = (rows: Rows): number[][] => {
  const width = widthOf(rows);
  return Array.from({ length: countOf(rows) }, (_, row) => [
    ...rows.inputs.subarray(row * width, (row + 1) * width),
  ]);
};

/** A table whose labels are a number each. */
export const tableOf = (data: readonly (readonly number[])[], labels: Iterable<number>): Rows => ({
  inputs: Float32Array.from(data.flat()),
  inputShape: [data[0].length],
  labels: Float32Array.from(labels),
  labelShape: [],
});

/** Some of the rows, or some of them twice. */
export function selected(rows: Rows, which: readonly number[]): Rows {
  const pick = (values: Float32Array, size: number): Float32Array => {
    const picked = new Float32Array(which.length * size);
    which.forEach((row, i) => picked.set(values.subarray(row * size, (row + 1) * size), i * size));
    return picked;
  };
  return {
    ...rows,
    inputs: pick(rows.inputs, widthOf(rows)),
    labels: pick(rows.labels, sizeOf(rows.labelShape)),
  };
}

export const joined = (a: Rows, b: Rows): Rows => ({
  ...a,
  inputs: Float32Array.of(...a.inputs, ...b.inputs),
  labels: Float32Array.of(...a.labels, ...b.labels),
});

/** The first `share` of the rows and the others. */
export function cut(rows: Rows, share: number): [Rows, Rows] {
  const all = Array.from({ length: countOf(rows) }, (_, row) => row);
  const at = Math.floor(share * all.length);
  return [selected(rows, all.slice(0, at)), selected(rows, all.slice(at))];
}

/** The inputs by row and column. */
export const withInputs = (rows: Rows, value: (old: number, column: number, row: number) => number): Rows => {
  const width = widthOf(rows);
  return { ...rows, inputs: rows.inputs.map((old, i) => value(old, i % width, Math.floor(i / width))) };
};

/** A column more. */
export const withColumn = (rows: Rows, value: (row: number) => number): Rows => ({
  ...rows,
  inputs: Float32Array.from(listed(rows).flatMap((of, row) => [...of, value(row)])),
  inputShape: [widthOf(rows) + 1],
});

/** The labels one by one. */
export const withLabels = (rows: Rows, label: (old: number, row: number) => number): Rows => ({
  ...rows,
  labels: rows.labels.map(label),
});

/** The labels as lists. */
export const withLabelRows = (rows: Rows, label: (old: number, row: number) => readonly number[]): Rows => {
  const lists = Array.from(rows.labels, label);
  return { ...rows, labels: Float32Array.from(lists.flat()), labelShape: [lists[0].length] };
};

export const oneHot = (rows: Rows, classes: number): Rows =>
  withLabelRows(rows, (label) => Array.from({ length: classes }, (_, k) => Number(k === label)));

/** Each part by itself. */
export const eachPart = (
  parts: Parts,
  change: (rows: Rows, name: (typeof partNames)[number]) => Rows,
): Parts => ({
  training: change(parts.training, "training"),
  validation: change(parts.validation, "validation"),
  test: change(parts.test, "test"),
});

/** Inputs and labels as a caller would have them: class numbers are whole. */
export function tensorsOf(rows: Rows): [x: Tensor, y: Tensor] {
  const { inputs, inputShape, labels, labelShape } = rows;
  const count = countOf(rows);
  const whole = labelShape.length === 0 && labels.every(Number.isInteger);
  return [
    tensor(inputs, [count, ...inputShape]),
    tensor(whole ? Int32Array.from(labels) : labels, [count, ...labelShape]),
  ];
}
