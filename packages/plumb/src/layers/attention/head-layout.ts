/** How attention with several heads arranges axes, of what it computes with and of masks. */
import { broadcastShapes, sameShape, sizeOf } from "../../base/shape.ts";
import type { Tensor } from "../../tensor/index.ts";

/** How many heads there are, and how long their parts. */
export interface Heads {
  readonly count: number;
  /** Heads of keys and values: a divisor of `count`; each serves as many queries as it goes into it. */
  readonly shared: number;
  readonly keyDim: number;
  readonly valueDim: number;
}

/**
 * Where the axes go: `[batch, steps…, heads, part]` becomes `[free…, shared, group, steps, part]`, free being the batch
 * and the axes along which nobody looks around, and steps the attended ones in one. Each shared head of keys and values
 * has a group of heads of queries; their own group is of 1.
 */
export class HeadLayout {
  readonly value: Tensor;
  readonly queries: number;
  readonly keys: number;
  readonly #heads: Heads;
  readonly #axes: readonly number[];
  readonly #free: readonly number[];
  /** Extents of the free axes, of the attended ones of queries, and of those of keys. */
  readonly #extents: { readonly free: number[]; readonly queries: number[]; readonly keys: number[] };

  constructor(axes: readonly number[], query: Tensor, value: Tensor, heads: Heads) {
    this.value = value;
    this.#heads = heads;
    this.#axes = axes;
    this.#free = [...query.shape.keys()].slice(0, -1).filter((axis) => !axes.includes(axis));
    const of = (x: Tensor, some: readonly number[]): number[] => some.map((axis) => x.shape[axis]);
    this.#extents = { free: of(query, this.#free), queries: of(query, axes), keys: of(value, axes) };
    this.queries = sizeOf(this.#extents.queries);
    this.keys = sizeOf(this.#extents.keys);
  }

  /** `[batch, steps…, heads, part]` to `[free…, shared, group, steps, part]`. */
  split(x: Tensor): Tensor {
    const { shared } = this.#heads;
    const [heads, part] = x.shape.slice(-2);
    const moved = x.transpose([...this.#free, x.rank - 2, ...this.#axes, x.rank - 1]);
    return moved.reshape([...this.#extents.free, shared, heads / shared, this.#stepsOf(x), part]);
  }

  #stepsOf(x: Tensor): number {
    return sizeOf(this.#axes.map((axis) => x.shape[axis]));
  }

  /** And back, for what queries found. */
  join(x: Tensor): Tensor {
    const { free, queries } = this.#extents;
    const apart = x.reshape([...free, this.#heads.count, ...queries, x.shape[x.rank - 1]]);
    const order = [...this.#free, apart.rank - 2, ...this.#axes, apart.rank - 1];
    return apart.transpose(order.map((_, axis) => order.indexOf(axis)));
  }

  /** The shape of weights as callers see them: `[free…, heads, queries…, keys…]`. */
  get scoreShape(): readonly number[] {
    const { free, queries, keys } = this.#extents;
    return [...free, this.#heads.count, ...queries, ...keys];
  }

  /** `[free…, shared, group, queries, keys]` to that shape. */
  weights(x: Tensor): Tensor {
    return x.reshape(this.scoreShape);
  }

  /** The shape of a mask, with axes of extent 1 in front of queries until it has as many as the weights. */
  #aligned({ shape }: Tensor): readonly number[] {
    const missing = Array<number>(Math.max(0, this.scoreShape.length - shape.length)).fill(1);
    const steps = Math.min(shape.length, 2 * this.#axes.length);
    return steps < 2 * this.#axes.length
      ? [...missing, ...shape]
      : [...shape.slice(0, -steps), ...missing, ...shape.slice(-steps)];
  }

  fitsScores(mask: Tensor): boolean {
    const met = broadcastShapes(this.#aligned(mask), this.scoreShape);
    return met !== undefined && sameShape(met, this.scoreShape);
  }

  /** It, laid out as the scores. */
  scoreMask(mask: Tensor): Tensor {
    const { queries, keys } = this.#extents;
    const shape = this.#aligned(mask);
    const last = 2 * this.#axes.length;
    const [free, heads] = [shape.slice(0, -last - 1), shape[shape.length - last - 1]];
    const steps = last === 2 ? shape.slice(-2) : [...queries, ...keys];
    const spread = mask.reshape(shape).broadcastTo([...free, heads, ...steps]);
    const { shared } = this.#heads;
    const flat = last === 2 ? steps : [this.queries, this.keys];
    return spread.reshape([...free, ...(heads === 1 ? [1, 1] : [shared, heads / shared]), ...flat]);
  }

  /** `[batch, steps…]` to `[free…, steps]`. */
  #steps(mask: Tensor): Tensor {
    return mask
      .transpose([...this.#free, ...this.#axes])
      .reshape([...this.#extents.free, this.#stepsOf(mask)]);
  }

  queryMask(mask: Tensor): Tensor {
    return this.#steps(mask).reshape([...this.#extents.free, 1, 1, this.queries, 1]);
  }

  keyMask(mask: Tensor): Tensor {
    return this.#steps(mask).reshape([...this.#extents.free, 1, 1, 1, this.keys]);
  }

  /** A mask laid out as the scores, as the mask of the weights: `[free…, heads or 1, queries…, keys…]`. */
  weightMask(seen: Tensor): Tensor {
    const { free, queries, keys } = this.#extents;
    const [shared, group] = seen.shape.slice(-4, -2);
    const heads = (shared ?? 1) * (group ?? 1);
    return seen
      .broadcastTo([...free, shared ?? 1, group ?? 1, this.queries, this.keys])
      .reshape([...free, heads, ...queries, ...keys]);
  }
}
