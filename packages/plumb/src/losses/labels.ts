/** What a set of labels looks like: the facts from which a loss is chosen and its pairing with a head is judged. */
import type { Task } from "../base/contract.ts";
import type { HostArray } from "../base/dtype.ts";
import { showShape, type Shape } from "../base/shape.ts";

/** Facts about labels. */
export interface LabelsInfo {
  /** Shape of the labels, the rows first. */
  readonly shape: Shape;
  readonly kind: "text" | "boolean" | "integer" | "real";
  /** Distinct values, counted up to `distinctLimit`; beyond that `Infinity`. */
  readonly distinct: number;
  /** Lowest and highest value; NaN for text. */
  readonly low: number;
  readonly high: number;
  /** Every value is 0 or 1. */
  readonly zeroOne: boolean;
  /** Rows of several values that each sum to 1, and stay in [0, 1]. */
  readonly oneHot: boolean;
}

/** More distinct values than this are not counted, and whole numbers with more are taken for amounts. */
export const distinctLimit = 20;

/** What can be asked about: numbers with a shape, or a column of texts or booleans. */
export type LabelValues = HostArray | readonly (string | boolean | number)[];

/** Reads the facts off the labels. `shape` is that of numbers; a column needs none. */
export function describeLabels(values: LabelValues, shape: Shape = [values.length]): LabelsInfo {
  const distinct = new Set<unknown>();
  let [low, high, whole, zeroOne] = [Infinity, -Infinity, true, true];
  const isText = !ArrayBuffer.isView(values) && values.some((value) => typeof value === "string");
  const isBoolean = values instanceof Uint8Array || (!isText && typeof values[0] === "boolean");
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (distinct.size <= distinctLimit) distinct.add(value);
    if (isText) continue;
    const number = Number(value);
    if (number < low) low = number;
    if (number > high) high = number;
    if (whole && !Number.isInteger(number)) whole = false;
    if (zeroOne && number !== 0 && number !== 1) zeroOne = false;
  }
  return {
    shape,
    kind: isText ? "text" : isBoolean ? "boolean" : whole ? "integer" : "real",
    distinct: distinct.size > distinctLimit ? Infinity : distinct.size,
    low: isText ? NaN : low,
    high: isText ? NaN : high,
    zeroOne: zeroOne && !isText,
    oneHot: !isText && low >= 0 && high <= 1 && rowsSumToOne(values as ArrayLike<number>, shape),
  };
}

function rowsSumToOne(values: ArrayLike<number>, shape: Shape): boolean {
  const width = shape.length > 1 ? shape[shape.length - 1] : 1;
  if (width < 2 || values.length === 0) return false;
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += Number(values[i]);
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}

/** The question that labels ask, and the fact it is read from. */
export interface TaskReading {
  readonly task: Task;
  /** Number of classes, or of outputs of a regression. */
  readonly count: number;
  readonly why: string;
}

const distinctInWords = (distinct: number): string =>
  distinct === Infinity
    ? `more than ${distinctLimit} distinct values`
    : `${distinct} distinct value${distinct === 1 ? "" : "s"}`;

/**
 * The question that labels ask. Text and booleans name classes; so do whole numbers with at most 20 distinct values;
 * rows of several 0s and 1s are one class each when every row sums to 1, and sets of labels otherwise.
 */
export function taskOf({ shape, kind, distinct, low, high, zeroOne, oneHot }: LabelsInfo): TaskReading {
  const width = shape.length > 1 ? shape[shape.length - 1] : 1;
  if (width > 1) {
    if (oneHot)
      return { task: "classes", count: width, why: `the labels are rows of ${width} that sum to 1` };
    if (zeroOne)
      return { task: "labelSets", count: width, why: `the labels are rows of ${width} zeros and ones` };
    return {
      task: "regression",
      count: width,
      why: `the labels are rows of ${width} numbers, ${showShape(shape)}`,
    };
  }
  const values = distinctInWords(distinct);
  if (kind === "text" || kind === "boolean") {
    const why = `the labels are ${kind === "text" ? "text" : "true or false"}, with ${values}`;
    return { task: distinct <= 2 ? "binary" : "classes", count: distinct, why };
  }
  if (kind === "integer" && distinct <= distinctLimit) {
    const why = `the labels are whole numbers with ${values}`;
    if (distinct <= 2) return { task: "binary", count: 2, why };
    // Small numbers are taken to be counted from 0, so that a class without a row keeps its place; others are names.
    const indices = low >= 0 && high <= distinctLimit;
    return { task: "classes", count: indices ? Math.max(distinct, high + 1) : distinct, why };
  }
  const why = `the labels are ${kind === "integer" ? "whole" : "real"} numbers with ${values}`;
  return { task: "regression", count: 1, why };
}

/**
 * Every question that labels can ask, the likeliest first. Numbers of classes may also say which rows belong together, and
 * rows of whole numbers may be sequences; the labels alone cannot tell.
 */
export function readingsOf(info: LabelsInfo): readonly TaskReading[] {
  const likeliest = taskOf(info);
  const { shape, kind, low, high, zeroOne } = info;
  const rows = shape.length > 1 && shape[shape.length - 1] > 1;
  if (!rows && (likeliest.task === "binary" || likeliest.task === "classes"))
    return [likeliest, { ...likeliest, task: "grouping" }];
  if (rows && kind === "integer" && !zeroOne && low >= 0)
    return [
      likeliest,
      { task: "sequences", count: high + 1, why: `the labels are rows of whole numbers up to ${high}` },
    ];
  return [likeliest];
}
