import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { median } from "../statistics/robust.ts";
import type { Table } from "../subjects/table.ts";
import { show } from "../words.ts";
import { received } from "./received.ts";

export const unscaledInputs: Diagnosis = {
  id: "D3",
  code: "PL3103",
  severity: "warning",
  title: "inputs are of very different sizes",
  thresholds: {
    level: {
      value: 10,
      unit: "distance of the middle from 0 / spread",
      source: "catalogue: |mean| > 10 σ; a year, 2010 ± 5, is at 400",
    },
    ratio: {
      value: 100,
      unit: "spread of the widest column / spread of the narrowest",
      source:
        "catalogue; the steps that gradient descent needs grow with the square of it. Columns that are mostly one value, such as 0 of a mark or a dark pixel, count by how far their other values lie: else rare marks and the rim of digits would be told",
    },
    large: {
      value: 20,
      unit: "root of the mean square of a column that is neither the widest nor the narrowest",
      source:
        "fresh weights give sums about as large, and beyond 20 a softmax answers 0 or 1 whatever comes. Bytes 0 … 255 are at 80 or more; the pixels 0 … 16 of digits are at 8 and train well. UMLAUT warns outside [-1, 1], which standardised columns always reach",
    },
  },
  explains: ["T1", "T3", "T4", "T8", "T10", "T11", "C16", "C18", "C20", "D15"],
  about: `A network adds up its inputs, each times a weight, and all weights begin about equally large and move by steps of about
the same size. A column in thousands drowns one in hundredths: the first decides everything at the beginning, and the steps
that are small enough for it are far too small for the other. A column that is far from 0 and hardly changes, such as a year,
acts like a second bias.

Measured is what the first trained weights meet, behind layers such as Normalization or Rescaling, in up to 1000 training
rows. A column's spread is its standard deviation. Where the data are looked at without a model it is information only: a
layer may still scale them.`,
  example: `const data = Array.from({ length: 90 }, (_, i) => [Math.sin(i), 5000 * Math.cos(2 * i)]);
const labels = data.map(([a, b]) => (a + b / 5000 > 0 ? 1 : 0));
const compile = { loss: "binaryCrossentropy" };
const raw = new Sequential([new Dense(8, { activation: "relu" }), new Dense(1, { activation: "sigmoid" })]);
console.log((await examine({ model: raw, compile, data, labels })).findings.map(({ code }) => code)); // PL3103 is among them

const scale = new Normalization();
scale.adapt(data); // the training rows, and no others
const scaled = new Sequential([scale, ...raw.layers]);
console.log((await examine({ model: scaled, compile, data, labels })).findings.some(({ code }) => code === "PL3103")); // false`,
  rules: {
    model: (subject) => {
      const table = received(subject);
      return table === undefined ? undefined : observe(table, "warning");
    },
    data: ({ training, withModel }) =>
      withModel || training.inputs.length !== 1 || training.inputs[0].dtype !== "float32"
        ? undefined
        : observe(training.inputs[0], "information"),
  },
  sick: { examine: () => withFactor(1000) },
  healthy: { examine: () => withFactor(1) },
};

/** What a column is like: where its middle lies, and how far its values are from there and from 0. */
interface Size {
  readonly name: string;
  readonly middle: number;
  readonly deviation: number;
  /** Root of the mean square distance from the middle, of the values that are not in it. */
  readonly reach: number;
  readonly root: number;
}

function observe(table: Table, severity: Observation["severity"]): Observation[] {
  const { level, ratio, large } = unscaledInputs.thresholds;
  const sizes = sizesOf(table);
  if (sizes.length === 0) return [];
  const highest = most(sizes, (of) => Math.abs(of.middle) / of.reach);
  const widest = most(sizes, (of) => of.deviation);
  const changing = sizes.filter(({ reach }) => reach > 0);
  const narrowest = most(changing.length > 0 ? changing : sizes, (of) => -of.reach);
  const seen = {
    level: Math.abs(highest.middle) / highest.reach,
    ratio: changing.length > 0 ? widest.deviation / narrowest.reach : 1,
    large: median(sizes.map(({ root }) => root)),
  };
  const common = {
    severity,
    why: "The largest numbers decide everything at first, and steps that are small enough for them are too small for the others",
    fix: `Let the first layer scale: const scale = new Normalization(); scale.adapt(x) with the training rows, then new Sequential([scale, …])`,
  };
  const line = (of: Size): string =>
    `${of.name} is around ${show(of.middle)}, give or take ${show(of.deviation)}`;
  if (seen.ratio > ratio.value)
    return [
      {
        ...common,
        title: `${widest.name} varies ${show(seen.ratio)} times as widely as ${narrowest.name}`,
        number: seen.ratio,
        threshold: ratio.value,
        evidence: [line(widest), line(narrowest)],
        where: { part: "training", columns: [widest.name, narrowest.name] },
      },
    ];
  if (seen.large > large.value)
    return [
      {
        ...common,
        title: `Inputs are as large as ${show(seen.large)}, where weights begin as if they were around 1`,
        number: seen.large,
        threshold: large.value,
        evidence: [line(widest), ...(narrowest === widest ? [] : [line(narrowest)])],
        where: { part: "training", columns: [widest.name] },
      },
    ];
  if (seen.level > level.value)
    return [
      {
        ...common,
        title:
          highest.reach > 0
            ? `${highest.name} is ${show(seen.level)} times as far from 0 as it varies`
            : `${highest.name} is ${show(highest.middle)} in all rows, where weights begin as if inputs were around 1`,
        number: seen.level,
        threshold: level.value,
        evidence: [line(highest)],
        why: "A column that hardly changes beside its size acts like a second bias: what it says is lost in rounding and in steps that are too large for it",
        where: { part: "training", columns: [highest.name] },
      },
    ];
  return [];
}

/** The columns that change; of images and sequences all values together. */
function sizesOf(table: Table): readonly Size[] {
  const columns = table.isTable
    ? Array.from({ length: table.width }, (_, column) => ({
        name: table.columnName(column),
        values: table.column(column),
      }))
    : [{ name: table.name, values: Float64Array.from(table.values as ArrayLike<number>) }];
  return (
    columns
      .map(({ name, values }) => ({ name, values: values.filter(Number.isFinite) }))
      .filter(({ values }) => values.length > 0)
      .map(({ name, values }) => {
        const middle = median(values);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const others = values.filter((value) => value !== middle);
        return {
          name,
          middle,
          deviation: rootMeanSquare(values, mean),
          reach: others.length === 0 ? 0 : rootMeanSquare(others, middle),
          root: rootMeanSquare(values, 0),
        };
      })
      // A column that never changes is a matter of D2, unless it is so large that it drowns the others.
      .filter(({ reach, root }) => reach > 0 || root > unscaledInputs.thresholds.large.value)
  );
}

const rootMeanSquare = (values: Float64Array, from: number): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - from) ** 2, 0) / values.length);

const most = (sizes: readonly Size[], by: (of: Size) => number): Size =>
  sizes.reduce((a, b) => (by(b) > by(a) ? b : a));

const withFactor = (factor: number): ExamineOptions => {
  const { data, labels } = clouds(2, 60);
  return {
    data: data.map(([a, b]) => [a, factor * b]),
    labels,
    model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy" },
    experiments: false,
  };
};
