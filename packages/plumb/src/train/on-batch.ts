/** Steps on batches that the caller hands in one by one, for training loops of one's own. */
import { PlumbError } from "../base/errors.ts";
import { resolve, unchecked } from "../base/parameters.ts";
import type { Layer } from "../layers/index.ts";
import { engineTurn, trace, type Tensor, type Traced } from "../tensor/index.ts";
import { classWeight, classWeightsOf, type ClassWeight } from "./class-weight.ts";
import type { Logs } from "./events.ts";
import type { AnyModel } from "./model.ts";
import {
  labelsOf,
  mapRows,
  rowsFor,
  settled,
  valuesIn,
  type Rows,
  type RowsData,
  type RowWeights,
} from "./rows.ts";
import { runAwaited } from "./slices.ts";
import { stepBody, totalsOf, type StepKind } from "./step.ts";
import type { Totals } from "./totals.ts";

/** What `trainOnBatch` and `testOnBatch` take besides rows and labels. */
export interface OnBatchOptions {
  /** How much each row counts in the loss and in weighted metrics: `[rows]`, `[rows, steps]`; of several outputs for each. */
  readonly sampleWeight?: RowWeights;
  /** How much the rows of each class count; not together with `sampleWeight`. For `trainOnBatch`. */
  readonly classWeight?: ClassWeight;
}

interface BatchProgram {
  readonly program: Traced<void>;
  readonly totals: Totals;
}

/** Batches of a model, each shape with its program: rows, labels and weights are arguments of it. */
export class BatchSteps {
  readonly #model: AnyModel;
  readonly #programs = new Map<string, BatchProgram>();
  /** Running values of each kind of step, by the shape of the labels of a row: the metrics hang on it. */
  readonly #totals = new Map<
    string,
    { readonly totals: Totals; readonly body: ReturnType<typeof stepBody> }
  >();

  constructor(model: AnyModel) {
    this.#model = model;
  }

  /** One step. Gives the running values since the last reset. */
  async run(kind: StepKind, x: RowsData, y: RowsData, options: OnBatchOptions): Promise<Logs> {
    const model = this.#model;
    const { compiled } = model;
    const { sampleWeight, classWeight } = resolve("PL4004", "A step on a batch", parameters, options);
    if (sampleWeight !== undefined && classWeight !== undefined) throw bothWeights();
    const { places, ...given } = rowsFor(model, x, y, sampleWeight);
    const { weighted, values } = await engineTurn(() => {
      model.buildFor(given.x);
      const rows = settled(given, places, model);
      const criteria = compiled.criteria(model.outputInfos!);
      const weighted =
        classWeight === undefined
          ? rows
          : { ...rows, sampleWeight: [classWeightsOf(criteria, rows.y, classWeight)] };
      compiled.checkLabels(model.outputInfos!, labelsOf(weighted));
      return { weighted, values: valuesIn(weighted).map((value) => value.dataSync()) };
    });
    return model.turns.take(() =>
      engineTurn(async () => {
        const { program, totals } = this.#for(kind, weighted);
        await runAwaited(() => program.run(...values));
        totals.rows += valuesIn(weighted)[0].shape[0];
        return totals.read();
      }),
    );
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

  #for(kind: StepKind, rows: Rows<Tensor>): BatchProgram {
    const model = this.#model;
    const values = valuesIn(rows);
    const form = JSON.stringify(mapRows(rows, ({ dtype, shape }) => `${dtype} ${shape.join()}`));
    // Which layers are trained may change from call to call.
    const key = [kind, form, ...layersWithin(model).map(({ trainable }) => Number(trainable))].join(" ");
    const known = this.#programs.get(key);
    if (known !== undefined) {
      // The most recently used stand last: the first is the one to make room.
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    const ofRow = `${kind} ${rows.y.map((labels) => labels?.shape.slice(1).join()).join(" ")}`;
    let filled = this.#totals.get(ofRow);
    if (filled === undefined) {
      const objective = model.compiled.objective(model.outputInfos!, labelsOf(rows));
      const totals = totalsOf(model, objective, values[0].shape[0]);
      this.#totals.set(ofRow, (filled = { totals, body: stepBody(model, kind, objective, totals) }));
    }
    const { body, totals } = filled;
    if (kind === "train") model.compiled.optimizer.build(model.trainableVariables);
    const program = trace(
      (...args) => {
        let next = 0;
        body(mapRows(rows, () => args[next++]));
      },
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

/** All layers of a layer, however deep. */
const layersWithin = (layer: Layer): readonly Layer[] =>
  layer.layers.flatMap((inside) => [inside, ...layersWithin(inside)]);

/** Shapes of batches of which one model keeps the programs. */
const maxShapes = 16;

const parameters = {
  sampleWeight: unchecked<RowWeights | undefined>(undefined, "How much each row counts"),
  classWeight,
};

const bothWeights = (): PlumbError =>
  new PlumbError("PL4004", {
    asked: "A step was given classWeight and sampleWeight",
    why: "Both say how much a row counts",
    fix: "Keep one of them",
  });
