/** Other random weights in the place of those that a model has: what is so with them too lies in how the model is built. */
import { pseudo } from "../made-up.ts";
import type { ModelSubject } from "../subjects/model.ts";

/**
 * Runs an experiment with normal random weights, `spread` times the size of a fresh layer's, in the place of the trained
 * ones; undone afterwards. Offsets and factors (one axis) stay near what they are, but within ±1: those that silence units do not.
 */
export const withOtherWeights = <R>(
  subject: ModelSubject,
  seed: number,
  experiment: () => Promise<R>,
  spread = 1,
): Promise<R> =>
  subject.undone(async () => {
    const { model } = subject;
    const trained = new Set(model.trainableVariables);
    let drawn = 7919 * (seed + 1);
    model.setWeights(
      model.weights.map((weight) => {
        const values = weight.dataSync();
        if (!trained.has(weight)) return values as never;
        const { shape } = weight;
        if (shape.length < 2)
          return Float32Array.from(
            values,
            (value) => Math.min(1, Math.max(-1, Number(value))) + 0.1 * normal(drawn++),
          ) as never;
        const inputs = shape.slice(0, -1).reduce((a, b) => a * b, 1);
        return Float32Array.from(values, () => (spread * normal(drawn++)) / Math.sqrt(inputs)) as never;
      }),
    );
    return experiment();
  });

const normal = (i: number): number =>
  Math.sqrt(-2 * Math.log(1e-9 + pseudo(2 * i))) * Math.cos(2 * Math.PI * pseudo(2 * i + 1));
