/** What can go wrong while a model trains, in the order of the catalogue. */
import type { Diagnosis } from "../diagnosis.ts";
import { notANumber } from "./t01-not-a-number.ts";
import { jump } from "./t02-jump.ts";
import { divergence } from "./t03-divergence.ts";
import { plateau } from "./t04-plateau.ts";
import { zigZag } from "./t05-zig-zag.ts";
import { updateRatio } from "./t06-update-ratio.ts";
import { vanishing } from "./t07-vanishing.ts";
import { exploding } from "./t08-exploding.ts";
import { clipped } from "./t09-clipped.ts";
import { deadUnits } from "./t10-dead-units.ts";
import { saturated } from "./t11-saturated.ts";
import { weightsStandStill } from "./t12-weights-stand-still.ts";
import { cutOff } from "./t13-cut-off.ts";
import { penaltyRules } from "./t14-penalty.ts";
import { waiting } from "./t15-waiting.ts";
import { memoryGrows } from "./t16-memory.ts";

export const trainingDiagnoses: readonly Diagnosis[] = [
  notANumber,
  jump,
  divergence,
  plateau,
  zigZag,
  updateRatio,
  vanishing,
  exploding,
  clipped,
  deadUnits,
  saturated,
  weightsStandStill,
  cutOff,
  penaltyRules,
  waiting,
  memoryGrows,
];
