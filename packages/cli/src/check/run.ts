/** A run that was trained: its course, what its model says about rows that it was not trained on, and what training found. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { PlumbError, type Logs } from "plumb-ml";
import { diagnoses, Report, review } from "plumb-ml/doctor";
import { Consultation, type Learned } from "../experiment/consultation.ts";
import type { Io } from "../io.ts";
import type { LocatedFinding } from "../report/findings.ts";
import { plural } from "../report/format.ts";
import { factsOf } from "../report/summary.ts";
import { findingsFile, readLines, readRunJson, runFiles } from "../run/run-folder.ts";
import type { RunFinding, StoredFindings, StoredPreparation, StoredRun } from "../run/stored.ts";
import { fingerprint } from "../table/fingerprint.ts";
import { readTable } from "../table/read.ts";
import type { Checked } from "./checked.ts";
import { kindsIn, restoreModel, restoreSetup } from "./restore.ts";

/** What may be said about a run. */
export interface RunFlags {
  /** Where its table lies now. */
  readonly data?: string;
}

/**
 * Looks back at a run: with the table that it was trained on, at what its model says about the test rows; without it, at the
 * numbers of its epochs alone, and what was found when it was trained is told again.
 *
 * Errors: PL5002 for a folder that is no run, PL4004 where `--data` is another table than the run was trained on.
 */
export async function checkRun(name: string, { data }: RunFlags, { cwd }: Io): Promise<Checked> {
  const stored = readRunJson<StoredRun>(name, cwd, runFiles.run);
  const preparation = readRunJson<StoredPreparation>(name, cwd, runFiles.prepare);
  const told = earlierFindings(name, cwd);
  const course = courseIn(name, cwd);
  const file = data ?? stored.data.file;
  const why = await whyNot(name, stored, file, data !== undefined, cwd);
  if (why !== undefined) {
    const classes = preparation.target.classes.length || undefined;
    const { findings } = await review({ history: course, loss: stored.loss as "mse", classes });
    return {
      told: [["Run", [name, stored.command.join(" ")]]],
      note: `Only the course of the training could be looked at, its numbers of each epoch: ${why}. ${repeated(told)}`,
      metrics: {},
      findings: merged(told ?? [], findings.filter(isNew(told ?? []))),
    };
  }
  const table = await readTable(file, { cwd, header: preparation.named, kinds: kindsIn(preparation) });
  const setup = restoreSetup(stored, preparation, table);
  const model = restoreModel(name, cwd, setup);
  const consultation = new Consultation(setup, {
    argv: stored.command.slice(1),
    run: name,
    tried: stored.compared?.tried ?? 1,
  });
  const learned = model && { model, ...endOf(stored, course), threshold: stored.result?.threshold };
  if (learned !== undefined) await consultation.after(learned, course);
  const { findings, metrics } = consultation.told(learned);
  const test = setup.parts.test.length;
  return {
    told: [["Run", [name, stored.command.join(" ")]], ...factsOf(file, setup)],
    ...(metrics === undefined ? {} : { measured: `Measured on ${plural(test, "test row")}` }),
    metrics: metrics?.test ?? {},
    findings: merged(told?.filter(({ found }) => found !== "after") ?? [], findings),
  };
}

/** Why the model of a run cannot be asked about its rows, if it cannot. */
async function whyNot(
  name: string,
  { data }: StoredRun,
  file: string,
  isAsked: boolean,
  cwd: string,
): Promise<string | undefined> {
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    if (isAsked) return undefined; // reading it says what is wrong
    return `its table ${file} is not there; --data says where it is`;
  }
  const { sha256 } = await fingerprint(file, path, false);
  if (sha256 === data.sha256) return undefined;
  if (isAsked)
    throw new PlumbError("PL4004", {
      asked: `--data ${file} was given for ${name}`,
      arrived: "Its content is not that of the table that the run was trained on",
      why: "Which rows were trained on and which were kept for the test could not be told",
      fix: `Give the table with SHA-256 ${data.sha256.slice(0, 12)}…; of new rows: plumb predict ${name} ${file}`,
    });
  return `its table ${file} has changed since`;
}

/** The numbers of the epochs by their names; without the learning rate. */
function courseIn(name: string, cwd: string): Readonly<Record<string, readonly number[]>> {
  const course: Record<string, number[]> = {};
  for (const line of readLines<Logs>(name, cwd, runFiles.history))
    for (const [key, value] of Object.entries(line))
      if (key !== "epoch" && key !== "learning_rate") (course[key] ??= []).push(value);
  return course;
}

/** How training ended, as far as the run tells. */
function endOf(
  { status, result, config }: StoredRun,
  { val_loss: validated = [] }: Readonly<Record<string, readonly number[]>>,
): Pick<Learned, "stopped" | "kept"> {
  const kept = validated.length === 0 ? 0 : validated.indexOf(Math.min(...validated)) + 1;
  if (status === "failed") return { stopped: "failed", kept };
  if (status !== "finished") return { stopped: "signal", kept };
  return { stopped: result?.epochs === config.epochs ? "epochs" : "patience", kept };
}

/** What was found when it was trained; undefined where nobody looked, or where training never came to its end. */
const earlierFindings = (name: string, cwd: string): readonly RunFinding[] | undefined =>
  existsSync(resolve(cwd, name, findingsFile))
    ? readRunJson<StoredFindings>(name, cwd, findingsFile).findings
    : undefined;

/** What the findings that follow are. */
const repeated = (told: readonly RunFinding[] | undefined): string =>
  told === undefined
    ? `It has no ${findingsFile} to repeat`
    : `What was found when it was trained is repeated from its ${findingsFile}`;

/** Whether a finding is of a kind that has not been told: training looked at the same course. */
const isNew =
  (told: readonly LocatedFinding[]) =>
  ({ code }: LocatedFinding): boolean =>
    told.every((other) => other.code !== code);

const merged = (
  earlier: readonly LocatedFinding[],
  now: readonly LocatedFinding[],
): readonly LocatedFinding[] => new Report([...earlier, ...now], diagnoses).findings;
