/** What can be wrong between model, loss, labels and metrics, in the order of the catalogue. */
import type { Diagnosis } from "../diagnosis.ts";
import { logitsAsProbabilities } from "./c01-logits-as-probabilities.ts";
import { doubleActivation } from "./c02-double-activation.ts";
import { softmaxOverOne } from "./c03-softmax-over-one.ts";
import { labelForm } from "./c04-label-form.ts";
import { classesOneByOne } from "./c05-classes-one-by-one.ts";
import { severalLabels } from "./c06-several-labels.ts";
import { amountsAndClasses } from "./c07-amounts-and-classes.ts";
import { broadcast } from "./c08-broadcast.ts";
import { otherLabels } from "./c09-other-labels.ts";
import { outOfReach } from "./c10-out-of-reach.ts";
import { blindMetric } from "./c11-blind-metric.ts";
import { metricThreshold } from "./c12-metric-threshold.ts";
import { linearStack } from "./c13-linear-stack.ts";
import { layerOrder } from "./c14-layer-order.ts";
import { noGradient } from "./c15-no-gradient.ts";
import { firstLoss } from "./c16-first-loss.ts";
import { inputsUnused } from "./c17-inputs-unused.ts";
import { cannotMemorise } from "./c18-cannot-memorise.ts";
import { rowsMeet } from "./c19-rows-meet.ts";
import { learningRate } from "./c20-learning-rate.ts";

export const compileDiagnoses: readonly Diagnosis[] = [
  logitsAsProbabilities,
  doubleActivation,
  softmaxOverOne,
  labelForm,
  classesOneByOne,
  severalLabels,
  amountsAndClasses,
  broadcast,
  otherLabels,
  outOfReach,
  blindMetric,
  metricThreshold,
  linearStack,
  layerOrder,
  noGradient,
  firstLoss,
  inputsUnused,
  cannotMemorise,
  rowsMeet,
  learningRate,
];
