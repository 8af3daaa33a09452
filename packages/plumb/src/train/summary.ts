/** The table that `model.summary()` prints. */
import { sizeOf } from "../base/shape.ts";
import { showBatchShape, type BatchShape } from "../layers/index.ts";
import type { Variable } from "../tensor/index.ts";
import type { Model } from "./model.ts";

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const countOf = (weights: readonly Variable[]): number =>
  weights.reduce((total, { shape }) => total + sizeOf(shape), 0);

/** 1 decimal from a kilobyte on: `512 B`, `34.2 KB`. */
function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return power === 0 ? `${count} B` : `${(count / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** Name, class, output shape and weights of each layer, then the totals. */
export function summaryOf(model: Model): string {
  const rows = [["Layer", "Output shape", "Weights"]];
  let shape: BatchShape | undefined = model.inputShape;
  for (const layer of model.layers) {
    shape = shape && layer.computeOutputShape(shape);
    const frozen = layer.trainable || layer.weights.length === 0 ? "" : " (frozen)";
    const weights = layer.built ? grouped(countOf(layer.weights)) + frozen : "?";
    rows.push([`${layer.name} (${layer.className})`, shape ? showBatchShape(shape) : "?", weights]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right;
  const cells = ([name, output, weights]: string[]): string =>
    `│ ${name.padEnd(widths[0])} │ ${output.padEnd(widths[1])} │ ${weights.padStart(widths[2])} │`;
  const [head, ...body] = rows.map(cells);

  const total = countOf(model.weights);
  const trainable = countOf(model.trainableVariables);
  return [
    `Model "${model.name}"`,
    line("┌", "┬", "┐"),
    head,
    line("├", "┼", "┤"),
    ...body,
    line("└", "┴", "┘"),
    `Weights: ${grouped(total)} (${bytes(4 * total)}), of which trained: ${grouped(trainable)}`,
  ].join("\n");
}
