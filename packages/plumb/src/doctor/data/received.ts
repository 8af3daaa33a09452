/** What a model does to its inputs before the first weights meet them, and to its outputs after the last. */
import { observeLayers } from "../../layers/index.ts";
import { tensor, type Tensor } from "../../tensor/index.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { LayerFacts, ModelSubject } from "../subjects/model.ts";
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
 * What the first trained weights meet, of some of the training rows; undefined where the size of the inputs does not matter
 * to the model, and where it has several inputs.
 */
export function received({ model, data, layers }: ModelSubject): Table | undefined {
  const { inputs, rows } = data.training;
  if (inputs.length !== 1) return undefined;
  const [table] = inputs;
  const most = Math.max(50, Math.min(mostRows, Math.floor(mostValues / table.width)));
  const sample = table.select(sampleOf(rows, most));
  const before = layers.slice(
    0,
    layers.findIndex(({ layer }) => layer.trainableWeights.length > 0),
  );
  const first = layers[before.length];
  if (first === undefined || [...before, first].some(({ className }) => indifferent.has(className)))
    return undefined;
  if (before.length === 0) return sample;
  let last: Tensor | undefined;
  let met = false;
  observeLayers(
    () => model.call(tensorOf(sample), { training: false }),
    (layer, output) => {
      if (layer === first.layer) met = true;
      else if (!met && layer.layers.length === 0) last = output;
    },
  );
  if (last === undefined) return sample;
  const names = Array.from({ length: table.width }, (_, column) => table.columnName(column));
  const { shape, dtype } = last;
  const values = last.dataSync();
  return new Table(
    table.name,
    { values, shape, dtype },
    values.length === sample.values.length ? names : undefined,
  );
}

const tensorOf = ({ values, shape, dtype }: Table): Tensor => tensor(values, shape, dtype);

/** Whether layers behind the last trained weights bring the outputs to the size of the labels. */
export function scalesOutputs(layers: readonly LayerFacts[]): boolean {
  const last = layers.findLastIndex(({ layer }) => layer.trainableWeights.length > 0);
  return layers.slice(last + 1).some(({ className }) => scaling.has(className));
}
