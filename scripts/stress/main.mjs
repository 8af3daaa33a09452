// How does training do where others keep the cores busy?
//
//     npm run build && node scripts/stress/main.mjs            0, 1, 2 and 4 other processes, 2 s each
//     node scripts/stress/main.mjs --others 0,8 --seconds 5
//
// A step of 784-512-512-10, batch 128, on all threads and on one. `ms` is the clock, `CPU` the processor time of a step, all
// threads together. The slowdown is told beside the one that a fair share of the cores explains: with n others and t threads
// on c cores, (n + t) / c. What the engine wastes itself by waiting awake is the growth of CPU.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Dense, Input, Sequential, engineStats, setThreads, tensor } from "plumb-ml";

const { values: options } = parseArgs({
  options: { others: { type: "string", default: "0,1,2,4" }, seconds: { type: "string", default: "2" } },
});

const rows = 128;
const model = new Sequential([
  Input({ shape: [784] }),
  new Dense(512, { activation: "relu" }),
  new Dense(512, { activation: "relu" }),
  new Dense(10),
]);
model.compile({ optimizer: "adam", loss: "meanSquaredError" });
const wave = (/** @type {number} */ length) => Float32Array.from({ length }, (_, i) => Math.sin(i));
const x = tensor(wave(rows * 784), [rows, 784]);
const y = tensor(wave(rows * 10), [rows, 10]);
const step = () => model.trainOnBatch(x, y);

/** Milliseconds of a step, by the clock and of processor time. @param {number} seconds */
async function measure(seconds) {
  for (const start = performance.now(); performance.now() - start < 400;) await step();
  const before = process.cpuUsage();
  const start = performance.now();
  let steps = 0;
  for (; performance.now() - start < 1000 * seconds; steps++) await step();
  const { user, system } = process.cpuUsage(before);
  return { ms: (performance.now() - start) / steps, cpu: (user + system) / 1000 / steps };
}

const cores = availableParallelism();
const threads = engineStats().threads;
/** @type {Map<number, { ms: number, cpu: number }>} */
const quiet = new Map();
console.log(`Node ${process.versions.node}, ${cores} cores.`);
console.log("others  threads        ms       CPU  slowdown  explained");
for (const others of options.others.split(",").map(Number)) {
  const busy = Array.from({ length: others }, () => spawn(process.execPath, ["-e", "for(;;);"]));
  for (const count of [threads, 1]) {
    setThreads(count);
    const now = await measure(Number(options.seconds));
    const first = quiet.get(count) ?? now;
    quiet.set(count, first);
    const explained = Math.max(1, (others + count) / cores);
    const columns = [others, count, now.ms.toFixed(2), now.cpu.toFixed(2)];
    columns.push((now.ms / first.ms).toFixed(2), explained.toFixed(2));
    console.log(columns.map((text, i) => `${text}`.padStart([6, 9, 10, 10, 10, 11][i])).join(""));
  }
  for (const each of busy) each.kill("SIGKILL");
}
