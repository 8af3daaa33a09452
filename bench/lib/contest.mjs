// All contestants at one work: they agree on the losses, warm up, and take turns. Why so: see `train-step.mjs`.

import { Cannot, Contestant } from "./contestant.mjs";
import { taskOf } from "./task.mjs";

/**
 * @typedef {object} Rules
 * @property {number} rounds
 * @property {number} patience  seconds that a step may take
 * @property {"ms" | "cpu"} clock  which time of a report counts
 */

/** Time that one turn should take: long against the clock and the message that asks for it. */
const turn = 200;
/** Steps after which the losses are compared. */
const checkpoints = [1, 2, 5, 10];
/**
 * How far a loss may lie from Plumb's: a share of itself, as all sums are rounded in another order, and a share of the way
 * that it has come, as Adam makes full steps of tiny gradients, roundings among them. A mistake in a model may move a loss
 * by no more than one part in ten thousand: labels are random, and a loss begins near that of guessing.
 */
const tolerance = { ofLoss: 1e-5, ofWay: 1e-3 };

/** One contestant's part of a contest. */
export class Entry {
  /** @type {Contestant | undefined} until it sits out */
  contestant;
  /** @type {import("./contestant.mjs").Way} */
  way = { threads: 1 };
  /** Why it does not do the work at all. @type {string | undefined} */
  cannot;
  /** @type {number[]} milliseconds per step, by round; of one step, where more are not waited for */
  times = [];
  steps = 1;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** What the contestant answers; none from then on when it cannot. @template T @param {() => Promise<T>} ask */
  async hear(ask) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Cannot) || this.name === "plumb") throw error;
      this.cannot = error.message;
      this.sitOut();
    }
  }

  /** @param {import("./task.mjs").Task} task */
  async begin(task) {
    const way = await this.hear(async () => {
      this.contestant = new Contestant(this.name);
      return this.contestant.begin(task);
    });
    if (way) this.way = way;
  }

  /** @param {number} steps */
  train(steps) {
    return this.hear(async () => this.contestant?.train(steps));
  }

  sitOut() {
    this.contestant?.stop();
    this.contestant = undefined;
  }
}

/**
 * All of them at one work; Plumb is the first.
 * @param {string} work @param {string[]} rivals @param {Rules} rules
 * @returns {Promise<Entry[]>}
 */
export async function contest(work, rivals, rules) {
  const entries = ["plumb", ...rivals].map((name) => new Entry(name));
  const task = taskOf(work);
  try {
    for (const entry of entries) await entry.begin(task);
    await agree(entries, rules);
    for (const entry of entries) await warmUp(entry);
    for (let round = 0; round < rules.rounds; round++)
      for (const entry of entries) {
        const report = await entry.train(entry.steps);
        if (report) entry.times.push(report[rules.clock] / entry.steps);
      }
    return entries;
  } finally {
    for (const entry of entries) entry.sitOut();
  }
}

/** All train to the same losses. @param {Entry[]} entries @param {Rules} rules */
async function agree(entries, { patience, clock }) {
  let done = 0;
  let first = NaN;
  for (const checkpoint of checkpoints) {
    const steps = checkpoint - done;
    done = checkpoint;
    let expected = NaN;
    for (const entry of entries) {
      const report = await entry.train(steps);
      if (!report) continue;
      const { loss } = report;
      if (entry.name === "plumb") {
        expected = loss;
        if (checkpoint === 1) first = loss;
      }
      const allowed = tolerance.ofLoss * expected + tolerance.ofWay * Math.abs(first - expected);
      if (!(Math.abs(loss - expected) <= allowed))
        throw new Error(`after ${checkpoint} steps ${entry.name} has a loss of ${loss}, plumb ${expected}`);
      // The first step may have compiled; the second is one like all that follow.
      if (checkpoint === 2 && report.ms > 1000 * patience) {
        entry.times = [report[clock]];
        entry.sitOut();
      }
    }
  }
}

/** Trains until the engine's optimising compiler has had its say, and finds how many steps make a turn. @param {Entry} entry */
async function warmUp(entry) {
  for (let spent = 0; entry.contestant && spent < 5 * turn;) {
    const report = await entry.train(entry.steps);
    if (!report) return;
    spent += report.ms;
    entry.steps = Math.max(1, Math.round((entry.steps * turn) / Math.max(report.ms, 1)));
  }
}
