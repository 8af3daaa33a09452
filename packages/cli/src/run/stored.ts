/** What a run keeps besides history and weights, as `docs/run-folder.md` describes it. */
import type { Finding, Measurements } from "plumb-ml/doctor";
import type { NetworkSpec } from "../experiment/network.ts";
import type { Scale } from "../experiment/objective.ts";
import type { Plan } from "../prepare/plan.ts";
import type { Kind } from "../table/table.ts";
import type { TestedClasses, TestedRegression } from "../experiment/testing.ts";
import type { Task } from "../experiment/task.ts";

/** `prepare.json`: from the columns of a file to inputs, and from outputs to predictions. */
export interface StoredPreparation {
  /** Whether the columns have names of their own; else they are told by their place. */
  readonly named: boolean;
  /** Number of columns of the training file, target included. */
  readonly width: number;
  readonly plan: Plan;
  readonly target: {
    readonly name: string;
    readonly kind: Kind;
    readonly task: Task;
    readonly classes: readonly string[];
    readonly scale?: Scale;
  };
}

/** `run.json`: what was asked, with what, and what came out. */
export interface StoredRun {
  /** The version of this layout. */
  readonly format: 1;
  /** `training` until the end, which an interrupted machine never writes; `failed` where a step could not be made. */
  readonly status: "training" | "finished" | "interrupted" | "failed";
  readonly command: readonly string[];
  readonly seed: number;
  /** Every setting in force, flags and defaults alike. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly network: NetworkSpec;
  readonly loss: string;
  readonly data: {
    readonly file: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly rows: number;
    readonly columns: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly started: string;
  /** With `--compare`: the run that this one stands beside, and how many were scored on the same test rows, this one counted. */
  readonly compared?: { readonly run: string; readonly tried: number };
  /** What `--json` prints of the run; absent while training. */
  readonly result?: TrainResult;
}

/** `findings.json`: what the doctor found, what matters most first. */
export interface StoredFindings {
  /** The version of this layout. */
  readonly format: 1;
  readonly findings: readonly RunFinding[];
  /** Metrics with intervals of 95%, in the target's own units; absent where no epoch was finished. */
  readonly metrics?: { readonly validation: Measurements; readonly test: Measurements };
}

/** When a finding was made. */
export type Found = "before" | "during" | "after";

/** A finding of a run. `fix` is in the words of the command line where there is a flag for it. */
export interface RunFinding extends Finding {
  readonly found: Found;
  /** The flags of `plumb train` that do what the fix asks for. */
  readonly flags?: string;
  /** The rows that `where` names, as rows of the file, counted from 1 below the header. */
  readonly fileRows?: readonly number[];
}

/** What `plumb train --json` prints, with the findings and the name of the profile behind it where there are such. */
export interface TrainResult {
  readonly task: Task;
  readonly loss: string;
  readonly why: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly baseline: (TestedClasses | TestedRegression)["baseline"];
  readonly test: (TestedClasses | TestedRegression)["test"];
  /** The probability from which the second of two classes is said, where it is not what is more probable. */
  readonly threshold?: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly run: string;
}
