/** The doctor at the side of a training: a callback that keeps what the diagnoses of trainings look at. */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { Callback, Compiled, inputsOf, mapRows, rowsFor, valuesIn } from "../train/index.ts";
import type { AnyModel, CompileOptions, EpochLogs, Rows, RowsData } from "../train/index.ts";
import type { StepFailure, StepTrial, TrainPlan } from "../train/index.ts";
import { engineStats, engineTurn, now, tensor, type Tensor, type Variable } from "../tensor/index.ts";
import { rowNumbers } from "../data/index.ts";
import { ask } from "./ask.ts";
import { baselineOf } from "./baseline.ts";
import { diagnoses } from "./catalogue.ts";
import { failureOf, type Fitted, type Sound } from "./failed-step.ts";
import type { Finding } from "./finding.ts";
import { lookAt, valuesOf, withUpdates, type Looking } from "./probe.ts";
import { Report } from "./report.ts";
import { pseudoChosen } from "./statistics/sampling.ts";
import { keptSteps, type EpochRecord, type Failure, type Probe } from "./subjects/training.ts";
import type { TrainingSubject } from "./subjects/training.ts";
import { Table } from "./subjects/table.ts";
import { calledBack } from "./words.ts";

/** What `Doctor` takes. */
export interface DoctorOptions {
  /** Told of each finding when it is first made, with the steps done by then. Default: nobody; `report` has them all. */
  readonly onFinding?: (finding: Finding, step: number) => void;
}

/** What `doctor.watch` takes. */
export interface WatchOptions {
  /** Inputs and labels that the loop trains on, as for `fit`. */
  readonly data: RowsData;
  readonly labels: RowsData;
  /** What the loop brings down. */
  readonly loss: CompileOptions["loss"];
  /** Rows per step. Default 32. */
  readonly batchSize?: number;
  /** How often the loop will go over the data. Default 1. */
  readonly epochs?: number;
}

/** What the doctor knows of a training that it watches. */
interface Watched {
  readonly model: AnyModel;
  /** The weights that training changes, as they were when it began. */
  readonly variables: readonly Variable[];
  readonly judging: Compiled;
  readonly plan: TrainingSubject["plan"];
  /** Two batches of training rows, looked at by turns. */
  readonly looking: Looking;
  readonly batches: number;
  /** What a step of the fit on a batch would change; undefined for a loop of somebody's own, whose steps are not known. */
  readonly moved?: (batch: number) => readonly HostArray[] | undefined;
  readonly baseline?: number;
  readonly begun: number;
  /** The fit, where it is one. */
  readonly fit?: Fitted;
  readonly callbackTimes?: () => ReadonlyMap<Callback, number>;
}

/** Rows whose labels say what the best constant answer is. */
const baselineRows = 4096;
/** So many steps pass between two looks at the memory, at least; so many looks are kept. */
const memoryEvery = 5;
const memoryKept = 256;

/**
 * Watches a fit and says what goes wrong: losses that spike, rise or stand still, gradients that vanish or explode, units
 * that are dead, a NaN and where it came from.
 *
 * Always on are the losses of single steps and the logs of epochs. Probes, which look into the layers and try one step,
 * are taken at the ends of epochs when twice as many steps were done as at the one before, and cost three to nine steps
 * each; findings are made then and at the end. `report` has those that still hold, and those about a single step. A step
 * whose loss is not finite writes nothing: training ends with PL4010, the weights are those of before, and the step is done
 * again, value by value, to say which layer and row the number came from.
 *
 * A loop of one's own calls `watch` before, `step` after each step, and `finish` at the end.
 *
 * @example
 * const doctor = new Doctor();
 * await model.fit(x, y, { epochs: 5, callbacks: [doctor] });
 * console.log(String(doctor.report));
 */
export class Doctor extends Callback {
  readonly #onFinding: DoctorOptions["onFinding"];
  readonly #findings = new Map<string, Finding>();
  #watched?: Watched;
  #steps = 0;
  #losses: number[] = [];
  #epochs: EpochRecord[] = [];
  #probes: Probe[] = [];
  #memory: { step: number; bytes: number }[] = [];
  #memoryEvery = memoryEvery;
  /** Steps done at the last probe. */
  #probed = 0;
  /** The weights at the last probe that found them finite, and the steps done then. */
  #sound: Sound = { weights: [], step: 0 };
  #failure?: Failure;
  #ended = false;

  constructor({ onFinding }: DoctorOptions = {}) {
    super();
    this.#onFinding = onFinding;
  }

  /** What was found so far, and still holds. */
  get report(): Report {
    return new Report([...this.#findings.values()], diagnoses);
  }

  /** What was seen so far; undefined before training. */
  get training(): TrainingSubject | undefined {
    if (this.#watched === undefined) return undefined;
    const { model, judging, plan, baseline, begun, callbackTimes } = this.#watched;
    const times = [...(callbackTimes?.() ?? [])].map(
      ([of, time], i) => [of, calledBack(of, i), time] as const,
    );
    return {
      model,
      judging,
      plan,
      steps: this.#steps,
      losses: { from: this.#steps - this.#losses.length, values: this.#losses },
      epochs: this.#epochs,
      probes: this.#probes,
      ...(baseline === undefined ? {} : { baseline }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      memory: this.#memory,
      time: {
        total: now() - begun,
        callbacks: Object.fromEntries(
          times.filter(([of]) => of !== this).map(([, name, time]) => [name, time]),
        ),
      },
      ended: this.#ended,
    };
  }

  override async onTrainBegin({
    epochs,
    stepsPerEpoch,
    rows,
    batchSize,
    rowsOf,
    drawsOf,
    take,
    takeLabels,
    trial,
    callbackTimes,
  }: TrainPlan): Promise<void> {
    const model = this.model!;
    const variables = model.trainableVariables;
    const begun = now();
    const all = new Int32Array(rows);
    for (let step = 0; step < stepsPerEpoch; step++) all.set(rowsOf(step), step * batchSize);
    const chosen = pseudoChosen(rows, Math.max(baselineRows, 2 * batchSize)).map((i) => all[i]);
    await engineTurn(() => {
      const batches = [chosen.subarray(0, batchSize), chosen.subarray(-batchSize)];
      const taken = batches
        .map((of) => take(of))
        .map(({ x, y, sampleWeight }) => rowsFor(model, x, y, sampleWeight));
      let tried: StepTrial | undefined;
      this.#begin({
        model,
        variables,
        judging: model.compiled,
        plan: { epochs, stepsPerEpoch, rows, batchSize },
        looking: lookAt(model, model.compiled, taken),
        batches: batches.length,
        moved: (batch) => movedBy((tried ??= trial()), batches[batch], variables),
        baseline: baselineOf(model, model.compiled, takeLabels(chosen)),
        fit: { model, variables, rowsOf, drawsOf, take, stepsPerEpoch },
        callbackTimes,
        begun,
      });
      this.#probe(0);
    });
  }

  override onStep(step: number, loss: number): void {
    this.#steps = step + 1;
    // Cut by half now and then: dropping the first of each step would cost more than the step.
    if (this.#losses.length >= 2 * keptSteps) this.#losses = this.#losses.slice(keptSteps);
    this.#losses.push(loss);
    if (this.#steps % this.#memoryEvery === 0) this.#lookAtMemory();
  }

  override async onEpochEnd(epoch: number, logs: EpochLogs): Promise<void> {
    const { learningRate } = this.model!.compiled.optimizer;
    this.#epochs.push({ epoch, logs: { ...logs }, learningRate, steps: this.#steps });
    if (this.#steps < 2 * this.#probed) return;
    await engineTurn(() => this.#probe(epoch));
    await this.#find();
  }

  override async onStepFailed(failed: StepFailure): Promise<void> {
    this.#steps = failed.step;
    this.#failure = failureOf(failed, this.#watched!.fit!, this.#sound);
    this.#end();
    await this.#find();
    const finding = [...this.#findings.values()].find(({ where }) => where?.step === failed.step);
    if (finding === undefined) return;
    throw new PlumbError("PL4010", {
      asked: `Step ${failed.step} of a training was to be made`,
      arrived: [finding.title, ...finding.evidence].join(". "),
      why: finding.why,
      fix: finding.fix,
    });
  }

  override async onTrainEnd(): Promise<void> {
    if (this.#steps > this.#probed) await engineTurn(() => this.#probe(this.#epochs.length));
    this.#end();
    await this.#find();
  }

  /**
   * Begins to watch a loop of one's own, which calls `step` after each of its steps and `finish` at its end.
   *
   * @example
   * const doctor = new Doctor();
   * doctor.watch(model, { data: x, labels: y, loss: "sparseCategoricalCrossentropy" });
   * for (let i = 0; i < 5; i++) {
   *   const tape = new GradientTape(() => new SparseCategoricalCrossentropy().call(y, model.call(x)));
   *   optimizer.apply(tape.gradient(tape.value, model.trainableVariables), model.trainableVariables);
   *   doctor.step(tape.value);
   * }
   * const report = await doctor.finish();
   */
  watch(model: AnyModel, { data, labels, loss, batchSize = 32, epochs = 1 }: WatchOptions): void {
    model.buildFor(inputsOf(model, data));
    const all = rowsFor(model, data, labels);
    const rows = valuesIn(all)[0].shape[0];
    const most = Math.min(batchSize, rows);
    const few = chosenOf(all, pseudoChosen(rows, Math.max(baselineRows, 2 * most)));
    const count = valuesIn(few)[0].shape[0];
    const batches = [0, count - most].map((from) =>
      chosenOf(
        few,
        rowNumbers(most).map((row) => from + row),
      ),
    );
    const judging = new Compiled({ loss, warn: () => undefined }, model.outputInfos);
    this.model = model;
    this.#begin({
      model,
      variables: model.trainableVariables,
      judging,
      plan: { epochs, stepsPerEpoch: Math.ceil(rows / batchSize), rows, batchSize },
      looking: lookAt(model, judging, batches),
      batches: batches.length,
      baseline: baselineOf(model, judging, { y: few.y as RowsData }),
      begun: now(),
    });
    this.#probe(0);
  }

  /** Takes down the loss of a step that was done. */
  step(loss: Tensor | number): void {
    this.onStep(this.#steps, typeof loss === "number" ? loss : loss.itemSync());
  }

  /** Ends the watch, and gives what was found. */
  async finish(): Promise<Report> {
    if (this.#watched === undefined)
      throw new PlumbError("PL4004", {
        asked: "doctor.finish() was called",
        why: "Nothing is watched",
        fix: "Call doctor.watch(model, { data, labels, loss }) before the loop, and doctor.step(loss) after each step",
      });
    await engineTurn(() => this.#probe(0));
    this.#end();
    await this.#find();
    return this.report;
  }

  #begin(watched: Watched): void {
    this.#watched?.looking.dispose();
    this.#watched = watched;
    [this.#steps, this.#probed, this.#memoryEvery] = [0, 0, memoryEvery];
    [this.#ended, this.#failure] = [false, undefined];
    [this.#losses, this.#epochs, this.#probes, this.#memory] = [[], [], [], []];
    this.#sound = { weights: valuesOf(watched.variables), step: 0 };
  }

  #end(): void {
    this.#ended = true;
    this.#watched!.looking.dispose();
  }

  #lookAtMemory(): void {
    this.#memory.push({ step: this.#steps, bytes: engineStats().memoryBytes });
    if (this.#memory.length < memoryKept) return;
    this.#memory = this.#memory.filter((_, i) => i % 2 === 1);
    this.#memoryEvery *= 2;
  }

  /** Takes a probe, in the engine's turn. A batch that the loss refuses is left out: the fit says so where it meets the row. */
  #probe(epoch: number): void {
    const { variables, looking, batches, moved } = this.#watched!;
    const batch = this.#probes.length % batches;
    const before = this.#sound;
    const weights = valuesOf(variables);
    this.#probed = this.#steps;
    const look = nothingIfRefused(() => looking.look(batch, weights));
    if (look === undefined) return;
    const seen =
      moved === undefined
        ? withUpdates(look, weights, before.weights, Math.max(1, this.#steps - before.step))
        : withUpdates(look, weights, moved(batch));
    if (look.weights.every(({ norm }) => Number.isFinite(norm))) this.#sound = { weights, step: this.#steps };
    this.#probes.push({ step: this.#steps, epoch, ...seen });
  }

  async #find(): Promise<void> {
    const found = await ask(diagnoses, { training: this.training });
    // What happened at a step stays; what was so for a while, and is so no longer, is taken back.
    for (const [catalogue, { where }] of this.#findings)
      if (where?.step === undefined && found.every((of) => of.catalogue !== catalogue))
        this.#findings.delete(catalogue);
    for (const finding of found) {
      const known = this.#findings.has(finding.catalogue);
      this.#findings.set(finding.catalogue, finding);
      if (!known) this.#onFinding?.(finding, this.#steps);
    }
  }
}

/** The trainable weights after a step that is tried on some rows; undefined where the step refuses them. */
const movedBy = (
  trial: StepTrial,
  rows: Int32Array,
  variables: readonly Variable[],
): readonly HostArray[] | undefined =>
  nothingIfRefused(() => {
    trial.run(rows);
    return variables.map((weight) => trial.valueOf(weight));
  });

/** What `attempt` gives; nothing where a loss refuses the values that it meets. */
function nothingIfRefused<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof PlumbError) return undefined;
    throw error;
  }
}

/** Some of the rows, in the order in which they are asked for. */
const chosenOf = (all: Rows<Tensor>, rows: ArrayLike<number>): Rows<Tensor> =>
  mapRows(all, (of) => {
    const { values, shape } = new Table("rows", {
      values: of.dataSync(),
      shape: of.shape,
      dtype: of.dtype,
    }).select(rows);
    return tensor(values, shape, of.dtype);
  });
