import type { Diagnosis } from "../diagnosis.ts";
import { samePredictionOtherLabel } from "../predictions/repeated.ts";
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import { percent, some } from "../words.ts";
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
  about: `Rows that are equal in every column and have different labels cannot all be predicted: whatever the model says, some of
them it gets wrong. Together they set a floor under the loss, which is given in nats per row: what a model would pay that
knows, for each such row, how often each label occurs, and nothing can know more.

A few of them are usual where columns are rounded. Many of them say that a column is missing that would tell the rows apart,
or that people who gave the labels did not agree.`,
  example: `const data = [[1], [1], [2], [2], [3], [4]];
const report = await examine({ data, labels: [0, 1, 0, 1, 0, 1] });
console.log(report.findings.map(({ code }) => code)); // PL3107 is among them`,
  rules: {
    predictions: samePredictionOtherLabel,
    data: ({ training }) => {
      const [labels] = training.labels;
      if (labels === undefined || !labels.areClasses || labels.table.shape.length > 2) return undefined;
      let [conflicting, floor] = [0, 0];
      const examples: string[] = [];
      const rows: number[] = [];
      for (const group of grouped(rowKeys(training)).values()) {
        if (group.length < 2) continue;
        const of = group.map((row) => labels.classes[row]);
        if (of.every((k) => k === of[0])) continue;
        conflicting += group.length;
        floor += (group.length * entropyOf(countClasses(of, labels.count))) / training.rows;
        rows.push(...group.slice(0, 5));
        if (examples.length < 3)
          examples.push(`Rows ${some(group)} are equal and labelled ${some([...new Set(of)])}`);
      }
      if (conflicting === 0) return undefined;
      const { rows: most, floor: least } = conflictingLabels.thresholds;
      const share = conflicting / training.rows;
      const matters = share > most.value && floor > least.value;
      return [
        {
          severity: matters ? "warning" : "information",
          title: `${conflicting} of ${training.rows} training rows (${percent(share)}) equal another row that has another label`,
          number: share,
          threshold: most.value,
          evidence: [
            ...examples,
            `No model can bring the loss of these rows below ${floor.toFixed(4)} nats per training row`,
          ],
          why: "Whatever a model says of such rows, it is wrong for some of them",
          fix: "Look at the examples: correct the labels, or add the column that tells these rows apart",
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
