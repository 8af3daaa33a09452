import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { refusedAsNothing } from "../experiments/first-look.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { countClasses } from "../statistics/entropy.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { percent, some } from "../words.ts";
import { ofOutput } from "./pairings.ts";

/** Metrics in which each row counts the same, whatever its class. */
const accuracies: ReadonlySet<string> = new Set([
  "Accuracy",
  "BinaryAccuracy",
  "CategoricalAccuracy",
  "SparseCategoricalAccuracy",
  "TopKCategoricalAccuracy",
  "SparseTopKCategoricalAccuracy",
]);

export const blindMetric: Diagnosis = {
  id: "C11",
  code: "PL2111",
  severity: "warning",
  title: "the metric cannot see what matters",
  thresholds: {
    rarest: {
      value: 0.1,
      unit: "of an even share, 1 / K",
      source: "cleanlab Datalab, class imbalance: 0.1 / K",
    },
  },
  about: `Where one class is rare, the accuracy says next to nothing about it: with 2% fraud, a model that never says "fraud" is
right in 98% of the rows. Whoever follows only the accuracy cannot see whether training gets anywhere. Recall (how many of
the rare rows are found), precision (how many alarms are right) and the area under their curve look at the rare class
itself.

Told where the rarest class has less than a tenth of an even share, and all metrics that were asked for are accuracies.
Without any metrics nothing is said: the loss still sees the rare rows.`,
  example: `const labels = Array.from({ length: 200 }, (_, row) => (row % 50 === 0 ? 1 : 0));
const data = labels.map((of, row) => [of + Math.sin(row)]);
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const compile = { loss: "binaryCrossentropy", metrics: ["accuracy"] };
const report = await examine({ model, compile, data, labels, experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2111 is among them

model.compile({ ...compile, metrics: ["accuracy", "recall", "precision"] });`,
  rules: {
    model: async (subject) => {
      const byOutput = await metricNames(subject);
      return subject.data.training.labels.flatMap((labels): Observation[] => {
        const names = byOutput.get(labels.output) ?? [];
        if (names.length === 0 || !names.every((name) => accuracies.has(name))) return [];
        if (!labels.areClasses || labels.table.shape.length > 2) return [];
        const counts = countClasses(labels.classes, labels.count);
        const present = [...counts.keys()].filter((k) => counts[k] > 0);
        if (present.length < 2) return [];
        const byCount = present.toSorted((a, b) => counts[a] - counts[b]);
        const [rarest, commonest] = [byCount[0], byCount[byCount.length - 1]];
        const share = counts[rarest] / labels.rows;
        const least = blindMetric.thresholds.rarest.value / present.length;
        if (share >= least) return [];
        // Whoever weighs the classes has thought of it.
        const weightOf = (k: number): number => subject.data.options.classWeight?.[k] ?? 1;
        if (weightOf(rarest) > weightOf(commonest)) return [];
        const [rare, common] = [rarest, commonest].map((k) => subject.data.className(k));
        const majority = percent(counts[commonest] / labels.rows);
        return [
          {
            severity: "warning",
            title: `Always answering ${common} would be right in ${majority} of the rows, and accuracy is the only metric${ofOutput(subject, subject.outputs[labels.output])}`,
            number: share,
            threshold: least,
            evidence: [
              `That answer never finds ${rare}, which makes up ${percent(share)} of the rows`,
              `Metrics: ${some([...new Set(names)])}`,
            ],
            why: `Accuracy can look excellent while ${rare} is never found: you could not see whether training gets anywhere`,
            fix:
              present.length === 2
                ? 'metrics: ["accuracy", "recall", "precision", "auc"]'
                : 'metrics: ["accuracy", new BalancedAccuracy(), new F1Score({ average: "macro" })], where each class counts the same',
            where: { part: "training" },
          },
        ];
      });
    },
  },
  sick: { examine: () => withMetrics(["accuracy"]) },
  healthy: { examine: () => withMetrics(["accuracy", "recall"]) },
};

/** The metrics by output; none where the model or its labels are refused. */
async function metricNames({ model, data }: ModelSubject): Promise<ReadonlyMap<number, readonly string[]>> {
  const names = new Map<number, string[]>();
  if (!model.isCompiled) return names;
  const followed = await refusedAsNothing(async () =>
    model.compiled.criteria(model.outputInfos!).map((criterion, i) => {
      const labels = data.training.labels.find(({ output }) => output === i)?.table;
      return labels === undefined ? [] : criterion.objective(labels).metrics;
    }),
  );
  followed?.forEach((metrics, i) =>
    names.set(
      i,
      metrics.map(({ metric }) => metric.record.name),
    ),
  );
  return names;
}

const withMetrics = (metrics: readonly ("accuracy" | "recall")[]): ExamineOptions => {
  const labels = Array.from({ length: 200 }, (_, row) => Number(row % 50 === 0));
  return {
    data: labels.map((of, row) => [of + pseudo(row)]),
    labels,
    model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy", metrics },
    experiments: false,
  };
};
