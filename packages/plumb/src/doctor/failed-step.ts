/** A step of a fit that was not finite, done again to see where the number came from. */
import type { HostArray } from "../base/dtype.ts";
import type { GeneratorState } from "../base/seed.ts";
import { tensor, type Variable } from "../tensor/index.ts";
import type { AnyModel, StepFailure, TrainPlan } from "../train/index.ts";
import { replay, type Replayed } from "./replay.ts";
import type { Failure } from "./subjects/training.ts";

/** What is needed of a fit to do one of its steps again. */
export interface Fitted extends Pick<TrainPlan, "rowsOf" | "drawsOf" | "take" | "stepsPerEpoch"> {
  readonly model: AnyModel;
  readonly variables: readonly Variable[];
}

/** Weights that were finite, and the steps done then. */
export interface Sound {
  readonly weights: readonly HostArray[];
  readonly step: number;
}

/**
 * Does the step again. Where the weights were no numbers before it any more, the step before it gave them: that one is done
 * again from the last weights that are known to be sound. The model is left as it was.
 */
export function failureOf({ epoch, batch, step, draws }: StepFailure, fit: Fitted, sound: Sound): Failure {
  const rows = fit.rowsOf(batch);
  const replayed = again(fit, rows, draws);
  const failure = { step, epoch, loss: replayed.loss };
  if (replayed.origin?.op === "weights" && step > 0) {
    const { model, variables, stepsPerEpoch } = fit;
    const state = model.getState();
    variables.forEach((weight, i) => weight.assign(tensor(sound.weights[i], weight.shape)));
    const before = batch > 0 ? { of: epoch, at: batch - 1 } : { of: epoch - 1, at: stepsPerEpoch - 1 };
    const { seed, counter } = fit.drawsOf(before.of);
    const rowsBefore = fit.rowsOf(before.at, before.of);
    const { origin } = again(fit, rowsBefore, { seed, counter: counter + before.at * replayed.drawn });
    model.setState(state);
    if (origin !== undefined) return { ...failure, rows: [...rowsBefore], origin, replayedFrom: sound.step };
  }
  const { origin } = replayed;
  return { ...failure, rows: [...rows], ...(origin === undefined ? {} : { origin }) };
}

const again = ({ model, take }: Fitted, rows: Int32Array, from: GeneratorState): Replayed =>
  replay(model, take(rows), rows, from);
