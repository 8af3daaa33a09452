/** What `model.compile` settles: optimizer, loss and metrics as objects, judged together with the head of the model. */
import { errorOf } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import { describeLabels, losses, type LabelsInfo, type Loss, type LossLike, type Pairing } from "../losses/index.ts";
import { metrics, type Metric, type MetricLike } from "../metrics/index.ts";
import { activations } from "../numerics/index.ts";
import { optimizers, type Optimizer, type OptimizerLike } from "../optimizers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { Dataset } from "./dataset.ts";
import type { Forward, Model } from "./model.ts";
import type { FollowedMetric } from "./totals.ts";

/** What `compile` takes. */
export interface CompileOptions {
  /** An optimizer, or the name of one, made with its defaults. */
  readonly optimizer: OptimizerLike;
  /** A loss, the name of one, or a function of labels and predictions. */
  readonly loss: LossLike;
  /** Metrics to follow, each row counting the same. */
  readonly metrics?: readonly MetricLike[];
  /** Metrics in which each row counts by its sample weight or class weight. */
  readonly weightedMetrics?: readonly MetricLike[];
  /** Who is told of pairings that are doubtful. Default: the console. */
  readonly warn?: (message: string) => void;
}
