/** What it costs to know how often each label occurs, or the mean of the labels, and nothing of the inputs. */
import { countClasses, entropyOf } from "../statistics/entropy.ts";
import { meanOf } from "../statistics/intervals.ts";
import type { RunSubject } from "../subjects/run.ts";
import { count, show } from "../words.ts";

/** A loss that needs no model, and what it is the loss of. */
export interface Baseline {
  readonly value: number;
  /** What costs so much, as the end of a sentence: "always saying the shares of the classes costs 0.69 nats". */
  readonly says: string;
}

/** The baseline of a run, from its training labels or from the number of its classes; undefined where neither is known. */
export function baselineOf({ objective, data }: RunSubject): Baseline | undefined {
  const labels = data?.training.labels ?? [];
  const [of] = labels;
  if (objective === undefined || labels.length > 1) return undefined;
  if (objective.kind === "squaredError") {
    if (of === undefined || of.areClasses || of.table.width !== 1) return undefined;
    const { mean } = meanOf(of.table.column(0));
    const value = meanOf(of.table.column(0).map((label) => (label - mean) ** 2)).mean;
    return { value, says: `always saying the mean label, ${show(mean)}, costs ${show(value)}` };
  }
  if (of?.areClasses === true) {
    const value = entropyOf(countClasses(of.classes, of.count));
    return {
      value,
      says: `always saying how often each class occurs, whatever the row, costs ${show(value)} nats`,
    };
  }
  return evenGuess(objective.classes);
}

/** Guessing evenly among K classes costs ln K nats. */
export function evenGuess(classes: number | undefined): Baseline | undefined {
  if (classes === undefined || classes < 2) return undefined;
  const value = Math.log(classes);
  return {
    value,
    says: `guessing evenly among ${count(classes, "class")} costs ln ${classes} = ${value.toFixed(2)} nats`,
  };
}
