/** Numbers drawn with letters, for findings that are better seen than read. Lines of at most 80 characters. */
import { show } from "./words.ts";

/** A number and what it is. */
export interface Named {
  readonly name: string;
  readonly value: number;
}

/** Letters of the longest bar, of a curve's width, and lines of its height. */
const [longest, widest, height] = [36, 48, 9];

/** A bar for each number, as long as it is large. Numbers below 0, and those that are not finite, have none. */
export function drawBars(items: readonly Named[]): readonly string[] {
  const most = Math.max(...items.map(({ value }) => value).filter(Number.isFinite), Number.MIN_VALUE);
  const names = widthOf(items.map(({ name }) => name));
  const numbers = widthOf(items.map(({ value }) => show(value)));
  return items.map(({ name, value }) => {
    const bar =
      value > 0 && value <= most ? "█".repeat(Math.max(1, Math.round((longest * value) / most))) : "";
    return `${name.padEnd(names)}  ${show(value).padStart(numbers)} ${bar}`.trimEnd();
  });
}

/**
 * A curve from left to right with a level that it is held against. Of more values than there is room for, as many as share
 * a place are averaged; values that are not finite leave a gap.
 */
export function drawCurve(values: readonly number[], level: Named, across = "epochs"): readonly string[] {
  const columns = Math.min(widest, values.length);
  const places = Array.from({ length: columns }, (_, i) => {
    const [from, to] = [i, i + 1].map((end) => Math.floor((end * values.length) / columns));
    const here = values.slice(from, to);
    return here.reduce((sum, value) => sum + value, 0) / here.length;
  });
  const all = [...places.filter(Number.isFinite), level.value];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const step = (high - low || 1) / (height - 1);
  const lineOf = (value: number): number => Math.round((high - value) / step);
  const lines = Array.from({ length: height }, (_, line) => {
    const isLevel = line === lineOf(level.value);
    const points = places.map((value) => (lineOf(value) === line ? "•" : isLevel ? "─" : " ")).join("");
    const label = isLevel ? level.value : high - line * step;
    return `${short(label)} ${isLevel ? "┼" : "│"}${points}${isLevel ? `─ ${level.name}` : ""}`;
  });
  const left = widthOf(lines.map((line) => line.slice(0, line.search(/[│┼]/))));
  const padded = lines.map((line) => {
    const at = line.search(/[│┼]/);
    return `${line.slice(0, at).padStart(left)}${line.slice(at)}`.trimEnd();
  });
  return [...padded, `${" ".repeat(left)}└${"─".repeat(columns)} ${values.length} ${across}`];
}

const short = (value: number): string => show(Number(value.toPrecision(3)));

const widthOf = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
