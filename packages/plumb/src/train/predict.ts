/** What a model says about rows. */
import { integer, resolve } from "../base/parameters.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import type { DType } from "../base/dtype.ts";
import { checkSomeRows, rowsOf, type RowsLike } from "../data/index.ts";
import { tensor, trace, type Tensor, type Traced } from "../tensor/index.ts";
import type { Model } from "./model.ts";
import { runInSlices } from "./slices.ts";

/** What `predict` takes besides data. */
export interface PredictOptions {
  /** Rows per step. Default 32; the result does not depend on it. */
  batchSize?: number;
}

const parameters = { batchSize: integer(32, "Rows per step", { min: 1 }) };

/** A model's forward pass for one shape of batch. */
interface ForwardProgram {
  readonly program: Traced<Tensor>;
  readonly outputShape: Shape;
}

/**
 * The forward passes of a model that were compiled so far, so that a prediction repeated compiles nothing. They take the
 * batch as an argument and read the weights where they are: training and `setWeights` do not touch them.
 */
export class ForwardPrograms {
  readonly #model: Model;
  readonly #byShape = new Map<string, ForwardProgram>();

  constructor(model: Model) {
    this.#model = model;
  }

  /** The program for batches of a shape. The one that was used longest ago makes room for a ninth. */
  for(shape: Shape, dtype: DType): ForwardProgram {
    const key = `${dtype} ${shape.join()}`;
    const known = this.#byShape.get(key) ?? this.#trace(shape, dtype);
    this.#byShape.delete(key);
    this.#byShape.set(key, known);
    const [oldest] = this.#byShape.keys();
    if (this.#byShape.size > 8) this.#drop(oldest);
    return known;
  }

  /** Forgets them all, when the model has changed. */
  clear(): void {
    for (const key of this.#byShape.keys()) this.#drop(key);
  }

  #trace(shape: Shape, dtype: DType): ForwardProgram {
    let outputShape: Shape = [];
    const program = trace(
      (x) => {
        const { output } = this.#model.forward(x, { training: false });
        outputShape = output.shape;
        return output;
      },
      [{ shape, dtype }],
    );
    return { program, outputShape };
  }

  #drop(key: string): void {
    this.#byShape.get(key)?.program.dispose();
    this.#byShape.delete(key);
  }
}

/** The model's output for all rows, batch by batch, in one turn of the model. */
export async function predict(
  model: Model,
  programs: ForwardPrograms,
  x: RowsLike,
  options: PredictOptions,
): Promise<Tensor> {
  const { batchSize } = resolve("PL4004", "predict", parameters, options);
  const rows = rowsOf(x, "x");
  checkSomeRows(rows);
  model.build(rows.shape);
  const [count, ...rowShape] = rows.shape;
  const width = sizeOf(rowShape);
  const values = rows.dataSync();
  let output = new Float32Array();
  let outputShape: Shape = [];
  await model.turns.take(() =>
    runInSlices({
      steps: Math.ceil(count / batchSize),
      step(i) {
        const [from, to] = [i * batchSize, Math.min(count, (i + 1) * batchSize)];
        const { program, outputShape: batchShape } = programs.for([to - from, ...rowShape], rows.dtype);
        program.run(values.subarray(from * width, to * width));
        outputShape = batchShape.slice(1);
        const size = sizeOf(outputShape);
        if (i === 0) output = new Float32Array(count * size);
        output.set(program.output(0), from * size);
      },
    }),
  );
  return tensor(output, [count, ...outputShape]);
}

/** The model's output for all rows in one step. */
export function predictOnBatch(model: Model, programs: ForwardPrograms, x: RowsLike): Promise<Tensor> {
  return predict(model, programs, x, { batchSize: Math.max(1, rowsOf(x, "x").shape[0]) });
}
