// How does the time of Plumb's training step grow with the size of things?
//
//     npm run scaling                        width, depth, batch and rows, on one thread and on two; some two minutes
//     npm run scaling -- --axis width        one of them; the option may stand several times
//     npm run scaling -- --turbo             with plumb-ml/turbo
//     npm run scaling -- --json FILE         the figures as data too
//
// Rows are those of `fit`, whose step should not notice how many there are. The slope is the least-squares one between the
// logarithms: 1 where twice the size takes twice the time. Beside it stands the slope of the multiplications in a step,
// which small steps undercut and whatever falls out of a cache exceeds. All sizes of an axis take turns, as in `bench.mjs`.

import { writeFileSync } from "node:fs";
import { contest, taken } from "./lib/contest.mjs";
import { oneOf, optionsOf, whole, writable } from "./lib/options.mjs";
import { machine } from "./lib/report.mjs";
import { median, quantile, slope } from "./lib/stats.mjs";
import { fit, mlp } from "./lib/works.mjs";

/** @param {number} count @param {number} width */
const layers = (count, width) => Array.from({ length: count }, () => width);

/** @typedef {{ title: string, sizes: number[], workOf: (size: number) => import("./lib/works.mjs").Train | import("./lib/works.mjs").Fit }} Axis */
/** @type {Record<string, Axis>} */
const axes = {
  width: {
    title: "units of two hidden layers and of the inputs, batch 128",
    sizes: [32, 64, 128, 256, 512, 1024],
    workOf: (size) => mlp(128, [size, size, size, 10]),
  },
  depth: {
    title: "hidden layers of 128 units, batch 64",
    sizes: [2, 4, 8, 16, 32],
    workOf: (size) => mlp(64, [128, ...layers(size, 128), 10]),
  },
  batch: {
    title: "rows in a batch, two hidden layers of 256 units",
    sizes: [8, 32, 128, 512, 2048],
    workOf: (size) => mlp(size, [256, 256, 256, 10]),
  },
  rows: {
    title: "rows that fit goes over in batches of 128, 784 inputs, 128 hidden units",
    sizes: [1024, 4096, 16384, 65536],
    workOf: (size) => fit(mlp(128, [784, 128, 10]), size),
  },
};

const options = optionsOf(import.meta.url, {
  axis: { type: "string", multiple: true, default: Object.keys(axes) },
  threads: { type: "string", multiple: true, default: ["1", "2"] },
  turbo: { type: "boolean", default: false },
  rounds: { type: "string", default: "5" },
  json: { type: "string" },
});
oneOf("axis", options.axis, Object.keys(axes));
writable("json", options.json);
const threads = options.threads.map((given) => whole("threads", given));
/** @type {import("./lib/contest.mjs").Rules} */
const rules = { rounds: whole("rounds", options.rounds), patience: 30, turn: 100, clock: "ms" };
const entrants = threads.map((threads) => ({ rival: "plumb", threads, turbo: options.turbo }));

/** Multiplications of a step: forward, and backward by weights and by inputs, but for those of the first layer. @param {ReturnType<Axis["workOf"]>} work */
function multiplications({ input, weights }) {
  const products = Object.values(weights).map(({ kernel }) => input[0] * kernel[0] * kernel[1]);
  return products.reduce((sum, product, layer) => sum + (layer === 0 ? 2 : 3) * product, 0);
}

for (const line of machine()) console.log(line);
const curves = [];
for (const axis of options.axis) {
  const { title, sizes, workOf } = axes[axis];
  const works = sizes.map(workOf);
  const entries = await contest(
    works.map((work) => ({ work, entrants })),
    rules,
  );
  console.log(
    `\n${axis}  ${title}\n  ${"".padEnd(22)}${sizes.map((size) => String(size).padStart(9)).join("")}`,
  );
  for (const { threads, turbo } of entrants) {
    const line = entries.filter((entry) => entry.threads === threads && entry.turbo === turbo);
    const failed = line.find(({ cannot }) => cannot !== undefined);
    if (failed !== undefined) {
      console.log(`  ${threads}T  ${failed.work.title}: ${failed.cannot}`);
      process.exitCode = 1;
      continue;
    }
    const times = line.map((entry) => median(taken(entry)));
    const mode = line[0].way?.mode ?? "";
    const curve = {
      axis,
      node: process.versions.node,
      mode,
      threads,
      sizes,
      ms: times,
      quartiles: line.map((entry) => [0.25, 0.75].map((q) => quantile(taken(entry), q))),
      slope: slope(sizes, times),
      slope_of_multiplications: slope(sizes, works.map(multiplications)),
    };
    curves.push(curve);
    const cells = times.map((ms) => (ms < 1 ? ms.toFixed(3) : ms.toFixed(2)).padStart(9)).join("");
    console.log(`  ${`${threads}T ${mode}, ms`.padEnd(22)}${cells}   slope ${curve.slope.toFixed(2)}`);
  }
  const work = slope(sizes, works.map(multiplications));
  console.log(`  ${"multiplications".padEnd(22)}${"".padEnd(9 * sizes.length)}   slope ${work.toFixed(2)}`);
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(curves, null, 2)}\n`);
