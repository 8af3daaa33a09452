import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import type { Part } from "../subjects/data.ts";
import { binomialTail } from "../statistics/tests.ts";
import { percent, some } from "../words.ts";
import { areContexts, isAccident } from "./equal-by-nature.ts";
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
    many: {
      value: 1 / 3,
      unit: "share of the held-out rows",
      source:
        "chosen: honest duplicates of rounded columns stay below a tenth; rows that were repeated before a fair split reach a half",
    },
    chance: {
      value: 0.003,
      unit: "probability that a fair split puts as many of the twins on both sides",
      source:
        "catalogue: more than what duplicates within the training rows predict, since iris and diamonds have honest ones. Chosen: of 20% of the rows six copies are told where no training row has a twin",
    },
  },
  explains: ["P4", "P6"],
  about: `Rows that the model was trained on are among those it is judged by. It may know them by heart, so that its score says
nothing about rows that are new.

Data with few or rounded columns have equal rows by nature, and a fair split puts some of them on both sides: as large a
share of the held-out rows as of the training rows that have a twin among the training rows. It is an error when there are
more of them than chance would put there (a binomial test, of the pairs of equal rows), and more than 1%. Where chance
explains them but they are more than a third, rows were mostly repeated before the split, as when a rare class is drawn again
and again: a warning, unless columns of few values, or the contexts of a text, make equal rows by nature. Else it is
information.`,
  example: `const data = Array.from({ length: 100 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const labels = data.map(([a]) => (a > 0 ? 1 : 0));
const validationData = [data.slice(0, 20), labels.slice(0, 20)];
const leaking = await examine({ data, labels, validationData });
console.log(leaking.findings[0].code); // PL3108

const [others, otherLabels] = [data.slice(20), labels.slice(20)];
const split = await examine({ data: others, labels: otherLabels, validationData });
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
  const { share, many, chance } = overlap.thresholds;
  const rows: number[] = [];
  const keys = rowKeys(part);
  keys.forEach((key, row) => {
    if (groups.has(key)) rows.push(row);
  });
  if (rows.length === 0) return [];
  const found = rows.length / part.rows;
  // Of all pairs of rows with a training row in them, so many have a held-out row too.
  const mixed = part.rows / (part.rows + (training.rows - 1) / 2);
  const pairs = Math.round((twins * training.rows) / 2);
  const leaks = found > share.value && binomialTail(rows.length, rows.length + pairs, mixed) < chance.value;
  const repeated = !leaks && found > many.value && !isAccident(training) && !areContexts(training);
  const examples = rows
    .slice(0, 3)
    .map(
      (row) => `Row ${row} of the ${part.name} part is row ${groups.get(keys[row])![0]} of the training part`,
    );
  return [
    {
      severity: leaks ? "error" : repeated ? "warning" : "information",
      title: `${rows.length} of ${part.rows} ${part.name} rows (${percent(found)}) are among the ${training.rows} training rows`,
      number: found,
      threshold: repeated ? many.value : Math.max(share.value, twins),
      evidence: [
        ...examples,
        `A fair split would show about ${percent(twins)}: so many of the training rows have a twin among themselves`,
      ],
      why:
        leaks || repeated
          ? "The model may know these rows by heart: the score on them says nothing about new rows"
          : "So many are to be expected where rows are equal by nature; they flatter the score a little",
      fix: leaks
        ? "Split once, before anything is repeated or drawn again; keep equal rows (and rows of one person, one day) on one side"
        : repeated
          ? "Rows were repeated before the split: split first, and repeat (or draw again) rows of the training part alone; or leave the data as they are and give fit a classWeight"
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
