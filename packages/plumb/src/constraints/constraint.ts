/**
 * The shared half of every constraint: parameters and one function. What distinguishes MaxNorm from NonNeg is a record: a
 * formula in tensors that brings a weight back to where it may be.
 */
import { resolve, type GivenOf, type Parameter, type Parameters, type ValuesOf } from "../base/parameters.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor/index.ts";

/** Everything there is to say about one constraint. */
export interface ConstraintRecord<P extends Parameters> {
  /** Keras's class name. */
  readonly name: string;
  /** One line: the new weight as a formula. */
  readonly doc: string;
  /** The paper it comes from, where there is one. */
  readonly source?: string;
  readonly parameters: P;
  /** The nearest allowed weight, or one on the way to it; of the same shape. */
  readonly project: (w: Tensor, parameters: ValuesOf<P>) => Tensor;
}

/** Along which axes a norm is taken: those of one vector. */
export const normAxes: Parameter<number | readonly number[]> = {
  default: 0,
  doc: "The axis, or axes, along which the norm of one vector is taken; of a dense kernel 0: the inputs of each unit",
  accepts: (value) =>
    Number.isSafeInteger(value) ||
    (Array.isArray(value) && value.length > 0 && value.every(Number.isSafeInteger)),
  words: "a whole number, or a list of such",
};

/** Norms along axes, kept as axes of length 1. */
export const norms = (w: Tensor, axis: number | readonly number[]): Tensor =>
  w.square().sum(axis, { keepDims: true }).sqrt();

/** `w` scaled to the lengths `desired`. Keras's ε keeps a vector of zeros what it is. */
export const scaledTo = (w: Tensor, desired: Tensor, lengths: Tensor): Tensor =>
  w.mul(desired.div(lengths.add(1e-7)));

/**
 * What a weight is brought back to after every update: `call(w)` gives a tensor of the same shape.
 *
 * A layer takes one as `kernelConstraint` or `biasConstraint`; a variable of your own as `constraint`. It is applied inside
 * the compiled step, after the optimizer's update. Errors: PL4004 for a parameter that is unknown or out of range.
 *
 * @example
 * new Dense(64, { kernelConstraint: new MaxNorm({ maxValue: 3 }) });
 */
export class Constraint<P extends Parameters = any> {
  readonly record: ConstraintRecord<P>;
  readonly parameters: ValuesOf<P>;

  constructor(record: ConstraintRecord<P>, given: GivenOf<P> = {} as GivenOf<P>) {
    this.record = record;
    this.parameters = resolve("PL4004", record.name, record.parameters, given);
  }

  get name(): string {
    return this.record.name;
  }

  /** The weight as the constraint allows it. */
  call(w: TensorLike): Tensor {
    return this.record.project(asTensor(w), this.parameters);
  }
}
