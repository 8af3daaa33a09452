/** Trainings that never were, to hold the rules about trainings against. */
import { Dense, Sequential } from "../../src/index.ts";
import type { LayerProbe, Probe, TrainingSubject, WeightProbe } from "../../src/doctor/subjects/training.ts";
import { pseudo } from "../../src/doctor/made-up.ts";
import { trainingDiagnoses } from "../../src/doctor/training/index.ts";

/** A training of ten epochs of twenty steps that has ended, with what `of` says of it. */
export const subject = (
  of: Partial<TrainingSubject> & { readonly values?: readonly number[] },
): TrainingSubject => {
  const { values = [], ...rest } = of;
  return {
    model: new Sequential([new Dense(1)]),
    plan: { epochs: 10, stepsPerEpoch: 20, rows: 640, batchSize: 32 },
    steps: Math.max(1, values.length),
    losses: { from: 0, values },
    epochs: [],
    probes: [],
    memory: [],
    ended: true,
    ...rest,
  };
};

/** What a rule says: its severity, or nothing. */
export const said = (id: string, of: TrainingSubject): string | undefined => {
  const rule = trainingDiagnoses.find((diagnosis) => diagnosis.id === id)?.rules.training;
  const found = rule?.(of) as readonly { readonly severity: string }[] | undefined;
  return found?.[0]?.severity;
};

/** What a look shows of a weight of length 1. */
export const weight = (of: Partial<WeightProbe> = {}): WeightProbe => ({
  name: "dense/kernel",
  layer: "dense",
  size: 16,
  norm: 1,
  gradientNorm: 0.1,
  updateNorm: 0.001,
  trainable: true,
  ...of,
});
/** What a look shows of a layer of 16 units. */
export const layer = (of: Partial<LayerProbe>): LayerProbe => ({
  name: "dense",
  className: "Dense",
  units: 16,
  mean: 0,
  deviation: 1,
  low: -1,
  high: 1,
  inactive: 0,
  silent: new Uint8Array(16),
  isHead: false,
  saturated: 0,
  notFinite: 0,
  ...of,
});
/** A look at a loss of 1 before a step. */
export const probe = (step: number, of: Partial<Probe> = {}): Probe => ({
  step,
  epoch: 0,
  loss: 1,
  penalty: 0,
  addedByLayers: 0,
  gradientNorm: 0.1,
  weights: [weight()],
  layers: [],
  ...of,
});

/** Losses about a level that scatter by a tenth of it. */
export const about = (level: number, steps: number, from = 0): number[] =>
  Array.from({ length: steps }, (_, i) => level * (0.9 + 0.2 * pseudo(from + i)));
