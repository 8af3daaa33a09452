/**
 * The shared half of every optimizer: slots, step counter, learning rate, clipping, weight decay, accumulation, averages,
 * constraints, and the one place where variables are written. What distinguishes SGD from Adam is a record (`sgd.ts`,
 * `adam.ts`).
 */
import { PlumbError } from "../base/errors.ts";
import { snakeCase } from "../base/names.ts";
import { resolve, text, unchecked, type Parameters, type ValuesOf } from "../base/parameters.ts";
import { sizeOf } from "../base/shape.ts";
import { partOf, withOrigin } from "../graph/origin.ts";
import { assignAll, tensor, where, type Tensor, type Variable } from "../tensor/index.ts";
import { Accumulation } from "./accumulation.ts";
import { Averages } from "./averages.ts";
import { clip } from "./clip.ts";
import { learningRateFrom, type LearningRate, type LearningRateLike } from "./learning-rate.ts";
import { checkClipping, common, type Common, type OptimizerOptions } from "./options.ts";
import type { OptimizerRecord } from "./record.ts";
import { dataOf, SavedArray, type StateEntry } from "./state-entry.ts";
import { dividedBy, flushSubnormals, slotOf, state, type Update } from "./state.ts";
import { decayed, decays, type DecayExclusions } from "./weight-decay.ts";

/** A gradient with the variable it belongs to; null skips the variable, leaving its slots as they are. */
export type GradientPair = readonly [gradient: Tensor | null, variable: Variable];

/** What goes with one step. */
export interface ApplyOptions {
  /** How many rows the gradients are the mean over: their weight where gradients are accumulated by rows. Default 1. */
  readonly rows?: number;
}

/**
 * Updates variables from their gradients.
 *
 * `applyGradients([[gradient, variable], …])` works at once, as one program, and inside a function given to `compile`,
 * where it becomes part of that program. Learning rate and step counter are variables, so that neither is structure.
 *
 * A step goes: gradients divided by `lossScaleFactor`, accumulated, clipped; variables decayed and updated; averages;
 * constraints of the variables. It is Keras's order.
 *
 * Errors: PL4004 for a parameter out of range, an unknown parameter, or more than one kind of clipping; PL4014 for a step
 * in which no variable has a gradient.
 *
 * @example
 * const optimizer = new SGD({ learningRate: 0.1 });
 * optimizer.applyGradients([[gradient, kernel]]);
 */
export class Optimizer<P extends Parameters = any> {
  readonly record: OptimizerRecord<P>;
  readonly params: ValuesOf<P>;
  readonly name: string;
  readonly #common: Common;
  readonly #rate: LearningRate;
  /** Calls of `apply`, an int32 scalar. */
  readonly #steps: Variable = state(new Int32Array(1), [], "iterations");
  readonly #shared: Readonly<Record<string, Variable>>;
  readonly #slots = new Map<Variable, Readonly<Record<string, Variable>>>();
  readonly #accumulation?: Accumulation;
  readonly #averages?: Averages;
  #undecayed: DecayExclusions = {};

  constructor(record: OptimizerRecord<P>, options: OptimizerOptions<P>) {
    const parameters = {
      ...common,
      weightDecay: { ...common.weightDecay, default: record.weightDecay },
      ...record.parameters,
    };
    // The rate may be a schedule, and is checked where it is made one.
    const listed = {
      learningRate: unchecked<LearningRateLike>(record.learningRate, "Step size"),
      name: text(snakeCase(record.name), "What it is called"),
      ...parameters,
    };
    const values = resolve("PL4004", record.name, listed, options);
    const { name, learningRate } = values;
    this.record = record;
    this.params = values;
    this.name = name;
    this.#common = values;
    checkClipping(record.name, this.#common);
    this.#rate = learningRateFrom(record.name, learningRate);
    this.#shared = mapRecord(record.shared ?? {}, (first, key) =>
      state(Float64Array.of(first), [], snakeCase(key)),
    );
    const { gradientAccumulationSteps, gradientAccumulationMean, useEma } = this.#common;
    if (gradientAccumulationSteps)
      this.#accumulation = new Accumulation(gradientAccumulationSteps, gradientAccumulationMean);
    if (useEma) this.#averages = new Averages(this.#common.emaMomentum, this.#common.emaOverwriteFrequency);
  }

  /** Updates made, an int32 scalar; with accumulation fewer than steps. */
  get iterations(): Tensor {
    const { gradientAccumulationSteps } = this.#common;
    const steps = this.#steps.read();
    return gradientAccumulationSteps ? dividedBy(steps, gradientAccumulationSteps) : steps;
  }

  /** Whether the rate is a schedule, or a function of the step, rather than a number that can be set. */
  get followsSchedule(): boolean {
    return this.#rate.variables.length === 0;
  }

  /** The rate of the next step. Set it at any time; that never recompiles. Errors: PL4004 where it follows a schedule. */
  get learningRate(): number {
    return this.#rate.valueAt(this.#steps.read());
  }
  set learningRate(rate: number) {
    this.#rate.set(rate);
  }

  /**
   * Leaves variables out of the weight decay: those of `varList`, and those in the last part of whose name (`bias` of
   * `dense/bias`) one of the expressions `varNames` is found. Replaces what was said before.
   * Errors: PL4004 once a step was taken, or the optimizer was built.
   */
  excludeFromWeightDecay(exclusions: DecayExclusions): void {
    if (this.#slots.size > 0)
      throw new PlumbError("PL4004", {
        asked: `Variables were to be excluded from the weight decay of ${this.name}`,
        why: "It was built already: the steps that decay them may be compiled",
        fix: "Call excludeFromWeightDecay before the first step",
      });
    this.#undecayed = exclusions;
  }

  /** Makes the slots of variables that have none yet. `apply` does so too; a compiled step wants them made before. */
  build(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.#slots.has(variable)) continue;
      const slots = mapRecord(this.record.slots(this.params, variable), (start, slot) =>
        slotOf(variable, start!, `${variable.name}_${snakeCase(slot)}`),
      );
      this.#slots.set(variable, slots);
      this.#accumulation?.build(variable);
      this.#averages?.build(variable);
    }
  }

  /**
   * All state: iterations (of accumulation, too), the learning rate unless it follows a schedule, shared scalars, averages,
   * accumulated gradients, then each variable's slots in the order they were built.
   */
  get variables(): readonly Variable[] {
    return [
      this.#steps,
      ...this.#rate.variables,
      ...Object.values(this.#shared),
      ...(this.#averages?.variables ?? []),
      ...(this.#accumulation?.variables ?? []),
      ...[...this.#slots.values()].flatMap((of) => Object.values(of)),
    ];
  }

  /** One step: `gradients[i]` belongs to `variables[i]`; null skips it. All is written at once, by one program. */
  apply(
    gradients: readonly (Tensor | null)[],
    variables: readonly Variable[],
    options: ApplyOptions = {},
  ): void {
    if (variables.length === 0) return;
    this.build(variables);
    const pairs = variables.flatMap((variable, i) =>
      gradients[i] ? [{ variable, gradient: gradients[i] }] : [],
    );
    if (pairs.length === 0)
      throw new PlumbError("PL4014", {
        asked: `A step of ${this.name} was given no gradient`,
        arrived: `null for each of ${variables.map(({ name }) => name).join(", ")}`,
        why: "There is nothing to learn from",
        fix: "Take the gradients of a loss that depends on these variables",
      });
    assignAll(() => withOrigin(partOf("optimizer"), () => this.#updates(pairs, options)));
  }

  /** The new value of everything that a step changes. */
  #updates(
    pairs: readonly { readonly variable: Variable; readonly gradient: Tensor }[],
    { rows = 1 }: ApplyOptions,
  ): Update[] {
    const { lossScaleFactor } = this.#common;
    const variables = pairs.map(({ variable }) => variable);
    const unscaled = pairs.map(({ gradient }) =>
      lossScaleFactor ? gradient.div(lossScaleFactor) : gradient,
    );
    const steps = this.#steps.read();
    const updatesBefore = this.iterations;

    const closes = this.#accumulation?.closes(steps);
    const collected = closes && this.#accumulation!.collect(unscaled, variables, closes, rows);
    const clipped = clip(collected?.means ?? unscaled, this.#common);
    /** What an update changes stays as it is in a step that only collects. */
    const settled = ([variable, next]: Update): Update => [
      variable,
      closes ? where(closes, next, variable.read()) : next,
    ];

    const rate = this.#rate.at(steps);
    const before = mapRecord(this.#shared, (scalar) => scalar.read());
    const shared = this.record.advance?.(before, this.params) ?? {};
    const step = updatesBefore.cast("float64").add(1);
    const values = new Map<Variable, Tensor>();
    const kept: Update[] = entries(shared, this.#shared).map(settled);
    variables.forEach((variable, i) => {
      const slots = this.#slots.get(variable)!;
      const next = this.record.update({
        value: decayed(variable.read(), rate, this.#decayOf(variable)),
        gradient: clipped[i],
        slots: mapRecord(slots, (slot, key) =>
          flushSubnormals(slot.read(), this.record.squares?.includes(key)),
        ),
        shared,
        rate,
        step,
        params: this.params,
      });
      values.set(...settled([variable, next.value]));
      kept.push(...entries(next.slots, slots).map(settled));
    });

    const followed = this.#averages?.follow(values, updatesBefore);
    const present = new Set(variables);
    const written = [...(followed?.values ?? values)].map(([variable, value]): Update => {
      const { constraint } = variable;
      return [variable, constraint && present.has(variable) ? constraint(value) : value];
    });
    return [
      ...written,
      ...kept,
      ...(collected?.updates ?? []),
      ...(followed?.updates ?? []),
      [this.#steps, steps.add(1)],
    ];
  }

  #decayOf(variable: Variable): number | undefined {
    if (!decays(variable, this.#undecayed)) return undefined;
    const { weightDecay } = this.#common;
    const { weightDecayOf } = this.record;
    return weightDecayOf ? weightDecayOf(variable, this.params, weightDecay) : weightDecay;
  }

  /** One step from `[gradient, variable]` pairs, as `zip(gradients, model.trainableVariables)` gives them. */
  applyGradients(pairs: Iterable<GradientPair>, options: ApplyOptions = {}): void {
    const list = [...pairs];
    this.apply(
      list.map(([gradient]) => gradient),
      list.map(([, variable]) => variable),
      options,
    );
  }

  /** The loss whose gradients `apply` expects: times `lossScaleFactor`, if there is one. */
  scaleLoss(loss: Tensor): Tensor {
    const { lossScaleFactor } = this.#common;
    return lossScaleFactor ? loss.mul(lossScaleFactor) : loss;
  }

  /** Whether it keeps running means of variables (`useEma`). */
  get useEma(): boolean {
    return this.#averages !== undefined;
  }

  /** Ends a training: with `useEma`, gives the variables their running means for good; otherwise does nothing. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    this.#averages?.overwrite(variables);
  }

  /**
   * Exchanges the variables with their running means, to evaluate or save these; a second call puts both back.
   * Errors: PL4004 without `useEma`.
   */
  swapAverages(variables: readonly Variable[]): void {
    if (this.#averages === undefined)
      throw new PlumbError("PL4004", {
        asked: `Variables were to be exchanged with their running means by ${this.name}`,
        why: "It keeps none",
        fix: `Make it with useEma: new ${this.record.name}({ useEma: true })`,
      });
    this.#averages.swap(variables);
  }

  /** A copy of all state, in the order of `variables`. */
  getState(): StateEntry[] {
    return this.variables.map(
      (variable) => new SavedArray({ name: variable.name, data: variable.dataSync() }),
    );
  }

  /** Puts back what `getState` gave, or JSON made of it, for an optimizer built on the same variables. Errors: PL4007 when it does not fit. */
  setState(entries: readonly StateEntry[]): void {
    const variables = this.variables;
    const values = entries.map((entry, i) => dataOf(entry, variables[i]?.dtype ?? "float32"));
    const fits =
      values.length === variables.length &&
      variables.every((variable, i) => sizeOf(variable.shape) === values[i].length);
    if (!fits)
      throw new PlumbError("PL4007", {
        asked: `The state of ${this.name} was to be set from ${entries.length} arrays`,
        arrived: `It has ${variables.length} of its own: ${variables.map(({ name }) => name).join(", ")}`,
        why: "State fits only the optimizer and the variables that it came from",
        fix: "Build the same model with the same optimizer, then set its state",
      });
    variables.forEach((variable, i) => variable.assign(tensor(values[i], variable.shape)));
    this.#rate.restored();
  }
}

/** New values beside the variables that take them. */
const entries = (
  values: Readonly<Partial<Record<string, Tensor>>>,
  variables: Readonly<Record<string, Variable>>,
): Update[] => Object.entries(values).map(([key, value]) => [variables[key], value!]);

const mapRecord = <A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
