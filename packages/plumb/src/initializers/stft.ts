import { PlumbError } from "../base/errors.ts";
import { flag, oneOf, type GivenOf } from "../base/parameters.ts";
import { showShape } from "../base/shape.ts";
import { arange, type Tensor } from "../tensor/index.ts";
import { Initializer, type InitializerRecord } from "./initializer.ts";

const parameters = {
  side: oneOf(["real", "imag"], "real", "The part of the transform: cosines, or minus sines"),
  window: oneOf(
    ["hann", "hamming", "blackman", "boxcar", null],
    "hann",
    "What a frame is multiplied by; null for nothing",
  ),
  scaling: oneOf(
    ["density", "spectrum", null],
    "density",
    "What the window is divided by: its Euclidean norm, its sum, or nothing",
  ),
  periodic: flag(false, "Whether the window is one period of itself, without its last point"),
};

/** Coefficients a₀, a₁, … of the windows a₀ − a₁ cos x + a₂ cos 2x, as SciPy has them. */
const windows = { boxcar: [1], hann: [0.5, 0.5], hamming: [0.54, 0.46], blackman: [0.42, 0.5, 0.08] };

/** 0, 1/period, 2/period, … of a turn, k times as fast, as an angle: turns are cut to one before the product with 2π. */
function angles(count: number, period: number, k = 1): Tensor {
  const turns = arange(count).cast("float64").mul(k).div(period);
  return turns
    .sub(turns.floor())
    .mul(2 * Math.PI)
    .cast("float32");
}

function windowOf(name: keyof typeof windows, length: number, periodic: boolean): Tensor {
  const period = periodic ? length : Math.max(1, length - 1);
  const [first, ...rest] = windows[name];
  // A window of one point is 1, whatever its formula says.
  if (length === 1) return angles(1, 1).mul(0).add(1);
  return rest.reduce(
    (sum, coefficient, i) =>
      sum.add(
        angles(length, period, i + 1)
          .cos()
          .mul(i % 2 === 0 ? -coefficient : coefficient),
      ),
    angles(length, period).mul(0).add(first),
  );
}

export const stft: InitializerRecord<typeof parameters> = {
  name: "STFT",
  aliases: ["STFTInitializer"],
  doc: "window(t) · cos(2π t k / n), or −sin, over the scale of the window",
  parameters,
  values(shape, { side, window, scaling, periodic }) {
    const [length, channels, bins] = shape;
    if (shape.length !== 3 || channels !== 1)
      throw new PlumbError("PL4004", {
        asked: `STFT was to make a kernel of shape ${showShape(shape)}`,
        why: "Its kernels have the axes frame, 1, frequency",
        fix: "Use it for the kernels of a short-time Fourier transform",
      });
    const period = (bins - 1) * 2;
    const products = arange(length).cast("float64").expandDims(-1).mul(arange(bins).cast("float64"));
    const turns = products.div(period);
    const angle = turns
      .sub(turns.floor())
      .mul(2 * Math.PI)
      .cast("float32");
    const waves = (side === "real" ? angle.cos() : angle.sin().neg()).expandDims(1);
    if (window === null) return waves;
    const points = windowOf(window, length, periodic);
    const scale = scaling === "density" ? points.square().sum().sqrt() : points.abs().sum();
    return waves.mul((scaling === null ? points : points.div(scale)).reshape([length, 1, 1]));
  },
};

/**
 * Kernels of the short-time Fourier transform, `[frame, 1, n/2 + 1]`: cosines, or minus sines, of the frequencies
 * 0, 1/n, …, 1/2, within a window. Without chance. Keras's, with the windows listed here.
 * Errors: PL4004 for a shape of other axes.
 */
export class STFT extends Initializer<typeof parameters> {
  static readonly record = stft;
  constructor(given: GivenOf<typeof parameters> = {}) {
    super(stft, given);
  }
}
