/** Losses of steps and looks into a model as the rules about trainings read them. */
import { meanOf } from "../statistics/intervals.ts";
import { median } from "../statistics/robust.ts";
import { show } from "../words.ts";
import type { Probe, TrainingSubject, WeightProbe } from "../subjects/training.ts";

/** Consecutive steps with the mean of their losses. */
export interface Stretch {
  /** The first step, over the whole fit. */
  readonly from: number;
  readonly mean: number;
  readonly standardError: number;
}

/** The losses that are kept, cut into stretches of `length` steps from the first on; what is left over at the end is not used. */
export function stretches({ losses }: TrainingSubject, length: number): readonly Stretch[] {
  const { from, values } = losses;
  return Array.from({ length: Math.floor(values.length / length) }, (_, i) => ({
    from: from + i * length,
    ...meanOf(values.slice(i * length, (i + 1) * length)),
  }));
}

/** The last `length` losses. */
export const lastStretch = ({ losses, steps }: TrainingSubject, length: number): Stretch => ({
  from: steps - length,
  ...meanOf(losses.values.slice(-length)),
});

/**
 * So many standard errors apart are two stretches of steps; of losses above 0 by their logarithms, so that one that grows by
 * the same factor with each step does not hide in its own scatter.
 */
export function errorsBetween({ losses }: TrainingSubject, a: Stretch, b: Stretch, length: number): number {
  const valuesOf = ({ from }: Stretch): readonly number[] =>
    losses.values.slice(from - losses.from, from - losses.from + length);
  const [left, right] = [valuesOf(a), valuesOf(b)];
  const scale = [...left, ...right].every((value) => value > 0) ? Math.log : (value: number) => value;
  const [of, to] = [left, right].map((values) => ({ from: 0, ...meanOf(values.map(scale)) }));
  return errorsApart(of, to);
}

/** So many standard errors apart are two stretches. */
export const errorsApart = (a: Stretch, b: Stretch): number =>
  (a.mean - b.mean) / Math.max(1e-12, Math.hypot(a.standardError, b.standardError));

/** Weights that began with values of some size: biases that begin at 0 have no scale to measure a change by. */
export const scaled = (probe: Probe, first: Probe): readonly WeightProbe[] =>
  probe.weights.filter((_, i) => (first.weights[i]?.norm ?? 0) > 0);

/** The weights that layers multiply by, from the inputs to the outputs: a scale of a normalization is none. */
export const kernels = (probe: Probe): readonly WeightProbe[] =>
  probe.weights.filter(({ name }) => name.endsWith("kernel"));

/** The probes after the first step. */
export const later = ({ probes }: TrainingSubject): readonly Probe[] => probes.filter(({ step }) => step > 0);

/** A weight as a sentence has it: "the kernel of dense_2". */
export function called({ name }: WeightProbe): string {
  const cut = name.lastIndexOf("/");
  return cut < 0 ? name : `the ${name.slice(cut + 1)} of ${name.slice(0, cut)}`;
}

/**
 * How many times longer the gradient gets over the depth of a model, from the first kernel to the last: the median slope
 * (Theil, 1950) of the logarithms of the lengths, times the depth. A single layer with a short or a long gradient, as the last
 * one has where the answers are balanced by chance, does not move it.
 */
export function growthOverDepth(weights: readonly WeightProbe[]): number {
  const logs = weights.map(({ gradientNorm }) => Math.log(gradientNorm));
  const slopes = logs.flatMap((from, i) => logs.slice(i + 1).map((to, k) => (to - from) / (k + 1)));
  return Math.exp(median(slopes) * (logs.length - 1));
}

/** How to set a part of the learning rate that a model has, as the end of a sentence; nothing where it has none. */
export const rateOf = (model: TrainingSubject["model"], part: number): string =>
  model.isCompiled
    ? `: model.compiled.optimizer.learningRate = ${show(Number((model.compiled.optimizer.learningRate / part).toPrecision(2)))}`
    : "";
