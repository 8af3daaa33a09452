import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import { median } from "../statistics/robust.ts";
import { farGroup } from "../statistics/stand-in.ts";
import type { Table } from "../subjects/table.ts";
import { show } from "../words.ts";
import { received, sampled } from "./received.ts";

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
        "chosen, not in the catalogue: fresh weights give sums about as large, and beyond 20 a softmax answers 0 or 1 whatever comes. Bytes 0 … 255 are at 80 or more; the pixels 0 … 16 of digits are at 8 and train well. UMLAUT warns outside [-1, 1], which standardised columns always reach",
    },
    small: {
      value: 0.005,
      unit: "the same, at the other end",
      source:
        "chosen: weights of an even share of such inputs have to grow two hundred times before a unit says anything; texts in shares of a thousand words are at 0.03",
    },
  },
  explains: ["T1", "T3", "T4", "T8", "T10", "T11", "C16", "C18", "C20", "D15"],
  about: `A network adds up its inputs, each times a weight, and all weights begin about equally large and move by steps of about
the same size. A column in thousands drowns one in hundredths: the first decides everything at the beginning, and the steps
that are small enough for it are far too small for the other. A column that is far from 0 and hardly changes, such as a year,
acts like a second bias. Where a column is wide only because of a few values far from all others (−999 or 1e30 in the place
of values that are not known), these are named: scaling would not help.

Measured is what the first trained weights meet, behind layers such as Normalization or Rescaling, in up to 1000 training
rows. A column's spread is its standard deviation. Where the data are looked at without a model it is information only: a
layer may still scale them.`,
  example: `const data = Array.from({ length: 90 }, (_, i) => [Math.sin(i), 5000 * Math.cos(2 * i)]);
const labels = data.map(([a, b]) => (a + b / 5000 > 0 ? 1 : 0));
const compile = { loss: new BinaryCrossentropy({ fromLogits: true }) };
const layers = [new Dense(8, { activation: "relu" }), new Dense(1)];
const codesOf = async (model) =>
  (await examine({ model, compile, data, labels })).findings.map(({ code }) => code);
console.log(await codesOf(new Sequential(layers))); // PL3103 is among them

const scale = new Normalization();
scale.adapt(data); // the training rows, and no others
const codes = await codesOf(new Sequential([scale, ...layers]));
console.log(codes.includes("PL3103")); // false`,
  rules: {
    model: (subject) => {
      const tables = received(subject);
      return tables.flatMap((table) => observe(table, "warning", tables.length > 1 ? `${table.name}, ` : ""));
    },
    data: ({ training, withModel }) =>
      withModel || training.inputs.length !== 1 || training.inputs[0].dtype !== "float32"
        ? undefined
        : observe(sampled(training.inputs[0]), "information"),
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
  readonly values: Float64Array;
  /** Its number; undefined of images and sequences, whose values count together. */
  readonly column?: number;
}

function observe(table: Table, severity: Observation["severity"], of = ""): Observation[] {
  const { level, ratio, large, small } = unscaledInputs.thresholds;
  const sizes = sizesOf(table, of);
  if (sizes.length === 0) return [];
  const highest = most(sizes, (of) => Math.abs(of.middle) / of.reach);
  const widest = most(sizes, (of) => of.deviation);
  const changing = sizes.filter(({ reach }) => reach > 0);
  const narrowest = most(changing.length > 0 ? changing : sizes, (of) => -of.reach);
  const seen = {
    level: Math.abs(highest.middle) / highest.reach,
    ratio: changing.length > 0 ? widest.deviation / narrowest.reach : 1,
    size: median(sizes.map(({ root }) => root)),
    // Rare marks, and words that few rows have, are as large as where they are.
    sizeWhere: median(sizes.map(({ root, reach }) => Math.max(root, reach))),
  };
  const common = {
    severity,
    why:
      seen.ratio <= ratio.value && seen.sizeWhere < small.value
        ? "What the first layer gives is nearly the same for all rows, and its weights have a long way to go before that changes"
        : "The largest numbers decide everything at first, and steps that are small enough for them are too small for the others",
    fix: `Let the first layer scale: const scale = new Normalization(); scale.adapt(x); // the training rows, and no others
Then put it first: new Sequential([scale, ...layers])`,
  };
  const isTold = seen.ratio > ratio.value || seen.size > large.value || seen.level > level.value;
  const standIn = isTold ? standInOf(widest, severity) : undefined;
  if (standIn !== undefined) return [{ ...standIn, number: seen.ratio, threshold: ratio.value }];
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
  if (seen.size > large.value || seen.sizeWhere < small.value)
    return [
      {
        ...common,
        title: `${show(seen.size)} is the usual size of an input, and fresh weights are made for sizes around 1`,
        number: seen.size,
        threshold: seen.size > large.value ? large.value : small.value,
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
            : `${highest.name} is ${show(highest.middle)} in all rows, and fresh weights are made for sizes around 1`,
        number: seen.level,
        threshold: level.value,
        evidence: [line(highest)],
        why: "A column that hardly changes beside its size acts like a second bias: what it says is lost in rounding and in steps that are too large for it",
        where: { part: "training", columns: [highest.name] },
      },
    ];
  return [];
}

/** A column that is so wide only because of a few values that are far from all others: to scale it would press the others together. */
function standInOf(
  { name, column, values }: Size,
  severity: Observation["severity"],
): Omit<Observation, "number" | "threshold"> | undefined {
  const group = column === undefined ? undefined : farGroup(values);
  if (group === undefined) return undefined;
  const { value, isOne, count, low, high } = group;
  const [above, written] = [value > high, show(value)];
  const others = Array.from(values).filter((of) => of >= low && of <= high);
  const test = isOne ? `=== ${written}` : `${above ? ">=" : "<="} ${written}`;
  const is = isOne ? `is ${written}` : `lies at ${written} or ${above ? "above" : "below"}`;
  return {
    severity,
    title: `${name} ${is} in ${count} of ${values.length} rows and between ${show(low)} and ${show(high)} elsewhere${isOne ? ", as if it stood for a missing value" : ": wrong entries, or another unit"}`,
    evidence: [
      `With these rows the column's standard deviation is ${show(rootMeanSquare(values, meanOf(values).mean))}, without them ${show(rootMeanSquare(Float64Array.from(others), meanOf(others).mean))}`,
    ],
    why: "These few values decide everything at first, and scaling the column would press all others into one point",
    fix: `Put something usual in their place, such as the median, and tell the model in a column of its own:
x.map((row) => { const missing = row[${column}] ${test}; return [...row.map((v, j) => (j === ${column} && missing ? ${show(median(Float64Array.from(others)))} : v)), Number(missing)]; })
Or leave these rows out`,
    where: { part: "training", columns: [name] },
  };
}

/** The columns that change; of images and sequences all values together. */
function sizesOf(table: Table, of: string): readonly Size[] {
  const columns = table.isTable
    ? Array.from({ length: table.width }, (_, column) => ({
        name: of + table.columnName(column),
        column,
        values: table.column(column),
      }))
    : [{ name: table.name, column: undefined, values: Float64Array.from(table.values as ArrayLike<number>) }];
  return (
    columns
      .map((of) => ({ ...of, values: of.values.filter(Number.isFinite) }))
      .filter(({ values }) => values.length > 0)
      .map(({ name, column, values }) => {
        const middle = median(values);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const others = values.filter((value) => value !== middle);
        return {
          name,
          middle,
          values,
          ...(column === undefined ? {} : { column }),
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
