/**
 * What a diagnosis is: one file that says what it looks at, when it speaks, and what it says. The list of diagnoses, the
 * docs, `plumb explain`, the tests and the entry points are derived from these records; nobody knows one by name.
 */
import type { Code } from "../base/codes.ts";
import type { Observation, Severity } from "./finding.ts";
import type { DataSubject } from "./subjects/data.ts";
import type { ModelSubject } from "./subjects/model.ts";
import type { PredictionsSubject } from "./subjects/predictions.ts";
import type { RunSubject } from "./subjects/run.ts";
import type { TrainingSubject } from "./subjects/training.ts";
import type { Miniature } from "./miniature.ts";

/** What can be looked at, and when. */
export interface Subjects {
  /** Inputs, labels and splits, before training. */
  readonly data: DataSubject;
  /** A model with its loss, metrics and optimizer, and the data it is for, before training. */
  readonly model: ModelSubject;
  /** What a training has shown so far. */
  readonly training: TrainingSubject;
  /** A training that has ended, with the model and the data. */
  readonly run: RunSubject;
  /** Labels and predictions, from wherever they come. */
  readonly predictions: PredictionsSubject;
}

/** A number that a rule holds a measurement against. */
export interface Threshold {
  readonly value: number;
  /** What it is measured in: "share of rows", "standard errors", "epochs". */
  readonly unit: string;
  /** Where it comes from: a paper, a tool, or the fault benchmark; where it was moved, from what and why. */
  readonly source: string;
}

/** What a rule answers: what it saw, or nothing. */
export type Observations = readonly Observation[] | undefined;

/** The rule of a diagnosis for a subject. It changes nothing; what it tries on a model is undone. */
export type Rule<S> = (subject: S) => Observations | Promise<Observations>;

/** One diagnosis. */
export interface Diagnosis {
  /** Its number in the catalogue: D data, C compile, T training, P after training. */
  readonly id: string;
  readonly code: Code;
  /** The worst that it says. */
  readonly severity: Severity;
  /** What it finds, in a few words, for lists. */
  readonly title: string;
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /**
   * Numbers of diagnoses that see symptoms of this one: where it is confirmed, theirs come after it. A wrong loss explains
   * a plateau.
   */
  readonly explains?: readonly string[];
  /** The long form: what it is, how it comes about, how it is measured, when it is no fault. Paragraphs. */
  readonly about: string;
  /** A program that shows the fault and its repair: `plumb explain` prints it, the tests run it. */
  readonly example: string;
  /** The rule, for each subject that it looks at. */
  readonly rules: { readonly [S in keyof Subjects]?: Rule<Subjects[S]> };
  /** The smallest case that has the fault, and the same without it. */
  readonly sick: Miniature;
  readonly healthy: Miniature;
}
