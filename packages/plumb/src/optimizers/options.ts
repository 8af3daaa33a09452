/** What every optimizer takes besides its own parameters: declared once, checked once. Names are Keras 3's. */
import { PlumbError } from "../base/errors.ts";
import {
  flag,
  integer,
  oneOf,
  optional,
  real,
  type GivenOf,
  type Parameter,
  type Parameters,
  type ValuesOf,
} from "../base/parameters.ts";
import type { LearningRateLike } from "./learning-rate.ts";

const limit = (doc: string): Parameter<number | undefined> => optional(real(0, doc, { min: 0 }));

export const common = {
  clipnorm: limit("Each gradient whose Euclidean norm exceeds this is scaled down to it; 0 does nothing"),
  clipvalue: limit("Each element of each gradient is cut to [−clipvalue, clipvalue]; 0 does nothing"),
  globalClipnorm: limit(
    "All gradients are scaled together when their joint norm exceeds this; 0 does nothing",
  ),
  weightDecay: limit(
    "Decoupled decay: before its update a variable loses weightDecay · learningRate of itself",
  ),
  useEma: flag(false, "Keep a running mean of every variable"),
  emaMomentum: real(0.99, "Decay of that running mean", { min: 0, max: 1 }),
  emaOverwriteFrequency: optional(
    integer(1, "Put the running means into the variables each time after so many steps", { min: 1 }),
  ),
  gradientAccumulationSteps: optional(
    integer(2, "Collect the gradients of so many steps, and update at the last of them", { min: 2 }),
  ),
  gradientAccumulationMean: oneOf(
    ["batches", "rows"],
    "batches",
    "What collected gradients are averaged over: Keras's batches, each the same, or rows, so that a smaller batch counts less",
  ),
  lossScaleFactor: optional(
    real(1, "The loss is multiplied by this and its gradients divided by it", { above: 0 }),
  ),
};

/** The values of the common options. */
export type Common = ValuesOf<typeof common>;

/** What the constructor of an optimizer with the parameters `P` takes. */
export type OptimizerOptions<P extends Parameters> = {
  /** Step size: a number, which may be set again at any time, or a schedule. Neither ever recompiles. */
  learningRate?: LearningRateLike;
  name?: string;
} & GivenOf<typeof common> &
  GivenOf<P>;

/** Errors: PL4004 when gradients are to be clipped in more than one way. */
export function checkClipping(owner: string, options: Common): void {
  const given = (["clipnorm", "clipvalue", "globalClipnorm"] as const).filter((way) => options[way]);
  if (given.length > 1)
    throw new PlumbError("PL4004", {
      asked: `${owner} was given ${given.join(" and ")}`,
      why: "Gradients are clipped in one way only",
      fix: `Keep one of ${given.join(", ")}`,
    });
}
