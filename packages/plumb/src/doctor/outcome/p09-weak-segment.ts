import type { CheckOptions } from "../check.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { entropyOf } from "../statistics/entropy.ts";
import { meanOf, normal95, twoSided } from "../statistics/intervals.ts";
import { quantile, sorted } from "../statistics/robust.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { percent, show } from "../words.ts";
import { onJudged } from "./course.ts";

/** So many rows and columns are looked at, and so many groups are made of one with many values. */
const [mostRows, mostColumns, mostBins] = [20_000, 50, 4];
/** So many distinct values are each a group of its own. */
const mostCategories = 12;
/** A model whose loss is above this share of that of knowing nothing has learned next to nothing. */
const learned = 0.9;
/** So many groups are told. */
const shown = 3;

export const weakSegment: Diagnosis = {
  id: "P9",
  code: "PL4209",
  severity: "information",
  title: "a group of rows is served badly",
  thresholds: {
    ratio: {
      value: 1.2,
      unit: "loss of the group / loss of all rows",
      source: "DOCTOR.md, P9",
    },
    matters: {
      value: 0.01,
      unit: "loss of the group / loss of a model that looks at no input",
      source:
        "added: of a model that is right everywhere some group is still the worst, and nothing is to be mended",
    },
    rows: {
      value: 30,
      unit: "rows of the group",
      source: "fewer say little: the mean of few losses hangs on one row",
    },
    chance: {
      value: 0.01,
      unit: "probability that one of all the groups looked at would be as bad by chance",
      source: "Holm's and Bonferroni's correction: the probability of each group times the number of groups",
    },
  },
  about: `A mean over all rows hides groups on which the model is much worse. Each column is cut into groups: one for each of its
values where there are few, quarters of the rows (of few rows, thirds or halves) where there are many. The loss of a group is
compared with that of the other rows. Since many groups are looked at, one of them is always the worst, so a group is told only
if chance would hardly make one of them as bad. Of a model that has learned next to nothing no group is told.

A weak group is no fault by itself: some rows are harder than others. It shows where more data, or a closer look, help most.`,
  example: `const rows = Array.from({ length: 400 }, (_, row) => row);
const report = await check({
  labels: rows.map((row) => row % 2),
  predictions: rows.map((row) => (row < 300 ? 0.1 + 0.8 * (row % 2) : 0.5)),
  kind: "probabilities",
  inputs: { values: rows.map((row) => (row < 300 ? 0 : 1)), width: 1, columns: ["region"] },
});
console.log(report.findings.map(({ code }) => code)); // PL4209 is among them`,
  rules: { predictions: observe, run: onJudged(observe) },
  sick: { check: () => unevenly(0.3) },
  healthy: { check: () => unevenly(0.9) },
};

/** Rows of which a column is a value, or lies between two, with the losses in it and outside. */
interface Group {
  readonly column: number;
  readonly says: string;
  readonly holds: (value: number) => boolean;
  readonly rows: number;
  readonly inside: Moments;
  readonly outside: Moments;
}

function observe(subject: PredictionsSubject): Observation[] {
  const { losses, part } = subject;
  const what = subject.kind === "decisions" ? "share of wrong rows" : "loss";
  if (subject.options.inputs === undefined || losses.some((loss) => Number.isNaN(loss))) return [];
  // Of a model that has learned next to nothing the whole is to be mended, and no group.
  const ignorance = lossOfIgnorance(subject);
  if (meanOf(losses).mean > learned * ignorance) return [];
  const rows = sampleOf(subject.rows, mostRows);
  const groups = groupsOf(subject, rows);
  const all = meanOf(losses).mean;
  const { ratio, matters, chance } = weakSegment.thresholds;
  const weak = groups
    .filter(({ inside }) => inside.mean > matters.value * ignorance)
    .filter(({ inside, outside }) => {
      const error = Math.hypot(inside.standardError, outside.standardError);
      const z = error > 0 ? (inside.mean - outside.mean) / error : Infinity;
      return inside.mean > ratio.value * all && z > 0 && (twoSided(z) / 2) * groups.length < chance.value;
    })
    .sort((a, b) => b.inside.mean - a.inside.mean);
  // One group of a column stands for it.
  const told = weak
    .filter((group, i) => weak.findIndex(({ column }) => column === group.column) === i)
    .slice(0, shown);
  return told.slice(0, 1).map((worst) => ({
    severity: "information",
    title: `The ${what} is ${show(Number((worst.inside.mean / all).toPrecision(2)))} times the average where ${worst.says} (${worst.rows} of ${part})`,
    number: worst.inside.mean / all,
    threshold: ratio.value,
    evidence: told.map(({ says, inside, outside, rows: of }) => {
      const half = normal95 * inside.standardError;
      return `Where ${says}, ${percent(of / rows.length)} of the rows, the ${what} is ${show(inside.mean)} (interval of 95%: ${show(inside.mean - half)} to ${show(inside.mean + half)}), elsewhere ${show(outside.mean)}`;
    }),
    why: "The average over all rows hides that the model does badly on these",
    fix: "Look at these rows. What helps: more of them in training, a higher sampleWeight for them, or a column that says what makes them different",
    where: {
      part,
      rows: Array.from(rows.filter((row) => worst.holds(valueAt(subject, row, worst.column))).slice(0, 10)),
      columns: told.map(({ column }) => nameOf(subject, column)),
    },
  }));
}

/** What `losses` are where no input is looked at: of decisions the share of all classes but the commonest. */
function lossOfIgnorance(subject: PredictionsSubject): number {
  const { kind, areClasses, classCounts, options, labels } = subject;
  if (areClasses && kind !== "decisions") return entropyOf(classCounts);
  const known = options.trainingLabels ?? labels;
  if (areClasses) return 1 - Math.max(...classCounts) / known.length;
  const { mean } = meanOf(known);
  return meanOf(Float64Array.from(known, (label) => (label - mean) ** 2)).mean;
}

const nameOf = ({ options }: PredictionsSubject, column: number): string =>
  options.inputs?.columns?.[column] ?? `column ${column}`;

const valueAt = ({ options: { inputs } }: PredictionsSubject, row: number, column: number): number =>
  inputs === undefined ? NaN : inputs.values[row * inputs.width + column];

/** Count, mean and standard error of losses that are added one by one. */
class Moments {
  count = 0;
  #sum = 0;
  #squares = 0;

  add(count: number, sum: number, squares: number): void {
    this.count += count;
    this.#sum += sum;
    this.#squares += squares;
  }

  /** What is left of the whole without a part. */
  without(part: Moments): Moments {
    const rest = new Moments();
    rest.add(this.count - part.count, this.#sum - part.#sum, this.#squares - part.#squares);
    return rest;
  }

  get mean(): number {
    return this.#sum / this.count;
  }

  get standardError(): number {
    const { count: n, mean } = this;
    return Math.sqrt(Math.max(0, this.#squares - n * mean * mean) / Math.max(1, n - 1) / n);
  }
}

/** All groups with enough rows, of each column. */
function groupsOf(subject: PredictionsSubject, rows: Int32Array): Group[] {
  const least = weakSegment.thresholds.rows.value;
  const width = Math.min(subject.options.inputs?.width ?? 0, mostColumns);
  return Array.from({ length: width }, (_, column) => column).flatMap((column) => {
    const values = Float64Array.from(rows, (row) => valueAt(subject, row, column));
    const { groupOf, says, groups } = cut(values, wordsOf(subject, column));
    const inside = Array.from({ length: groups }, () => new Moments());
    const all = new Moments();
    rows.forEach((row, i) => {
      const loss = subject.losses[row];
      inside[groupOf(values[i])]?.add(1, loss, loss * loss);
      all.add(1, loss, loss * loss);
    });
    return inside.flatMap((of, group) =>
      of.count < least || all.count - of.count < least
        ? []
        : [
            {
              column,
              says: says(group),
              holds: (value: number) => groupOf(value) === group,
              rows: of.count,
              inside: of,
              outside: all.without(of),
            },
          ],
    );
  });
}

/** How a column is cut into groups: a value each where there are few, else quarters of the rows, or thirds or halves. */
interface Cut {
  readonly groups: number;
  readonly groupOf: (value: number) => number;
  readonly says: (group: number) => string;
}

/** What a column is called, and how a value of it is written. */
interface Words {
  readonly name: string;
  readonly show: (value: number) => string;
}

const wordsOf = (subject: PredictionsSubject, column: number): Words => ({
  name: nameOf(subject, column),
  show: (value) => subject.options.inputs?.shows?.(column, value) ?? show(value),
});

function cut(values: Float64Array, { name, show: say }: Words): Cut {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length && distinct.size <= mostCategories; i++) distinct.add(values[i]);
  if (distinct.size <= mostCategories) {
    const categories = [...distinct].sort((a, b) => a - b);
    return {
      groups: categories.length,
      groupOf: (value) => categories.indexOf(value),
      says: (group) => saysCategory(name, categories[group], say),
    };
  }
  const ascending = sorted(values);
  // Of few rows fewer groups, so that each has enough of them.
  const bins = Math.max(
    2,
    Math.min(mostBins, Math.floor(ascending.length / weakSegment.thresholds.rows.value)),
  );
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(ascending, (i + 1) / bins));
  return {
    groups: bins,
    // What is not a number is in no group.
    groupOf: (value) => (Number.isNaN(value) ? -1 : edges.filter((edge) => edge <= value).length),
    says: (group) =>
      group === 0
        ? `${name} is below ${say(edges[0])}`
        : group === bins - 1
          ? `${name} is ${say(edges[group - 1])} or more`
          : `${name} is from ${say(edges[group - 1])} to below ${say(edges[group])}`,
  };
}

/** A column called `city=Paris` of 0 and 1 is a word of its own. */
function saysCategory(name: string, value: number, say: Words["show"]): string {
  const [of, word] = name.split("=");
  if (word === undefined || (value !== 0 && value !== 1)) return `${name} is ${say(value)}`;
  return `${of} is ${value === 1 ? "" : "not "}${word}`;
}

/** Rows of two regions; in the second, a quarter, the label gets this probability, with some spread. */
const unevenly = (probability: number): CheckOptions => {
  const rows = Array.from({ length: 400 }, (_, row) => row);
  const labels = rows.map((row) => row % 2);
  return {
    labels,
    predictions: labels.map((of, row) => {
      const right = (row % 8 < 2 ? probability : 0.9) - 0.1 * pseudo(row);
      return of === 1 ? right : 1 - right;
    }),
    kind: "probabilities",
    inputs: { values: rows.map((row) => Number(row % 8 < 2)), width: 1, columns: ["region"] },
  };
};
