import { flag, real } from "../base/parameters.ts";
import { maximum, minimum, type Tensor } from "../tensor/index.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { small, type OptimizerRecord } from "./record.ts";

const parameters = {
  beta2Decay: real(-0.8, "The second moment's decay is 1 − t to this power", { max: 0 }),
  epsilon1: small(1e-30, "Added to squared gradients"),
  epsilon2: small(1e-3, "The least size that a variable is taken to have"),
  clipThreshold: real(1, "The root mean square that an update is cut to, before it is scaled", { above: 0 }),
  relativeStep: flag(true, "In Keras: let the rate fall like 1/√t; it does so either way"),
};

const rootMeanSquare = (x: Tensor): Tensor => x.square().mean().sqrt();

export const adafactor: OptimizerRecord<typeof parameters> = {
  name: "Adafactor",
  doc: "v̂ = r c/mean(r) from running means of g²+ε₁ over rows and columns; w ← w − max(ε₂, rms w) min(η, 1/√t) · clip(g/√v̂)",
  source:
    "Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018, without momentum",
  learningRate: 0.001,
  parameters,
  idle: { relativeStep: "the rate is bounded by 1/√t whether it is set or not, as in Keras" },
  // Of a matrix only a sum for each row and each column is kept; axes before the last two stay.
  slots: (_, { shape }) =>
    shape.length < 2
      ? { velocity: 0 }
      : { rows: shape.slice(0, -1), columns: [...shape.slice(0, -2), shape[shape.length - 1]] },
  squares: ["velocity", "rows", "columns"],
  update({ value, gradient, slots, rate, step, params: { beta2Decay, epsilon1, epsilon2, clipThreshold } }) {
    const time = step.cast("float32");
    const beta2 = time.pow(beta2Decay).neg().add(1);
    const blend = (mean: Tensor, x: Tensor): Tensor => mean.mul(beta2).add(x.mul(beta2.neg().add(1)));
    const squares = gradient.square().add(epsilon1);

    const factored = value.rank >= 2;
    const rows = factored ? blend(slots.rows, squares.mean(-1)) : undefined;
    const columns = factored ? blend(slots.columns, squares.mean(-2)) : undefined;
    const velocity =
      rows && columns
        ? rows
            .div(rows.mean(-1, { keepDims: true }))
            .expandDims(-1)
            .mul(columns.expandDims(-2))
        : blend(slots.velocity, squares);

    const scaled = gradient.div(velocity.sqrt());
    const clipped = scaled.div(maximum(rootMeanSquare(scaled).div(clipThreshold), 1));
    const relative = minimum(rate, step.rsqrt().cast("float32"));
    const size = maximum(rootMeanSquare(value), epsilon2).mul(relative);
    return {
      value: value.sub(clipped.mul(size)),
      slots: rows && columns ? { rows, columns } : { velocity },
    };
  },
};

/** What `Adafactor` takes. */
export type AdafactorOptions = OptimizerOptions<typeof parameters>;

/**
 * Adam's second moment for the memory of its margins: of a matrix, only means over rows and over columns are kept.
 *
 * With β₂ = 1 − t^`beta2Decay`: r and c follow the means of g² + ε₁ over the last and the second last axis, v̂ = r c / mean(r);
 * a vector keeps v itself. u = g/√v̂ is cut to a root mean square of `clipThreshold`, and
 * w ← w − max(ε₂, rms(w)) · min(η, 1/√t) · u. `relativeStep` does nothing, as in Keras.
 *
 * A matrix of gradients with a row and a column of zeros gives v̂ = 0/0 where they meet in float32, and NaN weights; as
 * in Keras. Shazeer and Stern, 2018. Errors: PL4004 for a parameter out of range.
 */
export class Adafactor extends Optimizer<typeof parameters> {
  static readonly record = adafactor;
  constructor(options: AdafactorOptions = {}) {
    super(adafactor, options);
  }
}
