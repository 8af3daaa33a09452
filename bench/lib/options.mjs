// Options of the command line: what a file's first lines say of them is its help, and what is none is said in a sentence.

import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Says why the program does not start, and ends it. @param {string} why  @returns {never} */
export function refuse(why) {
  console.error(why);
  process.exit(1);
}

/**
 * The options that a program was started with. `--help` prints the comment at the top of its file.
 *
 * @template {NonNullable<import("node:util").ParseArgsConfig["options"]>} O
 * @param {string} url  of the file: import.meta.url
 * @param {O} options
 */
export function optionsOf(url, options) {
  if (process.argv.includes("--help")) {
    const [help] = readFileSync(fileURLToPath(url), "utf8").split(/^(?!\/\/)/mu);
    console.log(help.replaceAll(/^\/\/ ?/gmu, "").trimEnd());
    process.exit(0);
  }
  try {
    return parseArgs({ allowNegative: true, options }).values;
  } catch (error) {
    return refuse(`${/** @type {Error} */ (error).message.split(". ")[0]}; --help says what there is`);
  }
}

/** @param {string} option @param {readonly string[]} given @param {readonly string[]} known */
export function oneOf(option, given, known) {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`--${option} ${unknown}: there are ${known.join(", ")}`);
}

/** @param {string} option @param {string} given */
export function whole(option, given) {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) refuse(`--${option} ${given}: it is a whole number from 1 on`);
  return number;
}

/** That a file can be written is known before anything is measured: it is there from now on. @param {string} option @param {string | undefined} file */
export function writable(option, file) {
  if (file === undefined) return;
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    refuse(
      `--${option} ${file}: it cannot be written (${/** @type {NodeJS.ErrnoException} */ (error).code})`,
    );
  }
}
