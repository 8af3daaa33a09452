// All entrants at one work: they agree on the answers, warm up, and take turns. Why so: see `bench.mjs`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cannot, Contestant } from "./contestant.mjs";
import { takesPart } from "./rivals.mjs";
import { median } from "./stats.mjs";
import { size, taskFor, writeTask } from "./task.mjs";

/**
 * @typedef {object} Rules
 * @property {number} rounds
 * @property {number} patience  seconds to wait for one step, or one epoch
 * @property {number} turn  milliseconds that a turn should take: long against the clock and the message that asks for it
 * @property {"ms" | "cpu"} clock  which time of an answer counts
 */
/** @typedef {{ rival: string, threads: number, turbo?: boolean }} Entrant */
/** @typedef {{ work: import("./works.mjs").Work, entrants: readonly Entrant[] }} Part */

/** Whoever needs this much longer than a turn to do it once takes its turn in every second round, then in every third … */
const longTurn = 8;
/** Whoever needs as many milliseconds is asked for its answers once and once more, and no further. */
const slow = 1000;

/** After how many times the answers are compared, and how far a number may lie from Plumb's. */
const agreements = {
  // Of a loss a share of itself, as all sums are rounded in another order, and a share of the way that it has come, as Adam
  // makes full steps of tiny gradients, roundings among them: the CNN's losses part by one thousandth in ten steps. A
  // mistake in a model may move a loss by no more than one part in ten thousand: labels are random, and a loss begins near
  // that of guessing.
  train: { after: [1, 2, 5, 10], ofSelf: 1e-5, ofWay: 2e-3, ofLargest: 0 },
  // The mean loss of the first epoch, rows in their order.
  fit: { after: [1], ofSelf: 2e-4, ofWay: 0, ofLargest: 0 },
  crossentropy: { after: [1], ofSelf: 1e-4, ofWay: 0, ofLargest: 0 },
  matmul: { after: [1], ofSelf: 0, ofWay: 0, ofLargest: 1e-5 },
  adam: { after: [1, 3], ofSelf: 0, ofWay: 0, ofLargest: 2e-6 },
};

/** One entrant's part of a contest. */
export class Entry {
  /** @type {Contestant | undefined} until it sits out */
  contestant;
  /** @type {import("./contestant.mjs").Way | undefined} */
  way;
  /** Why it does not do the work at all. @type {string | undefined} */
  cannot;
  /** By round, milliseconds for one step; undefined where it did not take its turn. @type {(number | undefined)[]} */
  times = [];
  /** Milliseconds that doing it once takes. */
  once = 0;

  /** Its answers are not Plumb's. */
  wrong = false;

  /** @param {Entrant} entrant @param {Part["work"]} work @param {Rules} rules */
  constructor({ rival, threads, turbo = false }, work, rules) {
    this.rival = rival;
    this.threads = threads;
    this.turbo = turbo;
    this.work = work;
    this.rules = rules;
  }

  /** What the contestant answers; none from then on when it cannot. @template T @param {(asked: Contestant) => Promise<T>} ask */
  async hear(ask) {
    if (this.contestant === undefined) return undefined;
    try {
      return await ask(this.contestant);
    } catch (error) {
      if (!(error instanceof Cannot)) throw error;
      this.giveUp(error.message);
    }
  }

  /** @param {ReturnType<typeof writeTask>} lineFor */
  async begin(lineFor) {
    const line = lineFor({ threads: this.threads, turbo: this.turbo });
    this.contestant = new Contestant(this.rival, this.work.job);
    this.way = await this.hear((contestant) => contestant.begin(line, 3 * this.rules.patience));
    return this.way;
  }

  /** @param {number} times */
  async check(times) {
    const answer = await this.hear((contestant) => contestant.check(times, times * this.rules.patience));
    if (answer) this.once = answer.ms / times;
    return answer;
  }

  /** As often as fits into a turn. */
  async turn() {
    const times = Math.max(1, Math.round(this.rules.turn / Math.max(this.once, 1e-3)));
    const seconds = this.rules.patience + (2 * times * this.once) / 1000;
    const answer = await this.hear((contestant) => contestant.run(times, seconds));
    if (answer === undefined) return undefined;
    this.once = answer.ms / times;
    return { ms: answer.ms, each: answer[this.rules.clock] / times };
  }

  /** From how many rounds it takes part in one. */
  get every() {
    return Math.max(1, Math.ceil(this.once / (longTurn * this.rules.turn)));
  }

  /** @param {string} why */
  giveUp(why) {
    this.cannot = why;
    this.sitOut();
  }

  /** @param {number} times @param {number} value @param {number} expected */
  differs(times, value, expected) {
    if (this.wrong) return;
    this.wrong = true;
    const count = times === 1 ? "once" : `${times} times`;
    this.giveUp(`another answer after doing it ${count}: ${value}, and not ${expected}`);
  }

  sitOut() {
    this.contestant?.stop();
    this.contestant = undefined;
  }
}

/**
 * All take their turns in the same rounds. In each part those of Plumb come first, and the first who can sets the answers.
 * @param {readonly Part[]} parts @param {Rules} rules
 * @returns {Promise<Entry[]>}
 */
export async function contest(parts, rules) {
  const folder = mkdtempSync(join(tmpdir(), "plumb-bench-"));
  /** @type {Entry[]} */
  const all = [];
  try {
    for (const [at, { work, entrants }] of parts.entries()) {
      const entries = entrants
        .filter(({ rival }) => takesPart(rival, work.job))
        .map((entrant) => new Entry(entrant, work, rules));
      all.push(...entries);
      const lineFor = writeTask(taskFor(work), join(folder, `task${at}`));
      if (work.job === "train" && work.fresh) {
        await beFresh(entries, lineFor, rules);
        return all;
      }
      for (const entry of entries) await entry.begin(lineFor);
      await agree(entries, agreements[work.job]);
    }
    for (const entry of all) await warmUp(entry);
    for (let round = 0; round < rules.rounds; round++)
      for (const entry of all) {
        const each = round % entry.every === 0 ? (await entry.turn())?.each : undefined;
        entry.times[round] = each === undefined ? undefined : each / stepsOf(entry.work);
      }
    return all;
  } finally {
    for (const entry of all) entry.sitOut();
    rmSync(folder, { recursive: true });
  }
}

/** Steps in doing it once. @param {Part["work"]} work */
const stepsOf = (work) => (work.job === "fit" ? Math.ceil(work.rows / size(work.labels)) : 1);

/** A process for each turn: from the import to the result of the first step. @param {Entry[]} entries @param {ReturnType<typeof writeTask>} lineFor @param {Rules} rules */
async function beFresh(entries, lineFor, { rounds, clock }) {
  for (let round = 0; round < rounds; round++) {
    /** @type {number | undefined} */
    let expected;
    for (const entry of entries) {
      if (entry.cannot !== undefined) continue;
      if (round % entry.every > 0) continue;
      const way = await entry.begin(lineFor);
      const answer = await entry.check(1);
      if (way === undefined || answer === undefined) continue;
      entry.sitOut();
      const [loss] = answer.values;
      expected ??= loss;
      if (isNear(loss, expected, agreements.train.ofSelf * expected)) {
        entry.once = way.ms + answer.ms;
        entry.times[round] = way[clock] + answer[clock];
      } else entry.differs(1, loss, expected);
    }
  }
}

/** All come to the same numbers. @param {Entry[]} entries @param {typeof agreements[keyof typeof agreements]} agreement */
async function agree(entries, { after, ofSelf, ofWay, ofLargest }) {
  let done = 0;
  /** @type {number[] | undefined} */
  let first;
  for (const count of after) {
    /** @type {number[] | undefined} */
    let expected;
    for (const entry of entries) {
      if (done > 1 && entry.once > slow) continue;
      const answer = await entry.check(count - done);
      if (answer === undefined) continue;
      const { values } = answer;
      expected ??= values;
      first ??= values;
      const largest = Math.max(...expected.map(Math.abs));
      for (const [i, value] of expected.entries()) {
        const way = Math.abs(first[i] - value);
        const allowed = ofSelf * Math.abs(value) + ofWay * way + ofLargest * largest;
        if (!isNear(values[i], value, allowed)) entry.differs(count, values[i], value);
      }
    }
    done = count;
  }
}

/** @param {number} value @param {number} expected @param {number} allowed */
const isNear = (value, expected, allowed) => Math.abs(value - expected) <= allowed;

/** Until the engine's optimising compiler has had its say, and it is known how often a turn can do it. @param {Entry} entry */
async function warmUp(entry) {
  for (let spent = entry.once; spent < 4 * entry.rules.turn;) {
    const time = await entry.turn();
    if (time === undefined) return;
    spent += time.ms;
  }
}

/** The times of the rounds in which it took its turn. @param {Entry} entry  @returns {number[]} */
export const taken = (entry) => entry.times.filter((ms) => ms !== undefined);

/**
 * How many times as long the other took: the median over rounds in which both took their turns.
 * @param {Entry | undefined} own @param {Entry} other
 */
export function ratioOf(own, other) {
  const ratios = other.times.flatMap((ms, round) => {
    const owns = own?.times[round];
    return ms === undefined || owns === undefined ? [] : [ms / owns];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
