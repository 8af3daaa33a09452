// Where does Plumb spend the time of a training step?
//
//     node profile.mjs --work CNN                    the kernels of one work, the longest first
//     node profile.mjs --work CNN --seconds 10       watched for longer (5)
//
// V8's sampling profiler watches Plumb train in this process. Every kernel of the compiled step is a function of its
// own, named after the ops that it computes; `pack` is the part of a matrix product that lays out an operand. Products tell
// their extents (batch, rows × columns × products in a sum), and from those comes their speed: of a product in a loop, which
// runs more than once, it is to be multiplied by the loop's steps. The places are the order in which kernels run, except that the step of a loop stands before what runs
// ahead of the loop.
//
//     node profile.mjs --work B --turbo              with plumb-ml/turbo

import inspector from "node:inspector/promises";
import { parseArgs } from "node:util";
import { taskOf } from "./lib/task.mjs";
import { works } from "./lib/works.mjs";
import { trainer } from "./rivals/plumb/trainer.mjs";

const { values: options } = parseArgs({
  options: {
    work: { type: "string", default: "A" },
    seconds: { type: "string", default: "5" },
    turbo: { type: "boolean", default: false },
  },
});
if (!(options.work in works)) {
  console.error(`--work ${options.work}: there are ${Object.keys(works).join(", ")}`);
  process.exit(1);
}

if (options.turbo) console.log((await import("plumb-ml/turbo")).turbo);

/** Trains for a while; answers how long a step took, in milliseconds. @param {number} seconds */
async function trainFor(seconds) {
  const start = performance.now();
  let steps = 0;
  for (; performance.now() - start < 1000 * seconds; steps++) await run(1);
  return (performance.now() - start) / steps;
}

const { run } = await trainer(taskOf(options.work));
await trainFor(2); // until all is compiled as well as it will be
const session = new inspector.Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.setSamplingInterval", { interval: 100 });
await session.post("Profiler.start");
const step = await trainFor(Number(options.seconds));
const { profile } = await session.post("Profiler.stop");

/** @typedef {{ at: number, name: string, time: number }} Entry  where it stands in the module; microseconds */
/** @type {Map<string, Entry>} */
const entries = new Map();
const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
profile.samples?.forEach((id, i) => {
  const { url = "", functionName = "", columnNumber = 0 } = frames.get(id) ?? {};
  const isKernel = url.startsWith("wasm:");
  const key = isKernel ? `${url} ${columnNumber}` : "";
  const name = isKernel ? functionName : "all that is no kernel";
  const entry = entries.get(key) ?? { at: columnNumber, name, time: 0 };
  entry.time += profile.timeDeltas?.[i] ?? 0;
  entries.set(key, entry);
});

const inOrder = [...entries.values()].sort((a, b) => a.at - b.at);
const total = inOrder.reduce((sum, { time }) => sum + time, 0);
/**
 * Operations of a product in a run of its kernel, from the extents in its name: `matmul+add 8·4·128×128×32`.
 * @param {string} name
 */
function operationsOf(name) {
  const extents = /^(?!pack ).* ((?:\d+·)*\d+×\d+×\d+)$/u.exec(name)?.[1];
  return extents === undefined
    ? 0
    : 2 * extents.split(/[·×]/u).reduce((all, extent) => all * Number(extent), 1);
}

console.log(`${options.work}  ${works[options.work].title}`);
console.log(
  `Node ${process.versions.node}: ${step.toFixed(3)} ms per step. Share, ms, GF/s of products, place in the module, name:`,
);
for (const entry of inOrder.toSorted((a, b) => b.time - a.time)) {
  const share = entry.time / total;
  if (share < 0.005) break;
  const place = `#${inOrder.indexOf(entry)}`.padStart(5);
  const operations = operationsOf(entry.name);
  const speed = operations > 0 ? (operations / (share * step * 1e6)).toFixed(1) : "";
  console.log(
    `${(100 * share).toFixed(1).padStart(5)}%${(share * step).toFixed(3).padStart(10)}${speed.padStart(7)}${place}  ${entry.name}`,
  );
}
