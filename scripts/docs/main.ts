/**
 * `npm run docs`: writes the API docs to `docs/api`, from docstrings and records. Ends with 1 when a public name says
 * nothing. Run from the root of the repository.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readDoors, undocumented } from "./names.ts";
import { pages } from "./pages.ts";

const folder = "docs/api";
const doors = readDoors(`${process.cwd()}/packages/plumb/`);
const silent = doors.flatMap(undocumented);
if (silent.length > 0) {
  console.error(`These public names do not say in a first sentence what they do:\n  ${silent.join("\n  ")}`);
  process.exitCode = 1;
} else {
  const files = pages(doors.flatMap(({ names }) => names));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of files) writeFileSync(`${folder}/${file}`, text);
  const count = doors.reduce((sum, { names }) => sum + names.length, 0);
  console.log(`${folder}: ${count} public names on ${files.size} pages.`);
}
