import { Dense, Lambda } from "../../layers/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Sequential, type RowsData } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { answersTo, refusedAsNothing } from "../experiments/first-look.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { count, show } from "../words.ts";

/** Rows of the batch that is tried, and how many of them are changed in turn. */
const [batchRows, changedRows] = [12, 3];

export const rowsMeet: Diagnosis = {
  id: "C19",
  code: "PL2119",
  severity: "warning",
  title: "rows of a batch influence each other",
  thresholds: {
    change: {
      value: 1e-6,
      unit: "of the size of the outputs, by which those of other rows change",
      source: "rows are computed by themselves: without a path between them nothing changes at all",
    },
  },
  explains: ["C18", "P6", "P8"],
  about: `Each row of a batch is a case of its own. Where the output for one row changes when another row does, an axis was mixed
up: a mean, a softmax or a normalization over axis 0 in the place of the last one, or a reshape that takes the batch for
something else. Such a model may train well, and its answers hang on who else is in the batch; one row at a time it fails.

Twelve rows go through the model, dropout and the like off; then three of them are exchanged for other rows, one at a time,
and the outputs of those that stayed are compared. Batch normalization, which means to look at the whole batch while
training, does not do so here.`,
  example: `const model = new Sequential([new Lambda((x) => x.sub(x.mean(0, { keepDims: true }))), new Dense(1)]);
const data = Array.from({ length: 32 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const labels = data.map(([a]) => a);
const report = await examine({ model, compile: { loss: "mse" }, data, labels, experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2119 is among them

new Sequential([new Lambda((x) => x.sub(x.mean(-1, { keepDims: true }))), new Dense(1)]);`,
  rules: {
    model: async (subject) => {
      const { training } = subject.data;
      if (training.rows < batchRows + changedRows) return undefined;
      return refusedAsNothing(() => exchange(subject));
    },
  },
  sick: { examine: () => centredOver(0) },
  healthy: { examine: () => centredOver(-1) },
};

async function exchange(subject: ModelSubject): Promise<Observation[]> {
  const { training } = subject.data;
  const all = sampleOf(training.rows, batchRows + changedRows);
  const outputs = async (rows: Int32Array): Promise<readonly Tensor[]> =>
    answersTo(subject, subject.rowsOf(training, rows).x as RowsData);
  const rows = all.slice(0, batchRows);
  const before = await outputs(rows);
  const met = new Map<number, { readonly others: number; readonly apart: number }>();
  for (let k = 0; k < changedRows; k++) {
    const place = Math.floor(((k + 0.5) * batchRows) / changedRows);
    const other = rows.slice();
    other[place] = all[batchRows + k];
    const after = await outputs(other);
    const changed = before.map((tensor, i) => elsewhere(tensor, after[i], place));
    const others = Math.max(...changed.map((of) => of.others));
    if (others > 0) met.set(place, { others, apart: Math.max(...changed.map((of) => of.apart)) });
  }
  if (met.size === 0) return [];
  const most = Math.max(...[...met.values()].map(({ others }) => others));
  return [
    {
      severity: "warning",
      title: `The outputs for ${most} of ${batchRows - 1} rows change when a different row of their batch is replaced`,
      number: most,
      threshold: 0,
      evidence: [
        ...[...met].map(
          ([place, { others, apart }]) =>
            `With a new row in place ${place}, the outputs for ${count(others, "other row")} changed, by up to ${show(apart)}`,
        ),
        "The model was in prediction mode: dropout off, batch normalization with its stored statistics",
      ],
      why: "Each row is a case of its own: here the answer depends on which other rows happen to be in the batch, and predicting one row alone gives another answer",
      fix: "Look for an operation over axis 0, the batch: x.mean(0), softmax(x, 0), a reshape that mixes rows. Use the last axis instead: x.mean(-1)",
      confirmed: true,
    },
  ];
}

/** How many rows but one differ between two outputs, and by how much of the size of the outputs. */
function elsewhere(
  a: Tensor,
  b: Tensor | undefined,
  place: number,
): { readonly others: number; readonly apart: number } {
  if (b === undefined || a.shape[0] !== batchRows) return { others: 0, apart: 0 };
  const [x, y] = [a.dataSync(), b.dataSync()];
  const width = x.length / batchRows;
  let [others, apart, size] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) size = Math.max(size, Math.abs(x[i]));
  for (let row = 0; row < batchRows; row++) {
    if (row === place) continue;
    let most = 0;
    for (let i = row * width; i < (row + 1) * width; i++) most = Math.max(most, Math.abs(x[i] - y[i]));
    if (!(most > rowsMeet.thresholds.change.value * size)) continue;
    others += 1;
    apart = Math.max(apart, most);
  }
  return { others, apart };
}

const centredOver = (axis: number): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([
    new Lambda((x) => (x as Tensor).sub((x as Tensor).mean(axis, { keepDims: true }))),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy" },
  experiments: false,
});
