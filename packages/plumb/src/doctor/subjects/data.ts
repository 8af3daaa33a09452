/** Data before training: the parts, their inputs and their labels. */
import { splitRows, classesOf, type SplitOptions, type SplitRule } from "../../data/index.ts";
import { inputsOf, rowsFor, type RowsData, type Taker } from "../../train/index.ts";
import { leavesOf, type Tensor } from "../../tensor/index.ts";
import { areDividedBy, Labels, readingBy, type Judge } from "./labels.ts";
import { Table, type ColumnWords } from "./table.ts";

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
  /** What a value of a column of the inputs is in words, where inputs were scaled or encoded before: "12 years". */
  readonly shows?: (column: number, value: number) => string;
  /** What the classes are called, in the order of their numbers. */
  readonly classes?: readonly string[];
  /** How much the rows of each class count, by class number, as for `fit`. */
  readonly classWeight?: Readonly<Record<number, number>>;
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
  readonly #rule: SplitOptions | undefined;
  /** The output by whose classes rows were divided. */
  #by: number | undefined;
  #given: Given;

  /** Errors: as `fit`, for rows that do not belong together. */
  constructor(options: DataOptions, taker: Taker = anyTaker) {
    this.options = options;
    this.withModel = taker !== anyTaker;
    const { data, labels, validationData, validationSplit, testData, seed = 0 } = options;
    const all = readPart("training", taker, data, labels, options);
    const rule =
      typeof validationSplit === "number"
        ? { fraction: validationSplit, rule: "stratified" as const }
        : validationSplit;
    if (rule !== undefined && rule.fraction > 0) this.#rule = { ...rule, seed };
    const given = this.#divided(
      all,
      all.labels.find(({ areClasses }) => areClasses),
    );
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

  /** The parts beside the training part, but for one that was drawn by chance from the same rows. */
  get givenApart(): readonly Part[] {
    const drawn = this.#rule !== undefined && this.#rule.rule !== "last";
    return this.held.filter(({ name }) => !(drawn && name === "validation"));
  }

  /** From now on labels are read as what judges the outputs takes them. */
  readBy(judges: readonly Judge[]): void {
    const { training, validation, test, unsplit } = this.#given;
    const readings = (unsplit ?? training).labels.map((of) => readingBy(of, judges[of.output]));
    const read = (part: Part): Part => ({
      ...part,
      labels: part.labels.map((of, i) => new Labels(of.table, readings[i] ?? of, of.output)),
    });
    const by = unsplit?.labels.find((of) => areDividedBy(of, judges[of.output]));
    const given: Given =
      unsplit === undefined || by?.output === this.#by
        ? { training, validation, unsplit }
        : this.#divided(unsplit, by);
    this.#given = {
      training: read(given.training),
      validation: given.validation && read(given.validation),
      test: test && read(test),
      unsplit: given.unsplit && read(given.unsplit),
    };
  }

  /** All rows, or where a share of them validates the same parts as in `fit`: which takes each class's share by the first labels that are classes. */
  #divided(all: Part, by: Labels | undefined): Given {
    this.#by = by?.output;
    if (this.#rule === undefined) return { training: all };
    const classes = by && classesOf(by.table.values, by.table.shape);
    const { train, validation } = splitRows(all.rows, { ...this.#rule, classes });
    return {
      unsplit: all,
      training: selectPart("training", all, train),
      validation: selectPart("validation", all, validation),
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
  { columns, shows }: DataOptions,
  known?: readonly Labels[],
): Part {
  const read = labels === undefined ? undefined : rowsFor(taker, data, labels);
  const inputs = leavesOf(read?.x ?? inputsOf(taker, data)) as Tensor[];
  const table = (of: Tensor, what: string, words?: ColumnWords): Table =>
    new Table(what, { values: of.dataSync(), shape: of.shape, dtype: of.dtype }, words);
  const several = inputs.length > 1;
  // An output that is not trained may have none.
  const outputs = [...(read?.y ?? []).entries()].flatMap(([output, of]) =>
    of === undefined ? [] : [{ of, output }],
  );
  return {
    name,
    rows: inputs[0].shape[0],
    inputs: inputs.map((of, i) =>
      table(of, several ? `input ${i}` : "inputs", several ? undefined : { names: columns, shows }),
    ),
    labels: outputs.map(
      ({ of, output }, i) =>
        new Labels(table(of, outputs.length > 1 ? `labels ${output}` : "labels"), known?.[i], output),
    ),
  };
}

const selectPart = (name: PartName, { inputs, labels }: Part, rows: Int32Array): Part => ({
  name,
  rows: rows.length,
  inputs: inputs.map((table) => table.select(rows)),
  labels: labels.map((of) => new Labels(of.table.select(rows), of)),
});
