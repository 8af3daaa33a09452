/** The doctor at the side of a training: a callback that keeps what the diagnoses of trainings look at. */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { Callback, Compiled, type AnyModel, type CompileOptions } from "../train/index.ts";
import { type EpochLogs, type RowsData, type RowsTaken, type StepFailure } from "../train/index.ts";
import { engineStats, now, tensor, type Tensor } from "../tensor/index.ts";
import { ask } from "./ask.ts";
import { baselineOf } from "./baseline.ts";
import { diagnoses } from "./catalogue.ts";
import type { Finding } from "./finding.ts";
import { probe, probeBetween } from "./probe.ts";
import { replay, type Replayed } from "./replay.ts";
import { Report } from "./report.ts";
import { pseudoShuffled } from "./statistics/sampling.ts";
import { keptSteps, type EpochRecord, type Failure, type Probe } from "./subjects/training.ts";
import type { TrainingSubject } from "./subjects/training.ts";

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
  readonly judging: Compiled;
  readonly plan: TrainingSubject["plan"];
  /** Two batches of training rows, looked at by turns. */
  readonly batches: readonly RowsTaken[];
  readonly baseline?: number;
  readonly begun: number;
  readonly rowsOf?: (step: number) => Int32Array;
  readonly take?: (rows: Int32Array) => RowsTaken;
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
 * are taken at the ends of epochs when twice as many steps were done as at the one before, and cost about three steps
 * each; findings are made then and at the end. `report` has those that still hold, and those about a single step. A step whose loss is not finite writes
 * nothing: training ends with PL4010, the weights are those of before, and the step is done again, value by value, to say
 * which layer and row the number came from.
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
  /** The weights at the last probe. */
  #weights: readonly HostArray[] = [];
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
    const { model, plan, baseline, begun, callbackTimes } = this.#watched;
    const others = [...(callbackTimes?.() ?? [])].filter(([callback]) => callback !== this);
    return {
      model,
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
          others.map(([callback, time], i) => [`${callback.constructor.name} (callback ${i})`, time]),
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
    take,
    callbackTimes,
  }: Parameters<NonNullable<Callback["onTrainBegin"]>>[0]): Promise<void> {
    const model = this.model!;
    const all: number[] = [];
    for (let step = 0; step < stepsPerEpoch; step++) for (const row of rowsOf(step)) all.push(row);
    const mixed = pseudoShuffled(all.length).map((i) => all[i]);
    const labels = take(mixed.subarray(0, baselineRows));
    this.#begin({
      model,
      judging: model.compiled,
      plan: { epochs, stepsPerEpoch, rows, batchSize },
      batches: [take(mixed.subarray(0, batchSize)), take(mixed.subarray(-batchSize))],
      baseline: baselineOf(model, model.compiled, labels),
      rowsOf,
      take,
      callbackTimes,
      begun: now(),
    });
    await this.#probe(0);
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
    const last = this.#probes.at(-1)!;
    if (this.#steps < 2 * last.step) return;
    await this.#probe(epoch);
    await this.#find();
  }

  override async onStepFailed({ epoch, batch, step, draws }: StepFailure): Promise<void> {
    const { model, rowsOf, take } = this.#watched!;
    const again = (of: number): { readonly rows: Int32Array; readonly replayed: Replayed } => {
      const rows = rowsOf!(of);
      return { rows, replayed: replay(model, take!(rows), rows, draws) };
    };
    this.#steps = step;
    let { rows, replayed } = again(batch);
    let replayedFrom: number | undefined;
    if (replayed.origin?.op === "weights") {
      // The step before gave weights that are no numbers. Those of before it are gone; the nearest are those of the last probe.
      const state = model.getState();
      setWeights(model, this.#weights);
      const earlier = again(Math.max(0, batch - 1));
      if (earlier.replayed.origin !== undefined) {
        ({ rows, replayed } = earlier);
        replayedFrom = this.#probes.at(-1)?.step;
      }
      model.setState(state);
    }
    const { loss, origin } = replayed;
    this.#failure = {
      step,
      epoch,
      loss,
      rows: [...rows],
      ...(origin === undefined ? {} : { origin }),
      ...(replayedFrom === undefined ? {} : { replayedFrom }),
    };
    this.#ended = true;
    await this.#find();
    const finding = [...this.#findings.values()].find(({ where }) => where?.step === step);
    if (finding === undefined) return;
    throw new PlumbError("PL4010", {
      asked: `Step ${step} of a training was to be made`,
      arrived: [finding.title, ...finding.evidence].join(". "),
      why: finding.why,
      fix: finding.fix,
    });
  }

  override async onTrainEnd(): Promise<void> {
    if (this.#steps > this.#probes.at(-1)!.step) await this.#probe(this.#epochs.length);
    this.#ended = true;
    await this.#find();
  }

  /**
   * Begins to watch a loop of one's own, which calls `step` after each of its steps and `finish` at its end.
   *
   * @example
   * const doctor = new Doctor();
   * doctor.watch(model, { data: x, labels: y, loss: "mse" });
   * for (let i = 0; i < 5; i++) {
   *   const tape = new GradientTape(() => new MeanSquaredError().call(y, model.call(x)));
   *   optimizer.apply(tape.gradient(tape.value, model.trainableVariables), model.trainableVariables);
   *   doctor.step(tape.value);
   * }
   * const report = await doctor.finish();
   */
  watch(model: AnyModel, { data, labels, loss, batchSize = 32, epochs = 1 }: WatchOptions): void {
    const [x, y] = [data, labels].map((of) => tensor(of as never));
    const rows = x.shape[0];
    model.buildFor(x);
    const mixed = pseudoShuffled(rows);
    const take = (of: Int32Array): RowsTaken => ({ x: x.gather([...of]), y: y.gather([...of]) });
    const judging = new Compiled({ loss, warn: () => undefined }, model.outputInfos);
    this.model = model;
    this.#begin({
      model,
      judging,
      plan: { epochs, stepsPerEpoch: Math.ceil(rows / batchSize), rows, batchSize },
      batches: [take(mixed.subarray(0, batchSize)), take(mixed.subarray(-batchSize))],
      baseline: baselineOf(model, judging, take(mixed.subarray(0, baselineRows))),
      begun: now(),
    });
    this.#probeBetween();
  }

  /** Takes down the loss of a step that was done. */
  step(loss: Tensor | number): void {
    this.onStep(this.#steps, typeof loss === "number" ? loss : loss.itemSync());
  }

  /** Ends the watch, and gives what was found. */
  async finish(): Promise<Report> {
    this.#probeBetween();
    this.#ended = true;
    await this.#find();
    return this.report;
  }

  #begin(watched: Watched): void {
    this.#watched = watched;
    [this.#steps, this.#memoryEvery] = [0, memoryEvery];
    [this.#ended, this.#failure] = [false, undefined];
    [this.#losses, this.#epochs, this.#probes, this.#memory] = [[], [], [], []];
    this.#weights = weightsOf(watched.model);
  }

  #lookAtMemory(): void {
    this.#memory.push({ step: this.#steps, bytes: engineStats().memoryBytes });
    if (this.#memory.length < memoryKept) return;
    this.#memory = this.#memory.filter((_, i) => i % 2 === 1);
    this.#memoryEvery *= 2;
  }

  async #probe(epoch: number): Promise<void> {
    const { model, batches } = this.#watched!;
    const seen = await probe(model, batches[this.#probes.length % batches.length]);
    this.#probes.push({ step: this.#steps, epoch, ...seen });
    this.#weights = weightsOf(model);
  }

  #probeBetween(): void {
    const { model, batches, judging } = this.#watched!;
    const before = { weights: this.#weights, steps: this.#steps - (this.#probes.at(-1)?.step ?? 0) };
    const seen = probeBetween(model, batches[this.#probes.length % batches.length], judging, before);
    this.#probes.push({ step: this.#steps, epoch: 0, ...seen });
    this.#weights = weightsOf(model);
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

const weightsOf = (model: AnyModel): readonly HostArray[] =>
  model.trainableWeights.map((weight) => weight.dataSync());

function setWeights(model: AnyModel, values: readonly HostArray[]): void {
  model.trainableWeights.forEach((weight, i) => weight.assign(tensor(values[i], weight.shape)));
}
