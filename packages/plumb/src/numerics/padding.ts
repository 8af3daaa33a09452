/** How windows lie on an input: what is padded, and how many places there are. */

/** One number for all axes, or one for each. */
export type PerAxis = number | readonly number[];
/** How an input is padded; see `convolve`. */
export type Padding = "valid" | "same" | "causal";

/** An entry per axis. */
export const perAxis = (given: PerAxis, rank: number): readonly number[] =>
  typeof given === "number" ? new Array<number>(rank).fill(given) : given;

/** What is added before and behind each axis, for a window of `size` along the axes. */
export function padded(
  padding: Padding,
  extents: readonly number[],
  size: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): { readonly low: readonly number[]; readonly high: readonly number[] } {
  const total = stride.map((s, i) => {
    const reach = dilation[i] * (size[i] - 1);
    if (padding === "valid") return 0;
    if (padding === "causal") return reach;
    // As many places as strides begin in the extent: the last begins at (places − 1) · s, and reaches that much further.
    return Math.max((Math.ceil(extents[i] / s) - 1) * s + reach + 1 - extents[i], 0);
  });
  const low = total.map((all) => (padding === "causal" ? all : Math.floor(all / 2)));
  return { low, high: total.map((all, i) => all - low[i]) };
}
