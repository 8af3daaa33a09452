import { Conv2D, Dense, Flatten, Input, MaxPooling2D, Sequential } from "plumb-ml";

/** @param {import("../../lib/task.mjs").Training} task */
export const modelOf = ({ input, classes }) =>
  new Sequential([
    Input({ shape: input.slice(1) }),
    new Conv2D(32, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Conv2D(64, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Flatten(),
    new Dense(classes),
  ]);
