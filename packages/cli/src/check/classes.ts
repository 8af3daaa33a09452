/** Which number a class has: from labels, from the names of columns, or as told. */
import { PlumbError } from "plumb-ml";
import { nearest } from "../nearest.ts";
import type { Column } from "../table/table.ts";

/** The classes of labels and predictions. */
export interface Classes {
  /** What they are called, in the order of their numbers; undefined where nobody has said. */
  readonly names?: readonly string[];
  /** The number of a label; undefined where labels are numbers already. */
  readonly numberOf?: (label: string) => number | undefined;
  /** Where their order comes from, in a few words. */
  readonly why: string;
  readonly count: number;
}

/** What a column holds as words: text, `true` and `false`, numbers as they are written. Undefined where it holds nothing. */
export function wordAt(column: Column, row: number): string | undefined {
  if (column.kind === "text") return column.words[column.codes[row]];
  const value = column.values[row];
  if (Number.isNaN(value)) return undefined;
  return column.kind === "boolean" ? String(value === 1) : String(value);
}

/** The different words of a column: text by the alphabet, truths and numbers by size. At most `limit` are looked for. */
export function wordsOf(column: Column, limit = Infinity): string[] {
  if (column.kind === "text") return [...column.words].sort();
  if (column.kind === "boolean") return ["false", "true"];
  const distinct = new Set<number>();
  for (const value of column.values) {
    if (!Number.isNaN(value)) distinct.add(value);
    if (distinct.size > limit) break;
  }
  return [...distinct].sort((a, b) => a - b).map(String);
}

/** What is asked about the classes of a label column. */
interface Question {
  readonly label: Column;
  /** The columns of probabilities or logits. */
  readonly columns: readonly string[];
  /** `--classes`. */
  readonly asked?: readonly string[];
}

/**
 * Numbers the classes. In this order it goes by `--classes`; by the names of the columns where they end in those of the
 * classes (`prob_cat`); by the labels themselves where they are numbers; by the alphabet.
 *
 * Errors: PL4004 where classes and columns differ in number, PL3015 for a label that is none of `--classes`.
 */
export function numberClasses(question: Question): Classes {
  const { label, columns, asked } = question;
  const words = wordsOf(label, mostClasses);
  const count = Math.max(2, columns.length);
  if (asked !== undefined) return asTold(question, words, count, asked);
  const named = namesIn(columns, words);
  if (named !== undefined) return { ...byName(named), why: "as the columns are called" };
  if (label.kind === "number" || label.kind === "date")
    return { count, why: `${label.name} is the number of the class, counted from 0` };
  if (words.length !== count) throw differ(question, words, count);
  if (count === 2 && columns.length === 1 && endsIn(columns[0], words[0]) && !endsIn(columns[0], words[1]))
    return { ...byName([words[1], words[0]]), why: `${columns[0]} names its class` };
  const order = label.kind === "boolean" ? "false first" : "in the order of the alphabet";
  return { ...byName(words), why: `${order}; --classes gives another` };
}

/** More classes than this are not looked for among numbers. */
const mostClasses = 10_000;

/** Classes that are found by their names. */
export function byName(names: readonly string[]): Required<Omit<Classes, "why">> {
  const numbers = new Map(names.map((name, i) => [name, i]));
  return { names, count: names.length, numberOf: (label) => numbers.get(label) };
}

function asTold(
  { label }: Question,
  words: readonly string[],
  count: number,
  asked: readonly string[],
): Classes {
  if (asked.length !== count || new Set(asked).size !== asked.length)
    throw new PlumbError("PL4004", {
      asked: `--classes ${asked.join(",")} was given`,
      arrived: `The predictions are of ${count} classes`,
      why: "It names each class once, in the order of the columns; a single column is the probability of the second",
      fix: `Give ${count} different names, such as --classes ${exampleNames(words, count).join(",")}`,
    });
  const known = new Set(asked);
  const stranger = words.find((word) => !known.has(word));
  const why = "as --classes says";
  if (stranger === undefined) return { ...byName(asked), why };
  const numbers = label.kind === "number" && !words.some((word) => known.has(word));
  if (numbers) return { names: asked, count, why: `${label.name} counts them from 0` };
  const row = rowOf(label, stranger);
  const near = nearest(stranger, asked);
  throw new PlumbError("PL3015", {
    asked: `--classes ${asked.join(",")} was given`,
    arrived: `Row ${row + 1} of ${label.name} holds ${JSON.stringify(stranger)}`,
    why: "Each label has to be one of these classes",
    fix:
      near === undefined
        ? `Add ${stranger} to --classes and its column to the predictions`
        : `If ${near} is a slip of the pen: --classes ${asked.map((name) => (name === near ? stranger : name)).join(",")}`,
  });
}

/** The words, with made-up ones before them up to a number: a single column is of the second class. */
const exampleNames = (words: readonly string[], count: number): string[] => [
  ...Array.from({ length: Math.max(0, count - words.length) }, (_, i) => `other${i === 0 ? "" : i}`),
  ...words.slice(0, count),
];

const rowOf = (column: Column, word: string): number => {
  const count = column.kind === "text" ? column.codes.length : column.values.length;
  return Array.from({ length: count }, (_, row) => row).findIndex((row) => wordAt(column, row) === word);
};

/**
 * The names of classes as columns have them: what is left of each column when a beginning and an end that all share are
 * cut off, where all labels are among that. `p0,p1,p2` and `prob_cat,prob_dog` are of this kind.
 */
function namesIn(columns: readonly string[], words: readonly string[]): readonly string[] | undefined {
  if (columns.length < 2) return undefined;
  const shortest = Math.min(...columns.map((column) => column.length));
  const shared = (matches: (length: number) => boolean): number => {
    let length = 0;
    while (length < shortest && matches(length + 1)) length++;
    return length;
  };
  const start = shared((length) => columns.every((column) => column.startsWith(columns[0].slice(0, length))));
  const end = shared((length) => columns.every((column) => column.endsWith(columns[0].slice(-length))));
  for (let before = start; before >= 0; before--)
    for (let behind = 0; behind <= end; behind++) {
      const names = columns.map((column) => column.slice(before, column.length - behind));
      const known = new Set(names);
      if (known.size === names.length && words.every((word) => known.has(word))) return names;
    }
  return undefined;
}

/** Whether a column is called after a class: `prob_fraud`, `p(fraud)`. */
function endsIn(column: string, name: string): boolean {
  const plain = column.replace(/[\])}]+$/, "").toLowerCase();
  const end = name.toLowerCase();
  return plain === end || (plain.endsWith(end) && /[^\p{L}\p{N}]$/u.test(plain.slice(0, -end.length)));
}

function differ({ label, columns }: Question, words: readonly string[], count: number): PlumbError {
  const shown = `${words.slice(0, 6).join(", ")}${words.length > 6 ? ", …" : ""}`;
  const arrived = `${label.name} has ${words.length} ${words.length === 1 ? "class" : "classes"}: ${shown}`;
  if (words.length > count)
    return new PlumbError("PL4004", {
      asked: `${columns.join(", ")} ${columns.length === 1 ? "was" : "were"} given as predictions of ${label.name}`,
      arrived,
      why:
        columns.length === 1
          ? "A single column tells two classes apart"
          : "Each class needs a column of its own",
      fix: `Give ${words.length} columns, such as --probs ${exampleNames(words, words.length)
        .map((word) => `prob_${word}`)
        .join(",")}; if the predictions are class names, --pred`,
    });
  return new PlumbError("PL4004", {
    asked: `${columns.join(", ")} ${columns.length === 1 ? "was" : "were"} given as predictions of ${label.name}`,
    arrived,
    why: `They are of ${count} classes, and nothing says which column belongs to which`,
    fix: `Name all classes in the order of the columns, such as --classes ${exampleNames(words, count).join(",")}`,
  });
}
