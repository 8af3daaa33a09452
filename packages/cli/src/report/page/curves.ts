/** Curves over the epochs, as SVG. */
import { escaped } from "./html.ts";

/** A curve: a value for each epoch, counted from 1. */
export interface Curve {
  readonly name: string;
  /** How it is drawn. */
  readonly kind: "train" | "validation" | "before";
  readonly values: readonly number[];
}

/** Units of the drawing: the whole, and what is left for numbers at its edges. */
const [width, height] = [720, 260];
const [left, right, top, bottom] = [64, 16, 12, 32];

/** From so many times the lowest value on, a logarithmic scale shows more. */
const manyTimes = 20;

/** One drawing of some curves; `kept` marks an epoch. Empty where there is nothing to draw. */
export function curvesDrawing(title: string, curves: readonly Curve[], kept?: number): string {
  const finite = curves.flatMap(({ values }) => values).filter(Number.isFinite);
  const epochs = Math.max(0, ...curves.map(({ values }) => values.length));
  if (finite.length === 0 || epochs < 2) return "";
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const logarithmic = low > 0 && high > manyTimes * low;
  const by = logarithmic ? Math.log10 : (value: number): number => value;
  const ticks = logarithmic ? decades(low, high) : evenTicks(low, high);
  const [from, to] = [by(Math.min(low, ticks[0])), by(Math.max(high, ticks[ticks.length - 1]))];
  const x = (epoch: number): number => left + ((epoch - 1) / (epochs - 1)) * (width - left - right);
  const y = (value: number): number =>
    top + (to === from ? 0.5 : (to - by(value)) / (to - from)) * (height - top - bottom);
  const at = (value: number): string => value.toFixed(1);
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text x="${left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${showTick(tick)}</text>`,
  );
  const below = evenTicks(1, epochs)
    .map(Math.round)
    .filter((epoch, i, all) => epoch >= 1 && epoch <= epochs && epoch !== all[i - 1])
    .map((epoch) => `<text x="${at(x(epoch))}" y="${height - 10}" text-anchor="middle">${epoch}</text>`);
  const mark =
    kept === undefined || kept === 0
      ? ""
      : `<line class="kept" x1="${at(x(kept))}" x2="${at(x(kept))}" y1="${top}" y2="${height - bottom}"/>`;
  const paths = curves.map(({ kind, values }) => `<path class="${kind}" d="${pathOf(values, x, y)}"/>`);
  const keys = curves.map(({ name, kind }) => `<span class="key ${kind}">${escaped(name)}</span>`).join("");
  const notes = [
    ...(logarithmic ? ["logarithmic scale"] : []),
    ...(mark === "" ? [] : [`dotted line: epoch ${kept}, whose weights were kept`]),
  ];
  return `<figure><figcaption><b>${escaped(title)}</b> by epoch${notes.length > 0 ? ` (${notes.join("; ")})` : ""}<br>${keys}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)} by epoch">${grid.join("")}${below.join("")}${mark}${paths.join("")}</svg></figure>`;
}

/** A path through what is finite, interrupted where it is not. */
function pathOf(
  values: readonly number[],
  x: (epoch: number) => number,
  y: (value: number) => number,
): string {
  let joined = false;
  return values
    .map((value, i) => {
      if (!Number.isFinite(value)) {
        joined = false;
        return "";
      }
      const step = `${joined ? "L" : "M"}${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}`;
      joined = true;
      return step;
    })
    .join("");
}

/** Round numbers from the last below `low` to the first above `high`, some five of them. */
export function evenTicks(low: number, high: number): number[] {
  const range = high - low || Math.abs(high) || 1;
  const rough = range / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((of) => of * unit >= rough) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A round number without zeros behind it. */
const showTick = (tick: number): string =>
  tick !== 0 && Math.abs(tick) < 1e-4
    ? tick.toExponential()
    : tick.toLocaleString("en-US", { maximumSignificantDigits: 6 });

/** Powers of ten around a range. */
function decades(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}
