/** How much the rows of each class count in the loss. */
import { PlumbError } from "plumb-ml";
import { badFlag } from "../flags.ts";
import { nearest } from "../nearest.ts";
import type { Target } from "./task.ts";

/** `balanced`, or weights by the name of the class; a class that is left out counts 1. */
export type ClassWeights = "balanced" | ReadonlyMap<string, number>;

/** Reads `balanced` or `fraud=10,legit=1`. Errors: PL4004. */
export function parseClassWeights(text: string): ClassWeights {
  if (text === "balanced") return text;
  const pairs = text.split(",").map((pair): [string, number] => {
    const at = pair.lastIndexOf("=");
    const weight = at < 1 || pair.slice(at + 1).trim() === "" ? NaN : Number(pair.slice(at + 1));
    if (!(weight >= 0 && weight < Infinity))
      throw badFlag("--class-weights", text, "balanced, or name=weight for classes", "balanced");
    return [pair.slice(0, at).trim(), weight];
  });
  return new Map(pairs);
}

/**
 * The weight of each class, by code. Balanced weights are rows / (classes · rows of the class) over the training part,
 * so that every class counts the same in total and a row counts 1 on average.
 *
 * Errors: PL4004 for weights in a regression, PL3002 for a class that there is not.
 */
export function classWeightsOf(asked: ClassWeights, target: Target, train: Int32Array): Float64Array {
  const { classes, values } = target;
  if (target.task !== "classes")
    throw new PlumbError("PL4004", {
      asked: "--class-weights was given for a regression",
      arrived: `${target.why}, so ${target.name} has no classes`,
      why: "There is nothing that the weights could belong to",
      fix: "Leave them out, or add --task classes",
    });
  const weights = new Float64Array(classes.length).fill(1);
  if (asked === "balanced") {
    const counts = new Int32Array(classes.length);
    for (const row of train) counts[values[row]]++;
    return weights.map((_, k) => train.length / (classes.length * Math.max(1, counts[k])));
  }
  for (const [name, weight] of asked) {
    const code = classes.indexOf(name);
    if (code < 0) {
      const near = nearest(name, classes);
      throw new PlumbError("PL3002", {
        asked: `--class-weights gave a weight to ${name}`,
        arrived: `The classes of ${target.name} are ${classes.slice(0, 20).join(", ")}`,
        why: "None of them has that name",
        fix: near === undefined ? "Name one of them" : `Did you mean ${near}`,
      });
    }
    weights[code] = weight;
  }
  return weights;
}
