/** A run as it was when it was trained, from what it keeps and the table that it was trained on. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Sequential } from "plumb-ml";
import { checkpointFile, readRunFile, runFiles } from "../run/run-folder.ts";
import { chooseObjective, type Objective } from "../experiment/objective.ts";
import { splitTarget } from "../experiment/parts.ts";
import type { Recipe } from "../experiment/defaults.ts";
import { settingsOf, traineeOf, type Setup } from "../experiment/setup.ts";
import { readTarget, taskOf, type Target } from "../experiment/task.ts";
import { compiledNetwork } from "../experiment/training.ts";
import type { StoredPreparation, StoredRun } from "../run/stored.ts";
import { decodeWeights } from "../run/weights-file.ts";
import { findColumn } from "../table/columns.ts";
import type { Column, Kind, Table } from "../table/table.ts";

/** The kinds that columns had in training, by name. */
export const kindsIn = ({ plan, target }: StoredPreparation): ReadonlyMap<string, Kind> =>
  new Map([...plan.columns.map(({ name, kind }) => [name, kind] as const), [target.name, target.kind]]);

/** The setup of a run; `table` holds what it was trained on. Errors: PL3002 where the target is not in the table. */
export function restoreSetup(stored: StoredRun, preparation: StoredPreparation, table: Table): Setup {
  const { plan } = preparation;
  const targetColumn = findColumn(table, preparation.target.name, "--target");
  const target = restoreTarget(targetColumn, stored, preparation);
  const { rows, classWeights, ...recipe } = stored.config as unknown as Config;
  const count = target.rows.length;
  // The split rounds shares to rows, so that counts as shares give the same counts again.
  const shares = { train: rows.train / count, validation: rows.validation / count, test: rows.test / count };
  const parts = splitTarget(target, shares, stored.seed);
  const known = [...plan.columns, ...plan.dropped].map(({ name }) => name);
  const others = table.columns.filter((column) => column !== targetColumn);
  return {
    table,
    target,
    targetColumn,
    inputs: others.filter(({ name }) => known.includes(name)),
    parts,
    plan,
    dropped: others.map(({ name }) => name).filter((name) => !known.includes(name)),
    objective: restoreObjective(target, parts.train, stored),
    recipe,
    network: stored.network,
    seed: stored.seed,
    ...(classWeights === undefined ? {} : { classWeights: Float64Array.from(classWeights) }),
  };
}

/** The target as it was read; it is said to follow from a flag only where that was given. */
function restoreTarget(
  column: Column,
  { command }: StoredRun,
  { target: { task } }: StoredPreparation,
): Target {
  const target = readTarget(column, task);
  const unasked = taskOf(column);
  return valueOf("--task", command) === undefined && unasked.task === task
    ? { ...target, ...unasked }
    : target;
}

/** The same of the loss. */
function restoreObjective(target: Target, train: Int32Array, { command, loss }: StoredRun): Objective {
  const asked = valueOf("--loss", command) ?? "auto";
  const unasked = chooseObjective(target, train);
  return asked === "auto" && unasked.loss === loss ? unasked : chooseObjective(target, train, loss);
}

/** What a command gave for a flag: `--task classes` or `--task=classes`. */
function valueOf(flag: string, command: readonly string[]): string | undefined {
  const at = command.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at < 0) return undefined;
  return command[at] === flag ? command[at + 1] : command[at].slice(flag.length + 1);
}

/** What `config` of run.json holds of a setup. */
interface Config extends Recipe {
  readonly rows: Readonly<Record<"train" | "validation" | "test", number>>;
  readonly classWeights?: readonly number[];
}

/** The model of a run with its weights, or those of its last checkpoint; undefined where there are neither. */
export function restoreModel(name: string, cwd: string, setup: Setup): Sequential | undefined {
  const file = [runFiles.weights, checkpointFile].find((one) => existsSync(resolve(cwd, name, one)));
  if (file === undefined) return undefined;
  const model = compiledNetwork(traineeOf(setup), settingsOf(setup));
  model.setWeights(decodeWeights(readRunFile(name, cwd, file), `${name}/${file}`).map(({ data }) => data));
  return model;
}
