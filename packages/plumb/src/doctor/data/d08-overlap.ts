import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import type { Part } from "../subjects/data.ts";
import { percent, some } from "../words.ts";
import { grouped, rowKeys } from "./hashes.ts";
import { together } from "./together.ts";

export const overlap: Diagnosis = {
  id: "D8",
  code: "PL3108",
  severity: "error",
  title: "rows of the training part are in another part",
  thresholds: {
    share: {
      value: 0.01,
      unit: "share of the held-out rows",
      source: "catalogue: below a hundredth the score is hardly moved",
    },
    above: {
      value: 3,
      unit: "standard errors above what duplicates within the training rows predict",
      source:
        "catalogue: iris and diamonds have honest duplicates; three standard errors keep chance below 0.2%",
    },
  },
  explains: ["P6"],
  about: `Rows that the model was trained on are among those it is judged by. It may know them by heart, so that its score says
nothing about rows that are new.

Data with few or rounded columns have equal rows by nature, and a fair split puts some of them on both sides: as large a
share of the held-out rows as of the training rows that have a twin among the training rows. It is an error when there are
more of them than that, by three standard errors, and more than 1%; else it is information.`,
  example: `const data = Array.from({ length: 100 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const labels = data.map(([a]) => (a > 0 ? 1 : 0));
const leaking = await examine({ data, labels, validationData: [data.slice(0, 20), labels.slice(0, 20)] });
console.log(leaking.findings[0].code); // PL3108

const split = await examine({ data: data.slice(20), labels: labels.slice(20), validationData: [data.slice(0, 20), labels.slice(0, 20)] });
console.log(split.failed); // false`,
  rules: {
    data: ({ training, held }) => {
      if (held.length === 0) return undefined;
      const own = rowKeys(training);
      const groups = grouped(own);
      const twins = own.filter((key) => groups.get(key)!.length > 1).length / training.rows;
      return together(held.flatMap((part) => observe(part, training, groups, twins)));
    },
  },
  sick: { examine: () => holding(0) },
  healthy: { examine: () => holding(40) },
};

function observe(
  part: Part,
  training: Part,
  groups: ReadonlyMap<number, readonly number[]>,
  twins: number,
): Observation[] {
  const { share, above } = overlap.thresholds;
  const rows: number[] = [];
  const keys = rowKeys(part);
  keys.forEach((key, row) => {
    if (groups.has(key)) rows.push(row);
  });
  if (rows.length === 0) return [];
  const found = rows.length / part.rows;
  const expected = twins + above.value * Math.sqrt(Math.max(twins * (1 - twins), 1 / part.rows) / part.rows);
  const leaks = found > share.value && found > expected;
  const pairs = rows
    .slice(0, 3)
    .map(
      (row) => `Row ${row} of the ${part.name} part is row ${groups.get(keys[row])![0]} of the training part`,
    );
  return [
    {
      severity: leaks ? "error" : "information",
      title: `${rows.length} of ${part.rows} ${part.name} rows (${percent(found)}) are among the ${training.rows} training rows`,
      number: found,
      threshold: Math.max(share.value, expected),
      evidence: [
        ...pairs,
        `${percent(twins)} of the training rows have a twin among the training rows, so a fair split would show about as many`,
      ],
      why: leaks
        ? "The model may know these rows by heart: the score on them says nothing about new rows"
        : "So many are to be expected where rows are equal by nature; they flatter the score a little",
      fix: leaks
        ? "Split once, before anything is repeated or drawn again; keep equal rows (and rows of one person, one day) on one side"
        : `Nothing has to be done; to be strict, leave these ${part.name} rows out: ${some(rows)}`,
      where: { part: part.name, rows: rows.slice(0, 10) },
    },
  ];
}

/** The first 20 of 100 rows validate; training begins at a row. */
const holding = (from: number) => {
  const data = Array.from({ length: 100 }, (_, row) => [Math.sin(row), Math.cos(3 * row)]);
  const labels = data.map(([a]) => Number(a > 0));
  return {
    data: data.slice(from),
    labels: labels.slice(from),
    validationData: [data.slice(0, 20), labels.slice(0, 20)] as const,
  };
};
