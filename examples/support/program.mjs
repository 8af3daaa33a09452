// What the examples that read a file do when they are run, and not when a test imports them.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Whether this file is the program that was started.
 * @param {ImportMeta} meta
 */
export const isProgram = (meta) => process.argv[1] === fileURLToPath(meta.url);

/**
 * Where a data file lies when nobody says: in `../shared/data`, beside the clone.
 * @param {string} place
 */
export const besideTheClone = (place) =>
  fileURLToPath(new URL(`../../../shared/data/${place}`, import.meta.url));

/**
 * The data file that was named on the command line, or the one beside the clone. Where there is none, it says what is
 * missing and ends the program.
 * @param {string} place in the folder beside the clone
 * @param {string} origin where one finds it
 */
export function dataFile(place, origin) {
  const path = process.argv[2] ?? besideTheClone(place);
  if (existsSync(path)) return path;
  console.error(`There is no ${path}. What is wanted is ${origin}:\n`);
  console.error(`    node ${process.argv[1]} path/to/${basename(place)}\n`);
  return process.exit(1);
}
