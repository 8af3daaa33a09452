/** Everything that is decided before training, from the file and the flags alone. */
import { PlumbError, type FlatArray } from "plumb-ml";
import { classWeightsOf, type ClassWeights } from "./class-weights.ts";
import { findColumn, refuseInfinite } from "../table/columns.ts";
import { recipeFor, type Recipe } from "./defaults.ts";
import type { NetworkSpec } from "./network.ts";
import { chooseObjective, type Objective } from "./objective.ts";
import { parseShares, splitTarget, type Parts, type Shares } from "./parts.ts";
import { encode, planColumns, widthOf, type Plan } from "../prepare/plan.ts";
import { readTable } from "../table/read.ts";
import type { Column, Table } from "../table/table.ts";
import { readTarget, type Target, type Task } from "./task.ts";
import { checkThreshold, type ThresholdAsked } from "./threshold.ts";
import type { Trainee, TrainingData, TrainingSettings } from "./training.ts";

/** The flags that decide it. */
export interface SetupOptions extends Partial<Recipe> {
  readonly target: string;
  readonly task?: Task;
  readonly drop?: readonly string[];
  readonly header?: boolean;
  readonly split?: Shares;
  readonly seed?: number;
  readonly loss?: string;
  readonly classWeights?: ClassWeights;
  readonly threshold?: ThresholdAsked;
}

/** The shares of the rows when none are given. */
export const defaultShares = "60/20/20";

export interface Setup {
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
  /** Columns that were left out on demand. */
  readonly dropped: readonly string[];
  /** By class code, where weights were asked for. */
  readonly classWeights?: Float64Array;
  /** Where one was asked for: from which probability on the second of two classes is said. */
  readonly threshold?: ThresholdAsked;
}

/**
 * Reads the table and decides about target, parts, inputs, loss, network and settings.
 *
 * Errors: those of the table, PL3002 for a column that there is not, PL3009 for infinite values, those of the target, the
 * split, the loss and the class weights, PL3008 when no column is of use.
 */
export async function setUp(file: string, options: SetupOptions, cwd: string): Promise<Setup> {
  const seed = options.seed ?? 1;
  const table = await readTable(file, { cwd, header: options.header });
  const targetColumn = findColumn(table, options.target, "--target");
  const dropped = (options.drop ?? []).map((name) => findColumn(table, name, "--drop"));
  const inputs = table.columns.filter((column) => column !== targetColumn && !dropped.includes(column));
  refuseInfinite([targetColumn, ...inputs]);
  const target = readTarget(targetColumn, options.task);
  const parts = splitTarget(target, options.split ?? parseShares(defaultShares), seed);
  if (options.threshold !== undefined) checkThreshold(options.threshold, target);
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
  const { threshold } = options;
  const decided = { objective, recipe, network, seed, classWeights, threshold };
  const names = dropped.map(({ name }) => name);
  return { table, target, targetColumn, inputs, parts, plan, dropped: names, ...decided };
}

/** The settings of the recipe that were given as flags. */
function given({ layers, epochs, batch, rate, decay, dropout, patience }: SetupOptions): Partial<Recipe> {
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

/** The network and what it is to bring down. */
export const traineeOf = ({ network, objective, target }: Setup): Trainee => ({
  network,
  loss: objective.loss,
  metrics: target.task === "classes" ? ["accuracy"] : [],
});

/** How it is trained. */
export const settingsOf = ({ recipe, seed }: Setup): TrainingSettings => ({ ...recipe, seed });

/** The inputs of rows, as the network takes them. */
export const inputsAt = ({ plan, inputs, network }: Setup, rows: Int32Array): FlatArray => ({
  data: encode(plan, inputs, rows),
  shape: [rows.length, network.inputs],
});

/** The class codes or quantities of rows. */
export const targetAt = ({ target }: Setup, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => target.values[row]);

/** What the network is trained and validated on. */
export function trainingData(setup: Setup): TrainingData {
  const { parts, objective, target, classWeights } = setup;
  const weigh = (rows: Int32Array): Float32Array | undefined =>
    classWeights && Float32Array.from(rows, (row) => classWeights[target.values[row]]);
  return {
    x: inputsAt(setup, parts.train),
    y: objective.labels(targetAt(setup, parts.train)),
    validationX: inputsAt(setup, parts.validation),
    validationY: objective.labels(targetAt(setup, parts.validation)),
    weights: weigh(parts.train),
    validationWeights: weigh(parts.validation),
  };
}
