#!/usr/bin/env node
import { existsSync } from "node:fs";

const program = new URL("../dist/main.js", import.meta.url);
if (existsSync(program)) {
  const { run } = await import(program.href);
  await run();
} else {
  console.error("plumb is not built yet. Run npm ci, or npm run build, in the folder of the clone.");
  process.exitCode = 1;
}
