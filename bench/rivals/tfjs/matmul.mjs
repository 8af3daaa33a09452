import * as tf from "@tensorflow/tfjs";
import { start, tensorOf } from "./start.mjs";

/** @param {import("../../lib/task.mjs").MatmulTask} task */
export async function prepare({ a, b, sample }) {
  const way = await start();
  const [left, right] = [tensorOf(a), tensorOf(b)];
  return {
    ...way,
    /** @param {number} times */
    run(times) {
      for (let i = 0; i < times; i++) tf.matMul(left, right).dispose();
    },
    check() {
      const values = tf.matMul(left, right).dataSync();
      return Array.from(sample, (at) => values[at]);
    },
  };
}
