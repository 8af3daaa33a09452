/** Short trainings, to be taken back by who runs them (`ModelSubject.undone`). Bounded in steps. */
import { generatorState, setGeneratorState } from "../../base/seed.ts";
import { Adam } from "../../optimizers/index.ts";
import { gradients, trace } from "../../tensor/index.ts";
import { labelsOf, mapRows, rowsFor, tensorsFor, valuesIn, type RowsData } from "../../train/index.ts";
import type { ModelSubject } from "../subjects/model.ts";

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

/** Trains on the same rows with Adam at a rate, without dropout, penalties and a step of the model's own. */
export async function trainPlainly(
  { model }: ModelSubject,
  { x, y }: SomeRows,
  rate: number,
  steps: number,
  goal: number,
): Promise<Course> {
  const { places: _, ...rows } = rowsFor(model, x, y);
  const objective = model.compiled.objective(model.outputInfos!, labelsOf(rows));
  const optimizer = new Adam({ learningRate: rate });
  const variables = model.trainableVariables;
  optimizer.build(variables);
  const values = valuesIn(rows);
  const program = trace(
    (...args) => {
      let next = 0;
      const given = mapRows(rows, () => args[next++]);
      const predictions = tensorsFor(model.outputPlaces!, model.call(given.x, { training: false }), {
        what: "the predictions",
        place: "output",
      });
      const { total } = objective.loss(given.y, predictions, given.sampleWeight);
      optimizer.apply(gradients(total, variables), variables);
      return total;
    },
    values.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  const fed = values.map((value) => value.dataSync());
  const outside = generatorState();
  try {
    const step = (): void => program.run(...fed);
    return await follow(
      step,
      async () => {
        step();
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
