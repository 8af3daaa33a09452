/** What a model does to its inputs before the first weights meet them, and to its outputs after the last. */
import { observeLayers } from "../../layers/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { sampleOf } from "../statistics/sampling.ts";
import { tensorOf, type LayerFacts, type ModelSubject } from "../subjects/model.ts";
import { Table } from "../subjects/table.ts";

/** Layers that bring whatever comes to a common size, or take it for something else than amounts. */
const indifferent: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "LayerNormalization",
  "GroupNormalization",
  "RMSNormalization",
  "UnitNormalization",
  "Discretization",
  "CategoryEncoding",
  "Embedding",
  "Hashing",
  "HashedCrossing",
  "IntegerLookup",
  "StringLookup",
  "TextVectorization",
]);

/** Layers that change the size of numbers by amounts that are not trained. */
const scaling: ReadonlySet<string> = new Set(["Normalization", "Rescaling", "Lambda"]);

/** So many numbers are looked at, in at most so many rows. */
const [mostValues, mostRows] = [200_000, 1000];

/**
 * What the first trained weights meet, of some of the training rows; nothing where the size of the inputs does not matter to
 * the model. Several inputs are taken as they come, and only where no layer at all scales something.
 */
export function received(subject: ModelSubject): readonly Table[] {
  const { inputs } = subject.data.training;
  if (inputs.length === 1) {
    const behind = behindPreprocessing(subject);
    return behind === undefined ? [] : [behind];
  }
  const isScaled = subject.layers.some(
    ({ className }) => scaling.has(className) || indifferent.has(className),
  );
  return isScaled ? [] : inputs.filter(({ dtype }) => dtype === "float32").map(sampled);
}

/** Some of the rows of a table. */
export const sampled = (table: Table): Table =>
  table.select(sampleOf(table.rows, Math.max(50, Math.min(mostRows, Math.floor(mostValues / table.width)))));

/** What the layers before the first trained weights make of a model's one input. */
function behindPreprocessing({ model, data, layers }: ModelSubject): Table | undefined {
  const [table] = data.training.inputs;
  const sample = sampled(table);
  const before = layers.slice(
    0,
    layers.findIndex(({ layer }) => layer.trainableWeights.length > 0),
  );
  const first = layers[before.length];
  if (first === undefined || [...before, first].some(({ className }) => indifferent.has(className)))
    return undefined;
  if (before.length === 0) return sample;
  const passed = new Set(before.map(({ layer }) => layer));
  let last: Tensor | undefined;
  observeLayers(
    () => model.call(tensorOf(sample), { training: false }),
    (layer, output) => {
      // Not "until the first trained one": a recurrent layer computes its cell without calling it.
      if (passed.has(layer)) last = output;
    },
  );
  if (last === undefined) return sample;
  const names = Array.from({ length: table.width }, (_, column) => table.columnName(column));
  const { shape, dtype } = last;
  const values = last.dataSync();
  return new Table(
    table.name,
    { values, shape, dtype },
    values.length === sample.values.length ? { names } : {},
  );
}

/** Whether layers behind the last trained weights bring the outputs to the size of the labels. */
export function scalesOutputs(layers: readonly LayerFacts[]): boolean {
  const last = layers.findLastIndex(({ layer }) => layer.trainableWeights.length > 0);
  return layers.slice(last + 1).some(({ className }) => scaling.has(className));
}
