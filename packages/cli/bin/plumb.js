#!/usr/bin/env node
import { existsSync } from "node:fs";
import * as module from "node:module";

// Node keeps the code that it compiles of this program, where it can (22.8 and later): each start after the first is faster.
module.enableCompileCache?.();

const program = new URL("../dist/main.js", import.meta.url);
if (existsSync(program)) {
  const { run } = await import(program.href);
  await run();
} else {
  console.error("plumb is not built yet. Run npm ci, or npm run build, in the folder of the clone.");
  process.exitCode = 1;
}
