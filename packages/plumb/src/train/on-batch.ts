/** Steps on batches that the caller hands in one by one, for training loops of one's own. */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { resolve, unchecked } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import { checkSameRows, checkSomeRows, checkWeights, rowsOf, type RowsLike } from "../data/index.ts";
import { trace, type Tensor, type Traced } from "../tensor/index.ts";
import { classWeight, classWeightsOf, type ClassWeight } from "./class-weight.ts";
import type { Logs } from "./events.ts";
import type { Model } from "./model.ts";
import { stepBody, totalsOf, type StepKind } from "./step.ts";
import type { Totals } from "./totals.ts";

/** What `trainOnBatch` and `testOnBatch` take besides rows and labels. */
export interface OnBatchOptions {
  /** How much each row counts in the loss and in weighted metrics: `[rows]`. */
  readonly sampleWeight?: RowsLike;
  /** How much the rows of each class count; not together with `sampleWeight`. For `trainOnBatch`. */
  readonly classWeight?: ClassWeight;
}

interface BatchProgram {
  readonly program: Traced<void>;
  readonly totals: Totals;
}

/** Batches of a model, each shape with its program: rows, labels and weights are arguments of it. */
export class BatchSteps {
  readonly #model: Model;
  readonly #programs = new Map<string, BatchProgram>();
  /** Running values of each kind of step, by the shape of the labels of a row: the metrics hang on it. */
  readonly #totals = new Map<
    string,
    { readonly totals: Totals; readonly body: ReturnType<typeof stepBody> }
  >();

  constructor(model: Model) {
    this.#model = model;
  }

  /** One step. Gives the running values since the last reset. */
  async run(kind: StepKind, x: RowsLike, y: RowsLike, options: OnBatchOptions): Promise<Logs> {
    const model = this.#model;
    const { compiled } = model;
    const rows = rowsOf(x, "x");
    const labels = rowsOf(y, "the labels");
    checkSomeRows(rows);
    checkSameRows(rows, labels, "the labels");
    model.build(rows.shape);
    const weights = weightsOf(model, labels, options);
    if (weights !== undefined) checkSameRows(rows, weights, "the sample weights");
    const values = [rows, labels, ...(weights ? [weights] : [])];
    const [xs, ys, ws] = values.map((value) => value.dataSync()) as [HostArray, HostArray, HostArray?];
    const about = { values: ys, shape: labels.shape, ...(ws ? { weights: ws } : {}) };
    compiled.checkLabels(model, about);
    return model.turns.take(() => {
      const { program, totals } = this.#for(kind, values, about);
      program.run(xs, ys, ...(ws ? [ws] : []));
      totals.rows += rows.shape[0];
      return totals.read();
    });
  }

  /** Forgets the running values. */
  reset(): void {
    for (const { totals } of this.#totals.values()) totals.reset();
  }

  /** Forgets the programs, when the model or what it was compiled with has changed. */
  clear(): void {
    for (const { program } of this.#programs.values()) program.dispose();
    this.#programs.clear();
    this.#totals.clear();
  }

  #for(
    kind: StepKind,
    values: readonly Tensor[],
    labels: { readonly values: HostArray; readonly shape: Shape },
  ): BatchProgram {
    const trained = kind === "train" ? this.#model.trainableVariables : [];
    const shapes = values.map(({ dtype, shape }) => `${dtype} ${shape.join()}`);
    // Which variables are trained may change from call to call.
    const key = [kind, ...shapes, ...trained.map(({ name }) => name)].join(" ");
    const known = this.#programs.get(key);
    if (known !== undefined) {
      // The most recently used stand last: the first is the one to make room.
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    const ofRow = `${kind} ${labels.shape.slice(1).join()}`;
    let filled = this.#totals.get(ofRow);
    if (filled === undefined) {
      const model = this.#model;
      const objective = model.compiled.objective(model, labels);
      const totals = totalsOf(model, objective, labels.shape[0]);
      this.#totals.set(ofRow, (filled = { totals, body: stepBody(model, kind, objective, totals) }));
    }
    const { body, totals } = filled;
    if (kind === "train") this.#model.compiled.optimizer.build(trained);
    const program = trace(
      (...args) => body(args[0], args[1], args[2]),
      values.map(({ shape, dtype }) => ({ shape, dtype })),
    );
    program.reserve();
    const made = { program, totals };
    this.#programs.set(key, made);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > maxShapes) {
      this.#programs.get(oldest)!.program.dispose();
      this.#programs.delete(oldest);
    }
    return made;
  }
}

/** Shapes of batches of which one model keeps the programs. */
const maxShapes = 16;

const parameters = {
  sampleWeight: unchecked<RowsLike | undefined>(undefined, "How much each row counts"),
  classWeight,
};

function weightsOf(model: Model, labels: Tensor, options: OnBatchOptions): Tensor | undefined {
  const { sampleWeight, classWeight } = resolve("PL4004", "A step on a batch", parameters, options);
  if (sampleWeight === undefined)
    return classWeight === undefined ? undefined : classWeightsOf(model, labels, classWeight);
  if (classWeight === undefined) {
    const weights = rowsOf(sampleWeight, "the sample weights");
    checkWeights(weights);
    return weights;
  }
  throw new PlumbError("PL4004", {
    asked: "A step was given classWeight and sampleWeight",
    why: "Both say how much a row counts",
    fix: "Keep one of them",
  });
}
