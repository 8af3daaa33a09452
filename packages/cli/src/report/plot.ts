/** Curves as characters. */
import { showNumber } from "./format.ts";

const steps = 8;

/**
 * The lines of a plot, a column for each point: `*` the curve, joined where it is steep, `-` where y is 0 and `|` where x
 * is 0, with the numbers of both axes at their ends. Points that are not finite are left out.
 */
export function plot(x: ArrayLike<number>, y: ArrayLike<number>): string[] {
  const heights = Array.from(y).filter(Number.isFinite);
  let [low, high] = [Math.min(...heights), Math.max(...heights)];
  if (!(high > low)) [low, high] = [low - 1, high + 1];
  const lineOf = (value: number): number => Math.round(((high - value) / (high - low)) * steps);
  const origin = Array.from(x).findIndex((at) => Math.abs(at) < (x[1] - x[0]) / 2);
  const zero = low <= 0 && high >= 0 ? lineOf(0) : undefined;
  const grid = Array.from({ length: steps + 1 }, (_, line) =>
    Array.from(x, (_, column): string => (column === origin ? "|" : line === zero ? "-" : " ")),
  );
  for (let column = 0, before: number | undefined; column < x.length; column++) {
    const here = Number.isFinite(y[column]) ? lineOf(y[column]) : undefined;
    if (here !== undefined) {
      grid[here][column] = "*";
      // Half of a steep way belongs to each of its two ends, and its middle to the lower one, so that mirrored curves look it.
      const way = before === undefined ? 0 : here - before;
      const own = way > 0 ? Math.abs(way) / 2 : (Math.abs(way) - 1) / 2;
      for (let step = 1; step < Math.abs(way); step++)
        grid[here - Math.sign(way) * step][step <= own ? column : column - 1] = "*";
    }
    before = here;
  }
  const ends = new Map([
    [0, showNumber(high)],
    [steps, showNumber(low)],
    ...(zero === undefined ? [] : [[zero, "0"] as const]),
  ]);
  const margin = Math.max(...[...ends.values()].map((text) => text.length));
  const lines = grid.map((marks, line) =>
    `${(ends.get(line) ?? "").padStart(margin)} ${marks.join("")}`.trimEnd(),
  );
  const left = showNumber(x[0]);
  return [
    ...lines,
    `${" ".repeat(margin + 1)}${left}${showNumber(x[x.length - 1]).padStart(x.length - left.length)}`,
  ];
}
