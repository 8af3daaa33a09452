// How long does one training step of a small and a middling MLP take, in Plumb and in what one would use instead?
//
//     npm run bench                                   everything, about two minutes
//     node mlp-step.mjs --work A --rival jax-js       one work item, one rival
//     node mlp-step.mjs --json results.json           the figures as data too
//
// A: 64-128-10, batch 32.  B: 784-512-512-10, batch 128.  Both: ReLU, softmax cross-entropy, Adam, float32.
//
// Each rival runs in a process of its own. First they must agree on the loss from the same weights and data; then all
// are warmed up, and then they take turns, so that a busy machine is busy for all of them. The ratio is the median over
// rounds of (rival / Plumb) within a round; absolute times are worth little on a shared machine.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Contestant } from "./lib/contestant.mjs";
import { median, spread } from "./lib/stats.mjs";
import { works } from "./lib/task.mjs";

const rivals = ["jax-js", "tfjs"];
const { values: options } = parseArgs({
  options: {
    work: { type: "string", multiple: true, default: works },
    rival: { type: "string", multiple: true, default: rivals },
    rounds: { type: "string", default: "15" },
    json: { type: "string" },
  },
});
const rounds = Number(options.rounds);

/** Time that one turn should take: long against the clock and the message that asks for it. */
const turn = 200;
/** Steps after which the losses are compared, and how far apart they may lie. */
const checkpoints = [1, 5, 10];
const tolerance = 1e-3;

/** @param {string} work */
async function contest(work) {
  const contestants = ["plumb", ...options.rival].map((rival) => new Contestant(rival, work));
  try {
    await agree(contestants);
    const steps = [];
    for (const contestant of contestants) steps.push(await warmUp(contestant));

    /** @type {number[][]} milliseconds per step, by contestant and round */
    const times = contestants.map(() => []);
    let threads = 1;
    for (let round = 0; round < rounds; round++) {
      for (const [i, contestant] of contestants.entries()) {
        const report = await contestant.run(steps[i]);
        times[i].push(report.ms / steps[i]);
        if (i === 0) threads = report.threads;
      }
    }
    return { times, threads };
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
}

/** @param {Contestant[]} contestants */
async function agree(contestants) {
  let done = 0;
  for (const checkpoint of checkpoints) {
    const losses = [];
    for (const contestant of contestants) losses.push((await contestant.run(checkpoint - done)).loss);
    done = checkpoint;
    for (const [i, loss] of losses.entries()) {
      if (Math.abs(loss - losses[0]) <= tolerance * losses[0]) continue;
      throw new Error(
        `after ${checkpoint} steps ${contestants[i].rival} has a loss of ${loss}, ${contestants[0].rival} ${losses[0]}`,
      );
    }
  }
}

/** Trains until the engine's optimising compiler has had its say; answers how many steps make a turn. */
async function warmUp(/** @type {Contestant} */ contestant) {
  let steps = 1;
  for (let spent = 0; spent < 5 * turn;) {
    const { ms } = await contestant.run(steps);
    spent += ms;
    steps = Math.max(1, Math.round((steps * turn) / Math.max(ms, 1)));
  }
  return steps;
}

const results = [];
const node = process.versions.node;
const mode = process.execArgv.join(" ") || "no flags";
console.log(`Node ${node}, ${mode}, ${rounds} rounds. ms per step: median ± half of the rounds lie within.`);
for (const work of options.work) {
  const { times, threads } = await contest(work);
  const [own, ...others] = times;
  const show = (/** @type {string} */ name, /** @type {number[]} */ sample, more = "") =>
    console.log(
      `${work}  ${name.padEnd(8)} ${median(sample).toFixed(3).padStart(9)} ± ${(50 * spread(sample)).toFixed(0)}%${more}`,
    );
  show("plumb", own, `   ${threads} thread${threads > 1 ? "s" : ""}`);
  for (const [i, sample] of others.entries()) {
    const ratio = median(sample.map((ms, round) => ms / own[round]));
    show(options.rival[i], sample, `   Plumb is ${ratio.toFixed(2)} times as fast`);
    results.push({
      work,
      rival: options.rival[i],
      node,
      mode,
      threads,
      ms: median(own),
      rival_ms: median(sample),
      ratio,
    });
  }
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
