/**
 * Attention: each query takes a mean of values, weighted by how well their keys fit it. What the attention layers have
 * in common is here; they add projections and heads.
 */
import { PlumbError } from "../base/errors.ts";
import { flag, integer, optional, real, unchecked } from "../base/parameters.ts";
import type { SeedGenerator } from "../base/seed.ts";
import { broadcastShapes, showShape, sizeOf, type Shape } from "../base/shape.ts";
import {
  arange,
  asTensor,
  concat,
  expNonPositive,
  loop,
  optionsOf,
  random,
  where,
  type Tensor,
  type TensorLike,
} from "../tensor/index.ts";
import { shiftOf } from "./softmax.ts";

/** Which keys a query sees. All, unless told; where several are given, a key must be seen by each. */
export interface Visibility {
  /** bool, broadcasts to `[batch…, queries, keys]`: true where the query sees the key. */
  readonly mask?: TensorLike;
  /** A query sees the keys up to its own place: key j is seen by query i where j ≤ i. Default false. */
  readonly causal?: boolean;
  /** A query sees the keys that are fewer than so many places away: |i − j| < window. Default: all. */
  readonly window?: number;
}

/** What becomes of scores. */
export interface WeightingOptions extends Visibility {
  /** The share of weights that is set to 0, the rest being scaled up by 1 / (1 − dropout). Default 0. */
  readonly dropout?: number;
  /** What the choice is drawn from. Default: the global generator. */
  readonly seed?: number | SeedGenerator;
}

/** How queries and keys are compared. */
interface ScoreOptions {
  /** What the products are multiplied by. Default 1 / √d. */
  readonly scale?: TensorLike;
  /** Keeps scores within ±softCap: softCap · tanh(score / softCap). Default none. */
  readonly softCap?: number;
}

/** What `scaledDotProductAttention` takes besides queries, keys and values. */
export interface AttentionOptions extends WeightingOptions, ScoreOptions {}

const attentionOptions = optionsOf({
  mask: unchecked<TensorLike | undefined>(undefined, "Which keys a query sees"),
  causal: flag(false, "A query sees the keys up to its own place only"),
  window: optional(integer(1, "A query sees only keys that are fewer places away", { min: 1 })),
  dropout: real(0, "The share of weights that is set to 0", { min: 0, max: 1 }),
  seed: unchecked<number | SeedGenerator | undefined>(undefined, "What the choice is drawn from"),
  scale: unchecked<TensorLike | undefined>(undefined, "What the products are multiplied by"),
  softCap: optional(real(1, "Keeps scores within so much of 0", { above: 0 })),
});

/** The outcome of attention, and the weights that it was the mean with. */
export interface Attended {
  /** `[batch…, queries, e]`. */
  readonly output: Tensor;
  /** `[batch…, queries, keys]`: from 0 to 1, each row with sum 1, or all 0 where the query sees no key. */
  readonly weights: Tensor;
}

/**
 * softmax(scale · q kᵀ) v over the keys that a query sees.
 *
 * `q` `[batch…, queries, d]`, `k` `[batch…, keys, d]`, `v` `[batch…, keys, e]` → `[batch…, queries, e]`; the leading axes
 * broadcast, so that several heads of queries may share keys and values. A query that sees no key gives 0; a key that
 * is not seen has no part in value or gradient, whatever its score is.
 *
 * Long sequences are worked off in blocks of queries, forward and backward, so that memory grows with their length and
 * not with its square; not so with dropout.
 *
 * Errors: PL1005 where queries and keys differ in length, PL1001 where leading axes or the mask do not broadcast, PL4004
 * for options that are none.
 * Vaswani et al., Attention Is All You Need, 2017; the blocks as Rabe and Staats, Self-attention Does Not Need O(n²)
 * Memory, 2021; softCap as in Gemma 2.
 *
 * @example
 * const q = tensor([[1, 0], [0, 1]]);
 * const v = tensor([[1], [3]]);
 * scaledDotProductAttention(q, q, v, { causal: true }); // [[1], [2.339…]]
 */
export function scaledDotProductAttention(
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  options?: AttentionOptions,
): Tensor {
  const given = attentionOptions("scaledDotProductAttention", options);
  const [queries, keys, values] = [q, k, v].map((x) => asTensor(x));
  const rows = rowsInBlock(queries, keys, given);
  return rows === undefined
    ? attend(queries, keys, values, given).output
    : attendInBlocks(queries, keys, values, given, rows);
}

/** As `scaledDotProductAttention`, and with it the weights. */
export function attend(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Attended {
  return weigh(scoresOf(q, k, options), v, options);
}

function scoresOf(q: Tensor, k: Tensor, { scale, softCap }: ScoreOptions): Tensor {
  // The scale goes to the queries: there are fewer of their elements than of scores.
  const scaled = q.mul(scale ?? 1 / Math.sqrt(q.shape[q.rank - 1]));
  const scores = scaled.matmul(lastTwoSwapped(k));
  return softCap === undefined ? scores : scores.div(softCap).tanh().mul(softCap);
}

function lastTwoSwapped(x: Tensor): Tensor {
  const axes = [...x.shape.keys()];
  return x.transpose([...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/**
 * How well each query fits each key where a sum compares them: Σᵢ compare(q + k)ᵢ over the features. `q`
 * `[batch, queries, d]`, `k` `[batch, keys, d]` → `[batch, queries, keys]`.
 *
 * One query at a time, its sums made again for the gradient: of all together there would be queries · keys · d.
 */
export function additiveScores(q: Tensor, k: Tensor, compare: (sums: Tensor) => Tensor): Tensor {
  const { outputs } = loop(
    (_, [queries, keys]) => ({
      state: [],
      outputs: loop((_none, [query]) => ({ state: [], outputs: [compare(query.add(keys)).sum(-1)] }), {
        initial: [],
        over: [queries],
        recompute: true,
      }).outputs,
    }),
    { initial: [], over: [q, k], recompute: true },
  );
  return outputs[0];
}

/**
 * The mean of `v` with the softmax of the scores as weights: `scores` `[batch…, queries, keys]`, `v` `[batch…, keys, e]`.
 *
 * The powers are divided by their sum after the product with `v`, where there are fewer numbers. The gradient profits
 * more: that of the scores is powers · (dy/sum · vᵀ − c), with one number c per row, so that it is finished where the
 * product is made.
 */
export function weigh(scores: Tensor, v: Tensor, options: WeightingOptions): Attended {
  const [queries, keys] = scores.shape.slice(-2);
  const { powers, sum } = powersOf(scores, visible(queries, keys, options));
  return {
    output: dropped(powers, options).matmul(v).div(sum),
    weights: powers.div(sum),
  };
}

/** Numerators and denominators of the softmax over the keys that are seen. */
function powersOf(scores: Tensor, seen: Tensor | undefined): { powers: Tensor; sum: Tensor } {
  // −∞ rather than a large negative number: what is not seen is 0 exactly, whatever the scores are.
  const logits = seen === undefined ? scores : where(seen, scores, -Infinity);
  const powers = expNonPositive(logits.sub(shiftOf(logits, -1)));
  const sum = powers.sum(-1, { keepDims: true });
  return { powers, sum: seen === undefined ? sum : where(sum.greater(0), sum, 1) };
}

function dropped(weights: Tensor, { dropout: share = 0, seed }: WeightingOptions): Tensor {
  if (share === 0) return weights;
  return where(random.bernoulli(weights.shape, 1 - share, { seed }), weights.div(1 - share), 0);
}

/**
 * Which keys the queries see, bool, broadcasts to `[batch…, queries, keys]`; undefined where it is all of them. `at` are
 * the places of the first query and of the first key.
 */
export function visible(
  queries: number,
  keys: number,
  { mask, causal = false, window }: Visibility,
  at: { readonly query: TensorLike; readonly key: number } = { query: 0, key: 0 },
): Tensor | undefined {
  const query = arange(0, queries, 1, "int32").reshape([queries, 1]).add(at.query);
  const key = arange(at.key, at.key + keys, 1, "int32");
  const conditions = [
    ...(mask === undefined ? [] : [asTensor(mask).cast("bool")]),
    ...(causal ? [key.lessEqual(query)] : []),
    ...(window === undefined ? [] : [key.sub(query).abs().less(window)]),
  ];
  return conditions.length === 0 ? undefined : conditions.reduce((all, next) => all.logicalAnd(next));
}

// Long sequences

/** From so many scores of one head on they are made block by block: 256 queries and keys, where both ways are as fast. */
const scoresWorthBlocks = 1 << 16;
/** Scores in one block: 128 KB of them stay near while they are made into weights and used. */
const scoresInBlock = 1 << 15;
/** A block has at least so many queries: a product of few rows does not make up for reading the keys. */
const leastRows = 32;
/** Where queries see only what is near them, or behind, they fall into so many runs, each with the keys that it can see. */
const runsOfQueries = 4;

/** How many queries make a block; undefined where all scores are made at once. */
function rowsInBlock(q: Tensor, k: Tensor, { dropout = 0 }: AttentionOptions): number | undefined {
  const [queries, keys] = [q.shape[q.rank - 2], k.shape[k.rank - 2]];
  // A draw in a loop would be the same in every block.
  if (dropout > 0 || queries * keys < scoresWorthBlocks) return undefined;
  return Math.min(queries, Math.max(leastRows, Math.ceil(scoresInBlock / keys)));
}

/** The same as `attend`, with the scores of `rows` queries of one head at a time. */
export function attendInBlocks(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions,
  rows: number,
): Tensor {
  const [queries, keys] = [q.shape[q.rank - 2], k.shape[k.rank - 2]];
  const { causal = false, window = Infinity } = options;
  const mask = options.mask === undefined ? undefined : asMatrices(asTensor(options.mask).cast("bool"));
  if (!causal && window === Infinity) return attendRun(q, k, v, { ...options, mask }, rows);
  const step = Math.ceil(queries / rows / runsOfQueries) * rows;
  const runs: Tensor[] = [];
  for (let first = 0; first < queries; first += step) {
    const count = Math.min(step, queries - first);
    const last = first + count - 1;
    // Of keys there is at least one, seen or not.
    const firstKey = Math.max(0, Math.min(first - window + 1, keys - 1));
    const endKey = Math.min(keys, causal ? last + 1 : last + window);
    const ofKeys = (x: Tensor): Tensor => cut(x, -2, firstKey, endKey - firstKey);
    const ofMask = mask && cut(cut(mask, -2, first, count), -1, firstKey, endKey - firstKey);
    const run = { ...options, mask: ofMask };
    runs.push(attendRun(cut(q, -2, first, count), ofKeys(k), ofKeys(v), run, rows, first, firstKey));
  }
  return concat(runs, -2);
}

/** `size` elements along an axis from `start` on; all, where there is one that serves for all. */
function cut(x: Tensor, axis: number, start: number, size: number): Tensor {
  const along = x.rank + axis;
  if (x.shape[along] === 1) return x;
  return x.slice([...Array<number>(along).fill(0), start], [...x.shape.slice(0, along), size]);
}

/**
 * A loop over heads, and in it a loop over blocks of queries. Gradients compute the scores of a block again. The first
 * query and the first key have the places `first` and `firstKey`.
 *
 * Here powers are divided by their sum before the product with `v`: the gradient then needs nothing but the weights,
 * which it has to compute again anyway, and not that product too.
 */
function attendRun(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal, window, ...comparison }: AttentionOptions & { readonly mask: Tensor | undefined },
  rows: number,
  first = 0,
  firstKey = 0,
): Tensor {
  const lead = [q, k, v, ...(mask ? [mask] : [])].map(leadOf).reduce(meet);
  const [queries, keys] = [q.shape[q.rank - 2], k.shape[k.rank - 2]];
  const blocks = Math.ceil(queries / rows);
  const perHead = (x: Tensor): Tensor => {
    const matrix = x.shape.slice(-2);
    return x.broadcastTo([...lead, ...matrix]).reshape([sizeOf(lead), ...matrix]);
  };
  /** `[…, queries, n]` to `[…, blocks, rows, n]`; the queries that the last block lacks are 0, and see nothing. */
  const inRows = (x: Tensor): Tensor => {
    const short = blocks * rows - queries;
    const full = short === 0 ? x : x.pad(x.shape.map((_, axis) => [0, axis === x.rank - 2 ? short : 0]));
    return full.reshape([...x.shape.slice(0, -2), blocks, rows, x.shape[x.rank - 1]]);
  };

  // A mask is taken along where it differs from head to head or from query to query, and is the same for all otherwise.
  const ofHeads = mask !== undefined && sizeOf(leadOf(mask)) > 1;
  const ofQueries = mask !== undefined && mask.shape[mask.rank - 2] > 1;
  const placed = mask && (ofHeads ? perHead(mask) : mask.reshape(mask.shape.slice(-2)));
  const masks = placed && ofQueries ? inRows(placed) : placed;
  const places = arange(first, first + blocks * rows, rows, "int32");
  const some = (take: boolean, x: Tensor | undefined): Tensor[] => (take && x !== undefined ? [x] : []);

  const { outputs } = loop(
    (_, [queriesOfHead, keysOfHead, valuesOfHead, maskOfHead = masks]) => {
      const block = loop(
        (_none, [place, queriesOfBlock, maskOfBlock = maskOfHead]) => {
          const at = { query: place, key: firstKey };
          const seen = visible(rows, keys, { mask: maskOfBlock, causal, window }, at);
          const { powers, sum } = powersOf(scoresOf(queriesOfBlock, keysOfHead, comparison), seen);
          return { state: [], outputs: [powers.div(sum).matmul(valuesOfHead)] };
        },
        { initial: [], over: [places, queriesOfHead, ...some(ofQueries, maskOfHead)], recompute: true },
      );
      return { state: [], outputs: block.outputs };
    },
    {
      initial: [],
      over: [inRows(perHead(q)), perHead(k), perHead(v), ...some(ofHeads, masks)],
      recompute: true,
    },
  );
  const found = outputs[0].reshape([...lead, blocks * rows, v.shape[v.rank - 1]]);
  return cut(found, -2, 0, queries);
}

const leadOf = ({ shape }: Tensor): Shape => shape.slice(0, -2);
const asMatrices = (x: Tensor): Tensor =>
  x.rank >= 2 ? x : x.reshape([...Array<number>(2 - x.rank).fill(1), ...x.shape]);

function meet(a: Shape, b: Shape): Shape {
  const met = broadcastShapes(a, b);
  if (met !== undefined) return met;
  throw new PlumbError("PL1001", {
    asked: `attention with the leading axes ${showShape(a)} and ${showShape(b)}`,
    why: "queries, keys, values and the mask are of one batch and of the same heads, or of extent 1 where one serves all",
    fix: "reshape or expandDims so that the axes in front of steps and features line up",
  });
}
