// The process of a rival in Node: prepares the task of the first line, then does it as often as the others say. The
// protocol is described in `contestant.mjs`. Arguments: the rival's folder, and the job, which is a file in it.

import { createInterface } from "node:readline";
import { readTask } from "./task.mjs";

/**
 * What the `prepare` of a job makes of a task and its setting.
 * @typedef {object} Prepared
 * @property {number} threads  that it runs on
 * @property {string} version
 * @property {string} [mode]  of the engine, if there are several
 * @property {string} [note]  what one should know about how it is done
 * @property {(times: number) => void | Promise<void>} run  over and over; done when it returns
 * @property {(times: number) => number[] | Promise<number[]>} check  the same, and numbers to compare
 */

console.log = console.info = console.error; // answers alone go to standard output

const [folder, job] = process.argv.slice(2);
/** @type {Prepared} */
let prepared;

/** @param {string} line */
async function answer(line) {
  if (prepared === undefined) {
    const { task, ...setting } = readTask(line);
    return timed(async () => {
      const { prepare } = await import(`../rivals/${folder}/${job}.mjs`);
      prepared = await prepare(task, setting);
      const { threads, version, mode, note } = prepared;
      return { threads, version, mode, note };
    });
  }
  const { check, run } = JSON.parse(line);
  return check === undefined
    ? timed(() => prepared.run(run))
    : timed(async () => ({ values: await prepared.check(check) }));
}

/** @param {() => Promise<object | void> | object | void} work */
async function timed(work) {
  const [start, startCpu] = [performance.now(), process.cpuUsage()];
  const said = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(startCpu);
  return { ...said, ms, cpu: (user + system) / 1000 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(line).catch((/** @type {Error} */ error) => ({
    cannot: error.message.split("\n")[0],
  }));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
