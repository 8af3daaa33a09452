// Where does Plumb spend the time of a work?
//
//     node profile.mjs --work CNN                    model.profile(): the kernels of a training step, the longest first
//     node profile.mjs --work B --turbo --threads 1
//     node profile.mjs --work A --json               the same as JSON
//     node profile.mjs --work A --sampler            which functions V8's sampling profiler meets
//
// The table says what its columns mean. V8's sampler sees what no clock between kernels does: functions in JavaScript, the
// garbage collector, and works that train no model. It watches Node's main thread, takes a core of its own for that, and
// knows a kernel by the name of its function.

import inspector from "node:inspector/promises";
import { oneOf, optionsOf, whole } from "./lib/options.mjs";
import { taskOf } from "./lib/task.mjs";
import { works } from "./lib/works.mjs";
import { setUp } from "./rivals/plumb/setting.mjs";

const options = optionsOf(import.meta.url, {
  work: { type: "string", default: "A" },
  turbo: { type: "boolean", default: false },
  threads: { type: "string" },
  steps: { type: "string", default: "40" },
  json: { type: "boolean", default: false },
  sampler: { type: "boolean", default: false },
  seconds: { type: "string", default: "5" },
});
oneOf("work", [options.work], Object.keys(works));
const work = works[options.work];
const task = taskOf(options.work);
const [steps, seconds] = [whole("steps", options.steps), whole("seconds", options.seconds)];
const setting = {
  turbo: options.turbo,
  threads: options.threads === undefined ? undefined : whole("threads", options.threads),
};

if (options.sampler) await sample();
else if (task.job === "train" || task.job === "fit") await profile(task);
else {
  console.error(`${options.work} trains no model: see it with --sampler`);
  process.exit(1);
}

/** @param {import("./lib/task.mjs").TrainTask | import("./lib/task.mjs").FitTask} of */
async function profile(of) {
  const { mode } = await setUp(setting);
  const { Input, Model, Sequential } = await import("plumb-ml");
  const { lossFor, modelFor, optimizerFor } = await import("./rivals/plumb/parts.mjs");
  const { model: made, inputs, targets } = await modelFor(of);
  const [batchSize, ...row] = inputs.shape;
  const model =
    made instanceof Model ? made : new Sequential([Input({ shape: row, dtype: inputs.dtype }), made]);
  model.compile({ optimizer: optimizerFor(of.optimizer, model.trainableVariables), loss: lossFor() });
  const found = await model.profile(inputs, targets, { batchSize, steps });
  if (options.json) console.log(JSON.stringify(found, null, 2));
  else console.log(`${options.work}  ${work.title}, Node ${process.versions.node}, ${mode}\n\n${found}`);
}

async function sample() {
  const { prepare } = await import(`./rivals/plumb/${task.job}.mjs`);
  const { run, mode } = await prepare(task, setting);
  /** Runs for a while; answers how long one run took, in milliseconds. @param {number} time in seconds */
  async function runFor(time) {
    const start = performance.now();
    let runs = 0;
    for (; performance.now() - start < 1000 * time; runs++) await run(1);
    return (performance.now() - start) / runs;
  }
  await runFor(2); // until all is compiled as well as it will be
  const session = new inspector.Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 100 });
  await session.post("Profiler.start");
  const milliseconds = await runFor(seconds);
  const { profile: met } = await session.post("Profiler.stop");

  const frames = new Map(met.nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<string, number>} */
  const times = new Map();
  met.samples?.forEach((id, i) => {
    const { url = "", functionName = "", lineNumber = 0, columnNumber = 0 } = frames.get(id) ?? {};
    const isKernel = url.startsWith("wasm:");
    const name = functionName === "" ? "(anonymous)" : functionName;
    // Kernels of one name are told apart by where they stand in the module.
    const key = isKernel
      ? `${name} @${columnNumber}`
      : `${name}  ${url.split("/").at(-1)}${url === "" ? "" : `:${lineNumber + 1}`}`;
    times.set(key, (times.get(key) ?? 0) + (met.timeDeltas?.[i] ?? 0));
  });
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  console.log(`${options.work}  ${work.title}, Node ${process.versions.node}, ${mode}`);
  console.log(`${milliseconds.toFixed(3)} ms a run. Share, ms, function:`);
  for (const [name, time] of [...times].sort(([, a], [, b]) => b - a)) {
    const share = time / total;
    if (share < 0.005) break;
    console.log(
      `${(100 * share).toFixed(1).padStart(5)}%${(share * milliseconds).toFixed(3).padStart(10)}  ${name}`,
    );
  }
}
