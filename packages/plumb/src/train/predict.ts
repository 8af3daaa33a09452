/** What a model says about rows. */
import type { HostArray } from "../base/dtype.ts";
import { integer, resolve } from "../base/parameters.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import {
  engineTurn,
  leavesOf,
  replaceLeaves,
  tensor,
  trace,
  type Tensor,
  type Traced,
} from "../tensor/index.ts";
import type { AnyModel } from "./model.ts";
import { arranged, tensorsFor, type Structure } from "./places.ts";
import { inputsOf, specsOf, type RowsData } from "./rows.ts";
import { runInSlices } from "./slices.ts";

/** What `predict` takes besides data. */
export interface PredictOptions {
  /** Rows per step. Default 32; the result does not depend on it. */
  batchSize?: number;
}

const parameters = { batchSize: integer(32, "Rows per step", { min: 1 }) };

/** A model's forward pass for one shape of batch, and the shapes of its outputs. */
interface ForwardProgram {
  readonly program: Traced<readonly Tensor[]>;
  readonly shapes: readonly Shape[];
}

/**
 * The forward passes of a model that were compiled so far, so that a prediction repeated compiles nothing. They take the
 * batch as arguments and read the weights where they are: training and `setWeights` do not touch them.
 */
export class ForwardPrograms {
  readonly #model: AnyModel;
  readonly #byShape = new Map<string, ForwardProgram>();

  constructor(model: AnyModel) {
    this.#model = model;
  }

  /** The program for batches of so many rows, like `x`. The one that was used longest ago makes room for a ninth. */
  for(x: Structure<Tensor>, rows: number): ForwardProgram {
    const specs = specsOf(x).map(({ shape, dtype }) => ({ shape: [rows, ...shape.slice(1)], dtype }));
    const key = specs.map(({ shape, dtype }) => `${dtype} ${shape.join()}`).join(" ");
    const known = this.#byShape.get(key) ?? this.#trace(x, specs);
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

  #trace(
    x: Structure<Tensor>,
    specs: readonly { readonly shape: Shape; readonly dtype: Tensor["dtype"] }[],
  ): ForwardProgram {
    const model = this.#model;
    let shapes: readonly Shape[] = [];
    const program = trace((...args) => {
      let next = 0;
      const made = model.call(replaceLeaves(x, () => args[next++]) as Structure<Tensor>, { training: false });
      const outputs = tensorsFor(model.outputPlaces!, made, { what: "the outputs", place: "output" });
      shapes = outputs.map(({ shape }) => shape);
      return outputs;
    }, specs);
    return { program, shapes };
  }

  #drop(key: string): void {
    this.#byShape.get(key)?.program.dispose();
    this.#byShape.delete(key);
  }
}

/** The model's outputs for all rows, batch by batch, in one turn of the model. */
export async function predict(
  model: AnyModel,
  programs: ForwardPrograms,
  x: RowsData,
  options: PredictOptions,
): Promise<Structure<Tensor>> {
  const { batchSize } = resolve("PL4004", "predict", parameters, options);
  return predictRows(model, programs, inputsOf(model, x), batchSize);
}

/** The model's outputs for all rows in one step. */
export async function predictOnBatch(
  model: AnyModel,
  programs: ForwardPrograms,
  x: RowsData,
): Promise<Structure<Tensor>> {
  return predictRows(model, programs, inputsOf(model, x), Infinity);
}

async function predictRows(
  model: AnyModel,
  programs: ForwardPrograms,
  x: Structure<Tensor>,
  batchSize: number,
): Promise<Structure<Tensor>> {
  const inputs = leavesOf(x) as Tensor[];
  const [count] = inputs[0].shape;
  const values = await engineTurn(() => {
    model.buildFor(x);
    return inputs.map((input) => input.dataSync());
  });
  const widths = inputs.map(({ shape }) => sizeOf(shape.slice(1)));
  const step = Math.min(batchSize, count);
  let outputs: HostArray[] = [];
  let rowShapes: readonly Shape[] = [];
  await model.turns.take(() =>
    runInSlices({
      steps: Math.ceil(count / step),
      step(i) {
        const [from, to] = [i * step, Math.min(count, (i + 1) * step)];
        const { program } = programs.for(x, to - from);
        program.run(...values.map((of, k) => of.subarray(from * widths[k], to * widths[k])));
      },
      read(i) {
        const [from, to] = [i * step, Math.min(count, (i + 1) * step)];
        const { program, shapes } = programs.for(x, to - from);
        rowShapes = shapes.map((shape) => shape.slice(1));
        const parts = shapes.map((_, k) => program.output(k));
        if (i === 0) outputs = parts.map((part, k) => newArray(part, count * sizeOf(rowShapes[k])));
        parts.forEach((part, k) => outputs[k].set(part, from * sizeOf(rowShapes[k])));
      },
    }),
  );
  return arranged(
    model.outputPlaces!,
    outputs.map((output, k) => tensor(output, [count, ...rowShapes[k]])),
  );
}

const newArray = (like: HostArray, length: number): HostArray =>
  new (like.constructor as new (length: number) => HostArray)(length);
