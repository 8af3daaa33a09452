/** The sweep over learning rates. */
import { PlumbError } from "../base/errors.ts";
import { integer, optional, real, resolve } from "../base/parameters.ts";
import { Batches, freshSeed, rowNumbers, seedFor } from "../data/index.ts";
import { engineTurn } from "../tensor/index.ts";
import type { Dataset } from "./dataset.ts";
import type { AnyModel } from "./model.ts";
import { runInSlices } from "./slices.ts";
import { stepOver, type Step } from "./step.ts";

const parameters = {
  from: real(1e-7, "The first learning rate", { above: 0 }),
  to: real(10, "The last learning rate", { above: 0 }),
  steps: integer(100, "Steps, each at a rate of its own", { min: 10 }),
  batchSize: integer(32, "Rows per step", { min: 1 }),
  smoothing: real(0.9, "Share of the mean so far in the smoothed loss", { min: 0, max: 0.999 }),
  seed: optional(integer(0, "Decides the order of rows and dropout")),
  divergence: real(4, "The sweep ends when the smoothed loss is this many times its smallest", { above: 1 }),
};

/** What `findLearningRate` takes besides data. */
export interface SweepOptions {
  /** The first rate. Default 1e-7. */
  readonly from?: number;
  /** The last rate. Default 10. */
  readonly to?: number;
  /** Steps, each at a rate of its own, a constant factor above the one before. Default 100. */
  readonly steps?: number;
  /** Rows per step, as the training is to have. Default 32. */
  readonly batchSize?: number;
  /** Share of the mean so far in the smoothed loss. Default 0.9. */
  readonly smoothing?: number;
  /** The sweep ends when the smoothed loss is this many times its smallest. Default 4. */
  readonly divergence?: number;
  /** Decides the order of rows and dropout. Unset: drawn from the global one. */
  readonly seed?: number;
}

/** What a sweep found. Row i of the columns belongs to step i. */
export interface LearningRateSweep {
  readonly rates: readonly number[];
  /** The loss of each step, before its update. */
  readonly losses: readonly number[];
  /** The losses as an exponential mean, corrected for its beginning. */
  readonly smoothed: readonly number[];
  /** A rate to train with: a tenth of the one at which the smoothed loss was smallest. */
  readonly suggestion: number;
  /** The rate at which the smoothed loss fell fastest, per factor of the rate. */
  readonly steepest: number;
  /** The rate at which the loss took off, if it did. */
  readonly divergedAt?: number;
}

/**
 * Smith, Cyclical Learning Rates for Training Neural Networks, 2017, with the smoothing and the stopping rule of fast.ai.
 * A tenth of the rate of the smallest loss stands well below the edge at which training falls apart.
 */
export async function findLearningRate(
  model: AnyModel,
  data: Dataset,
  options: SweepOptions,
): Promise<LearningRateSweep> {
  const {
    from,
    to,
    steps,
    batchSize,
    smoothing,
    divergence,
    seed = freshSeed(),
  } = resolve("PL4004", "findLearningRate", parameters, options);
  if (to <= from)
    throw new PlumbError("PL4004", {
      asked: `A sweep of learning rates from ${from} to ${to} was asked for`,
      why: "Rates grow from the first to the last",
      fix: "Give a last rate above the first one",
    });
  const { compiled } = model;
  const { optimizer } = compiled;
  if (optimizer.followsSchedule)
    throw new PlumbError("PL4004", {
      asked: "A sweep of learning rates was asked for",
      arrived: `The rate of ${optimizer.name} follows a schedule`,
      why: "A sweep sets the rate of every step, and so would the schedule",
      fix: "Compile with a number for the rate, sweep, and give the optimizer its schedule when you train",
    });
  let step: Step | undefined;
  try {
    const batches = new Batches(rowNumbers(data.count), batchSize);
    step = await engineTurn(async () => {
      data.load();
      const made = stepOver(model, "train", model.objectiveFor(data), data, batches);
      await made.reserve();
      return made;
    });
    const { run, totals } = step;
    const sweep = new Sweep(smoothing, divergence);
    const factor = (to / from) ** (1 / (steps - 1));
    // In one turn of the model: nobody is to see it on the way.
    await model.turns.take(async () => {
      const before = await engineTurn(() => model.getState());
      const rateBefore = optimizer.learningRate;
      try {
        let sum = 0;
        await runInSlices({
          steps,
          generator: { seed: seedFor(seed, "draws", 0), counter: 0 },
          step(i) {
            const batch = i % batches.steps;
            if (batch === 0) {
              batches.shuffle(seed, i);
              totals.reset();
              sum = 0;
            }
            optimizer.learningRate = from * factor ** i;
            run(batch);
          },
          read(i) {
            const batch = i % batches.steps;
            const total = totals.readLoss();
            const loss = (total - sum) / batches.sizeOf(batch);
            if (i === 0 && !Number.isFinite(loss)) throw notFinite(loss);
            sweep.add(from * factor ** i, loss);
            sum = total;
          },
          ends: () => sweep.ended,
        });
      } finally {
        await engineTurn(() => {
          optimizer.learningRate = rateBefore;
          model.setState(before);
        });
      }
    });
    return sweep.result();
  } finally {
    await engineTurn(() => {
      step?.dispose();
      data.dispose();
    });
  }
}

const notFinite = (loss: number): PlumbError =>
  new PlumbError("PL4004", {
    asked: "A sweep of learning rates was asked for",
    arrived: `The loss is ${loss} before the first update`,
    why: "No rate can be blamed for that: the inputs or the weights are not finite, or the loss does not take them",
    fix: "Look for NaN and infinities in the inputs, then sweep again",
  });

class Sweep {
  readonly #rates: number[] = [];
  readonly #losses: number[] = [];
  readonly #smoothed: number[] = [];
  readonly #smoothing: number;
  readonly #divergence: number;
  #mean = 0;
  #weight = 0;
  #best = Infinity;
  ended = false;

  constructor(smoothing: number, divergence: number) {
    this.#smoothing = smoothing;
    this.#divergence = divergence;
  }

  add(rate: number, loss: number): void {
    const share = 1 - this.#smoothing;
    this.#mean += share * (loss - this.#mean);
    this.#weight += share * (1 - this.#weight);
    const smoothed = this.#mean / this.#weight;
    this.#rates.push(rate);
    this.#losses.push(loss);
    this.#smoothed.push(smoothed);
    this.ended = !Number.isFinite(smoothed) || (this.#best > 0 && smoothed > this.#divergence * this.#best);
    this.#best = Math.min(this.#best, smoothed);
  }

  result(): LearningRateSweep {
    const rates = this.#rates;
    const smoothed = this.#smoothed;
    const place = smoothed.indexOf(this.#best);
    let steepest = 0;
    const fall = (i: number): number => smoothed[i] - smoothed[i + 1];
    for (let i = 0; i < place; i++) if (fall(i) > fall(steepest)) steepest = i;
    return {
      rates,
      losses: this.#losses,
      smoothed,
      suggestion: rates[Math.max(0, place)] / 10,
      steepest: rates[steepest],
      ...(this.ended ? { divergedAt: rates.at(-1) } : {}),
    };
  }
}
