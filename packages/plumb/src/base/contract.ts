/**
 * What labels and predictions are, in words that losses, metrics, layers, the CLI, the docs and the doctor share. A loss
 * or a metric states its `Contract`; a layer states its `Head`. Value checks, the pairing in `compile`, the automatic
 * choice of a loss and the tables are all read from these declarations, so that nothing is said twice.
 */
import type { Code } from "./codes.ts";
import { PlumbError, type ErrorParts } from "./errors.ts";

/** Lowest and highest value, both included. */
export type Range = readonly [low: number, high: number];

/** What one label is. */
export type LabelForm =
  /** Any real number: the target of a regression. */
  | "real"
  /** 0 or 1 (or a share in between, for soft labels), each value by itself. */
  | "binary"
  /** Rows over the classes that sum to 1: one-hot, or soft. */
  | "oneHot"
  /** The number of the class, 0 … K−1. */
  | "classIndex"
  /** −1 or 1; labels that are all 0 or 1 are read as such. */
  | "sign"
  /** A whole number for each row: rows with the same number belong together. */
  | "group"
  /** Rows of class numbers 1 … K−1, in the order in which they occur; 0 fills up short rows. */
  | "sequence";

/** What one prediction is. */
export type PredictionForm =
  /** A real number on the scale of the label. */
  | "real"
  /** A probability in [0, 1], each value by itself. */
  | "probability"
  /** Rows of probabilities over the classes, which sum to 1. */
  | "distribution"
  /** Rows over the classes of which only the order counts: probabilities and logits alike. */
  | "scores"
  /** A real number whose sign is the decision, and whose size the confidence. */
  | "score"
  /** Rows that are places in a space, in which what is alike lies close together. */
  | "embedding"
  /** As many means as a row has labels, then as many spreads (variances before a softplus). */
  | "meanAndSpread"
  /** The label itself, decided already. */
  | "label";

/** What the last layer of a model gives, by its activation. */
export type Head =
  /** Any real number: a value, or a logit. */
  | "linear"
  /** Each value squeezed into (0, 1) by itself. */
  | "sigmoid"
  /** Rows of probabilities that sum to 1. */
  | "softmax"
  /** Rows of logarithms of such probabilities. */
  | "logSoftmax"
  /** Each value squeezed into (−1, 1). */
  | "tanh"
  /** Each value at least 0: relu, softplus, exponential. */
  | "nonNegative"
  /** An activation made for hidden layers, such as gelu: neither a value, nor a logit, nor a probability. */
  | "hidden"
  /** A function of the user's own, of which nothing is known. */
  | "custom";

/** Facts about a head: the values it can give, and the words for them. */
export interface HeadFacts {
  readonly range: Range;
  readonly gives: string;
  /** The prediction forms it serves as it stands. */
  readonly serves: readonly PredictionForm[];
}

/** What there is to know of each head. */
export const heads: Readonly<Record<Head, HeadFacts>> = {
  linear: {
    range: [-Infinity, Infinity],
    gives: "any real number",
    serves: ["real", "scores", "score", "embedding", "meanAndSpread"],
  },
  sigmoid: { range: [0, 1], gives: "a probability for each output", serves: ["probability", "scores"] },
  softmax: { range: [0, 1], gives: "probabilities that sum to 1", serves: ["distribution", "scores"] },
  logSoftmax: { range: [-Infinity, 0], gives: "logarithms of probabilities", serves: ["scores"] },
  tanh: { range: [-1, 1], gives: "values in (-1, 1)", serves: ["real", "scores", "score", "embedding"] },
  nonNegative: {
    range: [0, Infinity],
    gives: "values of at least 0",
    serves: ["real", "scores", "embedding"],
  },
  hidden: {
    range: [-Infinity, Infinity],
    gives: "values bent for a hidden layer",
    serves: ["real", "scores", "score", "embedding"],
  },
  custom: {
    range: [-Infinity, Infinity],
    gives: "what its function gives",
    serves: ["real", "probability", "distribution", "scores", "score", "embedding", "meanAndSpread", "label"],
  },
};

/** Facts about a label form: the values it takes, and the words for them. */
export interface LabelFacts {
  readonly range: Range;
  readonly says: string;
  /** Whole numbers that name something, and are not computed with. */
  readonly whole?: boolean;
}

/** What there is to know of each form of label. */
export const labelForms: Readonly<Record<LabelForm, LabelFacts>> = {
  real: { range: [-Infinity, Infinity], says: "real numbers" },
  binary: { range: [0, 1], says: "0 or 1 (soft labels: in between)" },
  oneHot: { range: [0, 1], says: "one-hot rows (soft rows: sum 1)" },
  classIndex: { range: [0, Infinity], says: "class indices 0 … K−1", whole: true },
  sign: { range: [-1, 1], says: "−1 or 1 (0 or 1 is read as that)" },
  group: { range: [-Infinity, Infinity], says: "group numbers: equal is alike", whole: true },
  sequence: { range: [0, Infinity], says: "sequences of classes 1 … K−1, 0 fills up", whole: true },
};

/** What there is to know of each form of prediction. */
export const predictionForms: Readonly<
  Record<PredictionForm, { readonly range: Range; readonly says: string }>
> = {
  real: { range: [-Infinity, Infinity], says: "real numbers" },
  probability: { range: [0, 1], says: "probabilities" },
  distribution: { range: [0, 1], says: "rows of probabilities" },
  scores: { range: [-Infinity, Infinity], says: "scores, one per class" },
  score: { range: [-Infinity, Infinity], says: "scores, whose sign decides" },
  embedding: { range: [-Infinity, Infinity], says: "places in a space" },
  meanAndSpread: { range: [-Infinity, Infinity], says: "means, then spreads" },
  label: { range: [-Infinity, Infinity], says: "decided labels" },
};

/** The kinds of question a data set can ask, by its labels. */
export type Task =
  /** A number. */
  | "regression"
  /** One of two classes, from one output. */
  | "binary"
  /** One of K classes, from K outputs. */
  | "classes"
  /** Any subset of K classes, from K outputs. */
  | "labelSets"
  /** Which rows belong together, from places in a space. */
  | "grouping"
  /** A sequence of classes, from rows of outputs in time. */
  | "sequences";

/** What a loss or a metric takes: the one declaration that checks, pairing, choice and docs read. */
export interface Contract {
  readonly labels: LabelForm;
  readonly predictions: PredictionForm;
  /** Where the form's own range is too wide or too narrow. */
  readonly labelRange?: Range;
  readonly predictionRange?: Range;
  /** Labels that it suits, where it takes more than that. */
  readonly suits?: Range;
  /** Whether it can also be computed from logits (`fromLogits: true`), stably. */
  readonly supportsLogits: boolean;
  /** It takes logits and nothing else; there is no `fromLogits` to give. */
  readonly logitsOnly?: boolean;
  /** Heads that serve it beside those that its predictions name. */
  readonly alsoServedBy?: readonly Head[];
  /** The tasks it answers. */
  readonly tasks: readonly Task[];
  /** The tasks for which it is the one to try first. */
  readonly firstChoiceFor?: readonly Task[];
  /** Made from a function of the user's own: labels and predictions may be anything. */
  readonly custom?: boolean;
  /** When to use it, one sentence. */
  readonly when: string;
}

/** The lowest and highest label a contract takes. */
export const labelRange = (contract: Contract): Range =>
  contract.labelRange ?? labelForms[contract.labels].range;

/** The lowest and highest prediction a contract takes; logits are any real number. */
export const predictionRange = (contract: Contract, fromLogits: boolean): Range =>
  fromLogits
    ? [-Infinity, Infinity]
    : (contract.predictionRange ?? predictionForms[contract.predictions].range);

/** The activation that turns logits into what the contract's predictions are, where there is one. */
export const activationBehind = (contract: Contract): "sigmoid" | "softmax" | undefined =>
  contract.predictions === "probability"
    ? "sigmoid"
    : contract.predictions === "distribution"
      ? "softmax"
      : undefined;

/** Whether a head gives what a contract takes as it stands: the right form, and nothing outside the range. */
export function serves(head: Head, contract: Contract): boolean {
  if (head === "custom" || contract.alsoServedBy?.includes(head) === true) return true;
  const [low, high] = heads[head].range;
  const [least, most] = predictionRange(contract, false);
  return heads[head].serves.includes(contract.predictions) && low >= least && high <= most;
}

/** The head that a contract asks for: the activation that its logits have behind them, or the plainest one in its range. */
export function wantedHead(contract: Contract): Head {
  if (contract.logitsOnly === true) return "linear";
  const plain: readonly Head[] = ["linear", "nonNegative"];
  return activationBehind(contract) ?? plain.find((head) => serves(head, contract)) ?? "custom";
}

/** What was found of head, loss, labels and metrics: an error stops, a warning is told. */
export interface PairingFinding extends ErrorParts {
  readonly code: Code;
  /** The diagnosis of the doctor that it belongs to, by its number in the catalogue. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "information";
  /** What it is about as a number, where there is one: a threshold. */
  readonly number?: number;
}

/** A finding as the error that it is thrown as. */
export const errorOf = ({ code, asked, arrived, why, fix }: PairingFinding): PlumbError =>
  new PlumbError(code, { asked, arrived, why, fix });
