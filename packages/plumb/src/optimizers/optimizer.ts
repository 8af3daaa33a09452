/**
 * The shared half of every optimizer: slots, step counter, learning rate, clipping, weight decay and the one place where
 * variables are written. What distinguishes SGD from Adam is a record (`sgd.ts`, `adam.ts`): its parameters, the state
 * it keeps, and a formula in tensors that gives the new values.
 */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { snakeCase } from "../base/names.ts";
import {
  optional,
  real,
  resolve,
  type GivenOf,
  type Parameter,
  type Parameters,
  type ValuesOf,
} from "../base/parameters.ts";
import { sizeOf } from "../base/shape.ts";
import { withTrace } from "../tensor/context.ts";
import { assignAll, tensor, Variable, type Tensor } from "../tensor/index.ts";
import { clip, type ClipOptions } from "./clip.ts";

const limit = (doc: string): Parameter<number | undefined> => optional(real(0, doc, { min: 0 }));

/** What every optimizer takes besides its own parameters and `learningRate`. Names are Keras 3's. */
const common = {
  clipnorm: limit("Each gradient whose Euclidean norm exceeds this is scaled down to it; 0 does nothing"),
  clipvalue: limit("Each element of each gradient is cut to [−clipvalue, clipvalue]; 0 does nothing"),
  globalClipnorm: limit(
    "All gradients are scaled together when their joint norm exceeds this; 0 does nothing",
  ),
  weightDecay: limit(
    "Decoupled decay: before its update a variable loses weightDecay · learningRate of itself",
  ),
};

/** A share that may not be the whole: the decay of a running mean. */
export const decay = (initial: number, doc: string): Parameter<number> => ({
  default: initial,
  doc,
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
  words: "a number of at least 0 and below 1",
});

/** What the constructor of an optimizer with the parameters `P` takes. */
export type OptimizerOptions<P extends Parameters> = {
  /** Step size. May be set again at any time; a change never recompiles. */
  learningRate?: number;
  name?: string;
} & GivenOf<typeof common> &
  GivenOf<P>;

/** What a formula sees at one variable of one step. */
export interface UpdateInput<P extends Parameters> {
  /** The variable's value, weight decay applied. */
  readonly value: Tensor;
  /** Its gradient, clipped; same shape. */
  readonly gradient: Tensor;
  /** What the record keeps for this variable, by name; same shape. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** What the record keeps once for all variables, as float64 scalars, `advance` applied. */
  readonly shared: Readonly<Record<string, Tensor>>;
  /** The learning rate, a float32 scalar. */
  readonly rate: Tensor;
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
  readonly parameters: P;
  /** Names of the tensors kept per variable, all zero at first. */
  readonly slots: (params: ValuesOf<P>) => readonly string[];
  /** Scalars kept once, in float64, with their first values. */
  readonly shared?: Readonly<Record<string, number>>;
  /** Their next values, taken at the beginning of each step. */
  readonly advance?: (
    shared: Readonly<Record<string, Tensor>>,
    params: ValuesOf<P>,
  ) => Record<string, Tensor>;
  readonly update: (input: UpdateInput<P>) => UpdateResult;
}

/** A gradient with the variable it belongs to; null skips the variable, leaving its slots as they are. */
export type GradientPair = readonly [gradient: Tensor | null, variable: Variable];

/** One named array of an optimizer's state. */
export interface StateEntry {
  readonly name: string;
  readonly data: HostArray;
}

/**
 * Updates variables from their gradients.
 *
 * `applyGradients([[gradient, variable], …])` works at once, as one program, and inside a function given to `compile`,
 * where it becomes part of that program. Learning rate and step counter are variables, so that neither is structure.
 *
 * Errors: PL4004 for a parameter out of range, an unknown parameter, or more than one kind of clipping.
 *
 * @example
 * const optimizer = new SGD({ learningRate: 0.1 });
 * optimizer.applyGradients([[gradient, kernel]]);
 */
export class Optimizer<P extends Parameters = any> {
  readonly record: OptimizerRecord<P>;
  readonly params: ValuesOf<P>;
  readonly name: string;
  /** Steps taken, an int32 scalar. */
  readonly iterations: Variable;
  readonly #common: ValuesOf<typeof common>;
  /** In float64, so that the rate that was set is the rate that is read. */
  readonly #rate: Variable;
  #rateSet: number;
  readonly #shared: Readonly<Record<string, Variable>>;
  readonly #slots = new Map<Variable, Readonly<Record<string, Variable>>>();

  constructor(record: OptimizerRecord<P>, options: OptimizerOptions<P>) {
    const learningRate = real(record.learningRate, "Step size", { min: 0 });
    const parameters = { learningRate, ...common, ...record.parameters };
    const { name = snakeCase(record.name), ...given } = options;
    const values = resolve("PL4004", record.name, parameters, given);
    this.record = record;
    this.params = values;
    this.name = name;
    this.#common = values;
    checkClipping(record.name, values);
    this.#rateSet = values.learningRate;
    this.#rate = state(Float64Array.of(this.#rateSet), [], "learning_rate");
    this.iterations = state(new Int32Array(1), [], "iterations");
    this.#shared = mapRecord(record.shared ?? {}, (first, key) =>
      state(Float64Array.of(first), [], snakeCase(key)),
    );
  }

  get learningRate(): number {
    return this.#rateSet;
  }
  set learningRate(rate: number) {
    resolve("PL4004", this.name, { learningRate: real(0, "Step size", { min: 0 }) }, { learningRate: rate });
    this.#rateSet = rate;
    this.#rate.assign(tensor(Float64Array.of(rate), []));
  }

  /** Makes the slots of variables that have none yet. `apply` does so too; a compiled step wants them made before. */
  build(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.#slots.has(variable)) continue;
      const slots = this.record.slots(this.params).map((slot) => {
        const zeros = new Float32Array(sizeOf(variable.shape));
        return [slot, state(zeros, variable.shape, `${variable.name}_${snakeCase(slot)}`)] as const;
      });
      this.#slots.set(variable, Object.fromEntries(slots));
    }
  }

  /** All state: iterations, learning rate, shared scalars, then each variable's slots in the order they were built. */
  get variables(): readonly Variable[] {
    const slots = [...this.#slots.values()].flatMap((of) => Object.values(of));
    return [this.iterations, this.#rate, ...Object.values(this.#shared), ...slots];
  }

  /** One step: `gradients[i]` belongs to `variables[i]`; null skips it. All is written at once, by one program. */
  apply(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): void {
    this.build(variables);
    assignAll(() => this.#updates(gradients, variables));
  }

  /** The new value of everything that a step changes. */
  #updates(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): [Variable, Tensor][] {
    const present = variables.filter((_, i) => gradients[i]);
    const clipped = clip(
      gradients.filter((gradient) => gradient !== null),
      this.#common,
    );
    const rate = this.#rate.cast("float32");
    const before = mapRecord(this.#shared, (scalar) => scalar.read());
    const shared = this.record.advance?.(before, this.params) ?? {};

    const updates = present.flatMap((variable, i): [Variable, Tensor][] => {
      const slots = this.#slots.get(variable)!;
      const next = this.record.update({
        value: this.#decayed(variable.read(), rate),
        gradient: clipped[i],
        slots: mapRecord(slots, (slot) => slot.read()),
        shared,
        rate,
        params: this.params,
      });
      return [[variable, next.value], ...entries(next.slots, slots)];
    });
    return [...updates, ...entries(shared, this.#shared), [this.iterations, this.iterations.add(1)]];
  }

  /** One step from `[gradient, variable]` pairs, as `zip(gradients, model.trainableVariables)` gives them. */
  applyGradients(pairs: Iterable<GradientPair>): void {
    const list = [...pairs];
    this.apply(
      list.map(([gradient]) => gradient),
      list.map(([, variable]) => variable),
    );
  }

  /** A copy of all state, in the order of `variables`. */
  getState(): StateEntry[] {
    return this.variables.map((variable) => ({ name: variable.name, data: variable.dataSync() }));
  }

  /** Puts back what `getState` gave, for an optimizer built on the same variables. Errors: PL4007 when it does not fit. */
  setState(entries: readonly StateEntry[]): void {
    const variables = this.variables;
    const fits =
      entries.length === variables.length &&
      variables.every((variable, i) => sizeOf(variable.shape) === entries[i].data.length);
    if (!fits)
      throw new PlumbError("PL4007", {
        asked: `The state of ${this.name} was to be set from ${entries.length} arrays`,
        arrived: `It has ${variables.length} of its own: ${variables.map(({ name }) => name).join(", ")}`,
        why: "State fits only the optimizer and the variables that it came from",
        fix: "Build the same model with the same optimizer, then set its state",
      });
    variables.forEach((variable, i) => variable.assign(tensor(entries[i].data, variable.shape)));
    this.#rateSet = entries[1].data[0];
  }

  #decayed(value: Tensor, rate: Tensor): Tensor {
    const { weightDecay } = this.#common;
    return weightDecay ? value.sub(value.mul(rate.mul(weightDecay))) : value;
  }
}

const state = (data: HostArray, shape: readonly number[], name: string): Variable =>
  // State outlives the function that is being traced, if one is.
  withTrace(undefined, () => new Variable(tensor(data, shape), { name, trainable: false }));

/** New values beside the variables that take them. */
const entries = (
  values: Readonly<Partial<Record<string, Tensor>>>,
  variables: Readonly<Record<string, Variable>>,
): [Variable, Tensor][] => Object.entries(values).map(([key, value]) => [variables[key], value!]);

const mapRecord = <A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));

function checkClipping(owner: string, options: ClipOptions): void {
  const given = (["clipnorm", "clipvalue", "globalClipnorm"] as const).filter((way) => options[way]);
  if (given.length > 1)
    throw new PlumbError("PL4004", {
      asked: `${owner} was given ${given.join(" and ")}`,
      why: "Gradients are clipped in one way only",
      fix: `Keep one of ${given.join(", ")}`,
    });
}
