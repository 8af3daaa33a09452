/** A model on rows as one program, to be run again and again, or only to be looked at. */
import { trace, type Tensor } from "../../tensor/index.ts";
import {
  labelsOf,
  mapRows,
  rowsFor,
  tensorsFor,
  valuesIn,
  type Rows,
  type RowsData,
} from "../../train/index.ts";
import type { ModelSubject } from "../subjects/model.ts";

/** What the program of a model on rows is made of. */
interface Given {
  /** The outputs in their order, dropout and the like off. */
  readonly predictions: readonly Tensor[];
  readonly rows: Rows<Tensor>;
  /** All values that the rows consist of. */
  readonly values: readonly Tensor[];
}

/** Traces what is made of the outputs of a model for some rows. `run` runs it on these. To be disposed of. */
export function tracedOn<R>({ model }: ModelSubject, rows: Rows<Tensor>, make: (given: Given) => R) {
  const values = valuesIn(rows);
  const program = trace(
    (...args) => {
      let next = 0;
      const given = mapRows(rows, () => args[next++]);
      const outputs = model.call(given.x, { training: false });
      const predictions = tensorsFor(model.outputPlaces!, outputs, {
        what: "the predictions",
        place: "output",
      });
      return make({ predictions, rows: given, values: args });
    },
    values.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  const fed = values.map((value) => value.dataSync());
  return {
    run: (): void => program.run(...fed),
    output: (k: number) => program.output(k),
    dispose: (): void => program.dispose(),
  };
}

/** The same of the loss of rows, without penalties. */
export function tracedLoss<R>(
  subject: ModelSubject,
  x: RowsData,
  y: RowsData,
  make: (loss: Tensor) => R,
): ReturnType<typeof tracedOn<R>> {
  const { model } = subject;
  const { places: _, ...rows } = rowsFor(model, x, y);
  const objective = model.compiled.objective(model.outputInfos!, labelsOf(rows));
  return tracedOn(subject, rows, ({ predictions, rows: given }) =>
    make(objective.loss(given.y, predictions, given.sampleWeight).total),
  );
}
