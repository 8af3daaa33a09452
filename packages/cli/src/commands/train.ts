/** `plumb train <file> --target <column>`: from a table to a tested model in a run folder. */
import { PlumbError, type FlatArray } from "plumb-ml";
import { classWeightsOf, parseClassWeights, type ClassWeights } from "../class-weights.ts";
import { findColumn, refuseInfinite } from "../columns.ts";
import { recipeFor, type Recipe } from "../defaults.ts";
import { stopIfAborted } from "../exit.ts";
import { exitCodes, type Io } from "../io.ts";
import { showNetwork, type NetworkSpec } from "../network.ts";
import { chooseObjective, type Objective } from "../objective.ts";
import { parseShares, splitTarget, type Parts, type Shares } from "../parts.ts";
import { encode, planColumns, planNotes, widthOf, type Plan } from "../prepare/plan.ts";
import { plural, showCount } from "../report/format.ts";
import { noProgress, showProgress } from "../report/progress.ts";
import { classesReport, inputsLine, labelled, regressionReport, shortened } from "../report/report.ts";
import { freeName, runFiles, RunFolder } from "../run-folder.ts";
import type { StoredPreparation, StoredRun, TrainResult } from "../stored.ts";
import { duckdbVersion } from "../table/duckdb.ts";
import { readTable } from "../table/read.ts";
import type { Column, Table } from "../table/table.ts";
import { readTarget, tasks, type Target, type Task } from "../task.ts";
import { testClasses, testRegression } from "../testing.ts";
import { trainNetwork, type Trained } from "../training.ts";
import { plumbVersion } from "../versions.ts";
import { encodeWeights } from "../weights-file.ts";
import { badFlag, realNumber, wholeNumber, type Command } from "./command.ts";

export interface TrainOptions {
  readonly target: string;
  readonly task?: Task;
  readonly drop?: readonly string[];
  readonly header?: boolean;
  readonly split?: Shares;
  readonly seed?: number;
  readonly layers?: readonly number[];
  readonly epochs?: number;
  readonly batch?: number;
  readonly rate?: number;
  readonly decay?: number;
  readonly dropout?: number;
  readonly patience?: number;
  readonly loss?: string;
  readonly classWeights?: ClassWeights;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const defaultShares = "60/20/20";

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
    { flags: "--loss <name>", help: "a loss by name (default: the first choice for the target)" },
    {
      flags: "--class-weights <weights>",
      help: "balanced, or name=weight with commas between",
      parse: parseClassWeights,
    },
    { flags: "-o, --out <folder>", help: "where to write the run (default: runs/<file>-<target>)" },
    { flags: "--json", help: "print one JSON object at the end and nothing else" },
    { flags: "-q, --quiet", help: "no progress; print the results only" },
  ],
  examples: [
    "plumb train penguins.csv --target species",
    "plumb train digits.csv.gz --target last --layers 128,64 --seed 7",
  ],
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

/** Everything that is decided before training, from the file and the flags alone. */
interface Prepared {
  readonly table: Table;
  readonly target: Target;
  readonly targetColumn: Column;
  readonly inputs: readonly Column[];
  readonly parts: Parts;
  readonly plan: Plan;
  readonly objective: Objective;
  readonly recipe: Recipe;
  readonly network: NetworkSpec;
  readonly seed: number;
  /** By class code, where weights were asked for. */
  readonly classWeights?: Float64Array;
}

async function run(
  [file]: readonly string[],
  options: TrainOptions,
  io: Io,
  argv: readonly string[],
): Promise<number> {
  const started = new Date();
  const prepared = await prepare(file, options, io);
  stopIfAborted(io);
  const { target, parts, seed, network, recipe, objective } = prepared;
  const folder = RunFolder.create(options.out ?? freeName(io.cwd, file, target.name), io.cwd);
  try {
    const begun = await storeBeginning(folder, file, prepared, argv, started);
    const talks = options.json !== true && options.quiet !== true;
    if (talks) io.stdout.write(opening(file, prepared));
    const trained = await trainNetwork(
      network,
      { loss: objective.loss, metrics: target.task === "classes" ? ["accuracy"] : [] },
      trainingData(prepared),
      { ...recipe, seed },
      folder,
      options.quiet === true ? noProgress : showProgress(io.stderr, recipe.epochs),
      io.signal,
    );
    const { report, baseline, test } = await testOn(prepared, trained);
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
    const interrupted = trained.stopped === "signal";
    folder.write(runFiles.weights, encodeWeights(weightsOf(trained)));
    folder.writeJson(runFiles.run, { ...begun, status: interrupted ? "interrupted" : "finished", result });
    if (options.json === true) io.stdout.write(`${JSON.stringify(result)}\n`);
    else io.stdout.write(closing(trained, recipe, report, folder, talks));
    return interrupted ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    folder.discard();
    throw error;
  }
}

async function prepare(file: string, options: TrainOptions, io: Io): Promise<Prepared> {
  const seed = options.seed ?? 1;
  const table = await readTable(file, { cwd: io.cwd, header: options.header });
  const targetColumn = findColumn(table, options.target, "--target");
  const dropped = (options.drop ?? []).map((name) => findColumn(table, name, "--drop"));
  const inputs = table.columns.filter((column) => column !== targetColumn && !dropped.includes(column));
  refuseInfinite([targetColumn, ...inputs]);
  const target = readTarget(targetColumn, options.task);
  const parts = splitTarget(target, options.split ?? parseShares(defaultShares), seed);
  const plan = planColumns(inputs, parts.train);
  if (plan.columns.length === 0) throw nothingToLearnFrom(target, plan);
  const objective = chooseObjective(target, parts.train, options.loss);
  const classWeights =
    options.classWeights === undefined
      ? undefined
      : classWeightsOf(options.classWeights, target, parts.train);
  const recipe = { ...recipeFor(parts.train.length), ...given(options) };
  const { units, head } = objective;
  const network = { inputs: widthOf(plan), layers: recipe.layers, dropout: recipe.dropout, units, head };
  return { table, target, targetColumn, inputs, parts, plan, objective, recipe, network, seed, classWeights };
}

/** The settings of the recipe that were given as flags. */
function given({ layers, epochs, batch, rate, decay, dropout, patience }: TrainOptions): Partial<Recipe> {
  const flags = { layers, epochs, batch, rate, decay, dropout, patience };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

function nothingToLearnFrom(target: Target, plan: Plan): PlumbError {
  const reasons = plan.dropped.slice(0, 3).map(({ name, why }) => `${name} ${why}`);
  return new PlumbError("PL3008", {
    asked: `Predicting ${target.name} from the other columns was asked for`,
    arrived: reasons.length === 0 ? "There is no other column" : `None is of use: ${reasons.join("; ")}`,
    why: "Without a column that varies every row looks the same",
    fix: "Give a table with more columns, or leave fewer out with --drop",
  });
}

const inputsAt = ({ plan, inputs, network }: Prepared, rows: Int32Array): FlatArray => ({
  data: encode(plan, inputs, rows),
  shape: [rows.length, network.inputs],
});

const targetAt = ({ target }: Prepared, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => target.values[row]);

function trainingData(prepared: Prepared): Parameters<typeof trainNetwork>[2] {
  const { parts, objective, target, classWeights } = prepared;
  const weigh = (rows: Int32Array): Float32Array | undefined =>
    classWeights && Float32Array.from(rows, (row) => classWeights[target.values[row]]);
  return {
    x: inputsAt(prepared, parts.train),
    y: objective.labels(targetAt(prepared, parts.train)),
    validationX: inputsAt(prepared, parts.validation),
    validationY: objective.labels(targetAt(prepared, parts.validation)),
    weights: weigh(parts.train),
    validationWeights: weigh(parts.validation),
  };
}

async function testOn(
  prepared: Prepared,
  { model }: Trained,
): Promise<{ report: string; baseline: TrainResult["baseline"]; test: TrainResult["test"] }> {
  const { target, objective, parts } = prepared;
  const rows = parts.test.length;
  const data = {
    x: inputsAt(prepared, parts.test),
    train: targetAt(prepared, parts.train),
    truth: targetAt(prepared, parts.test),
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
  prepared: Prepared,
  argv: readonly string[],
  started: Date,
): Promise<StoredRun> {
  const { table, target, targetColumn, plan, objective, recipe, network, seed, parts, classWeights } =
    prepared;
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

function weightsOf({ model }: Trained): Parameters<typeof encodeWeights>[0] {
  return model.getState().weights.map(({ name, data }, i) => ({
    name,
    shape: model.weights[i].shape,
    data: data as Float32Array,
  }));
}

function opening(file: string, prepared: Prepared): string {
  const { table, target, parts, plan, inputs, objective, network, seed, recipe } = prepared;
  const without = table.rows - target.rows.length;
  const shown = target.classes.length <= 12 ? `: ${target.classes.join(", ")}` : "";
  const what = target.task === "classes" ? `${target.classes.length} classes${shown}` : "regression";
  return labelled([
    [
      "Data",
      [`${file}: ${plural(table.rows, "row")}, ${plural(table.columns.length, "column")}`, ...table.notes],
    ],
    [
      "Target",
      [
        `${target.name}, ${what}`,
        `because ${target.why}`,
        ...(without > 0 ? [`${plural(without, "row")} without a target left out`] : []),
      ],
    ],
    [
      "Rows",
      [
        `${showCount(parts.train.length)} to train, ${showCount(parts.validation.length)} to validate, ${showCount(parts.test.length)} to test (seed ${seed}${target.task === "classes" ? ", each class in proportion" : ""})`,
      ],
    ],
    ["Inputs", [inputsLine(plan), ...shortened(planNotes(plan, inputs, table.rows))]],
    ["Loss", [objective.loss, `because ${objective.why}`]],
    [
      "Network",
      [
        showNetwork(network),
        `Adam at ${recipe.rate}, weight decay ${recipe.decay}, batches of ${recipe.batch}, at most ${recipe.epochs} epochs`,
      ],
    ],
  ]).concat("\n");
}

function closing(
  trained: Trained,
  recipe: Recipe,
  report: string,
  folder: RunFolder,
  talks: boolean,
): string {
  const { epochs, kept, seconds, stopped } = trained;
  const ends = {
    epochs: "all epochs done",
    patience: `validation loss has not fallen for ${plural(recipe.patience, "epoch")}`,
    signal: "stopped by Ctrl-C",
  };
  const weights = kept === 0 ? "no epoch was finished" : `kept the weights of epoch ${kept}`;
  const lines = [
    `Trained ${plural(epochs, "epoch")} in ${seconds.toFixed(1)} s: ${ends[stopped]}; ${weights}.\n\n`,
    `${report}\n`,
    `Wrote ${folder.name}: ${Object.values(runFiles).join(", ")}\n`,
    `Use it: plumb predict ${folder.name} <file>\n`,
  ];
  return talks ? lines.join("") : lines.slice(1, 3).join("");
}
