// One rival in a process of its own: it shares neither heap, nor compiled code, nor threads with the others.
// This file is both ends of the wire: `Contestant` here, and the loop at the bottom in the process it starts.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { taskOf } from "./task.mjs";

/**
 * What a file in `rivals/` gives for a task.
 * @typedef {object} Trainer
 * @property {number} threads
 * @property {(steps: number) => Promise<number>} run  trains that many steps and answers the loss of the last one
 */

/** @typedef {{ loss: number, ms: number, threads: number }} Report  `ms` for all the steps together */

const thisFile = fileURLToPath(import.meta.url);

export class Contestant {
  /** @param {string} rival @param {string} work */
  constructor(rival, work) {
    this.rival = rival;
    this.process = fork(thisFile, [rival, work]);
  }

  /** @param {number} steps @returns {Promise<Report>} */
  run(steps) {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`${this.rival} ended before it answered`));
      this.process.once("exit", ended);
      this.process.once("message", (/** @type {Report} */ report) => {
        this.process.off("exit", ended);
        resolve(report);
      });
      this.process.send(steps);
    });
  }

  stop() {
    this.process.kill();
  }
}

if (process.argv[1] === thisFile) {
  const [rival, work] = process.argv.slice(2);
  /** @type {{ trainer: (task: import("./task.mjs").Task) => Promise<Trainer> }} */
  const { trainer } = await import(`../rivals/${rival}.mjs`);
  const { run, threads } = await trainer(taskOf(/** @type {"A" | "B"} */ (work)));
  process.on("message", async (/** @type {number} */ steps) => {
    const start = performance.now();
    const loss = await run(steps);
    process.send?.({ loss, ms: performance.now() - start, threads });
  });
}
