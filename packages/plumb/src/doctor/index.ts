/**
 * The doctor: says what is wrong with data, a model or a run, how it was measured, and what to write instead.
 *
 * `examine` looks before training, `new Doctor()` among the callbacks of `fit` watches it, `review` looks back at it, and
 * `check` judges predictions from wherever they come. Each gives a `Report` of findings, what matters most first.
 */
export { diagnoses } from "./catalogue.ts";
export { check, PredictionsReport, type CheckOptions, type Numbers } from "./check.ts";
export type { Diagnosis, Observations, Rule, Subjects, Threshold } from "./diagnosis.ts";
export { Doctor, type DoctorOptions } from "./doctor.ts";
export { examine, type ExamineOptions } from "./examine.ts";
export { runCase, type FitCase, type Story } from "./fit-case.ts";
export { severities, type Finding, type Observation, type Place, type Severity } from "./finding.ts";
export type { Measurements } from "./measurements.ts";
export { Report, showFinding } from "./report.ts";
export { review, type ReviewOptions } from "./review.ts";
