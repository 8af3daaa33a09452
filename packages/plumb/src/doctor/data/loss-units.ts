/** What a loss makes of the unit in which labels are given. */
import type { Loss } from "../../losses/index.ts";

/** Whether a loss is 0 where predictions are right: the likelihood of a count, whose head often is an exponential, is not. */
export function isDistance(loss: Loss<any>): boolean {
  try {
    const values = loss.call([[3], [5]], [[3], [5]]).dataSync();
    return Array.from(values).every((value) => Math.abs(Number(value)) < 1e-6);
  } catch {
    return false;
  }
}

/**
 * The power with which a loss grows when labels and predictions are given in a smaller unit: 2 for squared errors, 1 for
 * absolute ones, 0 for shares and logarithms. Tried, not looked up: a function of the user's own has one too. Undefined
 * where it does not take numbers as labels, or has no power.
 */
export function powerOf(loss: Loss<any>): number | undefined {
  const { labels, predictions, custom } = loss.contract;
  if (custom !== true && (labels !== "real" || predictions !== "real")) return undefined;
  const at = (unit: number): number => {
    const values = loss.call([[unit], [2 * unit]], [[4 * unit], [6 * unit]]).dataSync();
    return Array.from(values).reduce((sum: number, value) => sum + Number(value), 0);
  };
  try {
    const power = Math.log10(at(1e4) / at(1e2)) / 2;
    return Number.isFinite(power) ? power : undefined;
  } catch {
    // A function that refuses these numbers.
    return undefined;
  }
}
