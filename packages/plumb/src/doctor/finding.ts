/** What the doctor has to say: one thing that is wrong, how it was measured, and what to write instead. */
import type { Code } from "../base/codes.ts";

/** How bad it is: an error makes the result worthless, a warning makes it worse, an information is good to know. */
export type Severity = "error" | "warning" | "information";

/** Severities, the worst first. */
export const severities: readonly Severity[] = ["error", "warning", "information"];

/** Where it is. What is not known is left out. */
export interface Place {
  /** Which of the parts that were given. */
  readonly part?: string;
  /** Row numbers within the part, counted from 0; the first few where there are many. */
  readonly rows?: readonly number[];
  readonly columns?: readonly string[];
  readonly layers?: readonly string[];
  /** Counted from 0. */
  readonly epoch?: number;
  /** Training steps, counted from 0 over the whole fit. */
  readonly step?: number;
}

/** A finding. */
export interface Finding {
  readonly code: Code;
  /** The number of the diagnosis in the catalogue: `"P5"`. */
  readonly catalogue: string;
  readonly severity: Severity;
  /** One plain sentence, the number in it. */
  readonly title: string;
  /** What was measured, in the unit that the diagnosis names. */
  readonly number: number;
  /** What the number was held against. */
  readonly threshold: number;
  /** What else was seen, a sentence each: values, intervals, what a small experiment gave. */
  readonly evidence: readonly string[];
  /** Lines of letters that show it, to be printed as they are: a loss curve with the floor that it cannot leave. */
  readonly drawing?: readonly string[];
  /** Why it matters: one or two sentences without jargon. */
  readonly why: string;
  /** What to write instead, as code where it is code. */
  readonly fix: string;
  readonly where?: Place;
  /** True where an experiment was run that would have come out otherwise were the finding wrong. */
  readonly confirmed?: boolean;
}

/** What a diagnosis measured and says; which diagnosis it is, is added to it. */
export type Observation = Omit<Finding, "code" | "catalogue">;
