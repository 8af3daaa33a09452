// @ts-nocheck: see trainer.mjs
import { numpy as np } from "@jax-js/jax";
import { mapWeights } from "../../lib/task.mjs";

/** @param {import("../../lib/task.mjs").Task} task */
export const arraysOf = ({ weights }) =>
  mapWeights(weights, ({ shape, values }) => np.array(values).reshape(shape));
