/**
 * The shared half of every learning rate schedule: parameters, the counting of steps, and the same numbers inside a
 * compiled step and in a plot. What distinguishes one schedule from another is a record: a formula in tensors.
 */
import { PlumbError } from "../base/errors.ts";
import { resolve, type GivenOf, type Parameter, type Parameters, type ValuesOf } from "../base/parameters.ts";
import { asTensor, compile, type Tensor, type TensorLike } from "../tensor/index.ts";

/** A parameter that has no default: a schedule cannot guess how long a training is. */
export interface Required<T, Given = T> extends Parameter<T, Given> {
  readonly required: true;
}
export const required = <T, G>(parameter: Parameter<T, G>): Required<T, G> => ({
  ...parameter,
  required: true,
});

type RequiredNames<P extends Parameters> = {
  [K in keyof P]: P[K] extends { readonly required: true } ? K : never;
}[keyof P];

/** What the constructor of a schedule takes: parameters without a default must be there. */
export type ScheduleOptions<P extends Parameters> = GivenOf<P> & {
  readonly [K in RequiredNames<P>]: GivenOf<P>[K] & {};
};

/** Everything there is to say about one schedule. */
export interface ScheduleRecord<P extends Parameters> {
  /** Keras's class name, where Keras has it. */
  readonly name: string;
  /** One line: the rate as a formula. */
  readonly doc: string;
  /** The paper, and which variant of it. */
  readonly source?: string;
  readonly parameters: P;
  /** Why these values do not go together, as a sentence; undefined when they do. */
  readonly refuses?: (parameters: ValuesOf<P>) => string | undefined;
  /** The rate after `step` steps: float64 of any shape in, float64 or float32 of that shape out. */
  readonly rate: (step: Tensor, parameters: ValuesOf<P>) => Tensor;
}

/**
 * A learning rate that follows the number of steps taken. Give one to an optimizer as its `learningRate`.
 *
 * Inside a compiled step it is evaluated from the optimizer's counter, so that a change of rate never recompiles;
 * `valueAt` and `valuesAt` give the very same numbers for a plot. Times are float64, so that a training of a hundred million
 * steps is not too long to count; `cos` and `pow` are the engine's own, in float32, the same on every machine.
 *
 * Errors: PL4004 for a parameter that is missing, unknown, or out of range.
 *
 * @example
 * const schedule = new CosineDecay({ initialLearningRate: 0.1, decaySteps: 1000 });
 * schedule.valueAt(500); // 0.05
 * new SGD({ learningRate: schedule });
 */
export class LearningRateSchedule<P extends Parameters = any> {
  readonly record: ScheduleRecord<P>;
  readonly parameters: ValuesOf<P>;
  readonly #compiled: (steps: Tensor) => Tensor;

  constructor(record: ScheduleRecord<P>, given: ScheduleOptions<P>) {
    this.record = record;
    this.parameters = resolve("PL4004", record.name, record.parameters, given);
    requireAll(record, given);
    const problem = record.refuses?.(this.parameters);
    if (problem !== undefined)
      throw new PlumbError("PL4004", {
        asked: `${record.name} was given ${JSON.stringify(given)}`,
        why: problem,
        fix: `${record.name} is ${record.doc}`,
      });
    this.#compiled = compile((steps: Tensor) => this.call(steps));
  }

  get name(): string {
    return this.record.name;
  }

  /** The rate after `step` steps, float32, of the shape of `step`. */
  call(step: TensorLike): Tensor {
    return this.record.rate(asTensor(step).cast("float64"), this.parameters).cast("float32");
  }

  /** The rate after `step` steps, as a number: the one that the training takes. */
  valueAt(step: number): number {
    return this.valuesAt([step])[0];
  }

  /** The rates after each of `steps`, for a plot. */
  valuesAt(steps: readonly number[]): number[] {
    return [...this.#compiled(asTensor(Float64Array.from(steps))).dataSync()];
  }
}

function requireAll(record: ScheduleRecord<any>, given: Readonly<Record<string, unknown>>): void {
  for (const [name, parameter] of Object.entries<Parameter<unknown>>(record.parameters)) {
    if (!("required" in parameter) || given[name] !== undefined) continue;
    throw new PlumbError("PL4004", {
      asked: `${record.name} was made without ${name}`,
      why: `${name} has no default. It is ${parameter.doc[0].toLowerCase()}${parameter.doc.slice(1)}`,
      fix: `Give ${name}, ${parameter.words}`,
    });
  }
}
