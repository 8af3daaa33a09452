/** `plumb train <file> --target <column>`: from a table to a tested model in a run folder. */
import type { Profile } from "plumb-ml";
import { parseClassWeights } from "../experiment/class-weights.ts";
import { stopIfAborted } from "../exit.ts";
import { badFlag, realNumber, wholeNumber } from "../flags.ts";
import { exitCodes, type Io } from "../io.ts";
import { parseShares } from "../experiment/parts.ts";
import { noProgress, showProgress } from "../report/progress.ts";
import { classesReport, regressionReport } from "../report/report.ts";
import { closing, opening } from "../report/summary.ts";
import { checkpointFile, freeName, profileFile, runFiles, RunFolder } from "../run/run-folder.ts";
import {
  defaultShares,
  inputsAt,
  setUp,
  targetAt,
  trainingData,
  type Setup,
  type SetupOptions,
} from "../experiment/setup.ts";
import type { StoredPreparation, StoredRun, TrainResult } from "../run/stored.ts";
import { duckdbVersion } from "../table/duckdb.ts";
import { tasks, type Task } from "../experiment/task.ts";
import { testClasses, testRegression } from "../experiment/testing.ts";
import { trainNetwork, type Trained } from "../experiment/training.ts";
import { plumbVersion } from "../run/versions.ts";
import { encodeWeights, weightsOf } from "../run/weights-file.ts";
import type { Command } from "./command.ts";

export interface TrainOptions extends SetupOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly profile?: boolean;
}

export const train: Command<TrainOptions> = {
  name: "train",
  summary: "Train a network on a table, test it, and write it to a run folder.",
  arguments: [{ name: "file", help: "a CSV, TSV, JSON lines or Parquet file, plain or gzipped" }],
  options: [
    {
      flags: "-t, --target <column>",
      help: "the column to predict: its name, last, or its number counted from 0",
      required: true,
    },
    {
      flags: "--task <task>",
      help: "classes or regression (default: decided by the target)",
      parse: parseTask,
    },
    { flags: "--drop <columns>", help: "columns to leave out, with commas between", parse: parseNames },
    { flags: "--header", help: "the first line holds names (default: decided by the file)" },
    { flags: "--no-header", help: "the first line is data; columns are called column0, column1 …" },
    {
      flags: "--split <shares>",
      help: `training, validation and test rows (default: ${defaultShares})`,
      parse: parseShares,
    },
    {
      flags: "--seed <n>",
      help: "decides everything random (default: 1)",
      parse: wholeNumber("--seed", { min: 0 }, 1),
    },
    {
      flags: "--layers <widths>",
      help: "units of the hidden layers, with commas between, or none (default: by rows)",
      parse: parseLayers,
    },
    {
      flags: "--epochs <n>",
      help: "the most rounds over the training rows (default: by rows)",
      parse: wholeNumber("--epochs", { min: 1 }, 100),
    },
    {
      flags: "--batch <n>",
      help: "rows per step (default: by rows)",
      parse: wholeNumber("--batch", { min: 1 }, 32),
    },
    {
      flags: "--rate <x>",
      help: "learning rate of Adam (default: 0.001)",
      parse: realNumber("--rate", { above: 0 }, 0.001),
    },
    {
      flags: "--decay <x>",
      help: "weight decay, decoupled (default: by rows)",
      parse: realNumber("--decay", { min: 0 }, 0.1),
    },
    {
      flags: "--dropout <share>",
      help: "share of hidden units left out in each step (default: 0)",
      parse: realNumber("--dropout", { min: 0, below: 1 }, 0.2),
    },
    {
      flags: "--patience <n>",
      help: "epochs without a better validation loss before training ends (default: by rows)",
      parse: wholeNumber("--patience", { min: 1 }, 20),
    },
    {
      flags: "--loss <name>",
      help: "auto (the first choice for the target) or a loss by name: see plumb losses (default: auto)",
    },
    {
      flags: "--class-weights <weights>",
      help: "balanced, or name=weight with commas between",
      parse: parseClassWeights,
    },
    {
      flags: "--profile",
      help: "measure where the time of a training step goes: a table, and profile.json in the run",
    },
    { flags: "-o, --out <folder>", help: "where to write the run (default: runs/<file>-<target>)" },
    { flags: "--json", help: "print one JSON object at the end and nothing else" },
    { flags: "-q, --quiet", help: "no progress; print the results only" },
  ],
  examples: [
    "plumb train penguins.csv --target species",
    "plumb train digits.csv.gz --target last --layers 128,64 --seed 7",
  ],
  computes: true,
  run,
};

function parseTask(text: string): Task {
  const task = tasks.find((candidate) => candidate === text);
  if (task === undefined) throw badFlag("--task", text, tasks.join(" or "), "classes");
  return task;
}

function parseNames(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

function parseLayers(text: string): number[] {
  if (text === "none") return [];
  const widths = text.split(",").map((width) => (width.trim() === "" ? NaN : Number(width)));
  if (!widths.every((width) => Number.isSafeInteger(width) && width >= 1))
    throw badFlag("--layers", text, "whole numbers of at least 1 with commas between, or none", "64,64");
  return widths;
}

async function run(
  [file]: readonly string[],
  options: TrainOptions,
  io: Io,
  argv: readonly string[],
): Promise<number> {
  const started = new Date();
  const setup = await setUp(file, options, io.cwd);
  stopIfAborted(io);
  const folder = RunFolder.create(options.out ?? freeName(io.cwd, file, setup.target.name), io.cwd);
  const talks = options.json !== true && options.quiet !== true;
  const { trained, report, result } = await trainInto(folder, file, setup, options, io, argv, started);
  const json = options.json === true;
  if (!json) io.stdout.write(closing(trained, setup.recipe, report, folder, Object.values(runFiles), talks));
  const interrupted = trained.stopped === "signal";
  const profiles = options.profile === true && !interrupted;
  // A profile that fails takes nothing away from the run, which is told before it, or as its one object nevertheless.
  let profile: Profile | undefined;
  try {
    if (profiles) {
      profile = await profileOf(trained.model, setup);
      folder.writeJson(profileFile, profile);
    }
  } finally {
    const named = profile === undefined ? {} : { profile: profileFile };
    if (json) io.stdout.write(`${JSON.stringify({ ...result, ...named })}\n`);
  }
  if (!json && profile !== undefined)
    io.stdout.write(`\n${profile}\n\nWrote ${folder.name}/${profileFile}\n`);
  return interrupted ? exitCodes.interrupted : exitCodes.done;
}

/** Trains, tests and writes what a run keeps; a run that comes to nothing leaves no folder. */
async function trainInto(
  folder: RunFolder,
  file: string,
  setup: Setup,
  { json, quiet }: TrainOptions,
  io: Io,
  argv: readonly string[],
  started: Date,
): Promise<{ readonly trained: Trained; readonly report: string; readonly result: TrainResult }> {
  const { target, parts, seed, network, recipe, objective } = setup;
  try {
    const begun = await storeBeginning(folder, file, setup, argv, started);
    if (json !== true && quiet !== true) io.stdout.write(opening(file, setup));
    const trained = await trainNetwork(
      network,
      { loss: objective.loss, metrics: target.task === "classes" ? ["accuracy"] : [] },
      trainingData(setup),
      { ...recipe, seed },
      folder,
      quiet === true ? noProgress : showProgress(io.stderr, recipe.epochs),
      io.signal,
    );
    const { report, baseline, test } = await testOn(setup, trained);
    const result: TrainResult = {
      task: target.task,
      loss: objective.loss,
      why: `${target.why}; ${objective.why}`,
      rows: { train: parts.train.length, validation: parts.validation.length, test: parts.test.length },
      baseline,
      test,
      epochs: trained.epochs,
      seconds: trained.seconds,
      run: folder.name,
    };
    folder.write(runFiles.weights, encodeWeights(weightsOf(trained.model)));
    folder.remove(checkpointFile);
    const status = trained.stopped === "signal" ? "interrupted" : "finished";
    folder.writeJson(runFiles.run, { ...begun, status, result });
    return { trained, report, result };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

/** Where the time of a step of this training went, on its own rows. */
function profileOf(model: Trained["model"], setup: Setup): Promise<Profile> {
  const { x, y, weights } = trainingData(setup);
  return model.profile(x, y, { batchSize: setup.recipe.batch, sampleWeight: weights });
}

async function testOn(
  setup: Setup,
  { model }: Trained,
): Promise<{ report: string; baseline: TrainResult["baseline"]; test: TrainResult["test"] }> {
  const { target, objective, parts } = setup;
  const rows = parts.test.length;
  const data = {
    x: inputsAt(setup, parts.test),
    train: targetAt(setup, parts.train),
    truth: targetAt(setup, parts.test),
  };
  if (target.task === "classes") {
    const { baseline, test } = await testClasses(model, objective, target.classes, data);
    return { baseline, test, report: classesReport(target.name, target.classes, rows, test, baseline) };
  }
  const { baseline, test } = await testRegression(model, objective, data);
  return { baseline, test, report: regressionReport(target.name, rows, test, baseline) };
}

async function storeBeginning(
  folder: RunFolder,
  file: string,
  setup: Setup,
  argv: readonly string[],
  started: Date,
): Promise<StoredRun> {
  const { table, target, targetColumn, plan, objective, recipe, network, seed, parts, classWeights } = setup;
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
      classWeights: classWeights && Array.from(classWeights),
    },
    network,
    loss: objective.loss,
    data: { file, ...table.fingerprint, rows: table.rows, columns: table.columns.length },
    versions: { plumb: plumbVersion, node: process.version, duckdb: await duckdbVersion() },
    started: started.toISOString(),
  };
  folder.writeJson(runFiles.prepare, preparation);
  folder.writeJson(runFiles.run, stored);
  return stored;
}
