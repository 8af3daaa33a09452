/** Penalties on the size of values. */
import type { GivenOf } from "../base/parameters.ts";
import type { Tensor } from "../tensor/index.ts";
import { Regularizer, strength, type RegularizerRecord } from "./regularizer.ts";

const l1Of = (x: Tensor, factor: number): Tensor => x.abs().sum().mul(factor);
const l2Of = (x: Tensor, factor: number): Tensor => x.square().sum().mul(factor);

const l1Parameters = { l1: strength(0.01, "Factor of the sum of absolute values") };

export const l1: RegularizerRecord<typeof l1Parameters> = {
  name: "L1",
  doc: "l1 · Σ|x|",
  source: "Tibshirani, Regression Shrinkage and Selection via the Lasso, 1996",
  parameters: l1Parameters,
  penalty: (x, { l1 }) => l1Of(x, l1),
};

/** Penalty l1 · Σ|x|: pulls every value towards 0 with the same force, so that some arrive. Its gradient at 0 is 0. */
export class L1 extends Regularizer<typeof l1Parameters> {
  static readonly record = l1;
  constructor(given: GivenOf<typeof l1Parameters> = {}) {
    super(l1, given);
  }
}

const l2Parameters = { l2: strength(0.01, "Factor of the sum of squares") };

export const l2: RegularizerRecord<typeof l2Parameters> = {
  name: "L2",
  doc: "l2 · Σx²",
  source: "Hoerl and Kennard, Ridge Regression, 1970; Keras's form, without the ½",
  parameters: l2Parameters,
  penalty: (x, { l2 }) => l2Of(x, l2),
};

/** Penalty l2 · Σx², without the ½ that some put before it: pulls every value towards 0 in proportion to itself. */
export class L2 extends Regularizer<typeof l2Parameters> {
  static readonly record = l2;
  constructor(given: GivenOf<typeof l2Parameters> = {}) {
    super(l2, given);
  }
}

const bothParameters = {
  l1: strength(0, "Factor of the sum of absolute values"),
  l2: strength(0, "Factor of the sum of squares"),
};

export const l1l2: RegularizerRecord<typeof bothParameters> = {
  name: "L1L2",
  aliases: ["l1_l2", "l1L2"],
  doc: "l1 · Σ|x| + l2 · Σx²",
  source: "Zou and Hastie, Regularization and Variable Selection via the Elastic Net, 2005",
  parameters: bothParameters,
  penalty: (x, { l1, l2 }) => l1Of(x, l1).add(l2Of(x, l2)),
};

/** Penalty l1 · Σ|x| + l2 · Σx², both 0 unless given: the elastic net. */
export class L1L2 extends Regularizer<typeof bothParameters> {
  static readonly record = l1l2;
  constructor(given: GivenOf<typeof bothParameters> = {}) {
    super(l1l2, given);
  }
}
