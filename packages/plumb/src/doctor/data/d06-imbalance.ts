import type { Diagnosis } from "../diagnosis.ts";
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import { pseudo } from "../made-up.ts";
import { percent } from "../words.ts";

export const imbalance: Diagnosis = {
  id: "D6",
  code: "PL3106",
  severity: "warning",
  title: "one class is rare",
  thresholds: {
    rarest: {
      value: 0.1,
      unit: "of an even share, 1 / K",
      source: "cleanlab Datalab, class imbalance: 0.1 / K",
    },
    evenness: {
      value: 0.5,
      unit: "perplexity of the labels / K",
      source: "Braiek and Khomh, TheDeepChecker, 2022: normalised label perplexity",
    },
  },
  about: `Where one class is much rarer than the others, a model can be nearly always right without ever finding it, and the
loss, an average over rows, hardly notices. It is no fault of the data: fraud is rare, and so are most illnesses. But it
decides how to judge (by recall and precision, not by accuracy) and often how to train (rows of the rare class count more).

Told as a warning where the rarest class has less than a tenth of an even share, and as information where the labels are as
uneven as if half of the classes did not exist (their perplexity, e to the entropy, is below K / 2).`,
  example: `const labels = Array.from({ length: 200 }, (_, row) => (row % 50 === 0 ? 1 : 0));
const data = labels.map((of, row) => [of + Math.sin(row)]);
console.log((await examine({ data, labels })).findings[0].code); // PL3106

const classWeight = { 0: 1, 1: 49 };
console.log("model.fit(data, labels, { classWeight })", classWeight);`,
  rules: {
    data: ({ training, options }) =>
      training.labels.flatMap((labels) => {
        if (!labels.areClasses || labels.table.shape.length > 2) return [];
        const classes = labels.count;
        const counts = countClasses(labels.classes, classes);
        const present = [...counts.keys()].filter((k) => counts[k] > 0);
        if (present.length < 2) return [];
        const byCount = present.toSorted((a, b) => counts[a] - counts[b]);
        const [rarest, commonest] = [byCount[0], byCount[byCount.length - 1]];
        const share = counts[rarest] / labels.rows;
        const { rarest: least, evenness } = imbalance.thresholds;
        const perplexity = Math.exp(entropyOf(counts)) / present.length;
        const isRare = share < least.value / present.length;
        if (!isRare && perplexity >= evenness.value) return [];
        const name = (k: number): string => options.classes?.[k] ?? `class ${k}`;
        return [
          {
            severity: isRare ? ("warning" as const) : ("information" as const),
            title: `${counts[rarest]} of ${labels.rows} training rows (${percent(share)}) are ${name(rarest)}, ${percent(counts[commonest] / labels.rows)} are ${name(commonest)}`,
            number: isRare ? share : perplexity,
            threshold: isRare ? least.value / present.length : evenness.value,
            evidence: [
              `Always saying ${name(commonest)} is right in ${percent(counts[commonest] / labels.rows)} of the rows, and finds none of ${name(rarest)}`,
              `Knowing these shares and nothing else costs ${entropyOf(counts).toFixed(3)} nats a row`,
            ],
            why: "The accuracy, and the loss as a mean over rows, say little about so rare a class",
            fix: `Judge by recall and precision (metrics: ["recall", "precision", "auc"]), and try weights: classWeight: { ${rarest}: ${(counts[commonest] / counts[rarest]).toPrecision(2)} }`,
            where: { part: "training" },
          },
        ];
      }),
  },
  sick: { examine: () => withShare(0.02) },
  healthy: { examine: () => withShare(0.3) },
};

const withShare = (share: number) => {
  const labels = Array.from({ length: 200 }, (_, row) => Number(row % Math.round(1 / share) === 0));
  return { data: labels.map((of, row) => [of + pseudo(row)]), labels };
};
