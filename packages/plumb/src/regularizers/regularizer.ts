/**
 * The shared half of every regularizer: parameters and one function. What distinguishes L1 from L2 is a record: a formula
 * in tensors that gives the penalty.
 */
import {
  real,
  resolve,
  type GivenOf,
  type Parameter,
  type Parameters,
  type ValuesOf,
} from "../base/parameters.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor/index.ts";

/** Everything there is to say about one regularizer. */
export interface RegularizerRecord<P extends Parameters> {
  /** Keras's class name. */
  readonly name: string;
  /** Other names it is found under. */
  readonly aliases?: readonly string[];
  /** One line: the penalty as a formula. */
  readonly doc: string;
  /** The paper it comes from, where there is one. */
  readonly source?: string;
  readonly parameters: P;
  /** A scalar, of the dtype of `x`. */
  readonly penalty: (x: Tensor, parameters: ValuesOf<P>) => Tensor;
}

/** A strength, which is not negative. */
export const strength = (initial: number, doc: string): Parameter<number> => real(initial, doc, { min: 0 });

/**
 * A penalty on weights or outputs, which is added to the loss: `call(x)` gives a scalar for a tensor of any shape.
 *
 * A layer takes one as `kernelRegularizer`, `biasRegularizer` or `activityRegularizer`. Its gradient reaches the weights
 * through the loss, before an optimizer scales it; weight decay of an optimizer comes after.
 * Errors: PL4004 for a parameter that is unknown or out of range.
 *
 * @example
 * new Dense(64, { kernelRegularizer: new L2({ l2: 1e-4 }) });
 */
export class Regularizer<P extends Parameters = any> {
  readonly record: RegularizerRecord<P>;
  readonly parameters: ValuesOf<P>;

  constructor(record: RegularizerRecord<P>, given: GivenOf<P> = {} as GivenOf<P>) {
    this.record = record;
    this.parameters = resolve("PL4004", record.name, record.parameters, given);
  }

  get name(): string {
    return this.record.name;
  }

  /** The penalty for a tensor, a scalar. */
  call(x: TensorLike): Tensor {
    return this.record.penalty(asTensor(x), this.parameters);
  }
}
