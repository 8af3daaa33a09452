/** Labels and predictions, wherever they come from. */
import { PlumbError } from "../base/errors.ts";
import { Tensor } from "../tensor/index.ts";
import { ask } from "./ask.ts";
import { diagnoses } from "./catalogue.ts";
import { Report } from "./report.ts";
import { measure, type Measurements } from "./measurements.ts";
import { predictionKinds, PredictionsSubject, type PredictionsOptions } from "./subjects/predictions.ts";

/** Numbers of rows: a list, a list for each row, or a tensor `[rows]` or `[rows, width]`. */
export type Numbers = ArrayLike<number> | ArrayLike<ArrayLike<number>> | Tensor;

/** What is to be checked. */
export interface CheckOptions extends Omit<PredictionsOptions, "labels" | "predictions"> {
  /** The class of each row or its one-hot row, or the value of a regression. */
  readonly labels: Numbers;
  /** `[rows]` or `[rows, width]`; a plain list has the columns of a row one after the other. */
  readonly predictions: Numbers;
}

/** Losses and metrics with their intervals, and findings. */
export class PredictionsReport extends Report {
  readonly metrics: Measurements;

  constructor(subject: PredictionsSubject, findings: ConstructorParameters<typeof Report>[0]) {
    super(findings, diagnoses);
    this.metrics = measure(subject);
  }

  override toJSON(): {
    readonly metrics: PredictionsReport["metrics"];
    readonly findings: Report["findings"];
  } {
    return { metrics: this.metrics, findings: this.findings };
  }
}

/**
 * Judges predictions by their labels alone: losses and metrics with intervals of 95%, and everything that can be told
 * without the model. Errors: PL3004 where there are no rows, PL4005 where rows do not match, PL4004 for a kind that there is
 * not, PL2012 and PL2001 for what is no number.
 *
 * @example
 * const { metrics, findings } = await check({ labels: [0, 1, 1], predictions: [0.2, 0.9, 0.4], kind: "probabilities" });
 */
export async function check(options: CheckOptions): Promise<PredictionsReport> {
  const { kind } = options;
  if (!predictionKinds.includes(kind))
    throw new PlumbError("PL4004", {
      asked: `Predictions of the kind ${JSON.stringify(kind)} were to be checked`,
      why: "What the numbers mean decides how they are scored",
      fix: `Give one of these: ${predictionKinds.map((one) => `kind: "${one}"`).join(", ")}`,
    });
  const labels = numbersOf(options.labels, "label");
  const said = numbersOf(options.predictions, "prediction");
  const predictions = new PredictionsSubject({
    ...options,
    labels: labels.width > 1 ? classesOf(labels) : labels.values,
    predictions: said.values,
  });
  return new PredictionsReport(predictions, await ask(diagnoses, { predictions }));
}

interface Rows {
  readonly values: ArrayLike<number>;
  /** Numbers in a row, as far as that is said: 1 of a plain list. */
  readonly width: number;
}

function numbersOf(given: Numbers, what: "label" | "prediction"): Rows {
  if (given instanceof Tensor) return { values: given.dataSync(), width: given.shape[1] ?? 1 };
  const first = given[0];
  if (typeof first === "object" || given.length === 0) {
    const rows = Array.from(given as ArrayLike<ArrayLike<number>>, (row) => Array.from(row));
    return { values: rows.flat(), width: rows[0]?.length ?? 1 };
  }
  if (typeof first !== "number")
    throw new PlumbError(what === "label" ? "PL2012" : "PL2001", {
      asked: `The ${what} of each row was to be read`,
      arrived: `In row 0 it is ${JSON.stringify(first)}, a ${typeof first}`,
      why: "Classes are given by their numbers, from 0",
      fix: `Number them: const names = [...new Set(${what}s)].sort(); ${what}s.map((name) => names.indexOf(name)), and say classes: names`,
    });
  return { values: given as ArrayLike<number>, width: 1 };
}

/** The class of each one-hot row. */
function classesOf({ values, width }: Rows): Int32Array {
  return Int32Array.from({ length: values.length / width }, (_, row) => {
    const of = Array.from({ length: width }, (_column, k) => values[row * width + k]);
    if (of.filter((value) => value === 1).length === 1 && of.every((value) => value === 0 || value === 1))
      return of.indexOf(1);
    throw new PlumbError("PL4005", {
      asked: "The label of each row was to be read",
      arrived: `Row ${row} has ${width}: ${of.join(", ")}`,
      why: "A row has one label: a number, or a one-hot row that is 1 in the place of its class and 0 elsewhere",
      fix: "Check one column of labels at a time, with the predictions for it",
    });
  });
}
