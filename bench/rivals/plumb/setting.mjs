// Before anything is computed: turbo if asked for, and the number of threads.

import { readFileSync } from "node:fs";

/** @param {Partial<import("../../lib/task.mjs").Setting>} setting */
export async function setUp({ threads, turbo }) {
  let mode = process.execArgv.map(modeOf).join(" ") || "plain";
  if (turbo) {
    const { turbo: report } = await import("plumb-ml/turbo");
    if (report.flag === undefined) throw new Error(`nothing to turn on: ${report.why}`);
    mode = modeOf(report.flag);
  }
  const plumb = await import("plumb-ml");
  if (threads !== undefined) plumb.setThreads(threads);
  return { threads: plumb.engineStats().threads, mode, version };
}

/** What a flag of V8 turns on: `relaxed` of `--experimental-wasm-relaxed-simd`. @param {string} flag */
const modeOf = (flag) => /^--experimental-wasm-(\w+)/.exec(flag)?.[1] ?? flag;

/** @type {{ version: string }} */
const { version } = JSON.parse(
  readFileSync(new URL("../../../packages/plumb/package.json", import.meta.url), "utf8"),
);
