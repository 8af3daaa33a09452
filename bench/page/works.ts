/**
 * What the page and Node measure, with the same code: training as it is called in a page, `await fit`, and as much of it
 * that reading the clock costs nothing. Shapes are those of `lib/works.mjs`.
 */
import {
  Dense,
  gradients,
  Input,
  Model,
  Sequential,
  seed,
  setThreads,
  SparseCategoricalCrossentropy,
  tensor,
  Variable,
  type Batch,
  type StepOutput,
  type Tensor,
} from "plumb-ml";
import { works as shapes, type Crossentropy, type Train } from "../lib/works.mjs";
import { measuredWorks, stepsOfAnEpoch, type Measured } from "./measured.ts";

/** Something to be measured. */
export interface Work {
  readonly title: string;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Does so many epochs, and awaits them. */
  readonly run: (epochs: number) => Promise<void>;
}

function wave(length: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = Math.sin(i * 0.37);
  return values;
}
const classes = (length: number, count: number): Int32Array =>
  Int32Array.from({ length }, (_, i) => (i * 7919) % count);

/**
 * A classifier, and data for an epoch of so many steps. After each it is put back to where it was: trained on and on, it
 * would know its rows by heart, and gradients that are nearly 0 are slow on many processors.
 */
function mlp({ title, input: [batchSize, inputs], weights }: Train, steps: number): Work {
  seed(1);
  const units = Object.values(weights).map(({ bias: [width] }) => width);
  const last = units.length - 1;
  const model = new Sequential([
    Input({ shape: [inputs] }),
    ...units.map((width, i) => new Dense(width, i < last ? { activation: "relu" } : {})),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const start = model.getState();
  const rows = steps * batchSize;
  const x = tensor(wave(rows * inputs), [rows, inputs]);
  const y = classes(rows, units[last]);
  const callbacks = [{ onEpochEnd: () => model.setState(start) }];
  return {
    title: `${title}, a step of fit`,
    steps,
    run: async (epochs) => void (await model.fit(x, y, { epochs, batchSize, seed: 1, callbacks })),
  };
}

/** The logits are weights: a step is their cross-entropy with class indices, and its gradient if it is a training step. */
class Logits extends Model {
  readonly #rows: number;
  readonly #classes: number;
  readonly #logits: Variable;
  readonly #gradient: Variable;
  readonly #loss = new SparseCategoricalCrossentropy({ fromLogits: true });

  constructor([rows, count]: readonly number[]) {
    super();
    this.#rows = rows;
    this.#classes = count;
    this.#logits = new Variable(tensor(wave(rows * count), [rows, count]));
    this.#gradient = new Variable(tensor(new Float32Array(rows * count), [rows, count]));
  }

  override call(): Tensor {
    return this.#logits.read();
  }

  override trainStep({ y }: Batch): StepOutput {
    const loss = this.#loss.call(y, this.#logits.read());
    this.#gradient.assign(gradients(loss, [this.#logits])[0]);
    return { loss };
  }

  override testStep({ y }: Batch): StepOutput {
    return { loss: this.#loss.call(y, this.#logits.read()) };
  }

  async run(steps: number, epochs: number, kind: "fit" | "evaluate"): Promise<void> {
    const rows = steps * this.#rows;
    const x = tensor(new Float32Array(rows), [rows, 1]);
    const y = classes(rows, this.#classes);
    const batchSize = this.#rows;
    for (let epoch = 0; epoch < epochs; epoch++)
      await (kind === "fit"
        ? this.fit(x, y, { batchSize, shuffle: false })
        : this.evaluate(x, y, { batchSize }));
  }
}

function crossEntropy({ title, logits, gradient }: Crossentropy, steps: number): Work {
  const model = new Logits(logits);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  const kind = gradient ? "fit" : "evaluate";
  return {
    title: `${title}, a step of ${kind}`,
    steps,
    run: (epochs) => model.run(steps, epochs, kind),
  };
}

function workOf(name: Measured): Work {
  const [shape, steps] = [shapes[name], stepsOfAnEpoch[name]];
  if (shape.job === "train") return mlp(shape, steps);
  if (shape.job === "crossentropy") return crossEntropy(shape, steps);
  throw new Error(`pages do not measure a ${shape.job}`);
}

export const works: Readonly<Record<string, () => Work>> = Object.fromEntries(
  measuredWorks.map((name) => [name, () => workOf(name)]),
);

let present: { readonly name: string; readonly work: Work } | undefined;

/** Milliseconds of a step, over about so many milliseconds. The first call with a name also makes it warm. */
export async function measure(name: string, milliseconds: number, threads: number): Promise<number> {
  setThreads(threads);
  const timed = async ({ run, steps }: Work, epochs: number): Promise<number> => {
    const begin = performance.now();
    await run(epochs);
    return (performance.now() - begin) / (steps * epochs);
  };
  if (present?.name !== name) {
    // One at a time: those with logits hold 200 MB.
    present = { name, work: works[name]() };
    const begin = performance.now();
    while (performance.now() - begin < 2 * milliseconds) await timed(present.work, 1);
  }
  const { work } = present;
  const once = work.steps * (await timed(work, 1));
  return timed(work, Math.max(1, Math.round(milliseconds / once)));
}
