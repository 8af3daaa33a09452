// The process of a rival in Node: makes a trainer of the task in the first line, and trains as the others say.
// The protocol is described in `contestant.mjs`.

import { createInterface } from "node:readline";
import { taskIn } from "./task.mjs";

/**
 * What the `trainer.mjs` of a rival makes of a task.
 * @typedef {object} Trainer
 * @property {number} threads
 * @property {string} [note]  what one should know about how it is done
 * @property {(steps: number) => Promise<number>} run  trains that many steps and answers the loss of the last one
 */

console.log = console.info = console.error; // answers alone go to standard output

/** @type {Trainer} */
let trainer;

/** @param {string} line */
async function answer(line) {
  if (trainer === undefined) {
    trainer = await makeTrainer(line);
    return { threads: trainer.threads, note: trainer.note };
  }
  const [start, startCpu] = [performance.now(), process.cpuUsage()];
  const loss = await trainer.run(Number(line));
  const { user, system } = process.cpuUsage(startCpu);
  return { loss, ms: performance.now() - start, cpu: (user + system) / 1000 };
}

/** @param {string} line @returns {Promise<Trainer>} */
async function makeTrainer(line) {
  const [folder] = process.argv.slice(2);
  const { trainer } = await import(`../rivals/${folder}/trainer.mjs`);
  return trainer(taskIn(line));
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(line).catch((/** @type {Error} */ error) => ({
    cannot: error.message.split("\n")[0],
  }));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
