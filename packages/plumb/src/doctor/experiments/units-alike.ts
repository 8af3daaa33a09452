/** Layers whose units begin alike and stay so: many count as one. */
import type { Layer } from "../../layers/index.ts";
import type { Variable } from "../../tensor/index.ts";
import type { RowsData } from "../../train/index.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { firstLook, refusedAsNothing } from "./first-look.ts";
import { trainAsGiven } from "./short-training.ts";

/** Steps after which random weights elsewhere, or dropout, would have told units apart. */
const steps = 10;

/** So little, per largest weight, do units of the same weights come to differ by rounding. */
const rounding = 1e-4;

/** A layer of units that are alike. */
export interface AlikeLayer {
  readonly name: string;
  /** The number that its kernel is filled with. */
  readonly value: number;
  readonly units: number;
}

/**
 * The layers whose kernel is filled with one number where the next one's is, too: each unit is given the same, and passes
 * it on to the same. A single such layer is told apart by the random weights behind it. `confirmed`: by a few steps, which
 * are undone; those that come apart are left out.
 */
export async function unitsAlike(
  subject: ModelSubject,
): Promise<{ readonly layers: readonly AlikeLayer[]; readonly confirmed: boolean }> {
  const weighted = subject.layers.map(({ layer }) => layer).filter((layer) => kernelsOf(layer).length > 0);
  const begin = weighted.filter(
    (layer, i) =>
      unitsOf(layer) > 1 && isFilled(layer) && i + 1 < weighted.length && isFilled(weighted[i + 1]),
  );
  const facts = (layers: readonly Layer[]): readonly AlikeLayer[] =>
    layers.map((layer) => ({
      name: layer.name,
      value: Number(kernelsOf(layer)[0].dataSync()[0]),
      units: unitsOf(layer),
    }));
  const look = begin.length > 0 && subject.experiments ? await firstLook(subject) : undefined;
  if (look === undefined) return { layers: facts(begin), confirmed: false };
  const stay = await refusedAsNothing(() =>
    subject.undone(async () => {
      await trainAsGiven(subject, look as { x: RowsData; y: RowsData }, steps, -Infinity);
      return new Set(begin.filter((layer) => kernelsOf(layer).every((kernel) => isAlike(kernel, layer))));
    }),
  );
  const kept = begin.filter((layer) => stay?.has(layer) !== false);
  return { layers: facts(kept), confirmed: stay !== undefined };
}

const kernelsOf = (layer: Layer): readonly Variable[] =>
  layer.trainableWeights.filter(({ shape }) => shape.length > 1);

const isFilled = (layer: Layer): boolean =>
  kernelsOf(layer).every((kernel) => {
    const values = kernel.dataSync();
    return values.every((of) => of === values[0]);
  });

/** Of a recurrent layer its own number: the last axis of its kernel holds several gates. */
const unitsOf = (layer: Layer): number =>
  "units" in layer && typeof layer.units === "number" ? layer.units : (kernelsOf(layer)[0].shape.at(-1) ?? 1);

/** Whether all columns of a kernel are the same, those of each gate by themselves. */
function isAlike(kernel: Variable, layer: Layer): boolean {
  const values = kernel.dataSync() as Float32Array;
  const width = kernel.shape.at(-1) ?? 1;
  const group = width % unitsOf(layer) === 0 ? unitsOf(layer) : width;
  const most = values.reduce((largest, of) => Math.max(largest, Math.abs(of)), 0);
  return values.every((of, i) => i % group === 0 || Math.abs(of - values[i - 1]) <= rounding * most);
}
