/** Losses and metrics with their intervals, on a terminal. */
import type { Measurements } from "plumb-ml/doctor";
import { alignColumns, cut, showNumber } from "./format.ts";

/** What a reader may not know, behind a name. */
const units: Readonly<Record<string, string>> = {
  crossentropy: "nats",
  brierScore: "mean squared error of the probabilities",
  expectedCalibrationError: "how far probabilities are from what came true",
  rocAuc: "0.5 is chance",
};

/** More measurements than this are too many to show one by one. */
const mostShown = 40;

/** What is that near 0 is 0, but for rounding. */
const rounded = (value: number): string => showNumber(Math.abs(value) < 1e-12 ? 0 : value);

/** A line for each measurement: its name, its value, and the interval of 95%. */
export function metricsTable(title: string, metrics: Measurements): string {
  const all = Object.entries(metrics);
  const body = all
    .slice(0, mostShown)
    .map(([name, { value, low, high }]) => [
      `  ${cut(name, 40)}`,
      rounded(value),
      Number.isFinite(low) && Number.isFinite(high) ? `${rounded(low)} … ${rounded(high)}` : "unknown",
      units[name] ?? "",
    ]);
  const lines = alignColumns([[title, "value", "95% interval"], ...body.map((cells) => cells.slice(0, 3))]);
  const width = Math.max(...lines.map((line) => line.length));
  const glossed = lines.map((line, i) =>
    i === 0 || body[i - 1][3] === "" ? line : `${line.padEnd(width)}  ${body[i - 1][3]}`,
  );
  const rest = all.length - mostShown;
  return [...glossed, ...(rest > 0 ? [`  … and ${rest} more: --json gives all`] : [])]
    .map((line) => `${line}\n`)
    .join("");
}
