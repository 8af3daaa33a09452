// How long does Plumb take, and what one would use instead?
//
//     npm run bench                              everything, some ten minutes
//     npm run bench -- --work A --rival jax-js   one work, one rival; each option may stand several times
//     npm run bench -- --quick                   fewer and shorter rounds
//     npm run bench -- --rounds 15 --json FILE   more rounds (5); the figures as data too
//     npm run bench -- --threads 2 --turbo       Plumb on two threads with plumb-ml/turbo; --no-turbo: without; else both
//     npm run bench -- --patience 60             wait that many seconds for a step, or an epoch (15)
//     npm run bench -- --clock cpu               processor time: see below
//     npm run bench -- --avx2                    rivals do without AVX-512, which WebAssembly does not have
//     PLUMB_PYTHON=… npm run bench               the Python that has JAX, PyTorch, Keras (python3)
//
// The works are in `lib/works.mjs`: training steps of MLPs (A and B), a CNN, an LSTM, a TRANSFORMER block and nanoGPT;
// cross-entropy of many classes alone (CE-fwd) and with its gradient (CE-grad); a matrix product (GEMM); an update of Adam;
// fits, timed per step and beside the compiled step alone; and first steps of fresh processes, import included. All is
// float32, softmax cross-entropy of the logits, and on data that lie in each library's own memory.
//
// Each rival runs in a process of its own. First they must agree on the answers from the same numbers; then all are warmed
// up, and then they take turns, so that a busy machine is busy for all of them. The ratio is the median over rounds of
// (rival / Plumb) within a round; absolute times are worth little on a shared machine. Who is not installed, cannot do a
// work, or lets others wait too long, says so in a line. Rivals use as many threads as the most of `--threads`, if they
// can: those in JavaScript have one.
//
// On a machine that others use too, processor time repeats to a few per cent where the clock does not, and is the better
// measure of whoever has one thread. It counts all threads of a rival together, those that only wait for others as well.

import { writeFileSync } from "node:fs";
import { contest, taken } from "./lib/contest.mjs";
import { oneOf, optionsOf, whole, writable } from "./lib/options.mjs";
import { linesOf, machine, rowsOf } from "./lib/report.mjs";
import { rivals, withoutAVX512 } from "./lib/rivals.mjs";
import { works } from "./lib/works.mjs";

const others = Object.keys(rivals).filter((name) => name !== "plumb");
const options = optionsOf(import.meta.url, {
  work: { type: "string", multiple: true, default: Object.keys(works) },
  rival: { type: "string", multiple: true, default: others },
  threads: { type: "string", multiple: true, default: ["1", "2"] },
  turbo: { type: "boolean" },
  quick: { type: "boolean", default: false },
  rounds: { type: "string" },
  patience: { type: "string", default: "15" },
  clock: { type: "string", default: "wall" },
  avx2: { type: "boolean", default: false },
  json: { type: "string" },
});
oneOf("work", options.work, Object.keys(works));
oneOf("rival", options.rival, others);
oneOf("clock", [options.clock], ["wall", "cpu"]);
writable("json", options.json);
const threads = options.threads.map((given) => whole("threads", given));
const turbo = options.turbo === undefined ? [false, true] : [options.turbo];
/** @type {import("./lib/contest.mjs").Rules} */
const rules = {
  rounds: whole("rounds", options.rounds ?? (options.quick ? "3" : "5")),
  patience: whole("patience", options.patience),
  turn: options.quick ? 60 : 200,
  clock: options.clock === "cpu" ? "cpu" : "ms",
};

if (options.avx2) Object.assign(process.env, withoutAVX512); // which their processes inherit

const own = turbo.flatMap((turbo) => threads.map((threads) => ({ rival: "plumb", threads, turbo })));
const rest = options.rival.map((rival) => ({ rival, threads: Math.max(...threads) }));

for (const line of machine()) console.log(line);
console.log(
  `${options.avx2 ? "Rivals without AVX-512. " : ""}${rules.rounds} rounds: milliseconds per step, median ± half of the rounds lie within; ratios as the lines of plumb stand`,
);
const rows = [];
for (const name of options.work) {
  const work = works[name];
  const bare = work.job === "fit" ? [{ work: work.bare, entrants: own }] : [];
  const entries = await contest([{ work, entrants: [...own, ...rest] }, ...bare], rules);
  console.log(`\n${linesOf(name, entries).join("\n")}`);
  rows.push(...rowsOf(name, entries, { clock: options.clock, rival_isa: options.avx2 ? "avx2" : undefined }));
  const able = entries.some((entry) => entry.rival === "plumb" && taken(entry).length > 0);
  if (!able || entries.some(({ wrong }) => wrong)) process.exitCode = 1;
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
