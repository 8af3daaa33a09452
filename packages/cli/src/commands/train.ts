/** `plumb train <file> --target <column>`: from a table to a tested model in a run folder. */
import type { Profile } from "plumb-ml";
import { Consultation, isJudged } from "../experiment/consultation.ts";
import { settingsOf, setUp, trainingData, traineeOf } from "../experiment/setup.ts";
import type { Setup, SetupOptions } from "../experiment/setup.ts";
import { testOn } from "../experiment/testing.ts";
import { parseThreshold } from "../experiment/threshold.ts";
import { trainNetwork, type Trained } from "../experiment/training.ts";
import { stopIfAborted } from "../exit.ts";
import { exitCodes, type Io } from "../io.ts";
import { settingOf } from "../report/findings.ts";
import { runPage } from "../report/page/page.ts";
import { noProgress, showProgress } from "../report/progress.ts";
import { testReport } from "../report/report.ts";
import { beforehand, ending, opening, toldOf, wrote } from "../report/summary.ts";
import { readEarlier } from "../run/earlier.ts";
import { storeBeginning, type Given } from "../run/record.ts";
import { checkpointFile, findingsFile, freeName, profileFile } from "../run/run-folder.ts";
import { readLines, reportFile, runFiles, RunFolder } from "../run/run-folder.ts";
import type { StoredFindings, StoredRun, TrainResult } from "../run/stored.ts";
import { encodeWeights, weightsOf } from "../run/weights-file.ts";
import type { Command } from "./command.ts";
import { setupOptions } from "./setup-options.ts";

export interface TrainOptions extends SetupOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly profile?: boolean;
  readonly doctor?: boolean;
  readonly compare?: string;
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
    ...setupOptions,
    {
      flags: "--threshold <p>",
      help: "of two classes: say the second from this probability on, or auto, the best for the validation rows",
      parse: parseThreshold,
    },
    { flags: "--compare <run>", help: "show the figures of an earlier run beside those of this one" },
    { flags: "--no-doctor", help: "do not look for faults in data, training and result" },
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
    "plumb train cards.csv --target fraud --class-weights balanced --compare runs/cards-fraud",
  ],
  computes: true,
  run,
};

async function run(
  [file]: readonly string[],
  options: TrainOptions,
  io: Io,
  argv: readonly string[],
): Promise<number> {
  const started = new Date();
  const setup = await setUp(file, options, io.cwd);
  const earlier = options.compare === undefined ? undefined : readEarlier(options.compare, io.cwd, setup);
  stopIfAborted(io);
  const folder = RunFolder.create(options.out ?? freeName(io.cwd, file, setup.target.name), io.cwd);
  const given: Given = { file, argv, started, ...(earlier === undefined ? {} : { earlier }) };
  const consultation =
    options.doctor === false
      ? undefined
      : new Consultation(setup, { argv, run: folder.name, tried: (earlier?.tried ?? 0) + 1 });
  const { trained, stored } = await trainInto(folder, setup, options, io, given, consultation);
  const { result } = stored;
  const { failure, stopped } = trained;
  const json = options.json === true;
  const talks = !json && options.quiet !== true;
  if (talks) io.stdout.write(ending(trained, setup.recipe));
  if (!json && result !== undefined) io.stdout.write(testReport(setup, result, earlier));
  // What fails from here on takes nothing away from the run, which is told before it, or as its one object nevertheless.
  let told: StoredFindings | undefined;
  let profile: Profile | undefined;
  try {
    await consultation?.after({ ...trained, threshold: result?.threshold });
    told = consultation?.told(trained);
    if (told !== undefined) folder.writeJson(findingsFile, told);
    const history = readLines<Record<string, number>>(folder.name, io.cwd, runFiles.history);
    folder.write(reportFile, runPage({ stored, setup, trained, history, told, earlier, name: folder.name }));
    if (!json) {
      if (told !== undefined) io.stdout.write(toldOf(told, folder, settingOf(io.stdout), earlier));
      io.stdout.write(wrote(folder, told !== undefined, result !== undefined, talks));
    }
    if (options.profile === true && stopped !== "signal" && failure === undefined) {
      profile = await profileOf(trained.model, setup);
      folder.writeJson(profileFile, profile);
    }
  } finally {
    if (json && result !== undefined)
      io.stdout.write(
        `${JSON.stringify({
          ...result,
          ...(told === undefined ? {} : { findings: told.findings }),
          ...(profile === undefined ? {} : { profile: profileFile }),
        })}\n`,
      );
  }
  if (!json && profile !== undefined)
    io.stdout.write(`\n${profile}\n\nWrote ${folder.name}/${profileFile}\n`);
  if (failure !== undefined) io.stderr.write(`${failure.message}\n`);
  return failure === undefined
    ? stopped === "signal"
      ? exitCodes.interrupted
      : exitCodes.done
    : exitCodes.refused;
}

/** Trains, tests and writes what a run keeps; a run that comes to nothing and of which nothing is to be told leaves no folder. */
async function trainInto(
  folder: RunFolder,
  setup: Setup,
  { json, quiet }: TrainOptions,
  io: Io,
  given: Given,
  consultation: Consultation | undefined,
): Promise<{ readonly trained: Trained; readonly stored: StoredRun }> {
  try {
    const begun = await storeBeginning(folder, setup, given);
    const talks = json !== true && quiet !== true;
    if (talks) io.stdout.write(opening(given.file, setup));
    const feared = await consultation?.before();
    stopIfAborted(io);
    if (talks && feared !== undefined) io.stdout.write(beforehand(feared, settingOf(io.stdout)));
    const trained = await trainNetwork(traineeOf(setup), trainingData(setup), settingsOf(setup), {
      folder,
      progress: quiet === true ? noProgress : showProgress(io.stderr, setup.recipe.epochs),
      ...(io.signal === undefined ? {} : { signal: io.signal }),
      ...(consultation === undefined ? {} : { watcher: consultation.watcher }),
    });
    const failed = trained.stopped === "failed";
    const result = isJudged(trained) ? await resultOf(setup, trained, folder) : undefined;
    if (result !== undefined) folder.write(runFiles.weights, encodeWeights(weightsOf(trained.model)));
    folder.remove(checkpointFile);
    const status = failed ? "failed" : trained.stopped === "signal" ? "interrupted" : "finished";
    const stored: StoredRun = { ...begun, status, ...(result === undefined ? {} : { result }) };
    folder.writeJson(runFiles.run, stored);
    return { trained, stored };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

async function resultOf(setup: Setup, trained: Trained, folder: RunFolder): Promise<TrainResult> {
  const { target, parts, objective } = setup;
  return {
    task: target.task,
    loss: objective.loss,
    why: `${target.why}; ${objective.why}`,
    rows: { train: parts.train.length, validation: parts.validation.length, test: parts.test.length },
    ...(await testOn(setup, trained.model)),
    epochs: trained.epochs,
    seconds: trained.seconds,
    run: folder.name,
  };
}

/** Where the time of a step of this training went, on its own rows. */
function profileOf(model: Trained["model"], setup: Setup): Promise<Profile> {
  const { x, y, weights } = trainingData(setup);
  return model.profile(x, y, { batchSize: setup.recipe.batch, sampleWeight: weights });
}
