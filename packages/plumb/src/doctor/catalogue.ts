/** The catalogue. A new diagnosis is a file in the room of its subject, and a line of that room's list. */
import { compileDiagnoses } from "./compile/index.ts";
import { dataDiagnoses } from "./data/index.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { outcomeDiagnoses } from "./outcome/index.ts";
import { trainingDiagnoses } from "./training/index.ts";

/** All diagnoses: of data (D), of models before training (C), of trainings (T), and of what came of them (P). */
export const diagnoses: readonly Diagnosis[] = [
  ...dataDiagnoses,
  ...compileDiagnoses,
  ...trainingDiagnoses,
  ...outcomeDiagnoses,
];
