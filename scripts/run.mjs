// Runs a program of this repository that is written in TypeScript: it is bundled, and what came of it imported. Packages
// stay packages.
//
//     node scripts/run.mjs scripts/size/main.ts --renew

import { basename, dirname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const [, , input] = process.argv;
const file = resolve("node_modules/.cache", `${basename(dirname(input))}.mjs`);
const bundle = await rolldown({
  input,
  platform: "node",
  external: (id, importer) => importer !== undefined && !id.startsWith(".") && !isAbsolute(id),
  logLevel: "silent",
});
await bundle.write({ file });
await bundle.close();

process.argv.splice(1, 2, file); // the program finds its own arguments where it looks for them
await import(pathToFileURL(file).href);
