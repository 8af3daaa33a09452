import type { CheckOptions } from "../check.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { meanOf, normal95, twoSided } from "../statistics/intervals.ts";
import { quantile, sorted } from "../statistics/robust.ts";
import { sampleOf } from "../statistics/sampling.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { count, percent, show } from "../words.ts";
import { onJudged } from "./course.ts";

/** So many rows and columns are looked at, and so many groups are made of one with many values. */
const [mostRows, mostColumns, bins] = [20_000, 50, 4];
/** So many distinct values are each a group of its own. */
const mostCategories = 12;
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
  about: `A mean over all rows hides groups in which the model is much worse. Each column is cut into groups: by its values where it
has few, into quarters where it has many. The loss of a group is held against that of the other rows. Since many groups are
looked at, one of them is always the worst, so that a group is told only if chance would hardly show one as bad among all of
them.

A weak group is no fault by itself: some rows are harder than others. It is where more data, or a closer look, help most.`,
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
  if (subject.options.inputs === undefined || losses.some((loss) => Number.isNaN(loss))) return [];
  const rows = sampleOf(subject.rows, mostRows);
  const groups = groupsOf(subject, rows);
  const all = meanOf(losses).mean;
  const { ratio, chance } = weakSegment.thresholds;
  const weak = groups
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
    title: `The loss is ${show(worst.inside.mean / all)} times that of all rows where ${worst.says} (${count(worst.rows, "row")})`,
    number: worst.inside.mean / all,
    threshold: ratio.value,
    evidence: told.map(({ says, inside, outside, rows: of }) => {
      const half = normal95 * inside.standardError;
      return `Where ${says}: a loss of ${show(inside.mean)} (95% interval ${show(inside.mean - half)} to ${show(inside.mean + half)}), elsewhere ${show(outside.mean)}; ${percent(of / rows.length)} of the rows`;
    }),
    why: "The mean over all rows hides that the model serves these rows badly",
    fix: "Look at these rows: more of them in training, a higher sampleWeight for them, or a column that tells what makes them hard",
    where: {
      part,
      rows: Array.from(rows.filter((row) => worst.holds(valueAt(subject, row, worst.column))).slice(0, 10)),
      columns: told.map(({ column }) => nameOf(subject, column)),
    },
  }));
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
    const { groupOf, says, groups } = cut(values, nameOf(subject, column));
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

/** How a column is cut into groups: a value each where there are few, else quarters of the rows. */
interface Cut {
  readonly groups: number;
  readonly groupOf: (value: number) => number;
  readonly says: (group: number) => string;
}

function cut(values: Float64Array, name: string): Cut {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length && distinct.size <= mostCategories; i++) distinct.add(values[i]);
  if (distinct.size <= mostCategories) {
    const categories = [...distinct].sort((a, b) => a - b);
    return {
      groups: categories.length,
      groupOf: (value) => categories.indexOf(value),
      says: (group) => `${name} is ${show(categories[group])}`,
    };
  }
  const ascending = sorted(values);
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(ascending, (i + 1) / bins));
  return {
    groups: bins,
    // What is not a number is in no group.
    groupOf: (value) => (Number.isNaN(value) ? -1 : edges.filter((edge) => edge <= value).length),
    says: (group) =>
      group === 0
        ? `${name} is below ${show(edges[0])}`
        : group === bins - 1
          ? `${name} is ${show(edges[group - 1])} or more`
          : `${name} is from ${show(edges[group - 1])} to below ${show(edges[group])}`,
  };
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
