/** What can be told of a run that has ended, and of predictions, in the order of the catalogue. */
import type { Diagnosis } from "../diagnosis.ts";
import { overfitting } from "./p01-overfitting.ts";
import { worseThanChance } from "./p02-worse-than-chance.ts";
import { underfitting } from "./p03-underfitting.ts";
import { simpleModels } from "./p04-simple-models.ts";
import { accuracyParadox } from "./p05-accuracy-paradox.ts";
import { validationBetter } from "./p06-validation-better.ts";
import { miscalibration } from "./p07-miscalibration.ts";
import { modesDiffer } from "./p08-modes-differ.ts";
import { weakSegment } from "./p09-weak-segment.ts";
import { chosenAmongMany } from "./p10-chosen-among-many.ts";
import { threshold } from "./p11-threshold.ts";

export const outcomeDiagnoses: readonly Diagnosis[] = [
  overfitting,
  worseThanChance,
  underfitting,
  simpleModels,
  accuracyParadox,
  validationBetter,
  miscalibration,
  modesDiffer,
  weakSegment,
  chosenAmongMany,
  threshold,
];
