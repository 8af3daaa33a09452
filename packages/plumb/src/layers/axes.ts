/** Axes as options of layers name them, and masks brought to the axes of what they mask. */
import type { Parameter } from "../base/parameters.ts";
import type { Tensor } from "../tensor/index.ts";

/** One axis or several, counted from either end. */
export type AxisLike = number | readonly number[];

const isAxis = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value);

/** One axis, or a list of different ones. */
export const oneOrMoreAxes = (initial: AxisLike, doc: string): Parameter<AxisLike> => ({
  default: initial,
  doc,
  accepts: (value) =>
    isAxis(value) ||
    (Array.isArray(value) &&
      value.length > 0 &&
      value.every(isAxis) &&
      new Set(value as number[]).size === value.length),
  words: "a whole number, or a list of different ones",
});

/** The axes of a tensor of `rank` axes, counted from the front, in the order given; undefined where it has not all of them. */
export function axesOf(axis: AxisLike, rank: number): readonly number[] | undefined {
  const given = typeof axis === "number" ? [axis] : axis;
  const axes = given.map((one) => (one < 0 ? one + rank : one));
  const known = axes.every((one) => one >= 0 && one < rank) && new Set(axes).size === axes.length;
  return known ? axes : undefined;
}

/** `axis -1`, or `axes 1 and 2`, as messages name them. */
export const showAxes = (axis: AxisLike): string =>
  typeof axis === "number" ? `axis ${axis}` : `axes ${axis.join(" and ")}`;

/** The shape with extent 1 everywhere but along `axes`: what a value for each place of those axes broadcasts from. */
export const along = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));

/** A mask of the first axes of `x`, such as `[batch, steps]`, with axes of extent 1 for the rest. */
export const maskOver = (mask: Tensor, x: Tensor): Tensor =>
  mask.rank < x.rank ? mask.reshape([...mask.shape, ...x.shape.slice(mask.rank).map(() => 1)]) : mask;
