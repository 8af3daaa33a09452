/** Short trainings, to be taken back by who runs them (`ModelSubject.undone`). Bounded in steps. */
import { generatorState, setGeneratorState } from "../../base/seed.ts";
import type { Optimizer } from "../../optimizers/index.ts";
import { gradients } from "../../tensor/index.ts";
import type { RowsData } from "../../train/index.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { tracedLoss } from "./traced-rows.ts";

/** Rows as a model takes them. */
export interface SomeRows {
  readonly x: RowsData;
  readonly y: RowsData;
}

/** So often is the loss looked at. */
const lookEvery = 10;

/** What a short training gave: losses every so many steps, the first before any, and the lowest of them. */
export interface Course {
  readonly losses: readonly number[];
  readonly steps: number;
  readonly lowest: number;
}

/** Reads losses every few steps until one is below a goal, or the steps are done, or it is no number any more. */
async function follow(
  step: () => unknown,
  loss: () => Promise<number>,
  steps: number,
  goal: number,
): Promise<Course> {
  const losses = [await loss()];
  let done = 0;
  for (; done < steps && losses[losses.length - 1] > goal;) {
    for (let i = 0; i < lookEvery; i++) await step();
    done += lookEvery;
    losses.push(await loss());
  }
  return { losses, steps: done, lowest: Math.min(...losses.filter((of) => !Number.isNaN(of))) };
}

/** Trains on the same rows as `fit` would, with the model's own step and optimizer. The losses are those of `evaluate`. */
export async function trainAsGiven(
  { model }: ModelSubject,
  rows: SomeRows,
  steps: number,
  goal: number,
): Promise<Course> {
  return follow(
    () => model.trainOnBatch(rows.x, rows.y),
    async () => {
      model.resetMetrics();
      return (await model.testOnBatch(rows.x, rows.y)).loss;
    },
    steps,
    goal,
  );
}

/** Trains on the same rows with a fresh optimizer, without dropout, penalties and a step of the model's own. */
export async function trainPlainly(
  subject: ModelSubject,
  { x, y }: SomeRows,
  optimizer: Optimizer,
  steps: number,
  goal: number,
): Promise<Course> {
  const variables = subject.model.trainableVariables;
  optimizer.build(variables);
  const program = tracedLoss(subject, x, y, (loss) => {
    optimizer.apply(gradients(loss, variables), variables);
    return loss;
  });
  const outside = generatorState();
  try {
    return await follow(
      program.run,
      async () => {
        program.run();
        return program.output(0)[0];
      },
      steps,
      goal,
    );
  } finally {
    setGeneratorState(outside);
    program.dispose();
  }
}
