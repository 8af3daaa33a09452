import {
  integer,
  listOf,
  optional,
  resolve,
  type Parameter,
  type Parameters,
} from "../../base/parameters.ts";
import { axesOf, oneOrMoreAxes, type AxisLike } from "../axes.ts";
import { HeadAttention, type HeadAttentionOptions } from "./head-attention.ts";
import type { Heads } from "./head-layout.ts";
import type { LayerSample } from "../layer.ts";

/** What `MultiHeadAttention` takes besides its heads and the length of their keys. */
export interface MultiHeadAttentionOptions extends HeadAttentionOptions {
  /** Length of the part of a value that a head reads. Default `keyDim`. */
  valueDim?: number | null;
  /** Features of the output: a number, or a list for several axes. Default: those of the query. */
  outputShape?: number | readonly number[] | null;
  /** The axes along which queries look for keys. Default: all between batch and features. */
  attentionAxes?: AxisLike | null;
}

const placed = {
  numHeads: integer(1, "Number of heads", { min: 1 }),
  keyDim: integer(1, "Length of the part of queries and keys that a head compares", { min: 1 }),
};

const features = integer(1, "Features of the output", { min: 1 });

const oneOrMoreFeatures: Parameter<number | readonly number[]> = {
  default: 1,
  doc: features.doc,
  accepts: (value) => features.accepts(value) || listOf(features).accepts(value),
  words: `${features.words}, or a list of such`,
};

const parameters = {
  valueDim: optional(integer(1, "Length of the part of a value that a head reads", { min: 1 })),
  outputShape: optional(oneOrMoreFeatures),
  attentionAxes: optional(oneOrMoreAxes(1, "The axes along which queries look for keys")),
};

/**
 * Attention with several heads: each head projects queries, keys and values, takes for every query a mean of the values,
 * weighted by softmax(q·k / √keyDim), and the means of all heads are projected to the output.
 *
 * Called on a list: `[query, value]` or `[query, value, key]`, `[batch, queries, features]`, `[batch, keys, …]` and
 * `[batch, keys, …]`; keys are the values unless given, and `[x, x]` attends from x to itself. Output `[batch, queries,
 * features of the query]`; with `returnAttentionScores` a list, the second being the weights `[batch, heads, queries,
 * keys]` before dropout.
 *
 * Call options: `useCausalMask`, `attentionMask`, `queryMask`, `valueMask`, `keyMask`, `returnAttentionScores`,
 * `training`, `mask`. A key is seen where all masks that there are say so. A query that sees none finds 0 in every head,
 * so that the bias of the output is all it gets; so do queries whose own mask, come from a layer before, is false. A
 * `queryMask` given with the call only becomes the mask of the output (Keras 3 overlooks it altogether).
 *
 * Weights, in order: `query/kernel` `[features, heads, keyDim]` and `query/bias` `[heads, keyDim]`, the same of `key`,
 * of `gate` where there is one, and of `value` with valueDim; `attention_output/kernel` `[heads, valueDim, features]`
 * and `attention_output/bias`. Errors: PL4004 for heads, lengths, axes and call options that are none; PL4006 for inputs
 * and masks whose shapes do not fit. Vaswani et al., Attention Is All You Need, 2017; Keras's layer of the same name.
 *
 * @example
 * const x = random.normal([2, 5, 16]);
 * const attention = new MultiHeadAttention(4, 8);
 * attention.call([x, x], { useCausalMask: true }).shape; // [2, 5, 16]
 */
export class MultiHeadAttention extends HeadAttention {
  static override readonly className: string = "MultiHeadAttention";
  static override readonly byPlace: readonly string[] = ["numHeads", "keyDim"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { numHeads: 2, keyDim: 3 },
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
    },
    {
      options: { numHeads: 1, keyDim: 1 },
      inputs: [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
    },
    {
      options: { numHeads: 2, keyDim: 3, valueDim: 5, outputShape: [2, 3], useBias: false },
      inputs: [
        [2, 3, 4],
        [2, 5, 2],
        [2, 5, 3],
      ],
      call: { useCausalMask: true } as object,
    },
    {
      options: { numHeads: 3, keyDim: 2, useBias: false, useGate: true, slidingWindow: 2 },
      inputs: [
        [2, 4, 3],
        [2, 4, 3],
      ],
    },
    {
      options: { numHeads: 2, keyDim: 2, useBias: false },
      inputs: [
        [2, 2, 3, 3],
        [2, 3, 2, 3],
      ],
    },
    {
      options: { numHeads: 2, keyDim: 2, useBias: false, attentionAxes: -2 },
      inputs: [
        [2, 2, 3, 3],
        [2, 2, 5, 3],
      ],
    },
  ];
  protected override readonly heads: Heads;

  constructor(numHeads: number, keyDim: number, options: MultiHeadAttentionOptions = {}) {
    super(options);
    const given = resolve("PL4004", "MultiHeadAttention", placed, { numHeads, keyDim });
    this.heads = {
      count: given.numHeads,
      shared: given.numHeads,
      keyDim: given.keyDim,
      valueDim: this.valuesOf(parameters).valueDim ?? given.keyDim,
    };
  }

  protected override attended(rank: number): readonly number[] {
    const { attentionAxes } = this.valuesOf(parameters);
    const between = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    if (attentionAxes === undefined) return between;
    return axesOf(attentionAxes, rank) ?? [attentionAxes].flat();
  }

  protected override outputExtents(count: number): readonly number[] {
    const { outputShape = count } = this.valuesOf(parameters);
    return [outputShape].flat();
  }
}
