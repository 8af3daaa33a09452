/** D4, of predictions alone: labels that are no class, or that number the classes otherwise than the predictions do. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import type { RunSubject } from "../subjects/run.ts";
import { count, percent, show, some } from "../words.ts";
import { renumberingOf, type Renumbering } from "./renumbering.ts";

export function shiftedLabels(subject: PredictionsSubject): Observation[] {
  const { areClasses, labels, classes, rows, part } = subject;
  // Signs are a fault of their own.
  if (!areClasses || labels.some((label) => label === -1)) return [];
  const outside = [...labels.keys()].filter(
    (row) => !(Number.isInteger(labels[row]) && labels[row] >= 0 && labels[row] < classes),
  );
  const better = renumberingOf(subject);
  const said = better && sayingOf(better, subject);
  const common = {
    severity: "error",
    threshold: 0,
    why: "Labels and predictions number the classes differently: no loss and no metric computed from them means anything",
  } as const;
  if (outside.length > 0)
    return [
      {
        ...common,
        title: `${outside.length} of ${count(rows, "label")} (${percent(outside.length / rows)}) ${outside.length === 1 ? "is" : "are"} not among the ${classes} classes, 0 to ${classes - 1}, that were predicted`,
        number: outside.length / rows,
        evidence: [
          `The first such labels are ${some(outside.map((row) => labels[row]))}, in rows ${some(outside)}`,
          ...(said === undefined ? [] : [said.title, ...said.evidence]),
        ],
        fix:
          said?.fix ??
          "Leave these rows out, or give the predictions of all classes, in the order of their numbers",
        where: { part, rows: outside.slice(0, 10) },
        confirmed: said !== undefined,
      },
    ];
  if (better === undefined || said === undefined) return [];
  return [{ ...common, ...said, number: better.renumbered - better.share, where: { part }, confirmed: true }];
}

/** Under other numbers a held part has to agree this nearly as well as the training part does as it is. */
const asWell = 0.9;

/**
 * Parts of a run that number the classes otherwise than the training part, which the model learned them from: under the other
 * numbers they agree with the model nearly as well as the training rows. Inputs that are prepared otherwise, and classes that
 * the training part does not have, send rows from class to class too, but never as well as that.
 */
export async function shiftedParts(run: RunSubject): Promise<Observation[]> {
  const training = run.data && (await run.predictions(run.data.training));
  // A model that has learned the training labels themselves in another order is not to be told from one that learned nothing.
  if (training === undefined || !training.areLabelled || renumberingOf(training) !== undefined) return [];
  const known = new Set(training.labels);
  const found: Observation[] = [];
  for (const part of run.data?.held ?? []) {
    const held = await run.predictions(part);
    if (held?.areLabelled !== true || held.labels.some((label) => !known.has(label))) continue;
    const better = renumberingOf(held);
    if (better === undefined || better.renumbered < asWell * agreeing(training)) continue;
    found.push(...shiftedLabels(held));
  }
  const because =
    "The training rows agree with their labels as they are: only this part numbers the classes otherwise";
  return found.map((one) => ({ ...one, evidence: [...one.evidence, because] }));
}

/** The share of rows whose likeliest class is their label. */
const agreeing = ({ labels, likeliest, rows }: PredictionsSubject): number =>
  labels.reduce((sum, label, row) => sum + Number(label === likeliest[row]), 0) / rows;

function sayingOf(
  { classOf, share, renumbered, area }: Renumbering,
  subject: PredictionsSubject,
): Pick<Observation, "title" | "evidence" | "fix"> {
  const { classes } = subject;
  const sorted = [...classOf.keys()].sort((a, b) => a - b);
  const by = classOf.get(sorted[0])! - sorted[0];
  const isMove = classes > 2 && sorted.every((label) => classOf.get(label) === label + by);
  const isExchange = classes === 2 && sorted[0] === 0;
  const change = isMove
    ? `with ${Math.abs(by)} ${by < 0 ? "subtracted from" : "added to"} each`
    : isExchange
      ? "with the two classes exchanged"
      : `with ${some(sorted.map((label) => `${label} read as ${classOf.get(label)}`))}`;
  return {
    title:
      area === undefined
        ? `${percent(renumbered)} of the predictions agree with the labels ${change}, but only ${percent(share)} as they are`
        : `In ${percent(1 - area)} of all pairs of one row of each class, the row labelled ${subject.className(1)} gets the lower probability of ${subject.className(1)}; guessing would be wrong in 50%`,
    evidence:
      area === undefined
        ? [
            "Averaged over the classes, the gain is more than chance among all orders of the classes would give",
          ]
        : [
            `That is an area under the ROC curve of ${show(area)}; with the two classes exchanged it is ${show(1 - area)}`,
          ],
    fix: isExchange
      ? "Give the probability of the class that is labelled 1, or exchange the labels: labels.map((label) => 1 - label)"
      : isMove
        ? `Number both alike: labels.map((label) => label ${by < 0 ? "-" : "+"} ${Math.abs(by)})`
        : `Number both alike: const classOf = { ${sorted.map((label) => `${label}: ${classOf.get(label)}`).join(", ")} }; labels.map((label) => classOf[label])`,
  };
}
