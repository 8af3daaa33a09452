/** Data before training: the parts, their inputs and their labels. */
import { splitRows, classesOf, type SplitRule } from "../../data/index.ts";
import { inputsOf, rowsFor, type RowsData, type Taker } from "../../train/index.ts";
import { leavesOf, type Tensor } from "../../tensor/index.ts";
import { Labels, readingBy, type Judge } from "./labels.ts";
import { Table } from "./table.ts";

/** What is known of the data. */
export interface DataOptions {
  /** Inputs to train on, as for `fit`. */
  readonly data: RowsData;
  /** Their labels. */
  readonly labels?: RowsData;
  /** Rows to validate on: `[x, y]`. */
  readonly validationData?: readonly [x: RowsData, y: RowsData];
  /** The share of `data` to validate on, as for `fit`. Not together with `validationData`. */
  readonly validationSplit?: number | { readonly fraction: number; readonly rule: SplitRule };
  /** Rows that nothing is chosen by: `[x, y]`. */
  readonly testData?: readonly [x: RowsData, y: RowsData];
  /** What the columns of the inputs are called. */
  readonly columns?: readonly string[];
  /** What the classes are called, in the order of their numbers. */
  readonly classes?: readonly string[];
  /** The seed that `fit` is given: the split hangs on it. Default 0. */
  readonly seed?: number;
}

export type PartName = "training" | "validation" | "test";

/** Rows with one use. */
export interface Part {
  readonly name: PartName;
  readonly rows: number;
  /** One for each input of the model. */
  readonly inputs: readonly Table[];
  /** One for each output that has labels. */
  readonly labels: readonly Labels[];
}

/** Part by part; `unsplit` as it was before a share of it validates. */
interface Given {
  training: Part;
  validation?: Part | undefined;
  test?: Part | undefined;
  unsplit?: Part | undefined;
}

const anyTaker: Taker = { wantsLabels: () => true };

/** Data as the diagnoses see them. */
export class DataSubject {
  readonly options: DataOptions;
  /** Whether a model is examined with them: rules that need to know what it does with them are asked about the model then. */
  readonly withModel: boolean;
  #given: Given;

  /** Errors: as `fit`, for rows that do not belong together. */
  constructor(options: DataOptions, taker: Taker = anyTaker) {
    this.options = options;
    this.withModel = taker !== anyTaker;
    const { data, labels, validationData, validationSplit, testData, seed = 0 } = options;
    const all = readPart("training", taker, data, labels, options);
    const given: Given = { training: all };
    const rule =
      typeof validationSplit === "number"
        ? { fraction: validationSplit, rule: "stratified" as const }
        : validationSplit;
    if (rule !== undefined && rule.fraction > 0) {
      const first = all.labels.find(({ areClasses }) => areClasses);
      const classes = first && classesOf(first.table.values, first.table.shape);
      const { train, validation } = splitRows(all.rows, { ...rule, seed, classes });
      given.unsplit = all;
      given.training = selectPart("training", all, train);
      given.validation = selectPart("validation", all, validation);
    }
    if (validationData !== undefined)
      given.validation = readPart("validation", taker, ...validationData, options, all.labels);
    if (testData !== undefined) given.test = readPart("test", taker, ...testData, options, all.labels);
    this.#given = given;
  }

  get training(): Part {
    return this.#given.training;
  }

  get validation(): Part | undefined {
    return this.#given.validation;
  }

  get test(): Part | undefined {
    return this.#given.test;
  }

  /** All rows of `data` in the order in which they were given, where a share of them validates. */
  get unsplit(): Part | undefined {
    return this.#given.unsplit;
  }

  /** The parts that there are. */
  get parts(): readonly Part[] {
    return [this.training, this.validation, this.test].filter((part) => part !== undefined);
  }

  /** Those beside the training part. */
  get held(): readonly Part[] {
    return this.parts.slice(1);
  }

  /** From now on labels are read as what judges the outputs takes them. */
  readBy(judges: readonly Judge[]): void {
    const readings = this.training.labels.map((labels, i) => readingBy(labels, judges[i]));
    if (readings.every((reading) => reading === undefined)) return;
    const read = (part: Part): Part => ({
      ...part,
      labels: part.labels.map((of, i) => new Labels(of.table, readings[i] ?? of)),
    });
    const { training, validation, test, unsplit } = this.#given;
    this.#given = {
      training: read(training),
      validation: validation && read(validation),
      test: test && read(test),
      unsplit: unsplit && read(unsplit),
    };
  }

  /** What class `k` is called. */
  className(k: number): string {
    return this.options.classes?.[k] ?? `class ${k}`;
  }
}

function readPart(
  name: PartName,
  taker: Taker,
  data: RowsData,
  labels: RowsData | undefined,
  { columns }: DataOptions,
  known?: readonly Labels[],
): Part {
  const read = labels === undefined ? undefined : rowsFor(taker, data, labels);
  const inputs = leavesOf(read?.x ?? inputsOf(taker, data)) as Tensor[];
  const table = (of: Tensor, what: string, names?: readonly string[]): Table =>
    new Table(what, { values: of.dataSync(), shape: of.shape, dtype: of.dtype }, names);
  const several = inputs.length > 1;
  const outputs = (read?.y ?? []).filter((of) => of !== undefined);
  return {
    name,
    rows: inputs[0].shape[0],
    inputs: inputs.map((of, i) =>
      table(of, several ? `input ${i}` : "inputs", several ? undefined : columns),
    ),
    labels: outputs.map(
      (of, i) => new Labels(table(of, outputs.length > 1 ? `labels ${i}` : "labels"), known?.[i]),
    ),
  };
}

const selectPart = (name: PartName, { inputs, labels }: Part, rows: Int32Array): Part => ({
  name,
  rows: rows.length,
  inputs: inputs.map((table) => table.select(rows)),
  labels: labels.map((of) => new Labels(of.table.select(rows), of)),
});
