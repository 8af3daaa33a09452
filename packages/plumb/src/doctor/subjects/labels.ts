/** Labels, read as the question that they ask. */
import type { Head, Task } from "../../base/contract.ts";
import { describeLabels, taskOf, type LabelsInfo, type Loss } from "../../losses/index.ts";
import type { Table } from "./table.ts";

/** The question that labels ask, and how many classes or outputs there are. */
export interface Reading {
  readonly task: Task;
  readonly count: number;
}

/** What judges an output. */
export interface Judge {
  readonly loss?: Loss<any>;
  readonly head: Head;
  /** The last extent of the predictions. */
  readonly units?: number;
}

/** The labels of one output in one part, and how they are read. */
export class Labels {
  readonly table: Table;
  readonly info: LabelsInfo;
  /** The place of their output among those of the model. */
  readonly output: number;
  readonly #reading: Reading;
  #classes?: Int32Array;

  /** `known`: as those of the training part, or as the loss takes them; read off the labels otherwise. */
  constructor(table: Table, known?: Reading & { readonly output?: number }, output = known?.output ?? 0) {
    this.table = table;
    this.output = output;
    this.info = describeLabels(table.values, table.shape);
    this.#reading = known ?? taskOf(this.info);
  }

  get task(): Task {
    return this.#reading.task;
  }

  /** Number of classes, or of outputs of a regression. */
  get count(): number {
    return this.#reading.count;
  }

  get rows(): number {
    return this.table.rows;
  }

  /** Whether each row belongs to one class. */
  get areClasses(): boolean {
    return this.task === "binary" || this.task === "classes";
  }

  /** The class of each row; of rows of several values, the place of the highest; of signs, 0 and 1. */
  get classes(): Int32Array {
    if (this.#classes !== undefined) return this.#classes;
    const { rows, width } = this.table;
    const signs = this.task === "binary" && this.info.low < 0;
    const classOf = (row: number): number => {
      if (width === 1) return signs ? Number(this.table.at(row, 0) > 0) : Math.round(this.table.at(row, 0));
      let best = 0;
      for (let k = 1; k < width; k++) if (this.table.at(row, k) > this.table.at(row, best)) best = k;
      return best;
    };
    this.#classes = Int32Array.from({ length: rows }, (_, row) => classOf(row));
    return this.#classes;
  }
}

/** Whether `fit` divides rows by these labels when it takes each class's share for validation. */
export function areDividedBy({ table: { shape, width } }: Labels, { loss }: Judge): boolean {
  const form = loss?.contract.labels;
  return form === "oneHot" ? shape.length === 2 : width === 1 && (form === "classIndex" || form === "binary");
}

/**
 * How labels are read where a loss says more than they show: many whole numbers are classes to a cross-entropy, and a few
 * are amounts to a squared error behind a linear head. Undefined where it says no more.
 */
export function readingBy({ table, info, task }: Labels, { loss, head, units }: Judge): Reading | undefined {
  if (loss === undefined || table.width !== 1) return undefined;
  // A function of the user's does not say; but one number cannot tell more than two classes apart.
  if (loss.contract.custom === true)
    return task === "classes" && units === 1 ? { task: "regression", count: 1 } : undefined;
  const { labels, predictions } = loss.contract;
  if (labels === "classIndex" && task === "regression" && info.kind === "integer" && info.low >= 0) {
    const count = Math.max(units ?? 0, info.high + 1);
    // More classes than rows: amounts that were given to the wrong loss.
    return count <= table.rows ? { task: "classes", count } : undefined;
  }
  const amounts =
    labels === "real" && predictions === "real" && (head === "linear" || head === "nonNegative");
  return amounts && task === "classes" ? { task: "regression", count: 1 } : undefined;
}
