import { PlumbError } from "../base/errors.ts";
import { optional, showValue } from "../base/parameters.ts";
import { classesOf } from "../data/index.ts";
import { tensor, type Tensor, type Variable } from "../tensor/index.ts";
import type { Criterion } from "./criterion.ts";

/** How much the rows of each class count, by class number. */
export type ClassWeight = Readonly<Record<number, number>>;

/** The parameter of that name. */
export const classWeight = optional({
  default: {} as ClassWeight,
  doc: "How much the rows of each class count",
  accepts: (value) =>
    Array.isArray(value) ||
    (typeof value === "object" &&
      value !== null &&
      [Object.prototype, null].includes(Object.getPrototypeOf(value))),
  words: "an object from class number to weight, { 0: 1, 1: 5 } (of a Map: Object.fromEntries(map))",
});

/**
 * The weight of each row, from the weight of its class: `[rows]`. A class that is not named weighs 1.
 *
 * Errors: PL4004 for a weight that is negative or not finite, for a name that is no class of the model, and where rows do
 * not belong to one class each.
 */
export function classWeightsOf(
  criteria: readonly Criterion[],
  [labels]: readonly (Tensor | Variable | undefined)[],
  weights: ClassWeight,
): Tensor {
  const [criterion] = criteria;
  if (criteria.length > 1 || labels === undefined)
    throw new PlumbError("PL4004", {
      asked: `classWeight was given to a model of ${criteria.length} outputs`,
      why: "It does not say of which of them the classes are",
      fix: "Say how much each row counts with sampleWeight: { output: [rows] }",
    });
  const known = criterion.classNumbers(labels.shape);
  if (known === undefined)
    throw new PlumbError("PL4004", {
      asked: `classWeight was given for the loss ${criterion.loss?.record.name}`,
      arrived: `The labels have shape [${labels.shape.join(", ")}]`,
      why: "Its labels are not one class for each row, so that no row has the weight of a class",
      fix: "Say how much each row counts with sampleWeight",
    });
  for (const [name, weight] of Object.entries(weights)) {
    if (known === "any" ? !/^-?\d+$/.test(name) : !known.includes(Number(name)))
      throw new PlumbError("PL4004", {
        asked: `classWeight was given a weight for the class ${JSON.stringify(name)}`,
        why: `Classes are whole numbers${known === "any" ? "" : `, here ${namesOf(known)}`}`,
        fix: `Name classes by the number that stands in the labels, or, one-hot, by its place`,
      });
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new PlumbError("PL4004", {
      asked: `classWeight was given ${name}: ${showValue(weight)}`,
      why: "A weight says how much a row of the class counts",
      fix: "Give a number of at least 0; 1 is what a class counts that is left out",
    });
  }
  const classes = classesOf(labels.dataSync(), labels.shape);
  return tensor(Float32Array.from(classes, (of) => weights[of] ?? 1));
}

const namesOf = (classes: readonly number[]): string =>
  classes.length <= 3 ? classes.join(", ") : `${classes[0]} … ${classes.at(-1)}`;
