/** What a model answers before training, for a few rows that are spread over the training part. Looked at once for all rules. */
import { PlumbError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/index.ts";
import { beforeHeadOf } from "../../layers/index.ts";
import { inputsOf, tensorsFor, type RowsData } from "../../train/index.ts";
import { lookOnce } from "../probe.ts";
import { sampleOf } from "../statistics/sampling.ts";
import { Labels } from "../subjects/labels.ts";
import type { ModelSubject } from "../subjects/model.ts";
import type { Look } from "../subjects/training.ts";

/** Rows that are looked at: a mean over them is known to a few percent. */
const mostRows = 256;

/** One output for the rows. */
export interface Answer {
  readonly tensor: Tensor;
  readonly values: ArrayLike<number>;
  /** Its labels; undefined for an output without. */
  readonly labels?: Labels;
}

/** Rows of the training part, and what the model answers to them. */
export interface FirstLook {
  readonly rows: Int32Array;
  readonly x: RowsData;
  readonly y: RowsData;
  /** In the order of the outputs. */
  readonly answers: readonly Answer[];
}

const looks = new WeakMap<ModelSubject, Promise<FirstLook | undefined>>();
const probes = new WeakMap<ModelSubject, Promise<ProbedModel | undefined>>();

/** What a probe says of a model. */
export type ProbedModel = Look;

/** A value that is made once for each subject. */
function once<T>(
  known: WeakMap<ModelSubject, Promise<T>>,
  subject: ModelSubject,
  make: () => Promise<T>,
): Promise<T> {
  let made = known.get(subject);
  if (made === undefined) known.set(subject, (made = make()));
  return made;
}

/** The first look at a model; undefined where it cannot answer these rows. */
export const firstLook = (subject: ModelSubject): Promise<FirstLook | undefined> =>
  once(looks, subject, () => refusedAsNothing(() => lookAt(subject)));

/** Layers and gradients on the first rows; undefined where the model cannot be trained on them. Nothing is changed. */
export const firstProbe = (subject: ModelSubject): Promise<ProbedModel | undefined> =>
  once(probes, subject, () => probeNow(subject));

/** The same anew, for a model whose weights were changed. */
export const probeNow = (subject: ModelSubject): Promise<ProbedModel | undefined> =>
  refusedAsNothing(async () => {
    const { model, data, batchSize } = subject;
    if (!model.isCompiled || data.training.labels.length === 0) return undefined;
    const { x, y } = subject.rowsOf(data.training, sampleOf(data.training.rows, Math.max(batchSize, 32)));
    return lookOnce(model, { x: x as RowsData, y: y as RowsData });
  });

async function lookAt(subject: ModelSubject): Promise<FirstLook> {
  const { training } = subject.data;
  const rows = sampleOf(training.rows, mostRows);
  const { x, y } = subject.rowsOf(training, rows);
  const tensors = await answersTo(subject, x as RowsData);
  const answers = tensors.map((tensor, i): Answer => {
    const of = subject.labelsOf(i);
    return {
      tensor,
      values: tensor.dataSync(),
      labels: of && new Labels(of.table.select(rows), of),
    };
  });
  return { rows, x: x as RowsData, y: y as RowsData, answers };
}

/** The outputs of a model for some inputs, in their order, dropout and the like off. */
export async function answersTo({ model }: ModelSubject, x: RowsData): Promise<readonly Tensor[]> {
  const predicted = await model.predictOnBatch(x);
  return tensorsFor(model.outputPlaces!, predicted, { what: "the predictions", place: "output" });
}

/** What stands before the last activation of each output, as the loss of a known head takes it; the outputs where there is none. */
export function sumsFor({ model }: ModelSubject, x: RowsData): readonly Tensor[] {
  const given = model.call(inputsOf(model, x) as never, { training: false });
  return tensorsFor(model.outputPlaces!, given, { what: "the predictions", place: "output" }).map(
    beforeHeadOf,
  );
}

/** What an experiment gives; nothing where the model or the loss refuses the rows: who checks those says why. */
export async function refusedAsNothing<T>(experiment: () => Promise<T>): Promise<T | undefined> {
  try {
    return await experiment();
  } catch (error) {
    if (error instanceof PlumbError) return undefined;
    throw error;
  }
}
