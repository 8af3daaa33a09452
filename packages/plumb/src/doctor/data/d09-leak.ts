import type { Diagnosis } from "../diagnosis.ts";
import {
  crossValidated,
  linear,
  nearest,
  onItsOwnRows,
  oneColumn,
  without,
  type Score,
} from "../experiments/simple-models.ts";
import { pseudo } from "../made-up.ts";
import { percent } from "../words.ts";
import { questionOf } from "./target.ts";

/** So many columns are looked at twice: more that say everything are copies of each other. */
const mostLooked = 20;

export const leak: Diagnosis = {
  id: "D9",
  code: "PL3109",
  severity: "warning",
  title: "one column gives the label away",
  thresholds: {
    alone: {
      value: 0.99,
      unit: "share of right classes, or R², of one column alone on rows it has not seen",
      source:
        "deepchecks warns from a predictive power of 0.8, which honest columns reach: petal width gives 96% on iris",
    },
    rest: {
      value: 3,
      unit: "times the errors of that column that all others together make",
      source: "where the others do as well, the column gives nothing away that is not there anyhow",
    },
    fewestRows: { value: 40, unit: "rows", source: "below, a perfect column is no rare chance" },
  },
  explains: ["P6"],
  about: `A column from which the label follows almost without error is seldom a discovery. More often it was made from the label,
or written down after it was known: the date on which a loan was written off, a total that contains the price. Such a model
shines in every test and fails in use, where the column is not known yet.

Each column alone predicts rows that it has not seen, by the commonest label (or the mean) of its neighbourhood; then all
other columns together, by a straight line and by the nearest row. It is told when one column is right in more than 99% (or
explains 99% of the variance), and the others make at least three times as many errors. Where the others are as good together,
but none of them by itself, it is information: the label is then known from them as well.`,
  example: `const data = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
const labels = data.map(([a, b]) => (a + b + 0.8 * Math.sin(17 * a) > 0 ? 1 : 0));
const leaking = data.map((row, i) => [...row, 100 * labels[i] + row[0]]);
console.log((await examine({ data: leaking, labels })).findings[0].code); // PL3109
console.log((await examine({ data, labels })).findings.length);`,
  rules: {
    data: ({ training }) => {
      const question = questionOf(training, 2000);
      const { alone, rest, fewestRows } = leak.thresholds;
      if (question === undefined || question.x.width < 2 || question.x.rows < fewestRows.value)
        return undefined;
      const { x, target, columnName } = question;
      // On the rows it has learnt a column does not do worse: what falls short there needs no second look.
      const flattered = Array.from({ length: x.width }, (_, column) => ({
        column,
        score: onItsOwnRows(oneColumn(column), x, target),
      })).toSorted((a, b) => b.score.value - a.score.value);
      const scores = flattered
        .filter(({ score }) => score.value >= alone.value)
        .slice(0, mostLooked)
        .map(({ column }) => ({ column, score: crossValidated(oneColumn(column), x, target) }));
      if (scores.length === 0) return undefined;
      const best = scores.reduce((a, b) => (b.score.value > a.score.value ? b : a));
      if (best.score.value < alone.value) return undefined;
      const others = without(x, best.column);
      const straight = crossValidated(linear, others, target);
      const near = crossValidated(nearest, others, target);
      const other = near.value > straight.value ? near : straight;
      const clear = worse(other, best.score, rest.value);
      const second = flattered.find(({ column }) => column !== best.column)?.column ?? best.column;
      const next = { column: second, score: crossValidated(oneColumn(second), x, target) };
      if (!clear && !worse(next.score, best.score, rest.value)) return undefined;
      const name = columnName(best.column);
      const says = target.kind === "classes" ? "right in" : "R² of";
      return [
        {
          severity: clear ? "warning" : "information",
          title: `${name} alone is ${target.kind === "classes" ? `right in ${percent(best.score.value)} of the rows` : `enough for ${percent(best.score.value)} of the variance of the target`}; all other columns together reach ${percent(other.value)}`,
          number: best.score.value,
          threshold: alone.value,
          evidence: [
            `${name} by itself: ${says} ${percent(best.score.value)} on ${x.rows} rows that it had not seen`,
            `Without it: ${percent(straight.value)} by a straight line, ${percent(near.value)} by the nearest row`,
            `The next best column, ${columnName(next.column)}, by itself: ${percent(next.score.value)}`,
          ],
          why: "A column that knows the label was often made from it, or written down after it: in use it is not there yet",
          fix: `Ask when ${name} is known. If only after the label, leave it out, or take its value from before`,
          where: { part: "training", columns: [name] },
          confirmed: true,
        },
      ];
    },
  },
  sick: { examine: () => withCopy(true) },
  healthy: { examine: () => withCopy(false) },
};

/** Whether one score is clearly below another: so many times the errors, and beyond chance. */
const worse = (score: Score, than: Score, times: number): boolean =>
  1 - score.value > times * Math.max(1 - than.value, 0) &&
  than.value - score.value > 2 * Math.hypot(score.standardError, than.standardError);

/** A label that hangs loosely on two columns, and a third that is a copy of it, or chance. */
const withCopy = (copied: boolean) => {
  const labels = Array.from({ length: 120 }, (_, row) => row % 2);
  const data = labels.map((of, row) => [
    of + 2 * pseudo(row),
    pseudo(500 + row),
    copied ? 10 * of + pseudo(900 + row) : pseudo(900 + row),
  ]);
  return { data, labels };
};
