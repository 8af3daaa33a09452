// How much longer does `fit` take while a Doctor watches?
//
//     node doctor-cost.mjs                       fits of A and of B, with a Doctor and without by turns
//     node doctor-cost.mjs --work A --rounds 40
//     node doctor-cost.mjs --work B --rows 6000  fewer rows: quicker, and the Doctor's part is larger than it is
//     node doctor-cost.mjs --turbo --threads 1
//     node doctor-cost.mjs --fresh               the first fit of a process, each in a process of its own
//     node doctor-cost.mjs --json FILE           the figures as data too
//
// A is the MLP 64-128-10 on 1,500 rows in batches of 32, 30 epochs, as one trains it on digits; B is 784-512-256-10 on 60,000
// rows in batches of 128, 3 epochs. Each fit has a new model. The ratio is that of two fits one after the other, of which
// each is the first in every second pair. Beside it stands what the Doctor took in its own methods before the first step, at
// the ends of epochs and at the end; what is missing to the ratio is in the steps, which note their losses.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { oneOf, optionsOf, whole, writable } from "./lib/options.mjs";
import { machine } from "./lib/report.mjs";
import { median, quantile } from "./lib/stats.mjs";
import { setUp } from "./rivals/plumb/setting.mjs";

const works = {
  A: { widths: [64, 128, 10], batchSize: 32, rows: 1500, epochs: 30, rounds: 30 },
  B: { widths: [784, 512, 256, 10], batchSize: 128, rows: 60_000, epochs: 3, rounds: 5 },
};

const options = optionsOf(import.meta.url, {
  work: { type: "string", multiple: true, default: Object.keys(works) },
  rows: { type: "string" },
  epochs: { type: "string" },
  rounds: { type: "string" },
  threads: { type: "string" },
  turbo: { type: "boolean", default: false },
  fresh: { type: "boolean", default: false },
  once: { type: "string" },
  json: { type: "string" },
});
oneOf("work", options.work, Object.keys(works));
writable("json", options.json);
const threads = options.threads === undefined ? undefined : whole("threads", options.threads);

/** @typedef {{ ms: number, begin: number, epochs: number, end: number }} Time */

/** @param {(typeof works)["A"]} work  @returns {Promise<(watched: boolean) => Promise<Time>>} */
async function fitsOf({ widths, batchSize, rows, epochs }) {
  const { Adam, Dense, Input, Sequential, tensor } = await import("plumb-ml");
  const { Doctor } = await import("plumb-ml/doctor");
  const [inputs, ...layers] = widths;
  const classes = widths[widths.length - 1];
  let state = 1;
  const next = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const values = Float32Array.from({ length: rows * inputs }, next);
  // Which of the first columns is the largest: something that can be learned.
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const first = values.subarray(row * inputs, row * inputs + classes);
    return first.indexOf(Math.max(...first));
  });
  const [x, y] = [tensor(values, [rows, inputs]), tensor(labels, [rows], "int32")];

  return async (watched) => {
    const model = new Sequential([
      Input({ shape: [inputs] }),
      ...layers.map(
        (units, i) => new Dense(units, { activation: i < layers.length - 1 ? "relu" : "softmax" }),
      ),
    ]);
    model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: new Adam() });
    const time = { ms: 0, begin: 0, epochs: 0, end: 0 };
    const callbacks = watched ? [timed(new Doctor(), time)] : [];
    const start = performance.now();
    await model.fit(x, y, { epochs, batchSize, seed: 1, callbacks });
    return { ...time, ms: performance.now() - start };
  };
}

/** The same Doctor, whose methods add up what they take. @template {object} D @param {D} doctor @param {Time} time  @returns {D} */
function timed(doctor, time) {
  const methods = /** @type {const} */ ({ onTrainBegin: "begin", onEpochEnd: "epochs", onTrainEnd: "end" });
  const own = /** @type {Record<string, (...args: unknown[]) => Promise<void>>} */ (
    /** @type {unknown} */ (doctor)
  );
  for (const [method, part] of Object.entries(methods)) {
    const made = own[method].bind(doctor);
    own[method] = async (...args) => {
      const start = performance.now();
      await made(...args);
      time[part] += performance.now() - start;
    };
  }
  return doctor;
}

/** One fit in a process of its own. @param {string} name @param {boolean} watched  @returns {Time} */
function freshFit(name, watched) {
  const given = ["rows", "epochs", "threads"].flatMap((option) => {
    const value = /** @type {Record<string, unknown>} */ (options)[option];
    return value === undefined ? [] : [`--${option}`, String(value)];
  });
  const args = [
    fileURLToPath(import.meta.url),
    "--work",
    name,
    "--once",
    watched ? "doctor" : "plain",
    ...given,
  ];
  if (options.turbo) args.push("--turbo");
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

/** @param {string} name */
const workOf = (name) => {
  const work = works[/** @type {keyof typeof works} */ (name)];
  return {
    ...work,
    ...(options.rows === undefined ? {} : { rows: whole("rows", options.rows) }),
    ...(options.epochs === undefined ? {} : { epochs: whole("epochs", options.epochs) }),
    ...(options.rounds === undefined ? {} : { rounds: whole("rounds", options.rounds) }),
  };
};

if (options.once !== undefined) {
  await setUp({ threads, turbo: options.turbo });
  const fit = await fitsOf(workOf(options.work[0]));
  console.log(JSON.stringify(await fit(options.once === "doctor")));
} else await compare();

async function compare() {
  const way = await setUp({ threads, turbo: options.turbo });
  for (const line of machine()) console.log(line);
  const figures = [];
  for (const name of options.work) {
    const work = workOf(name);
    const fit = options.fresh
      ? (/** @type {boolean} */ watched) => freshFit(name, watched)
      : await fitsOf(work);
    // Until V8 has compiled what runs often.
    for (let i = 0; i < (options.fresh ? 0 : name === "A" ? 6 : 1); i++) await fit(i % 2 === 0);
    /** @type {{ plain: Time, doctor: Time }[]} */
    const pairs = [];
    for (let round = 0; round < work.rounds; round++) {
      const first = await fit(round % 2 === 1);
      const second = await fit(round % 2 === 0);
      pairs.push(round % 2 === 0 ? { plain: first, doctor: second } : { plain: second, doctor: first });
    }
    const ratios = pairs.map(({ plain, doctor }) => doctor.ms / plain.ms);
    const of = (/** @type {keyof Time} */ part) => median(pairs.map(({ doctor }) => doctor[part]));
    const figure = {
      work: name,
      node: process.versions.node,
      mode: way.mode,
      threads: way.threads,
      fresh: options.fresh,
      rounds: pairs.length,
      rows: work.rows,
      epochs: work.epochs,
      ms: median(pairs.map(({ plain }) => plain.ms)),
      ratio: median(ratios),
      quartiles: [0.25, 0.75].map((q) => quantile(ratios, q)),
      begin_ms: of("begin"),
      epochs_ms: of("epochs"),
      end_ms: of("end"),
    };
    figures.push(figure);
    const { widths, batchSize } = work;
    const [low, high] = figure.quartiles.map((ratio) => ratio.toFixed(3));
    console.log(
      `\n${name}  MLP ${widths.join("-")}, batch ${batchSize}: fit of ${work.epochs} epochs on ${work.rows} rows, ${way.threads}T ${way.mode}${options.fresh ? ", first of its process" : ""}`,
    );
    console.log(`  without a Doctor  ${figure.ms.toFixed(1).padStart(9)} ms`);
    console.log(
      `  with one          ${figure.ratio.toFixed(3).padStart(9)} times as long, half of ${pairs.length} pairs within ${low} and ${high}`,
    );
    console.log(
      `  in its methods    ${(figure.begin_ms + figure.epochs_ms + figure.end_ms).toFixed(1).padStart(9)} ms: ${figure.begin_ms.toFixed(1)} before the first step, ${figure.epochs_ms.toFixed(1)} after epochs, ${figure.end_ms.toFixed(1)} at the end`,
    );
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
}
