/** C9, of predictions alone: labels −1 and 1 where classes are counted from 0. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { percent } from "../words.ts";

export function labelsOfSigns({
  areClasses,
  classes,
  labels,
  rows,
  part,
}: PredictionsSubject): Observation[] {
  if (!areClasses || classes !== 2) return [];
  const negative = labels.reduce((sum, label) => sum + Number(label === -1), 0);
  if (negative === 0 || labels.some((label) => label !== -1 && label !== 1)) return [];
  return [
    {
      severity: "error",
      title: `${negative} of ${rows} labels (${percent(negative / rows)}) are −1 and the others 1, but the two classes are called 0 and 1`,
      number: negative / rows,
      threshold: 0,
      evidence: ["Cross-entropy takes a label of −1 for a negative share, and falls below 0 without end"],
      why: "There is no probability for a class −1, so that loss, accuracy and recall of these rows mean nothing",
      fix: "Turn them into 0 and 1: labels.map((label) => Number(label > 0))",
      where: { part },
    },
  ];
}
