/** What a run keeps besides history and weights, as `docs/run-folder.md` describes it. */
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
  /** `training` until the end, which an interrupted machine never writes. */
  readonly status: "training" | "finished" | "interrupted";
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
  /** What `--json` prints of the run; absent while training. */
  readonly result?: TrainResult;
}

/** What `plumb train --json` prints, with the name of the profile behind it if there is one. */
export interface TrainResult {
  readonly task: Task;
  readonly loss: string;
  readonly why: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly baseline: (TestedClasses | TestedRegression)["baseline"];
  readonly test: (TestedClasses | TestedRegression)["test"];
  readonly epochs: number;
  readonly seconds: number;
  readonly run: string;
}
