/** Fixes in the words of `plumb check`: which of its flags says what the predictions are. */
import type { Finding } from "plumb-ml/doctor";
import type { Given, Reading } from "./reading.ts";
import { wordsOf } from "./classes.ts";
import { classLimit } from "../experiment/task.ts";

/** What a remedy is worked out from. */
type Asked = Given & { readonly reading: Reading };

/** The fix, or undefined where that of the finding stands. */
type Remedy = (asked: Asked) => string | undefined;

const columnsOf = ({ columns }: Asked): string => columns.map(({ name }) => name).join(",");

const asLogits: Remedy = (asked) =>
  `If they are logits, the outputs before a sigmoid or a softmax, say so: --logits ${columnsOf(asked)}`;

const asProbabilities: Remedy = (asked) => `Say that they are probabilities: --probs ${columnsOf(asked)}`;

/**
 * Where labels are numbers that are none of the classes', but as many; and where classes were put in an order that nobody
 * has said.
 */
const nameClasses: Remedy = ({ label, columns, reading: { classes }, classes: told }) => {
  if (classes === undefined || told !== undefined) return undefined;
  const { count, numberOf } = classes;
  const words = wordsOf(label, classLimit);
  const counted = Array.from({ length: count }, (_, k) => String(k));
  if (numberOf === undefined && !words.every((word) => counted.includes(word)))
    return words.length === count
      ? `If ${words.join(", ")} are the classes in this order, say so: --classes ${words.join(",")}. If not, number the classes alike in labels and predictions, from 0`
      : undefined;
  const [first, second, ...others] = classes.names ?? counted;
  if (columns.length === 1)
    return `If ${columns[0].name} is the probability of ${first}, say so: --classes ${second},${first}`;
  return `Say which class each column is of, by their names in the order of the columns: --classes ${[second, first, ...others].join(",")} if the first two have changed places`;
};

/** By number in the catalogue. */
const remedies: Readonly<Record<string, Remedy>> = {
  C1: asLogits,
  C2: asProbabilities,
  C9: nameClasses,
  D4: nameClasses,
};

/** The finding with its fix in the words of the command line, where a flag does what it asks for. */
export const inWordsOfCheck = <F extends Finding>(finding: F, asked: Asked): F => ({
  ...finding,
  fix: (finding.severity === "error" ? remedies[finding.catalogue]?.(asked) : undefined) ?? finding.fix,
});
