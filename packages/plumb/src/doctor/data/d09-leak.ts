import type { Diagnosis, Observations } from "../diagnosis.ts";
import {
  crossValidated,
  linear,
  nearest,
  onItsOwnRows,
  oneColumn,
  onlyColumn,
  without,
  type Learner,
  type Matrix,
  type Score,
  type Target,
} from "../experiments/simple-models.ts";
import { pseudo } from "../made-up.ts";
import { percent, show, some } from "../words.ts";
import { copiesIn, gapOf, relationTo } from "./label-copies.ts";
import { questionOf, type Question } from "./target.ts";

/** So many columns are looked at twice: more that say everything are copies of each other. */
const mostLooked = 20;

export const leak: Diagnosis = {
  id: "D9",
  code: "PL3109",
  severity: "warning",
  title: "one column gives the label away",
  thresholds: {
    copy: {
      value: 0.98,
      unit: "share of the rows of a class that have one value which is theirs alone",
      source:
        "chosen: a copy of the label has 1, also scaled or renamed; some labels may have been corrected since. Measured amounts have hardly two equal values in a class",
    },
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
    gap: {
      value: 8,
      unit: "distance of the nearest two classes in the column / spread within a class",
      source:
        "chosen: a label with a noise of a tenth has 10, petal length, which parts setosa from the other iris without error, has 5. Not asked of amounts",
    },
    related: {
      value: 5,
      unit: "correlation of another column with the label, in standard errors",
      source:
        "chosen: where no other column has to do with the label, one decides by the nature of the problem, as in many a made-up one; 5 is below one in a million by chance",
    },
    fewestColumns: {
      value: 3,
      unit: "columns",
      source: "chosen: of two columns one often decides, as in clouds of points that lie side by side",
    },
    fewestRows: { value: 40, unit: "rows", source: "below, a perfect column is no rare chance" },
  },
  explains: ["P6"],
  about: `A column from which the label follows without error is seldom a discovery. More often it was made from the label, or
written down after it was known: the date on which a loan was written off, a total that contains the price. Such a model
shines in every test and fails in use, where the column is not known yet.

First copies are looked for: a value that all rows of a class have and no other row has, in one column or, as with a column
for each class, in several. Then each column alone predicts rows that it has not seen, by the commonest label (or the mean)
of its neighbourhood, amounts by a straight line too, and after it all other columns together, by a straight line and by
the nearest row. It is a warning when one column is right in more than 99% (or explains 99% of the variance), the others say
something too but make at least three times as many errors, and the classes lie as far apart in the column as only a copy with
a little noise puts them. Else it is information: the problem may just be easy.`,
  example: `const data = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
const labels = data.map(([a, b]) => (a + b + 0.8 * Math.sin(17 * a) > 0 ? 1 : 0));
const leaking = data.map((row, i) => [...row, 100 * labels[i] + row[0]]);
console.log((await examine({ data: leaking, labels })).findings[0].code); // PL3109
const { findings } = await examine({ data, labels });
console.log(findings.some(({ code }) => code === "PL3109")); // false`,
  rules: {
    data: (subject) => {
      const question = questionOf(subject.training, 2000);
      if (question === undefined || question.x.width < 2) return undefined;
      if (question.x.rows < leak.thresholds.fewestRows.value) return undefined;
      return copied(question, (k) => subject.className(k)) ?? decided(question);
    },
  },
  sick: { examine: () => withColumn((of, chance) => 10 * of + chance) },
  healthy: { examine: () => withColumn((_, chance) => chance) },
};

const isLeak = (names: readonly string[]) => {
  const one = names.length === 1;
  return {
    severity: "warning" as const,
    why: "A column that knows the label was often made from it, or written down after it: when the model is used, it is not there yet",
    fix: `Ask whether ${some(names)} ${one ? "is" : "are"} known before the label is. If not, leave ${one ? "it" : "them"} out, or take the value from before`,
    where: { part: "training", columns: names },
    confirmed: true,
  };
};

const mayBeEasy = (name: string) => ({
  ...isLeak([name]),
  severity: "information" as const,
  why: `If ${name} is known in advance, the problem is just easy, and needs no network; if it was made from the label, the model will fail when it is used`,
});

/** Columns that bear the classes under other names. */
function copied(
  { x, target, columnName, showValue }: Question,
  className: (k: number) => string,
): Observations {
  if (target.kind !== "classes") return undefined;
  const { copy } = leak.thresholds;
  const copies = copiesIn(x, target, copy.value);
  if (copies === undefined) return undefined;
  const names = [...new Set(copies.map(({ column }) => columnName(column)))];
  const share = Math.min(...copies.map((of) => of.share));
  return [
    {
      ...isLeak(names),
      title: `${some(names)} ${names.length === 1 ? "is a copy" : "are copies"} of the label in ${percent(share)} of ${x.rows} rows`,
      number: share,
      threshold: copy.value,
      evidence: copies
        .slice(0, 4)
        .map(
          ({ column, of, value, share: exact }) =>
            `${columnName(column)} is ${showValue(column, value)} in ${exact < 1 ? "nearly " : ""}all rows of ${className(of)}, and in ${exact < 1 ? "hardly any" : "no"} other row`,
        ),
    },
  ];
}

/** One column that decides, where all others together do not. */
function decided({ x, target, columnName }: Question): Observations {
  const { alone, rest, gap, related, fewestColumns } = leak.thresholds;
  const classes = target.kind === "classes";
  type Scored = (learner: Learner, of: Matrix, target: Target) => Score;
  const byItself = (column: number, scored: Scored): Score => {
    const tree = scored(oneColumn(column), x, target);
    const line = classes ? tree : scored(linear, onlyColumn(x, column), target);
    return line.value > tree.value ? line : tree;
  };
  // On the rows it has learnt a column does not do worse: what falls short there needs no second look.
  const flattered = Array.from({ length: x.width }, (_, column) => ({
    column,
    score: byItself(column, onItsOwnRows),
  })).toSorted((a, b) => b.score.value - a.score.value);
  const scores = flattered
    .filter(({ score }) => score.value >= alone.value)
    .slice(0, mostLooked)
    .map(({ column }) => ({ column, score: byItself(column, crossValidated) }));
  if (scores.length === 0) return undefined;
  const best = scores.reduce((a, b) => (b.score.value > a.score.value ? b : a));
  if (best.score.value < alone.value) return undefined;
  const others = without(x, best.column);
  const [straight, near] = [linear, nearest].map((of) => crossValidated(of, others, target));
  const other = near.value > straight.value ? near : straight;
  const clear = worse(other, best.score, rest.value);
  const second = flattered.find(({ column }) => column !== best.column)?.column ?? best.column;
  const next = { column: second, score: byItself(second, crossValidated) };
  if (!clear && !worse(next.score, best.score, rest.value)) return undefined;
  const apart = classes ? gapOf(x, target, best.column) : Infinity;
  const othersSay = relationTo(others, target) > related.value;
  const name = columnName(best.column);
  return [
    {
      ...(clear && othersSay && apart > gap.value && x.width >= fewestColumns.value
        ? isLeak([name])
        : mayBeEasy(name)),
      title: classes
        ? `${percent(best.score.value)} of the rows are told right by ${name} alone, ${percent(other.value)} by all other columns together`
        : `${percent(best.score.value)} of the variance of the target is explained by ${name} alone, ${percent(Math.max(0, other.value))} by all other columns together`,
      number: best.score.value,
      threshold: alone.value,
      evidence: [
        `Each of ${x.rows} rows was predicted without having been seen. Without ${name}: ${percent(straight.value)} by a straight line, ${percent(near.value)} by the nearest row`,
        `The next best column, ${columnName(next.column)}, by itself: ${percent(next.score.value)}`,
        ...(classes
          ? [`In ${name} the nearest two classes are ${show(apart)} times as far apart as a class is wide`]
          : []),
      ],
    },
  ];
}

/** Whether one score is clearly below another: so many times the errors, and beyond chance. */
const worse = (score: Score, than: Score, times: number): boolean =>
  1 - score.value > times * Math.max(1 - than.value, 0) &&
  than.value - score.value > 2 * Math.hypot(score.standardError, than.standardError);

/** A label that hangs loosely on two columns, and a third, made from the label and chance. */
const withColumn = (third: (of: number, chance: number) => number) => {
  const labels = Array.from({ length: 120 }, (_, row) => row % 2);
  const data = labels.map((of, row) => [
    of + 2 * pseudo(row),
    pseudo(500 + row),
    third(of, pseudo(900 + row)),
  ]);
  return { data, labels };
};
