// Who takes part, in what, and how the process of each is started. All of them speak the protocol of `contestant.mjs`.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @typedef {{ command: string, args: string[] }} Rival */

/** @param {string} file */
const pathOf = (file) => fileURLToPath(new URL(file, import.meta.url));

/** With the flags that this process was given. @param {string} folder @returns {Rival} */
const inNode = (folder) => ({
  command: process.execPath,
  args: [...process.execArgv, pathOf("node-rival.mjs"), folder],
});

/** @param {string} folder @returns {Rival} */
const inPython = (folder) => ({
  command: process.env.PLUMB_PYTHON ?? "python3",
  args: ["-B", pathOf("python-rival.py"), folder], // -B: no folder of compiled files
});

/** @type {Record<string, Rival>} */
export const rivals = {
  plumb: inNode("plumb"),
  jax: inPython("jax"),
  torch: inPython("torch"),
  keras: inPython("keras"),
  "jax-js": inNode("jax-js"),
  tfjs: inNode("tfjs"),
  onnxruntime: inNode("onnxruntime"),
};

/** Whether a rival has a program for such work. @param {string} rival @param {string} job */
export const takesPart = (rival, job) =>
  ["mjs", "py"].some((ending) => existsSync(pathOf(`../rivals/${rival}/${job}.${ending}`)));

/**
 * Settings that keep the rivals' libraries from instructions wider than AVX2: oneDNN and MKL in TensorFlow and PyTorch, and
 * JAX, which does without XNNPACK then, as that cannot be told. onnxruntime cannot be told at all.
 */
export const withoutAVX512 = {
  ATEN_CPU_CAPABILITY: "avx2",
  MKL_ENABLE_INSTRUCTIONS: "AVX2",
  ONEDNN_MAX_CPU_ISA: "AVX2",
  XLA_FLAGS: "--xla_cpu_max_isa=AVX2 --xla_cpu_use_xnnpack=false",
};
