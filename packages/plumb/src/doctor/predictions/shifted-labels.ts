/** D4, of predictions alone: labels that are no class, or that are counted from another number than the predictions. */
import type { Observation } from "../finding.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { count, percent, some } from "../words.ts";

/** Standard errors by which moved labels have to fit better than they are, and better than the commonest class: no chance. */
const sure = 3;

export function shiftedLabels(subject: PredictionsSubject): Observation[] {
  const { areClasses, labels, classes, rows, part } = subject;
  // Signs are a fault of their own.
  if (!areClasses || labels.some((label) => label === -1)) return [];
  const outside = [...labels.keys()].filter(
    (row) => !(Number.isInteger(labels[row]) && labels[row] >= 0 && labels[row] < classes),
  );
  const [down, up] = [fit(subject, -1), fit(subject, 1)];
  const moved = down.better >= up.better ? { ...down, by: -1 } : { ...up, by: 1 };
  const fits = moved.better > sure && moved.aboveMajority > sure;
  if (outside.length === 0 && !fits) return [];
  const swapped = classes === 2 && outside.length === 0;
  const shares = `As they are, the labels agree with ${percent(moved.share)} of the predictions; ${swapped ? "with both classes exchanged" : `moved by ${moved.by}`} with ${percent(moved.movedShare)}`;
  return [
    {
      severity: "error",
      title:
        outside.length > 0
          ? `${count(outside.length, "label")} of ${rows} (${percent(outside.length / rows)}) are not among the ${classes} classes 0 … ${classes - 1} that were predicted`
          : `${percent(moved.movedShare)} of the predictions are right once ${swapped ? "both classes are exchanged" : `labels are moved by ${moved.by}`}, ${percent(moved.share)} as they are`,
      number: outside.length > 0 ? outside.length / rows : moved.movedShare - moved.share,
      threshold: 0,
      evidence: [
        ...(outside.length > 0
          ? [`The first are ${some(outside.map((row) => labels[row]))}, in rows ${some(outside)}`]
          : []),
        shares,
      ],
      why: "Labels and predictions number the classes in different ways: no loss and no metric of them means anything",
      fix: fits
        ? swapped
          ? "Give the probability of the class that is labelled 1, or exchange the labels: labels.map((label) => 1 - label)"
          : `Number both alike: labels.map((label) => label ${moved.by < 0 ? "- 1" : "+ 1"})`
        : "Leave these rows out, or give the predictions of all classes, in the order of their numbers",
      where: { part, rows: outside.slice(0, 10) },
      confirmed: fits,
    },
  ];
}

/** How much better the predictions fit labels that are moved by a number, around the end; in standard errors. */
function fit({ labels, decided, classes, rows }: PredictionsSubject, by: number) {
  const right = Float64Array.from(labels, (label, row) => Number(label === decided[row]));
  const moved = Float64Array.from(labels, (label, row) =>
    Number((((label + by) % classes) + classes) % classes === decided[row] ? 1 : 0),
  );
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const majority = Math.max(...counts.values()) / rows;
  const { mean, standardError } = meanOf(moved.map((is, row) => is - right[row]));
  const movedShare = meanOf(moved).mean;
  const error = Math.sqrt((majority * (1 - majority)) / rows);
  return {
    share: meanOf(right).mean,
    movedShare,
    better: mean > 0 ? mean / Math.max(standardError, 1 / rows) : 0,
    aboveMajority: (movedShare - majority) / Math.max(error, 1 / rows),
  };
}
