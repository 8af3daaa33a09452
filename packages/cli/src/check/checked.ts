/** What came of a check. */
import type { Measurements } from "plumb-ml/doctor";
import type { LocatedFinding } from "../report/findings.ts";

export interface Checked {
  /** What was looked at, as labels with lines. */
  readonly told: readonly (readonly [label: string, lines: readonly string[]])[];
  /** On which rows was measured, as a title; undefined where nothing was predicted. */
  readonly measured?: string;
  readonly metrics: Measurements;
  /** What could not be looked at, and why, as a sentence without a full stop. */
  readonly note?: string;
  readonly findings: readonly LocatedFinding[];
}
