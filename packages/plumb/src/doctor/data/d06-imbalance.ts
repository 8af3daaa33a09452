import type { Diagnosis } from "../diagnosis.ts";
import type { Observation } from "../finding.ts";
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import { pseudo } from "../made-up.ts";
import type { DataSubject, Part } from "../subjects/data.ts";
import type { Labels } from "../subjects/labels.ts";
import { percent, show } from "../words.ts";
import { areContexts } from "./equal-by-nature.ts";

export const imbalance: Diagnosis = {
  id: "D6",
  code: "PL3106",
  severity: "error",
  title: "one class is rare, or all labels are the same",
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
    distinct: { value: 1, unit: "different labels", source: "then every model that says it is right" },
    fewest: {
      value: 10,
      unit: "rows with the same label",
      source: "by chance ten rows of two even classes are all alike once in 512 tables",
    },
  },
  about: `Where one class is much rarer than the others, a model can be nearly always right without ever finding it, and the
loss, an average over rows, hardly notices. It is no fault of the data: fraud is rare, and so are most illnesses. But it
decides how to judge (by recall and precision, not by accuracy) and often how to train (rows of the rare class count more).

Where all training rows have the same label it is an error: there is nothing to learn, and a model that always says it has no
fault. With several outputs it is a warning, as the others may learn. A loss of the user's own may not need labels: nothing is
said then.

It is not told where the rarest class has a larger weight already, and of the letters of a text, some of which are rare, as
information. A warning where the rarest class has less than a tenth of an even share, and information where the labels are as
uneven as if half of the classes did not exist (their perplexity, e to the entropy, is below K / 2).`,
  example: `const labels = Array.from({ length: 200 }, (_, row) => (row % 50 === 0 ? 1 : 0));
const data = labels.map((of, row) => [of + Math.sin(row)]);
console.log((await examine({ data, labels })).findings[0].code); // PL3106

// The data may well be right. Judge by what finds the rare class; let its rows count more.
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
const optimizer = new Adam({ learningRate: 0.1 });
model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["recall"] });
const classWeight = { 0: 1, 1: 49 };
const { history } = await model.fit(data, labels, { epochs: 20, seed: 1, classWeight });
console.log(history.recall.at(-1) > 0.5); // true`,
  rules: {
    // With a model it depends on the loss whether labels matter.
    data: (subject) => [...(subject.withModel ? [] : unvaried(subject)), ...rare(subject)],
    model: ({ outputs, data }) =>
      unvaried(data, (output) => {
        const loss = outputs[output]?.loss;
        return loss !== undefined && loss.contract.custom !== true;
      }),
  },
  sick: { examine: () => withShare(0.02) },
  healthy: { examine: () => withShare(0.3) },
};

const withShare = (share: number) => {
  const labels = Array.from({ length: 200 }, (_, row) => Number(row % Math.round(1 / share) === 0));
  return { data: labels.map((of, row) => [of + pseudo(row)]), labels };
};

/** Before the split: how the classes were divided is a matter of D11. */
const wholeOf = ({ training, unsplit }: DataSubject): Part => unsplit ?? training;

/** Labels that are all the same, of the outputs that are asked about. */
function unvaried(subject: DataSubject, asked: (output: number) => boolean = () => true): Observation[] {
  const { distinct, fewest } = imbalance.thresholds;
  const { labels } = wholeOf(subject);
  const seen = labels.filter(({ output }) => asked(output));
  const same = seen.filter((of) => of.rows >= fewest.value && isUnvaried(of));
  return same.map((of): Observation => {
    const all = labels.length > 1 ? `labels of output ${of.output}` : "labels";
    const value = of.areClasses
      ? subject.className(of.classes[0])
      : of.table.width === 1
        ? show(of.table.at(0, 0))
        : "the same";
    return {
      severity: same.length === seen.length ? "error" : "warning",
      title: `All ${of.rows} ${all} are ${value}: there is nothing to learn`,
      number: 1,
      threshold: distinct.value,
      evidence: [
        `Always giving that one answer is right in every one of the ${of.rows} rows, whatever the inputs are`,
      ],
      why: "A model trained on them says the same of every row; its loss and accuracy look perfect and mean nothing",
      fix: `Look at how the labels were made: another column was read, a comparison that never holds (row.answer === "yes" where the file has "Yes"), a filter that kept one kind of row
console.log(new Set(Array.from(y).flat())); // has to show two values at least`,
      where: { part: "training" },
    };
  });
}

const isUnvaried = ({ table }: Labels): boolean =>
  Array.from({ length: table.width }, (_, column) => table.facts(column)).every(
    ({ low, high, notFinite }) => low === high && notFinite === 0,
  );

/** Weights of classes that differ less in their rows may be meant for something else. */
const invertedFrom = 2;

/** Classes of which one has far fewer rows than the others. */
function rare(subject: DataSubject): Observation[] {
  const whole = wholeOf(subject);
  return whole.labels.flatMap((labels): Observation[] => {
    if (!labels.areClasses || labels.table.shape.length > 2) return [];
    const classes = labels.count;
    const counts = countClasses(labels.classes, classes);
    const present = [...counts.keys()].filter((k) => counts[k] > 0);
    if (present.length < 2) return [];
    const byCount = present.toSorted((a, b) => counts[a] - counts[b]);
    const [rarest, commonest] = [byCount[0], byCount[byCount.length - 1]];
    const weightOf = (k: number): number => subject.options.classWeight?.[k] ?? 1;
    if (weightOf(rarest) > weightOf(commonest)) return [];
    const inverted =
      weightOf(rarest) < weightOf(commonest) && counts[rarest] < counts[commonest] / invertedFrom;
    const share = counts[rarest] / labels.rows;
    const { rarest: least, evenness } = imbalance.thresholds;
    const perplexity = Math.exp(entropyOf(counts)) / present.length;
    const isRare = share < least.value / present.length;
    if (!isRare && !inverted && perplexity >= evenness.value) return [];
    const name = (k: number): string => subject.className(k);
    return [
      {
        // Some letters of a text are rare, and it is no fault that they are hardly ever predicted.
        severity: (isRare || inverted) && !areContexts(whole) ? "warning" : "information",
        title: inverted
          ? `${percent(counts[commonest] / labels.rows)} of the rows are ${name(commonest)} and count ${show(weightOf(commonest))} each, those of ${name(rarest)} ${show(weightOf(rarest))}: the weights are the wrong way round`
          : `${counts[rarest]} of ${labels.rows} rows (${percent(share)}) ${counts[rarest] === 1 ? "is" : "are"} ${name(rarest)}, ${percent(counts[commonest] / labels.rows)} are ${name(commonest)}`,
        number: isRare ? share : perplexity,
        threshold: isRare ? least.value / present.length : evenness.value,
        evidence: [
          `Always saying ${name(commonest)} is right in ${percent(counts[commonest] / labels.rows)} of the rows, and finds none of ${name(rarest)}`,
          `A model that knows these shares and nothing else has a loss (cross-entropy) of ${entropyOf(counts).toFixed(3)}`,
        ],
        why: "The accuracy, and the loss as a mean over rows, say little about so rare a class",
        fix: `Judge by recall (how many of the rare rows are found) and precision (how many of those found are right): metrics: ${present.length === 2 ? `["recall", "precision", "auc"]` : `["classRecall", "classPrecision"]`}
And try weights: model.fit(x, y, { classWeight: { ${rarest}: ${Math.round(counts[commonest] / counts[rarest])} } })`,
        where: { part: "training" },
      },
    ];
  });
}
