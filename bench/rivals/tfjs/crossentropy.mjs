import * as tf from "@tensorflow/tfjs";
import { start, tensorOf } from "./start.mjs";

/** @param {import("../../lib/task.mjs").CrossentropyTask} task */
export async function prepare(task) {
  const way = await start();
  const logits = tensorOf(task.logits);
  // It takes labels as rows of 0 and 1.
  const targets = tf.oneHot(tf.tensor1d(task.labels, "int32"), task.logits.shape[1]).cast("float32");
  const lossOf = (/** @type {any} */ x) => tf.losses.softmaxCrossEntropy(targets, x);
  const once = task.gradient
    ? tf.valueAndGrad(lossOf)
    : (/** @type {any} */ x) => ({ value: tf.tidy(() => lossOf(x)) });

  /** @param {number} times */
  function run(times) {
    let found = once(logits);
    for (let i = 1; i < times; i++) {
      tf.dispose(found);
      found = once(logits);
    }
    return found;
  }
  return {
    ...way,
    /** @param {number} times */
    run: (times) => tf.dispose(run(times)),
    /** @param {number} times */
    check(times) {
      const { value, grad } = run(times);
      const values = grad?.dataSync();
      const answer = [...value.dataSync(), ...(values ? Array.from(task.sample, (at) => values[at]) : [])];
      tf.dispose([value, grad]);
      return answer;
    },
  };
}
