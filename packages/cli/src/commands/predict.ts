/** `plumb predict <run> <file>`: a finished run applied to another table. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { PlumbError } from "plumb-ml";
import { refuseInfinite } from "../table/columns.ts";
import { stopIfAborted } from "../exit.ts";
import { exitCodes, type Io } from "../io.ts";
import { buildNetwork } from "../experiment/network.ts";
import { nearest } from "../nearest.ts";
import type { Scale } from "../experiment/objective.ts";
import { encode, unknownWords } from "../prepare/plan.ts";
import { plural } from "../report/format.ts";
import { checkpointFile, readRunFile, readRunJson, runFiles, writeWhole } from "../run/run-folder.ts";
import { decide, probabilitiesOf, unscaled } from "../experiment/score.ts";
import type { StoredPreparation, StoredRun } from "../run/stored.ts";
import { readTable } from "../table/read.ts";
import type { Kind, Table } from "../table/table.ts";
import { decodeWeights } from "../run/weights-file.ts";
import type { Command } from "./command.ts";

export interface PredictOptions {
  readonly out?: string;
  readonly quiet?: boolean;
}

export const predict: Command<PredictOptions> = {
  name: "predict",
  summary: "Predict a line for every row of a table with a trained run.",
  arguments: [
    { name: "run", help: "the folder that plumb train wrote" },
    { name: "file", help: "a table with the columns of the training file; the target may be absent" },
  ],
  options: [
    { flags: "-o, --out <file>", help: "write the CSV there and not to the standard output" },
    { flags: "-q, --quiet", help: "no remarks" },
  ],
  examples: ["plumb predict runs/penguins-species new.csv --out predictions.csv"],
  computes: true,
  run,
};

async function run([name, file]: readonly string[], options: PredictOptions, io: Io): Promise<number> {
  const stored = readRunJson<StoredRun>(name, io.cwd, runFiles.run);
  const preparation = readRunJson<StoredPreparation>(name, io.cwd, runFiles.prepare);
  const cutShort = !existsSync(resolve(io.cwd, name, runFiles.weights));
  const checkpointed = cutShort && existsSync(resolve(io.cwd, name, checkpointFile));
  const weightsFile = checkpointed ? checkpointFile : runFiles.weights;
  const weights = decodeWeights(readRunFile(name, io.cwd, weightsFile), `${name}/${weightsFile}`);
  const { plan, target } = preparation;

  const kinds = new Map<string, Kind>(plan.columns.map((column) => [column.name, column.kind]));
  const table = await readTable(file, { cwd: io.cwd, header: preparation.named, kinds });
  checkColumns(table, preparation, name, file);
  const inputs = table.columns.filter((column) => kinds.has(column.name));
  refuseInfinite(inputs);
  stopIfAborted(io);

  const model = buildNetwork(stored.network);
  model.setWeights(weights.map(({ data }) => data));
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  const x = { data: encode(plan, inputs, rows), shape: [table.rows, stored.network.inputs] };
  const outputs = await (await model.predict(x, { batchSize: 256 })).data();

  const csv =
    target.task === "classes"
      ? classesCsv(
          probabilitiesOf(outputs, stored.network.units, target.classes.length),
          target.classes,
          stored.result?.threshold,
        )
      : regressionCsv(unscaled(outputs, target.scale as Scale));
  if (options.out === undefined) io.stdout.write(csv);
  else writePredictions(options.out, io.cwd, csv);
  if (checkpointed)
    io.stderr.write(
      `The training of ${name} did not come to its end; these are the weights of its last checkpoint.\n`,
    );
  if (options.quiet !== true) io.stderr.write(remarks(preparation, table, options.out));
  return exitCodes.done;
}

/** Errors: PL3013 when columns that the model was trained on are not there. */
function checkColumns(
  table: Table,
  { named, width, plan, target }: StoredPreparation,
  run: string,
  file: string,
): void {
  const present = table.columns.map((column) => column.name);
  const missing = plan.columns.map((column) => column.name).filter((name) => !present.includes(name));
  const asked = `Predicting ${target.name} for ${file} with ${run} was asked for`;
  if (!named && present.length !== width && !(present.length === width - 1 && missing.length === 0))
    throw new PlumbError("PL3013", {
      asked,
      arrived: `The file has ${present.length} columns where the training file had ${width}, and neither has names`,
      why: "Without names a column is told by its place, which has moved",
      fix: `Give all ${width} columns in their order; the one of the target, ${target.name}, may be empty`,
    });
  if (missing.length === 0) return;
  const near = nearest(missing[0], present);
  throw new PlumbError("PL3013", {
    asked,
    arrived: `${missing.length === 1 ? "Its column" : "Its columns"} ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not there; it has ${present.slice(0, 12).join(", ")}${present.length > 12 ? ", …" : ""}`,
    why: "The model was trained on them and has no value to put in their place",
    fix:
      near === undefined
        ? "Add them; single values may be empty"
        : `Rename ${near} to ${missing[0]}, if that is what it is`,
  });
}

/** A field as CSV writes it. */
const field = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Probabilities to six digits; they are float32. */
function classesCsv(
  probabilities: Float64Array,
  classes: readonly string[],
  threshold: number | undefined,
): string {
  const decided = decide(probabilities, classes.length, threshold);
  const lines = Array.from(decided, (code, row) => {
    const shares = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    return [field(classes[code]), ...Array.from(shares, (share) => share.toFixed(6))].join(",");
  });
  const header = ["prediction", ...classes.map((name) => field(`probability ${name}`))].join(",");
  return `${[header, ...lines].join("\n")}\n`;
}

/** Values to seven digits; they are float32. */
const regressionCsv = (values: Float64Array): string =>
  `${["prediction", ...Array.from(values, (value) => String(Number(value.toPrecision(7))))].join("\n")}\n`;

/** Writes the predictions, all or none. Errors: PL5001. */
function writePredictions(name: string, cwd: string, csv: string): void {
  try {
    writeWhole(resolve(cwd, name), csv);
  } catch (cause) {
    throw new PlumbError(
      "PL5001",
      {
        asked: `Writing predictions to ${name} was asked for`,
        arrived: `The system refused: ${(cause as Error).message}`,
        why: "They cannot be kept there",
        fix: "Give another file with --out, or leave it out to print them",
      },
      { cause },
    );
  }
}

function remarks({ plan }: StoredPreparation, table: Table, out: string | undefined): string {
  const strange = unknownWords(plan, table.columns).map(
    ({ name, rows, example }) =>
      `${name}: ${plural(rows, "row")} with a text that training never saw, such as ${JSON.stringify(example)}; no input stands for it\n`,
  );
  const wrote = out === undefined ? [] : [`Wrote ${plural(table.rows, "prediction")} to ${out}\n`];
  return [...strange, ...wrote].join("");
}
