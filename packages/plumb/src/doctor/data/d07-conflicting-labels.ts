import type { Diagnosis } from "../diagnosis.ts";
import { samePredictionOtherLabel } from "../predictions/repeated.ts";
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import { count, percent, some } from "../words.ts";
import { areContexts, isAccident } from "./equal-by-nature.ts";
import { grouped, rowKeys } from "./hashes.ts";

export const conflictingLabels: Diagnosis = {
  id: "D7",
  code: "PL3107",
  severity: "warning",
  title: "equal rows have different labels",
  thresholds: {
    rows: {
      value: 0.01,
      unit: "share of the rows",
      source: "deepchecks reports any; below a hundredth it does not matter to a model",
    },
    floor: {
      value: 0.01,
      unit: "nats a row",
      source: "what it costs to know the shares of labels within each group and no more",
    },
  },
  explains: ["D17", "P3", "P6"],
  about: `Rows that are equal in every column and have different labels cannot all be predicted: whatever the model says, some of
them it gets wrong. Together they set a floor under the loss, which is given in nats per row: what a model would pay that
knows, for each such row, how often each label occurs, and nothing can know more.

A few of them are usual where columns are rounded, and many where there are few columns of few values: where such columns
would make about as many equal rows by chance it is information. So it is where rows are contexts of a text and labels the
letters or words that come next: a context goes on in many ways. Else many of them say that a column is missing that would
tell the rows apart, or that people who gave the labels did not agree.`,
  example: `const data = [[1], [1], [2], [2], [3], [4]];
const report = await examine({ data, labels: [0, 1, 0, 1, 0, 1] });
console.log(report.findings.map(({ code }) => code)); // PL3107 is among them

// The column that tells them apart.
const withMissing = data.map(([a], row) => [a, row % 2]);
const repaired = await examine({ data: withMissing, labels: [0, 1, 0, 1, 0, 1] });
console.log(repaired.findings.some(({ code }) => code === "PL3107")); // false`,
  rules: {
    predictions: samePredictionOtherLabel,
    data: (subject) => {
      const { training } = subject;
      const [labels] = training.labels;
      if (labels === undefined || !labels.areClasses || labels.table.shape.length > 2) return undefined;
      let [conflicting, floor] = [0, 0];
      const examples: string[] = [];
      const rows: number[] = [];
      const groups = grouped(rowKeys(training));
      for (const group of groups.values()) {
        if (group.length < 2) continue;
        const of = group.map((row) => labels.classes[row]);
        if (of.every((k) => k === of[0])) continue;
        conflicting += group.length;
        floor += (group.length * entropyOf(countClasses(of, labels.count))) / training.rows;
        rows.push(...group.slice(0, 5));
        if (examples.length < 3)
          examples.push(
            `Rows ${some(group)} are equal, and labelled ${some([...new Set(of)].map((k) => subject.className(k)))}`,
          );
      }
      if (conflicting === 0) return undefined;
      const { rows: most, floor: least } = conflictingLabels.thresholds;
      const share = conflicting / training.rows;
      const many = share > most.value && floor > least.value;
      const byNature = !many
        ? undefined
        : areContexts(training)
          ? "Each row, moved on by its label, is a row again: they are contexts, and a context may go on in several ways"
          : isAccident(training)
            ? `There ${groups.size === 1 ? "is" : "are"} ${count(groups.size, "different row")} among ${training.rows}: columns of so few values make about as many equal ones by chance`
            : undefined;
      return [
        {
          severity: many && byNature === undefined ? "warning" : "information",
          title: `${conflicting} of ${training.rows} training rows (${percent(share)}) equal another row that has another label`,
          number: share,
          threshold: most.value,
          evidence: [
            ...examples,
            `Because of them no model can bring the loss (cross-entropy) of the training rows below ${floor.toFixed(4)}`,
            ...(byNature === undefined ? [] : [byNature]),
          ],
          why: "Whatever a model says of such rows, it is wrong for some of them",
          fix:
            byNature !== undefined
              ? `Nothing has to be done; judge the loss by its distance from ${floor.toFixed(3)}, not from 0`
              : "Look at the examples: correct the labels, or add the column that tells these rows apart",
          where: { part: "training", rows: rows.slice(0, 10) },
        },
      ];
    },
  },
  sick: { examine: () => repeated([0, 1]) },
  healthy: { examine: () => repeated([1, 1]) },
};

/** Rows of which every fourth comes twice, with these labels. */
const repeated = (twins: readonly [number, number]) => {
  const rows = Array.from({ length: 40 }, (_, row) => row);
  return {
    data: [...rows, ...rows.filter((row) => row % 4 === 0)].map((row) => [row]),
    labels: [
      ...rows.map((row) => (row % 4 === 0 ? twins[0] : row % 2)),
      ...rows.filter((row) => row % 4 === 0).map(() => twins[1]),
    ],
  };
};
