export type { Batch, StepOutput } from "./batch.ts";
export * from "./callbacks/index.ts";
export { Compiled, type CompileOptions, type MetricsLike, type PerOutput } from "./compile.ts";
export { Criterion, type OutputInfo } from "./criterion.ts";
export type { EvaluateOptions } from "./evaluate.ts";
export type {
  EpochLogs,
  LabelsTaken,
  Logs,
  RowsTaken,
  StepFailure,
  StepTrial,
  TrainEvent,
} from "./events.ts";
export type { LearningRateSweep, SweepOptions } from "./find-learning-rate.ts";
export type { FitOptions } from "./fit-options.ts";
export { History, type StepLog, type Stopped } from "./history.ts";
export { Model, type AnyModel, type ModelOptions, type ModelState } from "./model.ts";
export type { OnBatchOptions } from "./on-batch.ts";
export { arranged, tensorsFor, type Structure } from "./places.ts";
export type { PredictOptions } from "./predict.ts";
export type { KernelProfile } from "./profile-kernels.ts";
export { machineSpeed, type MachineSpeed, type Speed } from "./profile-machine.ts";
export { Profile, type ProfileOptions } from "./profile.ts";
export {
  inputsOf,
  labelsOf,
  mapRows,
  rowsFor,
  valuesIn,
  type Rows,
  type RowsData,
  type RowWeights,
  type Taker,
} from "./rows.ts";
export { Sequential, type SequentialOptions } from "./sequential.ts";
export type { SummaryOptions } from "./summary.ts";
