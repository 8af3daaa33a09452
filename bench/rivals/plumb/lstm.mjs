import { Dense, Input, LSTM, Sequential } from "plumb-ml";

/** @param {import("../../lib/task.mjs").Training} task */
export const modelOf = ({ input, classes }) =>
  new Sequential([
    Input({ shape: input.slice(1) }),
    new LSTM(128, { returnSequences: true }),
    new Dense(classes),
  ]);
