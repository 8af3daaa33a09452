// Who takes part, and how the process of each is started. All of them speak the protocol of `contestant.mjs`.

import { fileURLToPath } from "node:url";

/** @typedef {{ command: string | undefined, args: string[], absent?: string }} Rival */

/** @param {string} file */
const pathOf = (file) => fileURLToPath(new URL(file, import.meta.url));

/** With the flags that this process was given. @param {string} folder @returns {Rival} */
const inNode = (folder) => ({
  command: process.execPath,
  args: [...process.execArgv, pathOf("node-rival.mjs"), folder],
});

/** @param {number} threads @returns {Rival} */
const inPython = (threads) => ({
  command: process.env.PLUMB_PYTHON,
  args: ["-B", pathOf("../rivals/pytorch/trainer.py"), String(threads)], // no folder of compiled files
  absent: "not asked: PLUMB_PYTHON names no Python that has it",
});

/** @type {Record<string, Rival>} */
export const rivals = {
  plumb: inNode("plumb"),
  "jax-js": inNode("jax-js"),
  tfjs: inNode("tfjs"),
  "pytorch-1": inPython(1),
  "pytorch-2": inPython(2),
};
