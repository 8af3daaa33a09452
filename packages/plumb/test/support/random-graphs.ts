/** Random graphs for comparing whole programs: smooth ops only, so that rounding stays rounding. */
import { threefry2x32 } from "../../src/base/seed.ts";
import { broadcastShapes, sameShape, sizeOf } from "../../src/base/shape.ts";
import type { Node } from "../../src/graph/node.ts";
import type { Op } from "../../src/graph/op.ts";
import {
  contract,
  elementwise,
  g,
  gathers,
  makeNode,
  place,
  reduce,
  scan,
  view,
} from "../../src/ops/index.ts";
import { enclosed, parameterLike, resultOf, type LoopCall } from "../../src/ops/loop.ts";
import { dataNode } from "./samples.ts";

/** A stream of random choices. */
export class Choices {
  private readonly seed: number;
  private count = 0;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** A whole number below `n`. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  unit(): number {
    return (threefry2x32(this.seed, 77, this.count++, 0)[0] >>> 0) / 2 ** 32;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}

const extents = [1, 2, 3, 4, 5, 8, 9, 17];
const unary: readonly Op[] = [
  elementwise.neg,
  elementwise.abs,
  elementwise.tanh,
  elementwise.sigmoid,
  elementwise.sin,
];
const binary: readonly Op[] = [
  elementwise.add,
  elementwise.sub,
  elementwise.mul,
  elementwise.minimum,
  elementwise.maximum,
];

export function leaf(shape: readonly number[], choices: Choices): Node {
  const values = Float32Array.from({ length: sizeOf(shape) }, () => choices.unit() * 2 - 1);
  return dataNode({ shape, dtype: "float32" }, values);
}

/** A few values of a random graph of about `size` nodes. */
export function randomGraph(seed: number, size: number): Node[] {
  const choices = new Choices(seed);
  const pool: Node[] = [];
  for (let i = 0; i < 3; i++) {
    const rank = choices.below(4);
    pool.push(
      leaf(
        Array.from({ length: rank }, () => choices.of(extents)),
        choices,
      ),
    );
  }
  extend(pool, size, choices);
  return Array.from({ length: 1 + choices.below(4) }, () => choices.of(pool.slice(-Math.ceil(size / 2))));
}

function extend(pool: Node[], size: number, choices: Choices): void {
  while (pool.length < size) {
    const made = choices.below(12) === 0 ? repeated(pool, choices) : [grow(pool, choices)];
    for (const node of made) if (node !== undefined && sizeOf(node.shape) <= 4000) pool.push(node);
  }
}

/** Results of a loop with one or two states, some random step, and an input to run along where there is one. */
function repeated(pool: readonly Node[], choices: Choices): Node[] {
  const starts = Array.from({ length: 1 + choices.below(2) }, () => choices.of(pool));
  const along = pool.filter(({ shape }) => shape.length > 0 && shape[0] <= 9);
  const over = along.length === 0 ? [] : [choices.of(along)];
  const slices = over.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
  const leaves = [...starts, ...slices].map(parameterLike);
  const body = [...leaves, choices.of(pool)];
  extend(body, body.length + 2 + choices.below(6), choices);
  const states = leaves.slice(0, starts.length).map((state) => {
    const other = choices.of(body);
    const axes = other.shape.map((_, axis) => axis);
    const mean = scaled(g.sum(other, axes), 1 / Math.max(1, sizeOf(other.shape)));
    const next = [state, makeNode(elementwise.tanh, [g.add(state, g.broadcast(mean, state.shape))])];
    return choices.of([...next, ...body.filter(({ shape }) => sameShape(shape, state.shape))]);
  });
  const outputs = Array.from({ length: choices.below(3) }, () => choices.of(body));
  const { constants, parameters, roots } = enclosed(leaves, [...states, ...outputs]);
  const call: LoopCall = {
    inputs: [...starts, ...over, ...constants],
    attrs: {
      count: over[0]?.shape[0] ?? 1 + choices.below(4),
      scans: over.length,
      reverse: choices.below(2) === 0,
      recompute: choices.below(2) === 0,
    },
    recurrence: { parameters: [...leaves, ...parameters], states: roots.slice(0, states.length) },
  };
  return roots.map((root, i) => resultOf(call, i < states.length ? i : root));
}

function grow(pool: readonly Node[], choices: Choices): Node | undefined {
  const x = choices.of(pool);
  const axis = choices.below(Math.max(1, x.shape.length));
  const hasAxis = x.shape.length > 0;
  switch (choices.below(15)) {
    case 0:
    case 1:
      return makeNode(choices.of(unary), [x]);
    case 2:
    case 3:
    case 4: {
      const y = choices.of(pool);
      const shape = broadcastShapes(x.shape, y.shape);
      if (shape === undefined) return undefined;
      return makeNode(choices.of(binary), [spread(x, shape), spread(y, shape)]);
    }
    case 5: {
      const axes = x.shape.map((_, d) => d).filter(() => choices.below(2) === 0);
      const op = choices.of([reduce.max, reduce.min, reduce.sum]);
      const folded = makeNode(op, [x], { axes, keepDims: choices.below(2) === 0 });
      return op === reduce.sum
        ? scaled(folded, 1 / Math.max(1, sizeOf(x.shape) / sizeOf(folded.shape)))
        : folded;
    }
    case 6: {
      const shape = choices.below(2) === 0 ? [sizeOf(x.shape)] : split(sizeOf(x.shape), choices);
      return makeNode(view.reshape, [x], { shape });
    }
    case 7: {
      const permutation = x.shape.map((_, d) => d);
      permutation.sort(() => choices.unit() - 0.5);
      return makeNode(view.transpose, [x], { permutation });
    }
    case 8: {
      const start = x.shape.map((extent) => choices.below(extent));
      const backward = x.shape.map(() => choices.below(3) === 0);
      const length = x.shape.map(
        (extent, d) => 1 + choices.below(backward[d] ? start[d] + 1 : extent - start[d]),
      );
      return makeNode(view.slice, [x], { start, size: length, step: backward.map((b) => (b ? -1 : 1)) });
    }
    case 9: {
      const margin = (): number[] => x.shape.map(() => choices.below(3));
      return makeNode(place.pad, [x], {
        low: margin(),
        high: margin(),
        gap: x.shape.map(() => choices.below(2)),
        value: 0.5,
      });
    }
    case 10: {
      if (!hasAxis) return undefined;
      const indices = Int32Array.from({ length: choices.of(extents) }, () => choices.below(x.shape[axis]));
      return makeNode(gathers.gather, [x, dataNode({ shape: [indices.length], dtype: "int32" }, indices)], {
        axis,
      });
    }
    case 11: {
      const y = choices.of(pool.filter((other) => other.shape.length >= 2));
      if (y === undefined || x.shape.length !== y.shape.length) return undefined;
      const fits = sameShape(x.shape.slice(0, -2), y.shape.slice(0, -2)) && x.shape.at(-1) === y.shape.at(-2);
      return fits ? scaled(makeNode(contract.matmul, [x, y]), 1 / (x.shape.at(-1) ?? 1)) : undefined;
    }
    case 12:
    case 13:
      return hasAxis ? overRows(x, axis, choices) : undefined;
    default: {
      if (!hasAxis) return undefined;
      const fits = (y: Node): boolean =>
        y.shape.length === x.shape.length && sameShape(y.shape.with(axis, 0), x.shape.with(axis, 0));
      const other = choices.of(pool.filter(fits));
      if (choices.below(2) === 0) return makeNode(place.concat, [x, other], { axis });
      const total = makeNode(scan.cumsum, [x], {
        axis,
        exclusive: choices.below(2) === 0,
        reverse: choices.below(2) === 0,
      });
      return scaled(total, 1 / x.shape[axis]);
    }
  }
}

/** What makes rows of several passes: softmax, its gradient, normalization, along one axis or two. */
function overRows(x: Node, axis: number, choices: Choices): Node {
  const axes = [...new Set([axis, choices.below(x.shape.length)])].sort((a, b) => a - b);
  const length = Math.max(1, sizeOf(axes.map((d) => x.shape[d])));
  const small = makeNode(elementwise.tanh, [x]);
  const folded = (op: typeof reduce.sum, value: Node): Node =>
    g.broadcast(makeNode(op, [value], { axes, keepDims: true }), x.shape);
  const mean = (value: Node): Node => scaled(folded(reduce.sum, value), 1 / length);
  const powers = makeNode(elementwise.exp, [g.sub(small, folded(reduce.max, small))]);
  const soft = g.div(powers, folded(reduce.sum, powers));
  const centred = g.sub(small, mean(small));
  const variance = mean(g.mul(centred, centred));
  switch (choices.below(3)) {
    case 0:
      return soft;
    case 1:
      return g.mul(soft, g.sub(x, scaled(folded(reduce.sum, g.mul(soft, x)), 0.5)));
    default:
      return g.div(centred, makeNode(elementwise.sqrt, [g.add(variance, g.constant(0.5, variance))]));
  }
}

/** `x` broadcast to `shape`, with unit axes put in front where it has too few. */
function spread(x: Node, shape: readonly number[]): Node {
  const front = new Array<number>(shape.length - x.shape.length).fill(1);
  return g.broadcast(g.reshape(x, [...front, ...x.shape]), shape);
}

const scaled = (x: Node, factor: number): Node => g.mul(x, g.constant(factor, x));

function split(size: number, choices: Choices): number[] {
  const factor = choices.of([1, 2, 3, 4, 5].filter((f) => size % f === 0));
  return choices.below(2) === 0 ? [factor, size / factor] : [size / factor, factor];
}
