/** The training loop. Read top to bottom: data, programs, epochs. */
import { PlumbError } from "../base/errors.ts";
import { generatorState, setGeneratorState, type GeneratorState } from "../base/seed.ts";
import { Batches, classesOf, rowNumbers, seedFor, splitRows } from "../data/index.ts";
import { engineTurn, isOffThread, type Variable } from "../tensor/index.ts";
import { classWeightsOf } from "./class-weight.ts";
import { listenerOf } from "./callbacks/callback.ts";
import { measure } from "./evaluate.ts";
import type { Dataset } from "./dataset.ts";
import { Emitter, type EpochLogs, type Logs, type StepFailure } from "./events.ts";
import type { FitPlan } from "./fit-options.ts";
import { History } from "./history.ts";
import type { AnyModel } from "./model.ts";
import { breath, runInSlices, Stride } from "./slices.ts";
import { StepLogger } from "./step-log.ts";
import { stepOver, type Step } from "./step.ts";

/** Trains `model`; `watch` learns how to ask whether a callback is at work at the moment. */
export async function fit(
  model: AnyModel,
  plan: FitPlan,
  watch: (calling: () => boolean) => void,
): Promise<History> {
  const { data, held, epochs, batchSize, seed, callbacks, signal } = plan;
  const { compiled } = model;
  const guarded = callbacks.some(({ onStepFailed }) => onStepFailed !== undefined);
  const followers = callbacks.filter(({ onStep }) => onStep !== undefined);
  let training: Step | undefined;
  let validating: Step | undefined;
  let classWeights: Variable | undefined;
  try {
    const train = await engineTurn(async () => {
      // In the engine's memory once; which rows train and which validate is a matter of row numbers.
      for (const loaded of [data, held]) loaded?.load();
      await breath();
      buildSeeded(model, data, plan.seeded ? seed : undefined);
      const objective = model.objectiveFor(data);
      const { train, validation } = chooseRows(model, plan);
      classWeights =
        plan.classWeight &&
        data.keep(classWeightsOf(compiled.criteria(model.outputInfos!), data.rows.y, plan.classWeight));
      await breath();

      // Programs: full batch and remainder, for training and for validation, built, and their memory taken, before step 1.
      training = stepOver(model, "train", objective, data, new Batches(train, batchSize), {
        weights: classWeights,
        guarded,
        followed: followers.length > 0,
      });
      await breath();
      const [validated, rows] = held ? [held, rowNumbers(held.count)] : [data, validation];
      if (rows !== undefined) {
        const batches = new Batches(rows, plan.validationBatchSize);
        validating = stepOver(model, "test", model.objectiveFor(validated), validated, batches);
        await breath();
      }
      for (const step of [training, validating]) {
        await step?.reserve();
        await breath();
      }
      return train;
    });

    // Epochs.
    const { batches, totals, losses, run } = training!;
    const history = new History();
    history.seed = seed;
    const emitter = new Emitter(callbacks.map(listenerOf));
    watch(() => emitter.calling);
    for (const callback of callbacks) callback.model = model;
    model.stopTraining = false;
    const drawsOf = (epoch: number): GeneratorState => ({ seed: seedFor(seed, "draws", epoch), counter: 0 });
    const logNames = [...totals.names, ...(validating?.totals.names ?? []).map(validationName)];
    let firstEpoch = plan.initialEpoch;
    await emitter.emit({
      type: "trainBegin",
      epochs,
      stepsPerEpoch: batches.steps,
      rows: train.length,
      logNames,
      startFrom: (epoch) => void (firstEpoch = epoch),
      batchSize: batches.batchSize,
      rowsOf(step, epoch) {
        const of = epoch === undefined ? batches : new Batches(train, batchSize);
        if (epoch !== undefined && plan.shuffle) of.shuffle(seed, epoch);
        const rows = new Int32Array(of.sizeOf(step));
        of.fill(step, rows);
        return rows;
      },
      drawsOf,
      take: (rows) => data.take(rows, classWeights),
      takeLabels: (rows) => data.takeLabels(rows, classWeights),
      trial: () => training!.trial(),
      times: () => emitter.times,
    });
    const guard = new Guard(run);
    const rate = (): number => compiled.optimizer.learningRate;
    const logger = plan.logEvery > 0 ? new StepLogger(history.log, plan.logEvery, totals, rate) : undefined;
    const aborted = (): boolean => signal?.aborted === true;
    const ended = (): boolean => model.stopTraining || aborted();
    const stride = new Stride();
    let logs: EpochLogs = {};
    for (let epoch = firstEpoch; epoch < epochs && !ended(); epoch++) {
      await emitter.emit({ type: "epochBegin", epoch });
      if (plan.shuffle) batches.shuffle(seed, epoch);
      const learningRate = await engineTurn(() => {
        totals.reset();
        return rate();
      });
      logger?.beginEpoch();
      losses?.beginEpoch();
      const stepsBefore = history.steps;
      const tell = (done: number): void =>
        losses?.tell(done, (step, loss) => {
          for (const follower of followers) follower.onStep!(stepsBefore + step, loss);
        });
      const slices = runInSlices({
        turns: model.turns,
        steps: batches.steps,
        step: guarded ? guard.run : run,
        reads: (i) => losses?.isFullAfter(i) === true || logger?.wants(stepsBefore + i + 1) === true,
        read(i) {
          if (logger?.wants(stepsBefore + i + 1)) logger.add(stepsBefore + i + 1, epoch);
          if (losses?.isFullAfter(i)) tell(i + 1);
        },
        settle: tell,
        stride,
        generator: drawsOf(epoch),
        ends: ended,
        afterStep: emitter.batches
          ? (batch) => emitter.emit({ type: "batchEnd", epoch, batch, logs: totals.read() })
          : undefined,
        afterSlice: async (batch) => {
          // Where workers train, somebody else may have the engine when a listener asks.
          const present = isOffThread() ? await engineTurn(() => totals.read()) : undefined;
          const logs = (): Logs => present ?? totals.read();
          await emitter.emit({ type: "progress", epoch, batch, stepsPerEpoch: batches.steps, logs });
        },
      });
      try {
        history.steps += await slices;
      } catch (error) {
        const { failed } = guard;
        if (failed === undefined) throw error;
        await engineTurn(() => tell(failed.batch));
        await emitter.emit({ type: "stepFailed", epoch, step: stepsBefore + failed.batch, ...failed });
        throw error;
      }
      // An epoch that the caller cut short is not one; one that a callback cut short is, as in Keras.
      if (aborted() && totals.rows < train.length) break;
      logs = { ...(await engineTurn(() => totals.read())) };
      if (validating !== undefined && (epoch + 1) % plan.validationFreq === 0) {
        await emitter.emit({ type: "testBegin", epoch });
        const validated = ofValidation(await measure(model, validating));
        await emitter.emit({ type: "testEnd", epoch, logs: validated });
        Object.assign(logs, validated);
      }
      // Recorded when all have heard: a callback may add to the logs.
      await emitter.emit({ type: "epochEnd", epoch, logs, learningRate });
      history.record(epoch, logs, learningRate);
    }
    await emitter.emit({ type: "epochsEnd" });
    if (history.steps > 0)
      await engineTurn(() => compiled.optimizer.finalizeVariableValues(model.trainableVariables));
    if (aborted()) history.stopped = "signal";
    else if (model.stopTraining) history.stopped = "callback";
    await emitter.emit({ type: "trainEnd", logs });
    return history;
  } finally {
    await engineTurn(() => {
      for (const used of [training, validating, data, held]) used?.dispose();
    });
  }
}

/** Runs steps, and remembers the one that was refused for its loss. */
class Guard {
  failed?: Pick<StepFailure, "batch" | "draws">;
  readonly run: (i: number) => void;

  constructor(run: (i: number) => void) {
    this.run = (i) => {
      const draws = generatorState();
      try {
        run(i);
      } catch (error) {
        if (error instanceof PlumbError && error.code === "PL4010") this.failed = { batch: i, draws };
        throw error;
      }
    };
  }
}

const validationName = (name: string): string => `val_${name}`;

const ofValidation = (logs: Logs): Logs =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [validationName(name), value]));

/** Builds a model that was not built; from the seed, when the caller gave one. */
function buildSeeded(model: AnyModel, data: Dataset, seed: number | undefined): void {
  const outside = generatorState();
  if (seed !== undefined) setGeneratorState({ seed, counter: 0 });
  model.buildFor(data.x);
  if (seed !== undefined) setGeneratorState(outside);
}

/** Which rows train and which validate; stratified by the labels of the first output that are classes. */
function chooseRows(
  model: AnyModel,
  { data, split, seed }: FitPlan,
): { train: Int32Array; validation?: Int32Array } {
  if (split === undefined) return { train: rowNumbers(data.count) };
  const criteria = model.compiled.criteria(model.outputInfos!);
  const labels =
    split.rule === "stratified"
      ? data.rows.y.find((y, i) => y !== undefined && criteria[i].labelsAreClasses(y.shape))
      : undefined;
  const classes = labels && classesOf(labels.dataSync(), labels.shape);
  return splitRows(data.count, { ...split, seed, classes });
}
