/** Where a step stands in its sequence, written as angles: position · wavelength-dependent frequency. */
import {
  arange,
  asTensor,
  concat,
  split,
  stack,
  withTrace,
  type Tensor,
  type TensorLike,
} from "../tensor/index.ts";

/** How positions become angles. */
export interface AngleOptions {
  /** The position of the first step: a number, or an int32 scalar that may change from run to run. Default 0. */
  readonly start?: number | Tensor;
  /** The longest wavelength, over 2π. Default 10,000. */
  readonly maxWavelength?: number;
  /** What positions are divided by. Default 1. */
  readonly scalingFactor?: number;
}

/**
 * The angles of the steps, `[steps, ⌈width / 2⌉]`: (position / scalingFactor) · maxWavelength^(−2j / width) for pair j,
 * without their whole turns. These are taken off in float64: at position 10,000 a float32 angle is off by 0.0005. The
 * angles of a fixed start are computed once, and are constants of whatever function is being compiled.
 */
function angles(
  steps: number,
  width: number,
  { start = 0, maxWavelength = 10_000, scalingFactor = 1 }: AngleOptions,
): Tensor {
  const compute = (): Tensor => {
    const positions = arange(0, steps, 1, "int32").add(start).cast("float64").div(scalingFactor);
    const pairs = arange(0, Math.ceil(width / 2), 1, "int32").cast("float64");
    const frequencies = pairs.mul((-2 * Math.log(maxWavelength)) / width).exp();
    const turns = positions.expandDims(1).mul(frequencies.div(2 * Math.PI));
    return turns
      .sub(turns.floor())
      .mul(2 * Math.PI)
      .cast("float32");
  };
  return typeof start === "number" ? withTrace(undefined, compute) : compute();
}

/**
 * Positions as waves, float32 `[steps, width]`: entry 2j is the sine and entry 2j + 1 the cosine of the step's angle j.
 * Vaswani et al., Attention Is All You Need, 2017.
 *
 * @example
 * sinusoids(2, 2); // [[0, 1], [0.841…, 0.540…]]
 */
export function sinusoids(steps: number, width: number, options: AngleOptions = {}): Tensor {
  const phases = angles(steps, width, options);
  return stack([phases.sin(), phases.cos()], 2).reshape([steps, -1]).slice([0, 0], [steps, width]);
}

/**
 * Turns each pair (xⱼ, xⱼ₊d/2) of the last axis by the step's angle j: the product of a rotated query with a rotated key
 * then depends on how far apart they are, and not on where. `x` `[batch, steps, …, d]`, with d even; shape of the
 * output: that of `x`. Su et al., RoFormer, 2021, with halves in place of neighbours, as GPT-NeoX and Llama.
 *
 * @example
 * rotate(ones([1, 2, 2])); // [[[1, 1], [cos 1 − sin 1, cos 1 + sin 1]]]
 */
export function rotate(x: TensorLike, options: AngleOptions = {}): Tensor {
  const tensor = asTensor(x);
  const [, steps] = tensor.shape;
  const d = tensor.shape[tensor.rank - 1];
  const phases = angles(steps, d, options);
  const between = Array<number>(tensor.rank - 3).fill(1);
  const [cos, sin] = [phases.cos(), phases.sin()].map((part) => part.reshape([steps, ...between, d / 2]));
  const [first, second] = split(tensor, 2, -1);
  return concat([first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))], -1);
}
