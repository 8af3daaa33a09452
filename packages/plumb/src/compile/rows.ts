/**
 * How the points of a value fall into rows: which of its loops are folded away, and which remain. Folds over the same
 * rows, what is computed from them, and what is computed at the points in between make one nest of several stages.
 */
import { sameShape, sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Affine } from "./affine.ts";
import { identity, moving, movingAxes } from "./nodes.ts";

export interface Rows {
  /** Extents of the loops over all points, in the order of the axes; unit axes left out. */
  readonly points: readonly number[];
  /** Which of these loops run along a row, ascending. */
  readonly along: readonly number[];
}

/** Where a member of a group is computed: at the points of a stage, or once per row, when the stages before are done. */
export interface Place {
  readonly level: "point" | "row";
  readonly stage: number;
}

/** The rows that a fold folds. */
export function rowsOf(fold: Node): Rows {
  const source = fold.inputs[0];
  const axes = fold.attrs.axes as readonly number[];
  const along = movingAxes(source).flatMap((axis, d) => (axes.includes(axis) ? [d] : []));
  return { points: moving(source), along };
}

/** The loops over the rows, as positions among those over the points. */
export const across = ({ points, along }: Rows): number[] =>
  [...points.keys()].filter((d) => !along.includes(d));

export const sameRows = (a: Rows, b: Rows): boolean =>
  sameShape(a.points, b.points) && sameShape(a.along, b.along);

/** The element of a value that belongs to the row, as a function of the loops over all points. */
export function atRow(value: Node, rows: Rows): Affine {
  const { base, coefficients } = identity(value, movingAxes(value));
  const loops = across(rows);
  return { base, coefficients: rows.points.map((_, d) => coefficients[loops.indexOf(d)] ?? 0) };
}

/** Work that one thread does in less time than threads need to meet: points, of a few instructions each. */
const littleWork = 16_384;
/** Rows that keep a handful of threads busy. */
const manyRows = 16;
/** Rows that do not lie in memory in one piece are done many side by side: so long, and all of them stay in the cache. */
const shortRow = 1024;

/** True when going over each row several times, while it is in the cache, beats going over everything several times. */
export function pays(rows: Rows): boolean {
  if (rows.along.length === 0) return false;
  const length = sizeOf(rows.along.map((d) => rows.points[d]));
  const total = sizeOf(rows.points);
  if (total <= littleWork) return true;
  const contiguous = rows.along[rows.along.length - 1] === rows.points.length - 1;
  return total / length >= manyRows && (contiguous || length <= shortRow);
}
