import { PlumbError } from "../base/errors.ts";
import { oneOf, type GivenOf } from "../base/parameters.ts";
import { showShape } from "../base/shape.ts";
import { eye, matmul, maximum } from "../tensor/index.ts";
import { Regularizer, strength, type RegularizerRecord } from "./regularizer.ts";

const parameters = {
  factor: strength(0.01, "Factor of the mean cosine"),
  mode: oneOf(["rows", "columns"], "rows", "Which vectors of the matrix are pulled apart"),
};

export const orthogonalRegularizer: RegularizerRecord<typeof parameters> = {
  name: "OrthogonalRegularizer",
  doc: "factor · the mean of |cos| of the angle between two rows (or columns)",
  parameters,
  penalty(x, { factor, mode }) {
    if (x.rank !== 2)
      throw new PlumbError("PL4004", {
        asked: `OrthogonalRegularizer was given a tensor of shape ${showShape(x.shape)}`,
        why: "It compares the rows or columns of a matrix",
        fix: "Use it for weights of two axes, such as the kernel of Dense",
      });
    const axis = mode === "rows" ? 1 : 0;
    const count = x.shape[1 - axis];
    if (count < 2) return x.sum().mul(0);
    // Squares are bounded before the root is taken: a vector of zeros has no direction, and no gradient.
    const lengths = maximum(x.square().sum(axis, { keepDims: true }), 1e-14).sqrt();
    const directions = x.div(lengths);
    const cosines =
      mode === "rows"
        ? matmul(directions, directions.transpose())
        : matmul(directions.transpose(), directions);
    const apart = eye(count).neg().add(1);
    // Each pair stands twice in the table.
    return cosines
      .mul(apart)
      .abs()
      .sum()
      .mul(factor / (count * (count - 1)));
  },
};

/**
 * Penalty on rows (or columns) of a matrix that point the same way: `factor` times the mean, over all pairs of them, of
 * |cos| of the angle between the two; 0 where all are orthogonal, and for a single one.
 * Errors: PL4004 for a tensor that is not a matrix.
 */
export class OrthogonalRegularizer extends Regularizer<typeof parameters> {
  static readonly record = orthogonalRegularizer;
  constructor(given: GivenOf<typeof parameters> = {}) {
    super(orthogonalRegularizer, given);
  }
}
