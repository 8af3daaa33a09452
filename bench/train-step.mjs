// How long does one step of training take, in Plumb and in what one would use instead?
//
//     npm run bench                                       everything, about ten minutes
//     node train-step.mjs --work A --rival jax-js         one work, one rival; each option may stand several times
//     node train-step.mjs --rounds 5 --json results.json  fewer rounds; the figures as data too
//     node train-step.mjs --patience 60                   wait that many seconds for a step (10)
//     node train-step.mjs --clock cpu                     processor time: see below
//     PLUMB_PYTHON=python3 npm run bench                  PyTorch too, on one thread and on two
//
// The works are MLPs (A and B), a CNN, an LSTM and a TRANSFORMER block; their sizes are in `lib/works.mjs`. A step is
// forward pass, gradients and Adam, on softmax cross-entropy of the logits, in float32.
//
// Each rival runs in a process of its own. First they must agree on the loss from the same weights and data; then all
// are warmed up, and then they take turns, so that a busy machine is busy for all of them. The ratio is the median over
// rounds of (rival / Plumb) within a round; absolute times are worth little on a shared machine. Who cannot do a work
// says why and sits it out; whose step takes longer than the patience is timed once.
//
// On a machine that others use too, processor time repeats to a few per cent where the clock does not, and is the better
// measure of whoever has one thread. It counts all threads of a rival together, those that only wait for others as well.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { contest } from "./lib/contest.mjs";
import { rivals } from "./lib/rivals.mjs";
import { median, spread } from "./lib/stats.mjs";
import { works } from "./lib/works.mjs";

const others = Object.keys(rivals).filter((name) => name !== "plumb");
const { values: options } = parseArgs({
  options: {
    work: { type: "string", multiple: true, default: Object.keys(works) },
    rival: { type: "string", multiple: true, default: others },
    rounds: { type: "string", default: "15" },
    patience: { type: "string", default: "10" },
    clock: { type: "string", default: "wall" },
    json: { type: "string" },
  },
});
refuseUnknown("work", options.work, Object.keys(works));
refuseUnknown("rival", options.rival, others);
refuseUnknown("clock", [options.clock], ["wall", "cpu"]);
const rounds = positive("rounds");
/** @type {import("./lib/contest.mjs").Rules} */
const rules = { rounds, patience: positive("patience"), clock: options.clock === "cpu" ? "cpu" : "ms" };
const unit = options.clock === "cpu" ? "ms of processor time" : "ms";

const results = [];
const node = process.versions.node;
const mode = process.execArgv.join(" ") || "no flags";
console.log(
  `Node ${node}, ${mode}, ${rounds} rounds. ${unit} per step: median ± half of the rounds lie within.`,
);
// Threads that wait for each other wait very long where something else has taken a core.
console.log(`${cpus().length} cores (${cpus()[0].model}), load before this ${loadavg()[0].toFixed(1)}`);
for (const work of options.work) {
  console.log(`\n${work}  ${works[work].title}`);
  const [own, ...entries] = await contest(work, options.rival, rules);
  show(own);
  for (const entry of entries) {
    const { name: rival, times, way, cannot } = entry;
    const setting = {
      work,
      rival,
      node,
      mode,
      clock: options.clock,
      threads: own.way.threads,
      ms: median(own.times),
    };
    if (cannot !== undefined) {
      show(entry);
      results.push({ ...setting, cannot });
      continue;
    }
    // Who was timed once was not timed in any round.
    const ratio = median(
      times.map((ms, round) => ms / (times.length < rounds ? setting.ms : own.times[round])),
    );
    show(entry, `  Plumb is ${ratio.toFixed(2)} times as fast`);
    const { threads: rival_threads, note } = way;
    results.push({ ...setting, rival_threads, note, rounds: times.length, rival_ms: median(times), ratio });
  }
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);

/** @param {import("./lib/contest.mjs").Entry} entry @param {string} [more] */
function show({ name, times, way, cannot }, more = "") {
  const label = `  ${name.padEnd(10)}`;
  if (cannot !== undefined) return console.log(`${label}  ${cannot}`);
  const time = median(times).toFixed(3).padStart(10);
  const around = times.length > 1 ? `± ${(50 * spread(times)).toFixed(0)}%` : "once";
  const note = way.note === undefined ? "" : `  (${way.note})`;
  console.log(`${label}${time} ${around.padEnd(6)}  ${way.threads}T${more}${note}`);
}

/** @param {string} option @param {string[]} given @param {string[]} known */
function refuseUnknown(option, given, known) {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`--${option} ${unknown}: there are ${known.join(", ")}`);
}

/** @param {"rounds" | "patience"} option */
function positive(option) {
  const number = Number(options[option]);
  if (!(number >= 1)) refuse(`--${option} ${options[option]}: it is a number from 1 on`);
  return number;
}

/** @param {string} why */
function refuse(why) {
  console.error(why);
  process.exit(1);
}
