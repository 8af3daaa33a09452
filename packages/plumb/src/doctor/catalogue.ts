/** All diagnoses, in the order of the catalogue. A new one is a file in the room of its subject, and a line of that room's list. */
import { compileDiagnoses } from "./compile/index.ts";
import { dataDiagnoses } from "./data/index.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { outcomeDiagnoses } from "./outcome/index.ts";
import { trainingDiagnoses } from "./training/index.ts";

export const diagnoses: readonly Diagnosis[] = [
  ...dataDiagnoses,
  ...compileDiagnoses,
  ...trainingDiagnoses,
  ...outcomeDiagnoses,
];
