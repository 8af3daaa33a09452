/** A run that another is compared with. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { PlumbError, type Logs } from "plumb-ml";
import type { Setup } from "../experiment/setup.ts";
import { findingsFile, readLines, readRunJson, runFiles } from "./run-folder.ts";
import type { StoredFindings, StoredPreparation, StoredRun, TrainResult } from "./stored.ts";

export interface EarlierRun {
  readonly name: string;
  readonly stored: StoredRun;
  readonly result: TrainResult;
  readonly history: readonly Logs[];
  readonly findings?: StoredFindings;
  /** Whether it was tested on the same rows, so that both can be held side by side. */
  readonly sameRows: boolean;
  /** How many runs were scored on these test rows, it counted; 1 where they are others. */
  readonly tried: number;
}

/**
 * Reads a run to compare the one of `setup` with.
 *
 * Errors: PL5002 for what is no finished run, PL4004 for one that predicts something else.
 */
export function readEarlier(name: string, cwd: string, { target, table, seed, parts }: Setup): EarlierRun {
  const stored = readRunJson<StoredRun>(name, cwd, runFiles.run);
  const preparation = readRunJson<StoredPreparation>(name, cwd, runFiles.prepare);
  const { result } = stored;
  if (result === undefined)
    throw new PlumbError("PL5002", {
      asked: `Comparing with the run in ${name} was asked for`,
      arrived: "It was never tested: its training did not come to an end",
      why: "There is nothing to compare with",
      fix: "Give a run that came to its end",
    });
  const { name: of, task, classes } = preparation.target;
  const words = (task: string, name: string, classes: readonly string[]): string =>
    task === "classes" ? `the classes ${classes.slice(0, 8).join(", ")} of ${name}` : `the quantity ${name}`;
  if (of !== target.name || task !== target.task || classes.join("\n") !== target.classes.join("\n"))
    throw new PlumbError("PL4004", {
      asked: `--compare ${name} was given`,
      arrived: `That run predicts ${words(task, of, classes)}, this one ${words(target.task, target.name, target.classes)}`,
      why: "Figures about different things cannot stand side by side",
      fix: "Compare with a run towards the same target, or leave --compare out",
    });
  const { rows } = result;
  const sameRows =
    stored.data.sha256 === table.fingerprint.sha256 &&
    stored.seed === seed &&
    (["train", "validation", "test"] as const).every((part) => rows[part] === parts[part].length);
  return {
    name,
    stored,
    result,
    history: readLines<Logs>(name, cwd, runFiles.history),
    ...(existsSync(resolve(cwd, name, findingsFile))
      ? { findings: readRunJson<StoredFindings>(name, cwd, findingsFile) }
      : {}),
    sameRows,
    tried: sameRows ? (stored.compared?.tried ?? 1) : 0,
  };
}
