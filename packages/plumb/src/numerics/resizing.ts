/** Images at other extents, `[batch, spatial…, channels]`. */
import { sizeOf } from "../base/shape.ts";
import { asTensor, tensor, type Tensor, type TensorLike } from "../tensor/index.ts";
import { perAxis, type PerAxis } from "./padding.ts";

/** Every element `size` times along each spatial axis. */
export function upsample(x: TensorLike, size: PerAxis): Tensor {
  const image = asTensor(x);
  const times = perAxis(size, image.rank - 2);
  const [batch, channels] = [image.shape[0], image.shape[image.rank - 1]];
  const extents = image.shape.slice(1, -1);
  const apart = [batch, ...extents.flatMap((extent) => [extent, 1]), channels];
  const repeated = [batch, ...extents.flatMap((extent, i) => [extent, times[i]]), channels];
  const joined = [batch, ...extents.map((extent, i) => extent * times[i]), channels];
  return image.reshape(apart).broadcastTo(repeated).reshape(joined);
}

/** Weights of the elements around a point, by their distance from it. */
interface Kernel {
  /** Elements further away weigh nothing. */
  readonly radius: number;
  readonly weight: (distance: number) => number;
  /** Parts of the distance between elements at which the weights are taken; unset: where the point is. */
  readonly steps?: number;
}

/** sin(πt) / (πt) under a wider one that ends at the radius. */
const lanczos = (radius: number): Kernel => ({
  radius,
  weight: (t) => {
    const angle = Math.PI * t;
    return t === 0 ? 1 : (radius * Math.sin(angle) * Math.sin(angle / radius)) / (angle * angle);
  },
});

/** Keys, 1981, with a = −1/2. */
function cubic(t: number): number {
  const d = Math.abs(t);
  return d <= 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
}

const kernels = {
  bilinear: { radius: 1, weight: (t) => 1 - Math.abs(t) },
  // TensorFlow looks the cubic up in a table of that many entries.
  bicubic: { radius: 2, weight: cubic, steps: 1024 },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
} as const satisfies Record<string, Kernel>;

/** How elements between those of the input are found; "nearest" is `upsample`. */
export type Interpolation = keyof typeof kernels;
export const interpolations = Object.keys(kernels) as Interpolation[];

/**
 * What each of `to` elements takes of each of `from`: centres of elements correspond (half-pixel centres), and what would
 * lie outside is left out, the rest weighing 1 together.
 */
function weights(from: number, to: number, { radius, weight, steps }: Kernel): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let j = 0; j < to; j++) {
    const point = ((j + 0.5) * from) / to - 0.5;
    const below = Math.floor(point);
    const part = steps === undefined ? point - below : Math.round((point - below) * steps) / steps;
    const found: [place: number, share: number][] = [];
    for (let i = below - radius + 1; i <= below + radius; i++) {
      const distance = i - below - part;
      if (i >= 0 && i < from && Math.abs(distance) < radius) found.push([i, weight(distance)]);
    }
    const total = found.reduce((sum, [, share]) => sum + share, 0);
    for (const [i, share] of found) matrix[j * from + i] = share / total;
  }
  return matrix;
}

/** The image at other spatial extents, each element interpolated axis by axis from those around its centre. */
export function resize(x: TensorLike, extents: readonly number[], interpolation: Interpolation): Tensor {
  return extents.reduce((image, to, i) => {
    const from = image.shape[1 + i];
    if (from === to) return image;
    const shares = tensor(weights(from, to, kernels[interpolation]), [to, from]);
    const [before, behind] = [image.shape.slice(0, 1 + i), image.shape.slice(2 + i)];
    const rows = image.reshape([sizeOf(before), from, sizeOf(behind)]);
    return shares.matmul(rows).reshape([...before, to, ...behind]);
  }, asTensor(x));
}
