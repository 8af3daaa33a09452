/** Where the time of a training step goes: every kernel of its program, timed from inside. */
import { PlumbError } from "../base/errors.ts";
import { integer, resolve, unchecked } from "../base/parameters.ts";
import { Batches, rowNumbers } from "../data/index.ts";
import { engineTurn, leavesOf, macrotask, now, type Tensor } from "../tensor/index.ts";
import type { Compiled } from "./compile.ts";
import { Dataset } from "./dataset.ts";
import type { AnyModel } from "./model.ts";
import { generatedInputs, generatedLabels } from "./profile-data.ts";
import { measured, type KernelProfile, type Measured, type Steps } from "./profile-kernels.ts";
import { machineSpeed, type MachineSpeed } from "./profile-machine.ts";
import { profileTable } from "./profile-table.ts";
import { inputsOf, type RowsData, type RowWeights } from "./rows.ts";
import { sliceMilliseconds } from "./slices.ts";
import { stepOver, type RehearsedStep, type Step } from "./step.ts";

const parameters = {
  steps: integer(20, "Steps that are measured", { min: 4 }),
  batchSize: integer(32, "Rows per step", { min: 1 }),
  sampleWeight: unchecked<RowWeights | undefined>(undefined, "How much each row counts"),
};

/** What `profile` takes besides data. */
export interface ProfileOptions {
  /** Steps that are measured, without and with a clock; of each the middle half counts. Default 20. */
  readonly steps?: number;
  /** Rows per step, as the training is to have. Default 32. */
  readonly batchSize?: number;
  /** How much each row counts, where the training is to have weights: `[rows]`; of several outputs for each. */
  readonly sampleWeight?: RowWeights;
}

/**
 * Where the time of a training step goes: what `model.profile` gives. It is plain data, which `JSON.stringify` writes;
 * `toString` makes a table of it.
 *
 * Times are milliseconds of one step: means over the half of the steps that lie in the middle. Those of `kernels`, and
 * `outside`, add up to `timed`.
 */
export class Profile {
  /** The name of the model. */
  readonly model: string;
  /** Rows of a step. */
  readonly rows: number;
  /** Threads that there were to share the work. */
  readonly threads: number;
  /** A step as `fit` runs it, and the quartiles of those that were measured. */
  readonly step: number;
  readonly quartiles: readonly [lower: number, upper: number];
  /** A step with a clock between its kernels, without the time that the clock takes. */
  readonly timed: number;
  /** The time that the clock takes. */
  readonly clock: number;
  /** Every kernel of the step, the longest first. */
  readonly kernels: readonly KernelProfile[];
  /** What is no kernel: JavaScript, which fills in the numbers of the rows and calls the program. */
  readonly outside: number;
  /** How long the caller waited for other threads: a part of the times of kernels. */
  readonly waiting: number;
  /** Of the time of all threads while kernels ran, the share in which they computed. */
  readonly busy: number;
  /** What this machine reaches. */
  readonly machine: MachineSpeed;
  /** What is to be known of the measurement: steps that differ much, a clock that costs. */
  readonly notes: readonly string[];

  constructor(model: string, rows: number, machine: MachineSpeed, found: Measured) {
    this.model = model;
    this.rows = rows;
    this.threads = machine.threads;
    this.step = found.step;
    this.quartiles = found.quartiles;
    this.timed = found.timed;
    this.clock = found.clock;
    this.kernels = found.kernels;
    this.outside = found.outside;
    this.waiting = found.waiting;
    this.busy = found.busy;
    this.machine = machine;
    this.notes = found.notes;
  }

  /** A table of the kernels, at most 110 columns wide, and below it what its columns mean. */
  toString(): string {
    return profileTable(this);
  }
}

/**
 * Steps after which the copies begin anew: a model that learned the same rows a thousand times has gradients next to nothing,
 * of which numbers come that processors are slow with.
 */
const stretch = 8;

/** Milliseconds that steps run before any counts, and how many at least: V8 makes fast what has run for a while. */
const warmUp = 300;
const leastWarmUp = 3;

export async function profile(
  model: AnyModel,
  compiled: Compiled,
  x: RowsData | undefined,
  y: RowsData | undefined,
  options: ProfileOptions,
): Promise<Profile> {
  const { steps, batchSize, sampleWeight } = resolve("PL4004", "profile", parameters, options);
  if (x === undefined && y !== undefined) throw labelsAlone();
  const inputs = x === undefined ? generatedInputs(model, batchSize) : inputsOf(model, x);
  const [{ shape }] = leavesOf(inputs) as Tensor[];
  model.buildFor(inputs);
  const data = new Dataset(model, inputs, y ?? generatedLabels(model, compiled, shape[0]), sampleWeight);
  const rows = Math.min(batchSize, data.count);
  // Whole batches only: a remainder would be another program.
  const batches = new Batches(rowNumbers(data.count - (data.count % rows)), rows);
  let step: Step | undefined;
  let rehearsed: RehearsedStep | undefined;
  try {
    await engineTurn(async () => {
      data.load();
      step = stepOver(model, "train", model.objectiveFor(data), data, batches);
      await step.reserve();
      rehearsed = step.rehearse();
    });
    const machine = await machineSpeed();
    const { kernels } = rehearsed!;
    const found = measured(kernels, await run(model, rehearsed!, steps, batches.steps), machine);
    return new Profile(model.name, rows, machine, found);
  } finally {
    await engineTurn(() => {
      rehearsed?.dispose();
      step?.dispose();
      data.dispose();
    });
  }
}

/** Steps as they are and with the clock, by turns, so that what else the machine does meets both. */
async function run(
  { turns }: AnyModel,
  { run: plainStep, runTimed, laps, clock, reset }: RehearsedStep,
  steps: number,
  batches: number,
): Promise<Steps> {
  const found = {
    plain: [] as number[],
    timed: [] as number[],
    laps: [] as ReturnType<typeof laps>[],
    clock,
  };
  let done = 0;
  const both = (): void => {
    if (done % stretch === 0) reset();
    const begin = now();
    plainStep(done % batches);
    const between = now();
    runTimed(done % batches);
    const end = now();
    done++;
    found.plain.push(between - begin);
    found.timed.push(end - between);
    found.laps.push(laps());
  };
  /** Slices of steps, in place also where those of a fit are left to workers: it is the caller's clock that is read. */
  const until = async (isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      const slice = (): void => {
        const begun = now();
        do both();
        while (!isOver() && now() - begun < sliceMilliseconds);
      };
      await turns.take(() => engineTurn(slice));
      await macrotask();
    }
  };
  const started = now();
  await until(() => now() - started > warmUp && done >= leastWarmUp);
  for (const list of [found.plain, found.timed, found.laps]) list.length = 0;
  await until(() => found.plain.length === steps);
  return found;
}

const labelsAlone = (): PlumbError =>
  new PlumbError("PL4004", {
    asked: "A profile was asked for with labels and no rows",
    why: "Labels belong to rows",
    fix: "Give both, model.profile(x, y), or none for rows of the right shapes",
  });
