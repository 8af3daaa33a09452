/** What users hand in as data, made into tensors of rows. */
import type { DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf, type Shape } from "../base/shape.ts";
import { asTensor, tensor, type Tensor, type TensorLike } from "../tensor/index.ts";

/** A flat row-major array with its shape, for data of more than one axis that is not nested. */
export interface FlatArray {
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
  readonly shape: Shape;
}

/** Data by rows: a tensor, nested arrays, a typed array (one value per row), or a flat array with its shape. */
export type RowsLike = TensorLike | FlatArray;

const isFlatArray = (value: RowsLike): value is FlatArray =>
  typeof value === "object" &&
  value !== null &&
  "shape" in value &&
  "data" in value &&
  ArrayBuffer.isView(value.data);

/** What each dtype becomes as data of a model: integers stay what they are, everything else is float32. */
const dtypeInModel: Readonly<Record<DType, DType>> = {
  float32: "float32",
  float64: "float32",
  bool: "float32",
  int32: "int32",
};

/** Bytes as numbers: to tensor code a Uint8Array is bool, as data it is pixels, or labels 0 to 255. */
const numeric = <T>(data: T): T | Float32Array =>
  data instanceof Uint8Array ? Float32Array.from(data) : data;

/**
 * The tensor of rows that `value` stands for: `[rows, …]`, float32, or int32 where it was.
 * Errors: PL4005 when there is no axis of rows; PL1009 and PL1003 for what is no tensor data at all.
 *
 * @param name what the value is, as the error calls it: "x", "the labels"
 */
export function rowsOf(value: RowsLike, name: string): Tensor {
  if (value === undefined || value === null)
    throw new PlumbError("PL1009", {
      asked: `${name} ${name.startsWith("x") ? "was" : "were"} not given`,
      arrived: String(value),
      why: "There are no rows to read",
      fix: `Give ${name} as nested arrays, a tensor, a typed array, or { data, shape }`,
    });
  const given = isFlatArray(value) ? tensor(numeric(value.data), value.shape) : asTensor(numeric(value));
  if (given.rank === 0)
    throw new PlumbError("PL4005", {
      asked: `${name} ${name.startsWith("x") ? "was" : "were"} given as a single value`,
      why: "Data come in rows: the first axis counts them",
      fix: `Give ${name} with an axis of rows, [rows, …]; one row of three values is [[1, 2, 3]]`,
    });
  return given.cast(dtypeInModel[given.dtype]);
}

/**
 * Checks that `part` (named in the plural) has a row for each row of `x`. Errors: PL4005.
 *
 * @param xName what `x` is, as the error calls it, where it is not all of x
 */
export function checkSameRows(x: Tensor, part: Tensor, name: string, xName = "x"): void {
  if (x.shape[0] === part.shape[0]) return;
  throw new PlumbError("PL4005", {
    asked: `${xName} has ${showRows(x)}`,
    arrived: `${name} have ${showRows(part)}`,
    why: "Row i of one belongs to row i of the other",
    fix: `Give ${name} for every row of ${xName}, in the same order`,
  });
}

const showRows = ({ shape }: Tensor): string =>
  `${shape[0] === 1 ? "1 row" : `${shape[0]} rows`} (shape ${showShape(shape)})`;

/** Checks how much rows count: numbers of at least 0. Errors: PL2016, with the first row of which that is not so. */
export function checkWeights(weights: Tensor): void {
  const values = weights.dataSync();
  const at = values.findIndex((value: number) => !(value >= 0 && value < Infinity));
  if (at < 0) return;
  const width = values.length / weights.shape[0];
  throw new PlumbError("PL2016", {
    asked: "Rows were to count by their sample weights",
    arrived: `The weight of row ${Math.floor(at / width)} is ${values[at]}`,
    why: "A weight says how much a row counts: not a number makes the loss none, and below 0 it teaches the opposite",
    fix: "Give finite numbers of at least 0; 0 leaves a row out",
  });
}

/** Checks that there is at least one row. Errors: PL3004. */
export function checkSomeRows(x: Tensor): void {
  if (x.shape[0] > 0) return;
  throw new PlumbError("PL3004", {
    asked: `x has no rows (shape ${showShape(x.shape)})`,
    why: "There is nothing to compute on",
    fix: "Give at least one row",
  });
}

/**
 * The class of each row of labels: the place of the largest entry where rows have several (one-hot), otherwise the
 * label itself, made whole.
 */
export function classesOf(labels: ArrayLike<number>, shape: Shape): Int32Array {
  const width = sizeOf(shape.slice(1));
  return Int32Array.from({ length: shape[0] }, (_, row) => {
    if (width === 1) return labels[row];
    let best = 0;
    for (let k = 1; k < width; k++) if (labels[row * width + k] > labels[row * width + best]) best = k;
    return best;
  });
}
