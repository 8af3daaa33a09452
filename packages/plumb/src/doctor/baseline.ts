/** What a training would come to that learned nothing of its inputs: the best constant answer. */
import { sizeOf } from "../base/shape.ts";
import { leavesOf, type Tensor } from "../tensor/index.ts";
import { type AnyModel, type Compiled, type RowsTaken } from "../train/index.ts";
import { countClasses, entropyOf } from "./statistics/entropy.ts";
import { Labels } from "./subjects/labels.ts";
import { Table } from "./subjects/table.ts";

/**
 * The loss of the best constant answer for rows: the entropy of the classes for a cross-entropy, in nats, the variance of
 * the labels for a squared error. Undefined for other losses, several outputs, and rows that count differently.
 */
export function baselineOf(
  model: AnyModel,
  judging: Compiled,
  { y, sampleWeight }: Pick<RowsTaken, "y" | "sampleWeight">,
): number | undefined {
  const criteria = judging.criteria(model.outputInfos!);
  const [{ loss }] = criteria;
  if (criteria.length > 1 || loss === undefined || sampleWeight !== undefined) return undefined;
  const labels = leavesOf(y)[0] as Tensor;
  const { name } = loss.record;
  if (name === "MeanSquaredError") return varianceOf(labels.dataSync(), sizeOf(labels.shape.slice(1)));
  const known =
    name === "BinaryCrossentropy"
      ? { task: "binary" as const, count: 2 }
      : name === "SparseCategoricalCrossentropy" || name === "CategoricalCrossentropy"
        ? { task: "classes" as const, count: model.outputInfos![0].shape?.at(-1) ?? 0 }
        : undefined;
  if (known === undefined) return undefined;
  const { shape, dtype } = labels;
  if (name !== "CategoricalCrossentropy" && sizeOf(shape.slice(1)) !== 1) return undefined;
  const table = new Table("labels", { values: labels.dataSync(), shape, dtype });
  return entropyOf(countClasses(new Labels(table, known).classes, known.count));
}

/** The mean over columns of the variance around each one's mean. */
function varianceOf(values: ArrayLike<number>, width: number): number {
  const rows = values.length / width;
  let total = 0;
  for (let column = 0; column < width; column++) {
    let [mean, squares] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const away = values[row * width + column] - mean;
      mean += away / (row + 1);
      squares += away * (values[row * width + column] - mean);
    }
    total += squares / rows;
  }
  return total / width;
}
