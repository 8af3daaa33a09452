import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { pseudo } from "../made-up.ts";
import { countClasses } from "../statistics/entropy.ts";
import { meanOf } from "../statistics/intervals.ts";
import { median } from "../statistics/robust.ts";
import { runsTest, sameShares } from "../statistics/tests.ts";
import type { DataSubject, Part } from "../subjects/data.ts";
import type { Labels } from "../subjects/labels.ts";
import { percent, show, some } from "../words.ts";
import { together } from "./together.ts";

export const splitByOrder: Diagnosis = {
  id: "D11",
  code: "PL3111",
  severity: "warning",
  title: "parts are not alike in their labels",
  thresholds: {
    chance: { value: 0.001, unit: "probability by chance", source: "catalogue: label runs test p < 0.001" },
    expected: {
      value: 8,
      unit: "rows of a class that a part without one should have, beside ln K for K classes",
      source:
        "with 8 expected, chance leaves a class out in 3 of 10,000 splits; ln K more make it 3 for K classes together",
    },
    apart: {
      value: 5,
      unit: "standard errors between the means of two parts",
      source: "below 1 in a million by chance",
    },
  },
  explains: ["P1", "P2", "P6", "D12"],
  about: `A table is often sorted: by class, by date, by price. Who takes its last rows to validate on then trains on some classes
and is judged on others. The validation loss is far off from the first epoch on, and nothing the model does will help.

Nothing is said of a part that \`fit\` draws by chance. Compared are the shares of the classes (or the means of the target) in the parts, and where the last rows validate, whether
labels come in fewer runs than chance would have it. Data that follow time have to be split by time; the difference between
the parts is then real, and it is good to know that it is there.`,
  example: `const labels = Array.from({ length: 90 }, (_, i) => Math.floor(i / 30));
const data = labels.map((of, i) => [of + Math.sin(i)]);
const last = { fraction: 0.2, rule: "last" };
const sorted = await examine({ data, labels, validationSplit: last });
console.log(sorted.findings[0].code); // PL3111

const mixed = await examine({ data, labels, validationSplit: 0.2 });
console.log(mixed.findings.some(({ code }) => code === "PL3111")); // false`,
  rules: {
    data: (subject) =>
      together(
        subject.givenApart.flatMap((part) =>
          part.labels.flatMap((labels, i) => {
            const own = subject.training.labels[i];
            if (own.table.shape.length > 2) return [];
            return own.areClasses ? ofClasses(subject, part, i) : ofValues(part, own, labels);
          }),
        ),
      ),
  },
  sick: { examine: () => sorted("last") },
  healthy: { examine: () => sorted("shuffled") },
};

const why = "The model is judged on rows of another kind than it learns from";
const fix =
  "Split all rows by chance: model.fit(x, y, { validationSplit: 0.2 }); or keep the split where rows follow time and it was made on purpose";

function ofClasses({ training, unsplit, options }: DataSubject, part: Part, output: number): Observation[] {
  const { chance, expected } = splitByOrder.thresholds;
  const [own, labels] = [training.labels[output], part.labels[output]];
  const [here, there] = [countClasses(own.classes, own.count), countClasses(labels.classes, own.count)];
  const least = expected.value + Math.log(own.count);
  const absent = [...here.keys()].filter(
    (k) =>
      (there[k] === 0 && (here[k] / own.rows) * labels.rows >= least) ||
      (here[k] === 0 && (there[k] / labels.rows) * own.rows >= least),
  );
  const probability = sameShares(here, there);
  if (absent.length === 0 && probability >= chance.value) return [];
  const apart = [...here.keys()]
    .map((k) => ({ k, own: here[k] / own.rows, other: there[k] / labels.rows }))
    .toSorted((a, b) => Math.abs(b.own - b.other) - Math.abs(a.own - a.other));
  const name = (k: number): string => options.classes?.[k] ?? `class ${k}`;
  const whole = part.name === "validation" ? unsplit?.labels[output] : undefined;
  const runs = whole === undefined ? 1 : runsTest(isCommonest(whole));
  const [most] = apart;
  return [
    {
      severity: "warning",
      title: `${percent(most.own)} of the training rows are ${name(most.k)}, but ${percent(most.other)} of the ${part.name} rows`,
      number: probability,
      threshold: chance.value,
      evidence: [
        ...(absent.length === 0
          ? []
          : [`In one of the two parts there is no row of ${some(absent.map(name))}`]),
        `Were the rows split by chance, the parts would differ this much with a probability of ${show(probability)}`,
        ...(runs < chance.value
          ? [
              `The rows are sorted: from row to row their labels change so rarely that chance would do it with a probability of ${show(runs)}`,
            ]
          : []),
      ],
      why,
      fix,
      where: { part: part.name },
    },
  ];
}

const isCommonest = ({ classes, count }: Labels): readonly boolean[] => {
  const counts = countClasses(classes, count);
  const commonest = counts.indexOf(Math.max(...counts));
  return Array.from(classes, (of) => of === commonest);
};

function ofValues(part: Part, own: Labels, labels: Labels): Observation[] {
  const { apart } = splitByOrder.thresholds;
  if (own.table.width !== 1) return [];
  const [a, b] = [meanOf(own.table.column(0)), meanOf(labels.table.column(0))];
  const distance = Math.abs(a.mean - b.mean) / Math.hypot(a.standardError, b.standardError);
  if (!(distance > apart.value)) return [];
  return [
    {
      severity: "warning",
      title: `${show(a.mean)} is the mean of the target in the training rows, but ${show(b.mean)} in the ${part.name} rows`,
      number: distance,
      threshold: apart.value,
      evidence: [
        `Were the rows split by chance, the two means would hardly ever be more than ${show(apart.value * Math.hypot(a.standardError, b.standardError))} apart`,
        `Half of the training rows lie below ${show(median(own.table.column(0)))}, half of the ${part.name} rows below ${show(median(labels.table.column(0)))}`,
      ],
      why,
      fix,
      where: { part: part.name },
    },
  ];
}

/** Rows sorted by class. */
const sorted = (rule: "last" | "shuffled") => {
  const labels = Array.from({ length: 90 }, (_, row) => Math.floor(row / 30));
  return {
    data: labels.map((of, row) => [of + pseudo(row), pseudo(row + 400)]),
    labels,
    validationSplit: { fraction: 0.3, rule },
  };
};
