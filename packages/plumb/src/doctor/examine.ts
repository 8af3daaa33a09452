/** Before training: data, labels, split, and a model with its loss. */
import type { AnyModel, CompileOptions } from "../train/index.ts";
import { ask } from "./ask.ts";
import { diagnoses } from "./catalogue.ts";
import { Report } from "./report.ts";
import { DataSubject, type DataOptions } from "./subjects/data.ts";
import { ModelSubject, takerOf } from "./subjects/model.ts";

/** What is to be examined. */
export interface ExamineOptions extends DataOptions {
  /** A compiled model, or one with `compile`. Left out, the data alone are examined. */
  readonly model?: AnyModel;
  /** What `model.compile` is to be given. What it would refuse becomes findings; where it does not refuse, the model is compiled. */
  readonly compile?: CompileOptions;
  /** Rows per step of the training to come. Default 32. */
  readonly batchSize?: number;
  /** Confirm by small trainings, which are undone. Default true. */
  readonly experiments?: boolean;
}

/**
 * Looks at data and model before training: values, labels, splits, head and loss, the first loss, whether 16 rows can be
 * learned by heart. The model is left as it was, random numbers included.
 *
 * Costs a few passes over the data, and some hundred steps where `experiments` are run. Errors: those of `fit` for rows
 * that do not belong together; PL4001 for a model that is neither compiled nor comes with `compile`.
 *
 * @example
 * const report = await examine({ model, data: x, labels: y });
 * console.log(String(report));
 */
export async function examine({
  model,
  compile,
  batchSize,
  experiments,
  ...options
}: ExamineOptions): Promise<Report> {
  const data = new DataSubject(options, model && takerOf(model, compile));
  const subjects =
    model === undefined
      ? { data }
      : { data, model: new ModelSubject(model, data, { settings: compile, batchSize, experiments }) };
  return new Report(await ask(diagnoses, subjects), diagnoses);
}
