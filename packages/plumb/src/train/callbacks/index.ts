/** The callbacks by name. A new one is a file beside this and a line in the list. */
import { BackupAndRestore } from "./backup-and-restore.ts";
import { CSVLogger } from "./csv-logger.ts";
import { EarlyStopping } from "./early-stopping.ts";
import { LambdaCallback } from "./lambda-callback.ts";
import { LearningRateScheduler } from "./learning-rate-scheduler.ts";
import { ModelCheckpoint } from "./model-checkpoint.ts";
import { ProgressLogger } from "./progress-logger.ts";
import { ReduceLROnPlateau } from "./reduce-lr-on-plateau.ts";
import { SwapEMAWeights } from "./swap-ema-weights.ts";
import { TerminateOnNaN } from "./terminate-on-nan.ts";

export { type Backup, type BackupPlace } from "./backup-and-restore.ts";
export { Callback, type CallbackRecord, type Progress, type TrainPlan } from "./callback.ts";
export type { CSVLoggerOptions } from "./csv-logger.ts";
export type { EarlyStoppingOptions } from "./early-stopping.ts";
export type { CallbackMethods } from "./lambda-callback.ts";
export type { Checkpoint, ModelCheckpointOptions } from "./model-checkpoint.ts";
export type { ProgressLoggerOptions } from "./progress-logger.ts";
export type { ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.ts";
export {
  BackupAndRestore,
  CSVLogger,
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  ProgressLogger,
  ReduceLROnPlateau,
  SwapEMAWeights,
  TerminateOnNaN,
};

/** Every callback's class by its name. */
export const callbackClasses = {
  EarlyStopping,
  ModelCheckpoint,
  ReduceLROnPlateau,
  LearningRateScheduler,
  TerminateOnNaN,
  CSVLogger,
  BackupAndRestore,
  SwapEMAWeights,
  LambdaCallback,
  ProgressLogger,
} as const;

/** Every callback's record. */
export const allCallbacks = Object.values(callbackClasses).map(({ record }) => record);
