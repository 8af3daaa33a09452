// How long does `import` take, in a process that has loaded nothing else?   npm run import
//
// Prints the median over fresh processes, in milliseconds, after one that fills the file cache. Plumb's budget is 30 ms.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, spread } from "./lib/stats.mjs";

const processes = 15;
const libraries = ["plumb-ml", "@jax-js/jax", "@tensorflow/tfjs"];

/** @param {string} library */
function importOnce(library) {
  const program = `
    const start = performance.now();
    await import(${JSON.stringify(library)});
    process.stdout.write(String(performance.now() - start));
    process.exit();`;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  // What a library says about itself on standard error is no concern here.
  const options = {
    cwd,
    encoding: /** @type {const} */ ("utf8"),
    stdio: /** @type {["ignore", "pipe", "ignore"]} */ (["ignore", "pipe", "ignore"]),
  };
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], options).match(/[\d.]+$/)?.[0],
  );
}

for (const library of libraries) importOnce(library);
const times = libraries.map(() => /** @type {number[]} */ ([]));
for (let i = 0; i < processes; i++) libraries.forEach((library, at) => times[at].push(importOnce(library)));

console.log(
  `Node ${process.versions.node}, ${processes} fresh processes each. ms: median ± half of them lie within.`,
);
libraries.forEach((library, at) => {
  const sample = times[at];
  console.log(
    `${library.padEnd(18)} ${median(sample).toFixed(1).padStart(7)} ± ${(50 * spread(sample)).toFixed(0)}%`,
  );
});
