import { Normalization, Dense } from "../../layers/index.ts";
import { tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import type { DataSubject, Part } from "../subjects/data.ts";
import type { LayerFacts, ModelSubject } from "../subjects/model.ts";
import type { ColumnFacts } from "../subjects/table.ts";
import { count, show } from "../words.ts";

export const seenByPreprocessing: Diagnosis = {
  id: "D13",
  code: "PL3113",
  severity: "warning",
  title: "preprocessing has seen the held-out rows",
  thresholds: {
    equal: {
      value: 2e-4,
      unit: "standard deviations between a mean and the one it is taken for",
      source: "32 bits leave 1e-6; two sets of rows that share four fifths of 100,000 rows are 1e-3 apart",
    },
    apart: {
      value: 5,
      unit: "times as far from the mean of the training rows alone",
      source: "else the two cannot be told from each other",
    },
  },
  explains: ["P6"],
  about: `Means and deviations that inputs are scaled by are learnt from data like weights are, and belong to the training rows alone.
Taken over all rows, they carry something of the held-out rows into the training, and the score on these is a little too
good; with few rows, or with columns that have wild values, more than a little.

The mean and deviation by which each column is scaled are compared with those of the training rows, and with those of the
training rows together with the others. It is a warning where a Normalization layer does the scaling, and information where
the data came scaled: there it is often done once for all experiments, on purpose.`,
  example: `const train = Array.from({ length: 80 }, (_, i) => [10 * Math.sin(i)]);
const other = Array.from({ length: 20 }, (_, i) => [10 * Math.cos(i) + 3]);
const labelsOf = (rows) => rows.map(([a]) => (a > 0 ? 1 : 0));
const codesWith = async (rows) => {
  const scale = new Normalization();
  scale.adapt(rows);
  const model = new Sequential([scale, new Dense(1, { activation: "sigmoid" })]);
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  const validationData = [other, labelsOf(other)];
  const report = await examine({ model, data: train, labels: labelsOf(train), validationData });
  return report.findings.map(({ code }) => code);
};
console.log(await codesWith([...train, ...other])); // PL3113 is among them
console.log(await codesWith(train)); // and here it is not`,
  rules: {
    data: (subject) =>
      observe(subject, subject.training.inputs[0].isTable ? columnsOf(subject.training).map(asItCame) : [], {
        severity: "information",
        by: "the data came scaled by",
        fix: "To be strict, split first, take means and deviations from the training rows, and scale all parts by them",
      }),
    model: (subject) => {
      const { data } = subject;
      const scale = firstScale(subject);
      if (scale === undefined) return undefined;
      return observe(data, throughLayer(scale, columnsOf(data.training)), {
        severity: "warning",
        by: `the Normalization layer "${scale.name}" scales by`,
        fix: `Split first, then let the layer see the training rows alone: layer.adapt(xTrain)`,
      });
    },
  },
  sick: { examine: () => adaptedTo(100) },
  healthy: { examine: () => adaptedTo(70) },
};

/** How a column was scaled: where the mean of the training rows comes out, and by what their deviation is multiplied. */
interface Scaled {
  readonly column: number;
  /** (mean of the training rows − centre) / scale. */
  readonly middle: number;
  /** Deviation of the training rows / scale. */
  readonly spread: number;
  /** By how much a centre may be off through rounding, in deviations. */
  readonly rounding: number;
}

interface Column {
  readonly column: number;
  readonly facts: ColumnFacts;
}

/** The columns of a table that change. */
const columnsOf = ({ inputs: [table] }: Part): readonly Column[] =>
  Array.from({ length: table.width }, (_, column) => ({ column, facts: table.facts(column) })).filter(
    ({ facts }) => facts.deviation > 0,
  );

/** As if it had been scaled before: by itself it has some mean and deviation. */
const asItCame = ({ column, facts }: Column): Scaled => ({
  column,
  middle: facts.mean,
  spread: facts.deviation,
  rounding: 1e-6,
});

/** What a layer makes of the mean, and of the mean and a deviation. */
function throughLayer({ layer }: LayerFacts, columns: readonly Column[]): readonly Scaled[] {
  const width = layer.inputShape === undefined ? 0 : Number((layer.inputShape as readonly number[]).at(-1));
  const probes = new Float32Array(2 * width);
  for (const { column, facts } of columns) {
    probes[column] = facts.mean;
    probes[width + column] = facts.mean + facts.deviation;
  }
  const out = (layer.call(tensor(probes, [2, width])) as ReturnType<typeof tensor>).dataSync();
  return columns.map(({ column, facts: { mean, deviation } }) => ({
    column,
    middle: Number(out[column]),
    spread: Number(out[width + column]) - Number(out[column]),
    rounding: (1e-6 * (Math.abs(mean) + deviation)) / deviation,
  }));
}

/** The Normalization layer that the rows of a table meet first. */
function firstScale({ layers, data }: ModelSubject): LayerFacts | undefined {
  const { inputs } = data.training;
  const first = layers.find(({ className }) => className !== "InputLayer");
  return first?.className === "Normalization" &&
    inputs.length === 1 &&
    inputs[0].isTable &&
    inputs[0].shape.length === 2
    ? first
    : undefined;
}

function observe(
  { training, validation, test }: DataSubject,
  scaled: readonly Scaled[],
  words: Pick<Observation, "severity" | "fix"> & { readonly by: string },
): Observation[] {
  if (scaled.length === 0 || training.inputs.length !== 1) return [];
  const alone = distance(scaled, [training]);
  for (const others of [[validation, test], [validation], [test]]) {
    const held = others.filter((part) => part !== undefined);
    if (held.length < others.length) continue;
    const parts = [training, ...held];
    const together = distance(scaled, parts);
    const { equal, apart } = seenByPreprocessing.thresholds;
    if (together > equal.value || alone <= apart.value * Math.max(together, equal.value)) continue;
    const [table] = training.inputs;
    const farthest = scaled.reduce((a, b) => (Math.abs(b.middle) > Math.abs(a.middle) ? b : a));
    const name = table.columnName(farthest.column);
    const names = held.map((part) => part.name).join(" and ");
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    return [
      {
        severity: words.severity,
        title: `${rows - training.rows} rows that the model is to be judged by had a part in the scaling: ${words.by} the means of the training rows and the ${names} rows together`,
        number: alone,
        threshold: apart.value * equal.value,
        evidence: [
          `${name}: scaled, the training rows have a mean of ${show(farthest.middle)}, and with the ${names} rows one of 0`,
          `Over ${count(scaled.length, "column")}, means and standard deviations are those of all ${rows} rows to within ${together.toFixed(4)}, but off by up to ${alone.toFixed(4)} from those of the ${training.rows} training rows (in standard deviations)`,
        ],
        why: "The held-out rows have had a part in what the model gets to see, so that its score on them is a little too good",
        fix: words.fix,
        where: { part: names, columns: [name] },
        // Data that came scaled may have been scaled otherwise, and lie as they do by chance.
        ...(words.severity === "warning" ? { confirmed: true } : {}),
      },
    ];
  }
  return [];
}

/** How far, in deviations and at most, the scaling is from that by the mean and deviation of parts. */
function distance(scaled: readonly Scaled[], parts: readonly Part[]): number {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  let farthest = 0;
  for (const { column, middle, spread, rounding } of scaled) {
    const facts = parts.map(({ inputs: [table], rows: count }) => ({ ...table.facts(column), count }));
    const own = facts[0];
    // Where the mean and deviation of all parts come out, in the scaled unit.
    const unit = spread / own.deviation;
    const mean = facts.reduce((sum, of) => sum + (of.mean * of.count) / rows, 0);
    const squares = facts.reduce(
      (sum, of) => sum + (of.count * (of.deviation ** 2 + (of.mean - mean) ** 2)) / rows,
      0,
    );
    const centre = middle + (mean - own.mean) * unit;
    const deviation = Math.sqrt(squares) * unit;
    // Deviations are divided by n or by n − 1.
    const off = Math.min(Math.abs(deviation - 1), Math.abs(deviation * Math.sqrt(rows / (rows - 1)) - 1));
    farthest = Math.max(farthest, Math.abs(centre) - rounding, off - rounding);
  }
  return farthest;
}

/** Of 100 rows 70 are trained on; the layer is adapted to so many of them. */
const adaptedTo = (rows: number): ExamineOptions => {
  const { data, labels } = clouds(2, 100);
  const scale = new Normalization();
  scale.adapt(data.slice(0, rows));
  return {
    data: data.slice(0, 70),
    labels: labels.slice(0, 70),
    validationData: [data.slice(70), labels.slice(70)],
    model: new Sequential([scale, new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy" },
    experiments: false,
  };
};
