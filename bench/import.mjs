// How long does `import` take, in a process that has loaded nothing else?   npm run import
//
// Prints the median over fresh processes, in milliseconds, after one that fills the file cache; Plumb's target is 30 ms. What
// the first import of any module takes is in all of them, and the first row. Where Node keeps what it has compiled (22.1
// and later, `NODE_COMPILE_CACHE`; the CLI turns it on), there is a row with that.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { optionsOf } from "./lib/options.mjs";
import { median, spread } from "./lib/stats.mjs";

optionsOf(import.meta.url, {}); // it takes none

const processes = 15;
const keptCode = mkdtempSync(join(tmpdir(), "plumb-import-"));
const keepsCode = Number(process.versions.node.split(".")[0]) >= 23;

/** @type {readonly { title: string, module: string, env?: Record<string, string> }[]} */
const imports = [
  { title: "an empty module", module: "data:text/javascript," },
  { title: "plumb-ml", module: "plumb-ml" },
  ...(keepsCode
    ? [{ title: "plumb-ml, code kept", module: "plumb-ml", env: { NODE_COMPILE_CACHE: keptCode } }]
    : []),
  { title: "@jax-js/jax", module: "@jax-js/jax" },
  { title: "@tensorflow/tfjs", module: "@tensorflow/tfjs" },
];

/** @param {(typeof imports)[number]} asked */
function importOnce({ module, env }) {
  const program = `
    const start = performance.now();
    await import(${JSON.stringify(module)});
    process.stdout.write(String(performance.now() - start));`;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  // What a library says about itself on standard error is no concern here.
  const options = {
    cwd,
    encoding: /** @type {const} */ ("utf8"),
    stdio: /** @type {["ignore", "pipe", "ignore"]} */ (["ignore", "pipe", "ignore"]),
    env: { ...process.env, ...env },
  };
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], options).match(/[\d.]+$/)?.[0],
  );
}

// Twice: Node keeps compiled code when a process ends, from its second run on.
for (const one of [...imports, ...imports]) importOnce(one);
const times = imports.map(() => /** @type {number[]} */ ([]));
for (let i = 0; i < processes; i++) imports.forEach((one, at) => times[at].push(importOnce(one)));
rmSync(keptCode, { recursive: true });

console.log(
  `Node ${process.versions.node}, ${processes} fresh processes each. ms: median ± half of them lie within.`,
);
imports.forEach(({ title }, at) => {
  const sample = times[at];
  console.log(
    `${title.padEnd(20)} ${median(sample).toFixed(1).padStart(7)} ± ${(50 * spread(sample)).toFixed(0)}%`,
  );
});
