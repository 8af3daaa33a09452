/** What `fit` takes, checked and copied when it is called: it may begin later, and the caller's arrays are the caller's. */
import { PlumbError } from "../base/errors.ts";
import { flag, integer, optional, resolve, unchecked, type Parameter } from "../base/parameters.ts";
import { freshSeed, splitRules, type SplitOptions, type SplitRule } from "../data/index.ts";
import { checkCallbacks, type Callback } from "./callbacks/callback.ts";
import { ProgressLogger } from "./callbacks/progress-logger.ts";
import { classWeight, type ClassWeight } from "./class-weight.ts";
import { Dataset } from "./dataset.ts";
import type { RowsData, RowWeights, Taker } from "./rows.ts";

/** What `fit` takes besides data. */
export interface FitOptions {
  /** The epoch to stop before, counted from 0: the number of epochs, unless `initialEpoch` is given. Default 1. */
  epochs?: number;
  /** Rows per step. Default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /**
   * The share of rows to validate on: by a seeded shuffle, within each class where labels are classes (of several outputs,
   * those of the first that are). `rule: "last"` takes the last rows instead, which is what Keras does. 0, the default,
   * is none.
   */
  validationSplit?: number | { fraction: number; rule: SplitRule };
  /** Rows to validate on, `[x, y]` or `[x, y, sampleWeight]`. */
  validationData?: readonly [x: RowsData, y: RowsData, sampleWeight?: RowWeights];
  /** Epochs from one validation to the next. Default 1. */
  validationFreq?: number;
  /** Default: `batchSize`. */
  validationBatchSize?: number;
  /**
   * How much the rows of each class count in the loss, by class number; a class that is left out counts 1. For models of
   * one output.
   */
  classWeight?: Readonly<Record<number, number>>;
  /**
   * How much each row counts in the loss, `[rows]`, or each step of it, `[rows, steps]`. Of several outputs one for all, a
   * list, or by name. Not together with `classWeight`.
   */
  sampleWeight?: RowWeights;
  /** Read the rows in another order in each epoch, drawn from the seed. Default true. */
  shuffle?: boolean;
  /** The epoch to begin with, for a fit that goes on. Default 0. */
  initialEpoch?: number;
  /** Decides split, order, dropout, and the first weights of a model not built yet. Unset: drawn from the global one. */
  seed?: number;
  callbacks?: readonly Callback[];
  /**
   * What is printed: 0 nothing, 1 how far each epoch is and its values, 2 one line per epoch. Default 0 (Keras: 1). For
   * another place than the console give a `ProgressLogger` among the callbacks.
   */
  verbose?: 0 | 1 | 2;
  /** Steps from one row of `history.log` to the next; 0 keeps no such log. Default 0. */
  logEvery?: number;
  /** Ends training after the step in flight when it is aborted. */
  signal?: AbortSignal;
}

/** A parameter whose value is taken as it is, if it is one of its kind. */
const given = <T>(
  doc: string,
  words: string,
  accepts: (value: any) => boolean,
): Parameter<T | undefined> => ({
  ...optional({ default: undefined as T, doc, accepts, words }),
});

const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value < 1;

const validationSplit: Parameter<Pick<SplitOptions, "fraction" | "rule"> | undefined, any> = {
  default: undefined,
  doc: "The share of rows to validate on",
  accepts: (value) => {
    if (value === undefined || value === null || isShare(value)) return true;
    if (typeof value !== "object") return false;
    const { fraction, rule, ...others } = value as Record<string, unknown>;
    const known = splitRules.includes(rule as SplitRule);
    return isShare(fraction) && known && Object.keys(others).length === 0;
  },
  read(value: number | null | { fraction: number; rule: SplitRule }) {
    const split = typeof value === "number" ? { fraction: value, rule: "stratified" as const } : value;
    return split === null || split.fraction === 0 ? undefined : split;
  },
  words: `a share of at least 0 and below 1, or { fraction, rule } with a rule of ${splitRules.map((rule) => `"${rule}"`).join(", ")}`,
};

const parameters = {
  epochs: integer(1, "The epoch to stop before", { min: 0 }),
  batchSize: integer(32, "Rows per step", { min: 1 }),
  validationSplit,
  validationData: given<FitOptions["validationData"] & {}>(
    "Rows to validate on",
    "a list, [x, y] or [x, y, sampleWeight]",
    (value) => Array.isArray(value) && (value.length === 2 || value.length === 3),
  ),
  validationFreq: integer(1, "Epochs from one validation to the next", { min: 1 }),
  validationBatchSize: optional(integer(32, "Rows per step of validation", { min: 1 })),
  classWeight,
  sampleWeight: unchecked<RowWeights | undefined>(undefined, "How much each row counts"),
  shuffle: flag(true, "Another order of rows in each epoch"),
  initialEpoch: integer(0, "The epoch to begin with", { min: 0 }),
  seed: optional(integer(0, "Decides everything random")),
  callbacks: given<readonly Callback[]>(
    "Who is told of what happens",
    "a list of callbacks: [new EarlyStopping()]",
    Array.isArray,
  ),
  verbose: integer(0, "What is printed", { min: 0, max: 2 }),
  logEvery: integer(0, "Steps from one row of the log to the next", { min: 0 }),
  signal: given<AbortSignal>(
    "Ends training when it is aborted",
    "the signal of an AbortController: controller.signal",
    (value) => typeof value?.aborted === "boolean",
  ),
};

/** A fit that was asked for. */
export interface FitPlan {
  readonly data: Dataset;
  /** Rows to validate on that are not among `data`. */
  readonly held?: Dataset;
  readonly split?: Pick<SplitOptions, "fraction" | "rule">;
  readonly classWeight?: ClassWeight;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly batchSize: number;
  readonly validationFreq: number;
  readonly validationBatchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** Whether the caller gave the seed: then it decides the first weights, too. */
  readonly seeded: boolean;
  readonly callbacks: readonly Callback[];
  readonly logEvery: number;
  readonly signal?: AbortSignal;
}

/** Errors: PL4004 for an option that is none or that does not go with another; those of `Dataset` for the rows. */
export function planOf(taker: Taker, x: RowsData, y: RowsData, options: FitOptions): FitPlan {
  const values = resolve("PL4004", "fit", parameters, options);
  const { validationData, sampleWeight, verbose, callbacks = [] } = values;
  refuseTogether({ validationSplit: values.validationSplit, validationData }, "Both say what to validate on");
  refuseTogether({ classWeight: values.classWeight, sampleWeight }, "Both say how much a row counts");
  checkCallbacks(callbacks);
  return {
    ...values,
    data: new Dataset(taker, x, y, sampleWeight),
    held: validationData && new Dataset(taker, ...validationData),
    split: values.validationSplit,
    classWeight: values.classWeight && { ...values.classWeight },
    validationBatchSize: values.validationBatchSize ?? values.batchSize,
    seed: values.seed ?? freshSeed(),
    seeded: values.seed !== undefined,
    callbacks:
      verbose === 0 ? [...callbacks] : [...callbacks, new ProgressLogger({ verbose: verbose as 1 | 2 })],
  };
}

function refuseTogether(options: Readonly<Record<string, unknown>>, why: string): void {
  const given = Object.keys(options).filter((name) => options[name] !== undefined);
  if (given.length > 1)
    throw new PlumbError("PL4004", {
      asked: `fit was given ${given.join(" and ")}`,
      why,
      fix: `Keep one of them`,
    });
}
