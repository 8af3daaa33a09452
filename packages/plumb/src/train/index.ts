export { Callback, type TrainPlan } from "./callbacks/callback.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./callbacks/early-stopping.ts";
export { Compiled, type CompileOptions } from "./compile.ts";
export type { EvaluateOptions, PredictOptions } from "./evaluate.ts";
export type { Logs, TrainEvent } from "./events.ts";
export type { FitOptions } from "./fit.ts";
export { History, type Stopped } from "./history.ts";
export { Model, type Forward, type ModelState } from "./model.ts";
export { Sequential, type SequentialOptions } from "./sequential.ts";
