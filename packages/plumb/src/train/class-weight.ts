import { PlumbError } from "../base/errors.ts";
import { classesOf } from "../data/index.ts";
import { tensor, type Tensor, type Variable } from "../tensor/index.ts";

/**
 * The weight of each row, from the weight of its class: `[rows]`. A class that is not named weighs 1.
 * Errors: PL4004 for a weight that is negative or not finite.
 */
export function classWeightsOf(labels: Tensor | Variable, weights: Readonly<Record<number, number>>): Tensor {
  for (const [name, weight] of Object.entries(weights)) {
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new PlumbError("PL4004", {
      asked: `classWeight was given ${name}: ${weight}`,
      why: "A weight says how much a row of the class counts",
      fix: "Give a number of at least 0; 1 is what a class counts that is left out",
    });
  }
  const classes = classesOf(labels.dataSync(), labels.shape);
  return tensor(Float32Array.from(classes, (of) => weights[of] ?? 1));
}
