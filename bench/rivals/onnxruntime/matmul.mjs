// onnxruntime-node: a model of one operation, `MatMul`, which is written here as ONNX wants it: fields of protocol buffers.

import { readFileSync } from "node:fs";

const { InferenceSession, Tensor } = (await import("onnxruntime-node")).default;
const manifest = new URL("../../node_modules/onnxruntime-node/package.json", import.meta.url);

/** @param {number} number  a whole number below 2^28, as the format packs it */
const varint = (number) => {
  const bytes = [];
  for (; number > 127; number >>= 7) bytes.push((number & 127) | 128);
  return [...bytes, number];
};
/** A field that is a number. @param {number} field @param {number} value */
const number = (field, value) => [...varint(field << 3), ...varint(value)];
/** A field that is a string or a message. @param {number} field @param {string | number[]} value */
const bytes = (field, value) => {
  const content = typeof value === "string" ? [...Buffer.from(value)] : value;
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
};

/** ValueInfoProto of a matrix of floats. @param {number} field @param {string} name @param {number[]} shape */
function matrix(field, name, shape) {
  const dimensions = shape.flatMap((extent) => bytes(1, number(1, extent)));
  const type = bytes(1, [...number(1, 1), ...bytes(2, dimensions)]);
  return bytes(field, [...bytes(1, name), ...bytes(2, type)]);
}

/** ModelProto. @param {number[]} a @param {number[]} b  shapes */
function modelOf(a, b) {
  const node = [...bytes(1, "a"), ...bytes(1, "b"), ...bytes(2, "product"), ...bytes(4, "MatMul")];
  const values = [...matrix(11, "a", a), ...matrix(11, "b", b), ...matrix(12, "product", [a[0], b[1]])];
  const graph = [...bytes(1, node), ...bytes(2, "product"), ...values];
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);
}

/** @param {import("../../lib/task.mjs").MatmulTask} task @param {import("../../lib/task.mjs").Setting} setting */
export async function prepare({ a, b, sample }, { threads }) {
  const session = await InferenceSession.create(modelOf(a.shape, b.shape), { intraOpNumThreads: threads });
  const feeds = { a: new Tensor("float32", a.values, a.shape), b: new Tensor("float32", b.values, b.shape) };
  /** @param {number} times */
  async function run(times) {
    let results = await session.run(feeds);
    for (let i = 1; i < times; i++) results = await session.run(feeds);
    return results.product.data;
  }
  return {
    threads,
    version: JSON.parse(readFileSync(manifest, "utf8")).version,
    run: async (/** @type {number} */ times) => void (await run(times)),
    async check(/** @type {number} */ times) {
      const values = await run(times);
      return Array.from(sample, (at) => Number(values[at]));
    },
  };
}
