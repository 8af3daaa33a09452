/** What an optimizer's record says: its parameters, the state it keeps, and a formula in tensors for the new values. */
import { real, type Parameter, type Parameters, type ValuesOf } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";

/** A share that may not be the whole: the decay of a running mean. */
export const decay = (initial: number, doc: string): Parameter<number> => ({
  default: initial,
  doc,
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
  words: "a number of at least 0 and below 1",
});

/** The ε that keeps a division from one by 0. */
export const small = (initial: number, doc: string): Parameter<number> => real(initial, doc, { min: 0 });

/** What is known of a variable before there are values: what its slots may depend on. */
export interface VariableInfo {
  /** The variable's name, `layer/weight` where a layer made it. */
  readonly name: string;
  readonly shape: Shape;
}

/**
 * What a slot is made with: a number is everywhere in a tensor of the variable's shape, "value" is a copy of the variable,
 * a shape is a tensor of that shape, all 0.
 */
export type SlotStart = number | "value" | Shape;

export type SlotStarts = Readonly<Partial<Record<string, SlotStart>>>;

/** What a formula sees at one variable of one step. */
export interface UpdateInput<P extends Parameters> {
  /** The variable's value, weight decay applied. */
  readonly value: Tensor;
  /** Its gradient, clipped; same shape. */
  readonly gradient: Tensor;
  /** What the record keeps for this variable, by name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** What the record keeps once for all variables, as float64 scalars, `advance` applied. */
  readonly shared: Readonly<Record<string, Tensor>>;
  /** The learning rate, a float32 scalar. */
  readonly rate: Tensor;
  /** The number of this step, counted from 1, a float64 scalar. */
  readonly step: Tensor;
  readonly params: ValuesOf<P>;
}
export interface UpdateResult {
  readonly value: Tensor;
  readonly slots: Readonly<Partial<Record<string, Tensor>>>;
}

/** Everything there is to say about one optimizer. */
export interface OptimizerRecord<P extends Parameters> {
  /** Keras's class name. */
  readonly name: string;
  /** One line: the update as a formula. */
  readonly doc: string;
  /** The paper, and which variant of it. */
  readonly source: string;
  /** The learning rate when none is given. */
  readonly learningRate: number;
  /** The weight decay when none is given. Default none. */
  readonly weightDecay?: number;
  readonly parameters: P;
  /** Parameters that Keras has and that change nothing, with the reason. */
  readonly idle?: Readonly<Partial<Record<keyof P, string>>>;
  /** What is kept for a variable, by name. */
  readonly slots: (params: ValuesOf<P>, variable: VariableInfo) => SlotStarts;
  /** Slots that hold squares of gradients, or what is of their size: of these smaller numbers matter. */
  readonly squares?: readonly string[];
  /** Scalars kept once, in float64, with their first values. */
  readonly shared?: Readonly<Record<string, number>>;
  /** Their next values, taken at the beginning of each step. */
  readonly advance?: (
    shared: Readonly<Record<string, Tensor>>,
    params: ValuesOf<P>,
  ) => Record<string, Tensor>;
  /** The weight decay of a variable, where it is not the same for all. */
  readonly weightDecayOf?: (
    variable: VariableInfo,
    params: ValuesOf<P>,
    weightDecay: number | undefined,
  ) => number | undefined;
  readonly update: (input: UpdateInput<P>) => UpdateResult;
}
