/** From which probability on a row is said to be of the second of two classes. */
import { PlumbError } from "plumb-ml";
import { badFlag } from "../flags.ts";
import type { Target } from "./task.ts";

/** A probability, or `auto`: the one that decides best about the validation rows. */
export type ThresholdAsked = "auto" | number;

/** Reads `auto` or `0.3`. Errors: PL4004. */
export function parseThreshold(text: string): ThresholdAsked {
  if (text === "auto") return text;
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value > 0 && value < 1))
    throw badFlag("--threshold", text, "auto, or a probability between 0 and 1", "auto");
  return value;
}

/** Errors: PL4004 where there are not two classes to decide between. */
export function checkThreshold(asked: ThresholdAsked, target: Target): void {
  if (target.classes.length === 2) return;
  throw new PlumbError("PL4004", {
    asked: `--threshold ${asked} was given for ${target.name}`,
    arrived: target.task === "classes" ? `It has ${target.classes.length} classes` : "It is a quantity",
    why: "A threshold decides between two classes",
    fix: "Leave it out",
  });
}

/** A class with less than this share of the rows is what is looked for: F1 says how well it is found, accuracy does not. */
const rareShare = 0.2;

/**
 * The threshold, halfway between two probabilities of the second class, that decides best about rows: of a class with less
 * than a fifth of them by its F1, else by the share of right decisions. It is for rows that nothing else is judged by.
 *
 * @param second probability of the second class, by row
 * @param isSecond whether a row is of it
 */
export function bestThreshold(second: Float64Array, isSecond: Uint8Array): number {
  const rows = second.length;
  const positives = isSecond.reduce((sum, is) => sum + is, 0);
  const rarer = positives <= rows / 2 ? 1 : 0;
  const rare = Math.min(positives, rows - positives) < rareShare * rows;
  const order = Array.from(second.keys()).sort((a, b) => second[b] - second[a]);
  // As the threshold falls past a row, that row is said to be of the second class.
  let [said, found] = [0, 0];
  const worth = (): number => {
    const right = found + (rows - said - (positives - found));
    if (!rare) return right / rows;
    if (rarer === 1) return (2 * found) / (said + positives);
    const rejected = rows - said - (positives - found);
    return (2 * rejected) / (rows - said + (rows - positives));
  };
  let best = { threshold: 0.5, worth: -Infinity };
  const tryAt = (threshold: number): void => {
    if (worth() > best.worth && threshold > 0 && threshold < 1) best = { threshold, worth: worth() };
  };
  tryAt((1 + second[order[0]]) / 2);
  for (const [i, row] of order.entries()) {
    said += 1;
    found += isSecond[row];
    const next = i + 1 < rows ? second[order[i + 1]] : 0;
    if (next !== second[row]) tryAt((second[row] + next) / 2);
  }
  return best.threshold;
}
