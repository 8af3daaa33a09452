/** Fixes in the words of `plumb check`: which of its flags says what the predictions are. */
import type { Finding } from "plumb-ml/doctor";
import type { Given, Reading } from "./reading.ts";
import { wordsOf } from "./classes.ts";
import { classLimit } from "../experiment/task.ts";

/** What a remedy is worked out from. */
type Asked = Given & { readonly reading: Reading };

/** The fix, or undefined where that of the finding stands. */
type Remedy = (asked: Asked, finding: Finding) => string | undefined;

const columnsOf = ({ columns }: Asked): string => columns.map(({ name }) => name).join(",");

const asLogits: Remedy = (asked) =>
  `If they are logits, the outputs before a sigmoid or a softmax, say so: --logits ${columnsOf(asked)}`;

const asProbabilities: Remedy = (asked) => `Say that they are probabilities: --probs ${columnsOf(asked)}`;

/**
 * Where labels are numbers that are none of the classes', but as many; and where classes were put in an order that nobody
 * has said.
 */
const nameClasses: Remedy = ({ label, columns, reading: { classes }, classes: told }, { fix }) => {
  if (classes === undefined || told !== undefined) return undefined;
  const { count, numberOf } = classes;
  const words = wordsOf(label, classLimit);
  const counted = Array.from({ length: count }, (_, k) => String(k));
  if (numberOf === undefined && !words.every((word) => counted.includes(word)))
    return words.length === count
      ? `If ${words.join(", ")} are the classes in this order, say so: --classes ${words.join(",")}. If not, number the classes alike in labels and predictions, from 0`
      : undefined;
  const names = classes.names ?? counted;
  if (columns.length === 1)
    return `If ${columns[0].name} is the probability of ${names[0]}, say so: --classes ${names[1]},${names[0]}`;
  const order = orderIn(fix, names);
  return order && `If the columns are of ${order.join(", ")}, say so: --classes ${order.join(",")}`;
};

/** The threshold and the costs as flags; what is in code is of programs that train. */
const decideBy: Remedy = (_, { fix }) => {
  const [, answer, probability] = /^(Answer .+ from a probability of (\S+) on)(?=:)/s.exec(fix) ?? [];
  if (answer === undefined) return undefined;
  const costs = fix.includes("costs: {")
    ? ". If you know what the two errors cost, say so: --costs falsePositive=1,falseNegative=20"
    : "";
  return `${answer}; to judge those decisions: --threshold ${probability}${costs}`;
};

/** The names of the columns' classes in the order that the finding's fix, which is code, brings labels into. */
function orderIn(fix: string, names: readonly string[]): readonly string[] | undefined {
  const table = /classOf = \{ ([^}]*) \}/.exec(fix)?.[1];
  const moved = /label ([-+]) 1\)/.exec(fix)?.[1];
  const classOf = (label: number): number | undefined => {
    if (moved !== undefined) return (label + (moved === "-" ? names.length - 1 : 1)) % names.length;
    const told = new RegExp(`\\b${label}: (\\d+)`).exec(table ?? "")?.[1];
    return told === undefined ? undefined : Number(told);
  };
  const order = names.map((_, k) => names.find((_name, label) => classOf(label) === k));
  return order.every((name) => name !== undefined) ? order : undefined;
}

/** By number in the catalogue, of errors: what is less than sure has another cause as well. */
const remedies: Readonly<Record<string, Remedy>> = {
  C1: asLogits,
  C2: asProbabilities,
  C9: nameClasses,
  D4: nameClasses,
};

/** The same of findings that are not about how the columns were read. */
const remediesAlways: Readonly<Record<string, Remedy>> = { P11: decideBy };

/** The finding with its fix in the words of the command line, where a flag does what it asks for. */
export const inWordsOfCheck = <F extends Finding>(finding: F, asked: Asked): F => {
  const known = finding.severity === "error" ? { ...remediesAlways, ...remedies } : remediesAlways;
  return { ...finding, fix: known[finding.catalogue]?.(asked, finding) ?? finding.fix };
};
