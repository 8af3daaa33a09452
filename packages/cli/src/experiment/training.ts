/** Fitting the network of a run: optimizer, early stopping, history and progress. */
import { Adam, EarlyStopping, PlumbError, seed as seedGenerator } from "plumb-ml";
import type { Callback, FlatArray, Logs, Sequential } from "plumb-ml";
import { buildNetwork, type NetworkSpec } from "./network.ts";
import type { Progress } from "../report/progress.ts";
import { checkpoints } from "../run/checkpoints.ts";
import { runFiles, type RunFolder } from "../run/run-folder.ts";

export interface TrainingSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly decay: number;
  readonly patience: number;
  readonly seed: number;
}

export interface TrainingData {
  readonly x: FlatArray;
  readonly y: FlatArray;
  readonly validationX: FlatArray;
  readonly validationY: FlatArray;
  /** How much rows count, when classes were weighted. */
  readonly weights?: Float32Array;
  readonly validationWeights?: Float32Array;
}

export interface Trained {
  readonly model: Sequential;
  /** Whole epochs that were run. */
  readonly epochs: number;
  /** The epoch, counted from 1, whose weights the model has; 0 when none was finished. */
  readonly kept: number;
  readonly seconds: number;
  readonly stopped: "epochs" | "patience" | "signal" | "failed";
  /** Why a step could not be made, where training failed. */
  readonly failure?: PlumbError;
}

/** What is trained: a network, and what it is to bring down. */
export interface Trainee {
  readonly network: NetworkSpec;
  readonly loss: string;
  readonly metrics: readonly string[];
}

/** Who is told while training goes on. */
export interface Company {
  readonly folder: RunFolder;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** One that watches: then a step whose loss is not finite ends the training, and what was reached before it is kept. */
  readonly watcher?: Callback;
}

/** A new network, its first weights drawn by the seed, with loss and optimizer. */
export function compiledNetwork({ network, loss, metrics }: Trainee, settings: TrainingSettings): Sequential {
  seedGenerator(settings.seed);
  const model = buildNetwork(network);
  model.compile({
    optimizer: new Adam({ learningRate: settings.rate, weightDecay: settings.decay }),
    loss: loss as "mse",
    metrics: metrics as ["accuracy"],
  });
  return model;
}

/**
 * Trains a new network. The weights of the epoch with the lowest validation loss are kept; training ends when that has
 * not fallen for `patience` epochs, or when the signal is aborted, after the step in flight.
 *
 * Errors: PL4010 when no epoch had a finite validation loss; not where a watcher told more of it: then `failure` has that.
 */
export async function trainNetwork(
  trainee: Trainee,
  data: TrainingData,
  settings: TrainingSettings,
  { folder, progress, signal, watcher }: Company,
): Promise<Trained> {
  const model = compiledNetwork(trainee, settings);
  const stopping = new EarlyStopping({ patience: settings.patience, restoreBestWeights: true });
  const start = performance.now();
  let epochStart = start;
  let epochs = 0;
  const keep = {
    onEpochEnd(epoch: number, logs: Logs): void {
      const rate = model.compiled.optimizer.learningRate;
      folder.append(runFiles.history, { epoch: epoch + 1, ...logs, learning_rate: rate });
      folder.append(runFiles.timing, { epoch: epoch + 1, seconds: secondsSince(epochStart) });
      epochStart = performance.now();
      epochs = epoch + 1;
      progress.epoch(epochs, logs, rate);
      if (!Number.isFinite(logs.loss)) model.stopTraining = true;
    },
  };
  const trained = (stopped: Trained["stopped"], failure?: PlumbError): Trained => ({
    model,
    epochs,
    kept: stopping.best === undefined ? 0 : (stopping.bestEpoch as number) + 1,
    seconds: secondsSince(start),
    stopped,
    failure,
  });
  try {
    const history = await model.fit(data.x, data.y, {
      epochs: settings.epochs,
      batchSize: settings.batch,
      seed: settings.seed,
      validationData: [data.validationX, data.validationY, data.validationWeights],
      validationBatchSize: 256,
      sampleWeight: data.weights,
      callbacks: [stopping, keep, checkpoints(model, folder), ...(watcher === undefined ? [] : [watcher])],
      signal,
    });
    if (epochs > 0 && stopping.best === undefined) {
      const failure = diverged(settings, history.history.loss);
      if (watcher === undefined) throw failure;
      return trained("failed", failure);
    }
    const { stopped } = history;
    return trained(stopped === "signal" ? "signal" : stopped === "callback" ? "patience" : "epochs");
  } catch (error) {
    if (watcher === undefined || !(error instanceof PlumbError) || error.code !== "PL4010") throw error;
    stopping.onTrainEnd(); // gives back the best weights, where there are such
    return trained("failed", failed(settings, error));
  } finally {
    progress.stop();
  }
}

/** Seconds to the millisecond. */
export const secondsSince = (start: number): number => Math.round(performance.now() - start) / 1000;

const diverged = ({ rate }: TrainingSettings, loss: readonly number[]): PlumbError =>
  new PlumbError("PL4010", {
    asked: `Training with --rate ${rate} was asked for`,
    arrived: `The loss was ${loss.at(-1)} after epoch ${loss.length}, and no epoch had a finite validation loss`,
    why: "The steps are so large that each one overshoots further than the one before",
    fix: `Try --rate ${lowerRate(rate)}`,
  });

/** A step that was refused, in the words of the command line. */
const failed = ({ rate }: TrainingSettings, cause: PlumbError): PlumbError =>
  new PlumbError(
    "PL4010",
    {
      asked: `Training with --rate ${rate} was asked for`,
      arrived: cause.parts.arrived ?? cause.parts.asked,
      why: "With such a loss every weight would become a number that is none; the step was not made",
      fix: `Try --rate ${lowerRate(rate)}`,
    },
    { cause },
  );

/** The rate to try when one is too high: a tenth, and no more than what is usual. */
export const lowerRate = (rate: number): number => Math.min(Number((rate / 10).toPrecision(3)), 0.001);
