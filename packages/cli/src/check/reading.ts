/** What the columns of predictions are: amounts, classes, probabilities or logits, and how they become numbers. */
import { PlumbError } from "plumb-ml";
import type { CheckOptions } from "plumb-ml/doctor";
import { classLimit, type Task } from "../experiment/task.ts";
import type { Column, NumberColumn } from "../table/table.ts";
import { byName, numberClasses, wordAt, wordsOf, type Classes } from "./classes.ts";

/** The flag that names the columns of the predictions. */
export type PredictionFlag = "pred" | "probs" | "logits";

/** Which columns are given, and what was said about them. */
export interface Given {
  readonly label: Column;
  readonly columns: readonly Column[];
  readonly flag: PredictionFlag;
  /** `--classes`. */
  readonly classes?: readonly string[];
  readonly task?: Task;
}

/** What the predictions are, and how they become numbers. */
export interface Reading {
  readonly kind: CheckOptions["kind"];
  readonly task: "regression" | "binary" | "classes";
  readonly classes?: Classes;
  readonly predictionOf: (column: Column, row: number) => number;
  /** Why they are taken for that, as a sentence without a full stop. */
  readonly why: string;
}

/**
 * Reads what the predictions are: of `--probs` and `--logits` it is told; of `--pred` it follows from the labels and from what
 * stands there.
 *
 * Errors: PL4004 for columns that cannot be what the flag says, PL3007 for text where numbers are needed, PL3015 for a class
 * that is none of `--classes`.
 */
export function readingOf(given: Given): Reading {
  const { label, columns, flag, task } = given;
  if (flag !== "pred") {
    if (task === "regression") throw notOfAmounts(flag);
    return scores(given, flag === "probs" ? "probabilities" : "logits", `--${flag} was given`);
  }
  const [said] = columns;
  if (label.kind !== "text" && hasNumerals(said)) refuseText(said, "--pred");
  if (said.kind !== "text" && hasNumerals(label) && task !== "classes") refuseText(label, "--label");
  const { areClasses, why } = readAs(label, said, task);
  if (!areClasses) {
    refuseText(label, "--label");
    refuseText(said, "--pred");
    return { kind: "values", task: "regression", predictionOf: numberAt, why };
  }
  if (isDecided(given)) return decisions(given, why);
  const count = given.classes?.length ?? wordsOf(label, classLimit).length;
  if (count > 2) throw oneColumnOfMany(label, said, count);
  const what = label.kind === "number" ? "has fractions" : "is a number";
  return scores(given, "probabilities", `${why}, and ${said.name} ${what}`);
}

/** Whether some words of a text column are numbers: then one that is none has made it text. */
const hasNumerals = (column: Column): boolean => column.kind === "text" && column.words.some(isNumeral);

const isNumeral = (word: string): boolean => word.trim() !== "" && !Number.isNaN(Number(word));

function scores(
  { label, columns, flag, classes: asked }: Given,
  kind: "probabilities" | "logits",
  why: string,
): Reading {
  for (const column of columns) refuseText(column, `--${flag}`);
  return {
    kind,
    task: columns.length === 1 ? "binary" : "classes",
    classes: numberClasses({ label, columns: columns.map(({ name }) => name), asked }),
    predictionOf: numberAt,
    why,
  };
}

/** The number in a column of numbers. */
export const numberAt = (column: Column, row: number): number => (column as NumberColumn).values[row];

const isWhole = (column: Column): boolean =>
  column.kind === "number" &&
  column.values.every((value) => Number.isNaN(value) || Number.isSafeInteger(value));

/** Pairs of numbers that label two classes. */
const pairs = [
  [0, 1],
  [-1, 1],
  [1, 2],
];

/** Whether the labels are classes, by `--task`, by what they are, and by what was predicted. */
function readAs(label: Column, said: Column, task: Task | undefined): { areClasses: boolean; why: string } {
  if (task !== undefined) return { areClasses: task === "classes", why: `--task ${task} was given` };
  if (label.kind === "text" || label.kind === "boolean")
    return { areClasses: true, why: `${label.name} is ${label.kind === "text" ? "text" : "true or false"}` };
  const distinct = wordsOf(label, classLimit);
  const few = `${label.name} is a whole number with ${distinct.length} different ${distinct.length === 1 ? "value" : "values"}`;
  if (label.kind === "date" || !isWhole(label))
    return {
      areClasses: false,
      why: `${label.name} is ${label.kind === "date" ? "a date" : "a number with fractions"}`,
    };
  if (distinct.length > classLimit)
    return {
      areClasses: false,
      why: `${label.name} is a number with more than ${classLimit} different values`,
    };
  const alike = said.kind === "text" || (isWhole(said) && wordsOf(said, classLimit).length <= classLimit);
  if (alike)
    return {
      areClasses: true,
      why: `${few}, and so is ${said.name}; --task regression reads them as amounts`,
    };
  if (pairs.some((pair) => distinct.every((word) => pair.includes(Number(word)))))
    return { areClasses: true, why: few };
  return { areClasses: false, why: `${few}, and ${said.name} has fractions` };
}

/** Whether a column holds a class for each row: names, or whole numbers. */
function isDecided({ label, columns: [said], classes: asked }: Given): boolean {
  if (said.kind === "text" || said.kind === "boolean") return true;
  if (!isWhole(said)) return false;
  if (label.kind === "number") return true;
  const count = asked?.length ?? wordsOf(label).length;
  return (
    said.kind === "number" &&
    said.values.every((value) => Number.isNaN(value) || (value >= 0 && value < count))
  );
}

/** Each row says a class, by its name or, where one column has names and the other numbers, by its number. */
function decisions({ label, columns: [said], classes: asked }: Given, why: string): Reading {
  const [numbers, named] = said.kind === "number" ? [said, label] : [label, said];
  const mixed = numbers.kind === "number" && named.kind !== "number";
  if (mixed && named === said && asked === undefined) throw namesForNumbers(label, said);
  const names = asked ?? (mixed ? wordsOf(named) : union(label, said));
  const { numberOf, ...classes } = byName(names);
  const isIndex = (column: Column): boolean =>
    mixed && column === numbers && wordsOf(column, classLimit).every((word) => numberOf(word) === undefined);
  const codeAt = (column: Column): ((word: string) => number | undefined) =>
    isIndex(column) ? (word) => (Number(word) in names ? Number(word) : undefined) : numberOf;
  const [codeOfLabel, codeOfSaid] = [codeAt(label), codeAt(said)];
  const strangers = [
    ...wordsOf(label)
      .filter((word) => codeOfLabel(word) === undefined)
      .map((word) => [label, word] as const),
    ...wordsOf(said)
      .filter((word) => codeOfSaid(word) === undefined)
      .map((word) => [said, word] as const),
  ];
  if (strangers.length > 0) throw unknownClass(names, strangers[0]);
  const order = asked === undefined ? "all that occur, in their order" : "as --classes says";
  return {
    kind: "decisions",
    task: names.length > 2 ? "classes" : "binary",
    classes: { ...classes, numberOf: codeOfLabel, why: mixed ? `${numbers.name} counts them from 0` : order },
    predictionOf: (column, row) => codeOfSaid(wordAt(column, row) ?? "") ?? NaN,
    why,
  };
}

const namesForNumbers = (label: Column, said: Column): PlumbError =>
  new PlumbError("PL4004", {
    asked: `--pred ${said.name} was given for ${label.name}`,
    arrived: `${said.name} holds names (${wordsOf(said).slice(0, 3).join(", ")}), and ${label.name} holds numbers`,
    why: "Nothing says which number each name has",
    fix: `Name them in the order of their numbers, from 0: --classes ${wordsOf(said).slice(0, 8).join(",")}`,
  });

const unknownClass = (names: readonly string[], [{ name }, word]: readonly [Column, string]): PlumbError =>
  new PlumbError("PL3015", {
    asked: `The classes are ${names.join(", ")}`,
    arrived: `${name} holds ${JSON.stringify(word)}`,
    why: "Labels and predictions have to be among these classes",
    fix: `Add it: --classes ${[...names, word].join(",")}`,
  });

/** All words of both columns, in their order. */
function union(label: Column, said: Column): string[] {
  const words = new Set([...wordsOf(label), ...wordsOf(said)]);
  const all = [...words];
  return label.kind === "number" ? all.sort((a, b) => Number(a) - Number(b)) : all.sort();
}

/** Errors: PL3007 naming the first row that is no number. */
function refuseText(column: Column, flag: string): void {
  if (column.kind !== "text") return;
  const bad = column.words.findIndex((word) => !isNumeral(word));
  throw new PlumbError("PL3007", {
    asked: `${flag} ${column.name} was given`,
    arrived: `Row ${column.codes.indexOf(bad) + 1} holds ${JSON.stringify(column.words[bad])}`,
    why: "Numbers are needed there",
    fix: hasNumerals(column)
      ? "Correct the value, or leave it empty if it is missing"
      : "Name a column of numbers; class names are given by --pred, for labels that are classes",
  });
}

const notOfAmounts = (flag: PredictionFlag): PlumbError =>
  new PlumbError("PL4004", {
    asked: `--${flag} was given with --task regression`,
    why: "Probabilities and logits are of classes; a regression predicts amounts",
    fix: "Give the column of amounts with --pred, or leave out --task",
  });

const oneColumnOfMany = (label: Column, said: Column, count: number): PlumbError =>
  new PlumbError("PL4004", {
    asked: `--pred ${said.name} was given for ${label.name}`,
    arrived: `${label.name} has ${count} classes, and ${said.name} holds numbers that are none of them`,
    why: "One column of numbers tells two classes apart, or gives an amount",
    fix: "Give a column for each class with --probs or --logits, or with --pred a column of class names",
  });
