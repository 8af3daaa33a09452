/**
 * The shared half of every initializer: parameters, seed, and the one place where values are made. What distinguishes
 * GlorotUniform from HeNormal is a record.
 */
import {
  integer,
  optional,
  resolve,
  type GivenOf,
  type Parameters,
  type ValuesOf,
} from "../base/parameters.ts";
import { generatorState, setGeneratorState } from "../base/seed.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";

/** Everything there is to say about one initializer. */
export interface InitializerRecord<P extends Parameters = Parameters> {
  /** Keras's class name. */
  readonly name: string;
  /** Other names it is found under. */
  readonly aliases?: readonly string[];
  /** One line: the values as a formula. */
  readonly doc: string;
  /** The paper it comes from, where there is one. */
  readonly source?: string;
  readonly parameters: P;
  /** Values of a shape. Random ones are drawn from the generator as it stands. */
  readonly values: (shape: Shape, parameters: ValuesOf<P>) => Tensor;
}

/** The parameter of every random initializer. */
export const seeded = {
  seed: optional(
    integer(0, "Gives the same values at every call; left out, they come from plumb's generator"),
  ),
};

/**
 * Makes the first values of a weight. A subclass names a record; `call(shape)` gives a float32 tensor of that shape.
 *
 * Random values come from the counter-based generator: `seed(n)` before the model is made fixes them, on every machine.
 * Errors: PL4004 for a parameter that is unknown or out of range.
 *
 * @example
 * new GlorotUniform({ seed: 1 }).call([64, 10]);
 */
export class Initializer<P extends Parameters = Parameters> {
  readonly record: InitializerRecord<P>;
  readonly parameters: ValuesOf<P>;

  constructor(record: InitializerRecord<P>, given: GivenOf<P> = {}) {
    this.record = record;
    this.parameters = resolve("PL4004", record.name, record.parameters, given);
  }

  get name(): string {
    return this.record.name;
  }

  call(shape: Shape): Tensor {
    const { seed } = this.parameters as { seed?: number };
    if (seed === undefined) return this.record.values(shape, this.parameters);
    const before = generatorState();
    setGeneratorState({ seed, counter: 0 });
    try {
      return this.record.values(shape, this.parameters);
    } finally {
      setGeneratorState(before);
    }
  }
}
