// @ts-nocheck: jax-js and its types are installed with the bench, not with the product, whose type check passes by here.
import { readFileSync } from "node:fs";

// jax-js asks the browser's `navigator` whether it runs on a phone; Node has one from version 21 on.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };
export const jax = await import("@jax-js/jax");

const manifest = new URL("../../node_modules/@jax-js/jax/package.json", import.meta.url);

/** In Node it computes on one thread. */
export async function start() {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return { threads: 1, version: JSON.parse(readFileSync(manifest, "utf8")).version };
}

/** @param {import("../../lib/task.mjs").Numbers} numbers */
export const arrayOf = ({ values, shape }) => jax.numpy.array(values).reshape(shape);
