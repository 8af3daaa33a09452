import { PlumbError } from "../base/errors.ts";
import { real, type GivenOf } from "../base/parameters.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import { random, tensor } from "../tensor/index.ts";
import { Initializer, seeded, type InitializerRecord } from "./initializer.ts";

const parameters = { gain: real(1, "The length of each vector"), ...seeded };

/**
 * The rows made orthonormal one after the other, in place, by Gram and Schmidt's method in its modified order. In float64
 * it loses about as many digits as the condition of the matrix has, which leaves float32 exact. The lengths that it divides
 * by are positive, so that Q is the one of a QR factorization with a positive diagonal: uniform among all rotations
 * (Mezzadri, How to generate random matrices from the classical compact groups, 2007).
 */
function orthonormalise(rows: readonly Float64Array[]): void {
  rows.forEach((row, i) => {
    let squares = 0;
    for (let k = 0; k < row.length; k++) squares += row[k] * row[k];
    const length = Math.sqrt(squares);
    for (let k = 0; k < row.length; k++) row[k] /= length;
    for (let j = i + 1; j < rows.length; j++) {
      const other = rows[j];
      let dot = 0;
      for (let k = 0; k < row.length; k++) dot += row[k] * other[k];
      for (let k = 0; k < row.length; k++) other[k] -= dot * row[k];
    }
  });
}

export const orthogonal: InitializerRecord<typeof parameters> = {
  name: "Orthogonal",
  aliases: ["OrthogonalInitializer"],
  doc: "gain times a random matrix of orthonormal rows, or columns where those are fewer",
  source: "Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning, 2013",
  parameters,
  values(shape, { gain }) {
    if (shape.length < 2)
      throw new PlumbError("PL4004", {
        asked: `Orthogonal was to make a weight of shape ${showShape(shape)}`,
        why: "It makes the rows or columns of a matrix orthogonal: two axes at least",
        fix: 'Use another initializer there, such as "zeros" for a bias',
      });
    const columns = shape[shape.length - 1];
    const rows = sizeOf(shape.slice(0, -1));
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    const normal = random.normal([count, length]).dataSync();
    const vectors = Array.from({ length: count }, (_, i) =>
      Float64Array.from(normal.subarray(i * length, (i + 1) * length)),
    );
    orthonormalise(vectors);
    const values = new Float32Array(rows * columns);
    vectors.forEach((vector, i) =>
      vector.forEach((value, k) => {
        values[rows < columns ? i * columns + k : k * columns + i] = gain * value;
      }),
    );
    return tensor(values, shape);
  },
};

/**
 * A random matrix whose rows, or columns where those are fewer, are orthogonal and of length `gain`: it keeps the length
 * of what passes through. A kernel of more axes counts as a matrix of its last axis against all others.
 *
 * It is computed when the weight is made, in time rows · columns · the smaller of the two. Saxe et al., 2013.
 * Errors: PL4004 for a shape of fewer than two axes.
 */
export class Orthogonal extends Initializer<typeof parameters> {
  static readonly record = orthogonal;
  constructor(given: GivenOf<typeof parameters> = {}) {
    super(orthogonal, given);
  }
}
