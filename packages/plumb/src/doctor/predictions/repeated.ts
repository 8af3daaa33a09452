/** D7 and D14, of predictions alone: rows that were predicted alike to the last digit are the same row. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { percent, some } from "../words.ts";

/**
 * Numbers with fewer digits are equal by chance; a model with few answers (a tree) gives each of them to many rows; and a
 * probability of nearly 0 or 1 is rounded to it.
 */
const [digits, mostAlike, sure] = [1e5, 5, 0.9999];

/** Rows with the same predictions, where equal predictions can only come of equal rows. */
function twins({
  predictions,
  rows,
  width,
  areClasses,
  probabilities,
  classes,
  decided,
}: PredictionsSubject): number[][] {
  const groups = new Map<string, number[]>();
  let fine = 0;
  for (let row = 0; row < rows; row++) {
    if (areClasses && probabilities[row * classes + decided[row]] > sure) continue;
    const of = predictions.subarray(row * width, (row + 1) * width);
    if (of.some((value) => Math.abs(value * digits - Math.round(value * digits)) > 1e-3)) fine += 1;
    const key = of.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const kept = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
  if (fine < 0.9 * kept || kept > mostAlike * groups.size) return [];
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Share of rows from which on copies are worth a word. */
const worthAWord = 0.05;

/** D14: the same row, label included, several times. */
export function repeatedRows(subject: PredictionsSubject): Observation[] {
  const { labels, rows, part } = subject;
  const copies = twins(subject).flatMap((group) =>
    group.filter((row, i) => group.findIndex((other) => labels[other] === labels[row]) < i),
  );
  if (copies.length <= worthAWord * rows) return [];
  return [
    {
      severity: "information",
      title: `${copies.length} of ${rows} rows (${percent(copies.length / rows)}) repeat the label and the prediction of another, to the last digit`,
      number: copies.length / rows,
      threshold: worthAWord,
      evidence: [`Among them are rows ${some(copies)}`],
      why: "A row that is there twice counts twice and tells nothing new: intervals come out too narrow",
      fix: "Look whether files were joined twice, and measure each row once",
      where: { part, rows: copies.slice(0, 10) },
    },
  ];
}

/** D7: the same prediction with another label. */
export function samePredictionOtherLabel(subject: PredictionsSubject): Observation[] {
  const { labels, rows, part, areClasses } = subject;
  if (!areClasses) return [];
  const groups = twins(subject).filter((group) => group.some((row) => labels[row] !== labels[group[0]]));
  const conflicting = groups.flat();
  if (conflicting.length === 0) return [];
  return [
    {
      severity: "information",
      title: `${conflicting.length} of ${rows} rows (${percent(conflicting.length / rows)}) have the same prediction as a row with another label`,
      number: conflicting.length / rows,
      threshold: 0,
      evidence: groups
        .slice(0, 3)
        .map(
          (group) =>
            `Rows ${some(group)} were predicted alike to the last digit and are labelled ${some([...new Set(group.map((row) => labels[row]))])}`,
        ),
      why: "Rows that a model cannot tell apart are most likely equal, and then one of the labels is wrong or a column is missing",
      fix: "Look at the inputs of these rows: correct the labels, or add the column that tells them apart",
      where: { part, rows: conflicting.slice(0, 10) },
    },
  ];
}
