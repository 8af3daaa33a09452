/** D7 and D14, of predictions alone: rows that were predicted alike to the last digit are the same row. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { percent, some } from "../words.ts";

/** A model with few answers (a tree) gives each of them to many rows; and a probability of nearly 0 or 1 is rounded to it. */
const [mostAlike, sure] = [5, 0.9999];

/** Numbers with fewer decimals are equal by chance; of more than these nobody counts them. */
const [fewestDecimals, mostDecimals] = [6, 12];

const known = new WeakMap<PredictionsSubject, readonly number[][]>();

/** Rows with the same predictions, where equal predictions can only come of equal rows; computed once for each subject. */
function twins(subject: PredictionsSubject): readonly number[][] {
  let groups = known.get(subject);
  if (groups === undefined) known.set(subject, (groups = findTwins(subject)));
  return groups;
}

function findTwins(subject: PredictionsSubject): readonly number[][] {
  const { predictions, rows, width, areClasses, probabilities, classes, likeliest } = subject;
  const decimals = decimalsOf(subject);
  if (decimals < fewestDecimals) return [];
  const groups = new Map<number | string, number[]>();
  for (let row = 0; row < rows; row++) {
    if (areClasses && probabilities[row * classes + likeliest[row]] > sure) continue;
    const key = width === 1 ? predictions[row] : predictions.subarray(row * width, (row + 1) * width).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const kept = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
  if (kept > mostAlike * groups.size) return [];
  const equal = [...groups.values()].filter((group) => group.length > 1);
  return width === 1 && byChance(groups as Map<number, number[]>, decimals) ? [] : equal;
}

/** The decimals of nine in ten numbers of a sample, at most `mostDecimals`. */
function decimalsOf({ predictions }: PredictionsSubject): number {
  const looked = Math.min(predictions.length, 1000);
  const each = Array.from({ length: looked }, (_, i) => {
    const value = predictions[Math.floor((i * predictions.length) / looked)];
    let decimals = 0;
    while (decimals < mostDecimals && Number(value.toFixed(decimals)) !== value) decimals += 1;
    return decimals;
  });
  return each.sort((a, b) => a - b)[Math.floor(looked / 10)];
}

/**
 * Whether numbers are equal as often as they are neighbours in their last digit: then they are equal since they are close.
 * Chance makes twice as many pairs of neighbours as of equals, copies make none.
 */
function byChance(groups: ReadonlyMap<number, readonly number[]>, decimals: number): boolean {
  const step = 1.5 / 10 ** decimals;
  const ascending = Float64Array.from(groups.keys()).sort();
  const size = (i: number): number => groups.get(ascending[i])?.length ?? 0;
  let [equals, neighbours] = [0, 0];
  for (let i = 0; i < ascending.length; i++) {
    equals += (size(i) * (size(i) - 1)) / 2;
    if (i > 0 && ascending[i] - ascending[i - 1] < step) neighbours += size(i) * size(i - 1);
  }
  return neighbours > equals / 2;
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
      title: `${copies.length} of ${rows} rows (${percent(copies.length / rows)}) have the same label and, to the last digit, the same prediction as another row`,
      number: copies.length / rows,
      threshold: worthAWord,
      evidence: [`These are rows ${some(copies)}`],
      why: "A row that is there twice tells nothing new the second time: scores look surer than they are",
      fix: "Check whether a file was joined twice, and keep each row once",
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
      title: `${conflicting.length} of ${rows} rows (${percent(conflicting.length / rows)}) have, to the last digit, the same prediction as a row with another label`,
      number: conflicting.length / rows,
      threshold: 0,
      evidence: groups
        .slice(0, 3)
        .map(
          (group) =>
            `Rows ${some(group)} have the same prediction and the labels ${some([...new Set(group.map((row) => labels[row]))])}`,
        ),
      why: "Such rows most likely have the same inputs: then one of the labels is wrong, or a column that tells them apart is missing",
      fix: "Look at the inputs of these rows: correct the labels, or add the column that tells them apart",
      where: { part, rows: conflicting.slice(0, 10) },
    },
  ];
}
