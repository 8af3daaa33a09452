/** Fitting the network of a run: optimizer, early stopping, history and progress. */
import { Adam, EarlyStopping, PlumbError, seed as seedGenerator, type Logs, type Sequential } from "plumb-ml";
import type { FlatArray } from "plumb-ml";
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
  readonly stopped: "epochs" | "patience" | "signal";
}

/**
 * Trains a new network. The weights of the epoch with the lowest validation loss are kept; training ends when that has
 * not fallen for `patience` epochs, or when the signal is aborted, after the step in flight.
 *
 * Errors: PL4010 when no epoch had a finite validation loss.
 */
export async function trainNetwork(
  spec: NetworkSpec,
  objective: { readonly loss: string; readonly metrics: readonly string[] },
  data: TrainingData,
  settings: TrainingSettings,
  folder: RunFolder,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<Trained> {
  seedGenerator(settings.seed);
  const model = buildNetwork(spec);
  model.compile({
    optimizer: new Adam({ learningRate: settings.rate, weightDecay: settings.decay }),
    loss: objective.loss as "mse",
    metrics: objective.metrics as ["accuracy"],
  });
  const stopping = new EarlyStopping({ patience: settings.patience, restoreBestWeights: true });
  const start = performance.now();
  let epochStart = start;
  const keep = {
    onEpochEnd(epoch: number, logs: Logs): void {
      const rate = model.compiled.optimizer.learningRate;
      folder.append(runFiles.history, { epoch: epoch + 1, ...logs, learning_rate: rate });
      folder.append(runFiles.timing, { epoch: epoch + 1, seconds: secondsSince(epochStart) });
      epochStart = performance.now();
      progress.epoch(epoch + 1, logs, rate);
      if (!Number.isFinite(logs.loss)) model.stopTraining = true;
    },
  };
  try {
    const history = await model.fit(data.x, data.y, {
      epochs: settings.epochs,
      batchSize: settings.batch,
      seed: settings.seed,
      validationData: [data.validationX, data.validationY, data.validationWeights],
      validationBatchSize: 256,
      sampleWeight: data.weights,
      callbacks: [stopping, keep, checkpoints(model, folder)],
      signal,
    });
    const epochs = history.epoch.length;
    if (epochs > 0 && stopping.best === undefined) throw diverged(settings, history.history.loss);
    const stopped =
      history.stopped === "signal" ? "signal" : history.stopped === "callback" ? "patience" : "epochs";
    const kept = stopping.bestEpoch === undefined ? 0 : stopping.bestEpoch + 1;
    return { model, epochs, kept, seconds: secondsSince(start), stopped };
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
    fix: `Try --rate ${rate / 10}`,
  });
