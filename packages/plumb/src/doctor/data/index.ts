/** What can be wrong with data, in the order of the catalogue. */
import type { Diagnosis } from "../diagnosis.ts";
import { nonFinite } from "./d01-non-finite.ts";
import { constantColumn } from "./d02-constant-column.ts";
import { unscaledInputs } from "./d03-unscaled-inputs.ts";
import { labelsOutOfRange } from "./d04-labels-out-of-range.ts";
import { outputsAndClasses } from "./d05-outputs-and-classes.ts";
import { imbalance } from "./d06-imbalance.ts";
import { conflictingLabels } from "./d07-conflicting-labels.ts";
import { overlap } from "./d08-overlap.ts";
import { leak } from "./d09-leak.ts";
import { identifier } from "./d10-identifier.ts";
import { splitByOrder } from "./d11-split-by-order.ts";
import { drift } from "./d12-drift.ts";
import { seenByPreprocessing } from "./d13-seen-by-preprocessing.ts";
import { fewRows } from "./d14-few-rows.ts";
import { targetScale } from "./d15-target-scale.ts";
import { heavyTail } from "./d16-heavy-tail.ts";
import { labelErrors } from "./d17-label-errors.ts";

export const dataDiagnoses: readonly Diagnosis[] = [
  nonFinite,
  constantColumn,
  unscaledInputs,
  labelsOutOfRange,
  outputsAndClasses,
  imbalance,
  conflictingLabels,
  overlap,
  leak,
  identifier,
  splitByOrder,
  drift,
  seenByPreprocessing,
  fewRows,
  targetScale,
  heavyTail,
  labelErrors,
];
