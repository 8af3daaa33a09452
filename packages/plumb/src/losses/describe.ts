/** The facts that a table of losses shows, in words: what `plumb losses` prints and the docs list. */
import {
  labelForms,
  labelRange,
  predictionForms,
  predictionRange,
  type Range,
  type Task,
} from "../base/contract.ts";
import { snakeCase } from "../base/names.ts";
import type { Parameter } from "../base/parameters.ts";
import type { LossRecord } from "./record.ts";

/** One row of the table of losses. */
export interface LossFacts {
  /** Keras's class name. */
  readonly name: string;
  /** The string that names it, and its short forms. */
  readonly strings: readonly string[];
  /** The loss of one row. */
  readonly formula: string;
  /** What labels it takes. */
  readonly labels: string;
  /** What predictions it takes. */
  readonly predictions: string;
  /** What values the loss of a row can take, as an interval. */
  readonly range: string;
  /** Whether it is computed from logits: where asked for, always, or never. */
  readonly fromLogits: "optional" | "always" | "never";
  readonly tasks: readonly Task[];
  /** When to use it, one sentence. */
  readonly when: string;
  /** Paper or textbook. */
  readonly source?: string;
  /** Its own parameters, each with default, meaning and the values it takes. */
  readonly parameters: readonly {
    readonly name: string;
    readonly default: unknown;
    readonly doc: string;
    readonly words: string;
  }[];
}

const end = (value: number): string =>
  value === Infinity ? "∞" : value === -Infinity ? "−∞" : String(value).replace("-", "−");

/** `[0, ∞)`. */
export const interval = ([low, high]: Range): string =>
  `${low === -Infinity ? "(" : "["}${end(low)}, ${end(high)}${high === Infinity ? ")" : "]"}`;

/** The words for a form, and the interval where the contract narrows it. */
function inWords(says: string, own: Range | undefined, narrowed: Range): string {
  return own === undefined ? says : `${says} in ${interval(narrowed)}`;
}

/** The facts of one loss. */
export function describe(record: LossRecord<any>): LossFacts {
  const { name, aliases = [], formula, source, contract } = record;
  const { supportsLogits, logitsOnly = false } = contract;
  const predictions = inWords(
    predictionForms[contract.predictions].says,
    contract.predictionRange,
    predictionRange(contract, false),
  );
  return {
    name,
    strings: [snakeCase(name), ...aliases],
    formula,
    labels: inWords(labelForms[contract.labels].says, contract.labelRange, labelRange(contract)),
    predictions: logitsOnly ? "logits" : supportsLogits ? `${predictions}, or logits` : predictions,
    range: interval(record.range),
    fromLogits: logitsOnly ? "always" : supportsLogits ? "optional" : "never",
    tasks: contract.tasks,
    when: contract.when,
    ...(source === undefined ? {} : { source }),
    parameters: Object.entries<Parameter<unknown>>(record.parameters).map(([key, parameter]) => ({
      name: key,
      default: parameter.default,
      doc: parameter.doc,
      words: parameter.words,
    })),
  };
}
