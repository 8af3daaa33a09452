/** What a run writes down before it trains. */
import type { Setup } from "../experiment/setup.ts";
import { duckdbVersion } from "../table/duckdb.ts";
import type { EarlierRun } from "./earlier.ts";
import { runFiles, type RunFolder } from "./run-folder.ts";
import type { StoredPreparation, StoredRun } from "./stored.ts";
import { plumbVersion } from "./versions.ts";

/** How the command was given. */
export interface Given {
  readonly file: string;
  readonly argv: readonly string[];
  readonly started: Date;
  readonly earlier?: EarlierRun;
}

/** Writes `prepare.json`, and `run.json` of a run that is training; gives the latter. */
export async function storeBeginning(
  folder: RunFolder,
  setup: Setup,
  { file, argv, started, earlier }: Given,
): Promise<StoredRun> {
  const { table, target, targetColumn, plan, objective, recipe, network, seed, parts } = setup;
  const preparation: StoredPreparation = {
    named: table.named,
    width: table.columns.length,
    plan,
    target: {
      name: target.name,
      kind: targetColumn.kind,
      task: target.task,
      classes: target.classes,
      scale: objective.scale,
    },
  };
  const rows = { train: parts.train.length, validation: parts.validation.length, test: parts.test.length };
  const stored: StoredRun = {
    format: 1,
    status: "training",
    command: ["plumb", ...argv],
    seed,
    config: {
      target: target.name,
      task: target.task,
      loss: objective.loss,
      ...recipe,
      rows,
      classWeights: setup.classWeights && Array.from(setup.classWeights),
      threshold: setup.threshold,
    },
    network,
    loss: objective.loss,
    data: { file, ...table.fingerprint, rows: table.rows, columns: table.columns.length },
    versions: { plumb: plumbVersion, node: process.version, duckdb: await duckdbVersion() },
    started: started.toISOString(),
    ...(earlier === undefined ? {} : { compared: { run: earlier.name, tried: earlier.tried + 1 } }),
  };
  folder.writeJson(runFiles.prepare, preparation);
  folder.writeJson(runFiles.run, stored);
  return stored;
}
