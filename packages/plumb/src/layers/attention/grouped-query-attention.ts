import { PlumbError } from "../../base/errors.ts";
import { integer, resolve } from "../../base/parameters.ts";
import { HeadAttention, type HeadAttentionOptions } from "./head-attention.ts";
import type { Heads } from "./head-layout.ts";
import type { LayerSample } from "../layer.ts";
import { isShapeList, type InputShape } from "../shapes.ts";

/** What `GroupQueryAttention` takes besides its heads and their length. */
export type GroupQueryAttentionOptions = HeadAttentionOptions;

const placed = {
  headDim: integer(1, "Length of the part that a head reads", { min: 1 }),
  numQueryHeads: integer(1, "Number of heads of queries", { min: 1 }),
  numKeyValueHeads: integer(1, "Number of heads of keys and values", { min: 1 }),
};

/**
 * Attention with several heads of queries for each head of keys and values: fewer weights, and less to keep, than
 * `MultiHeadAttention`, which has one for one. With a single head of keys and values it is multi-query attention.
 *
 * Called on `[query, value]` or `[query, value, key]`, each `[batch, steps, features]`; output, call options, masks and
 * gate as `MultiHeadAttention`. Heads of queries h·n … h·n + n − 1 share head h of keys and values.
 *
 * Weights, in order: `query/kernel` `[features, numQueryHeads, headDim]`, `query/bias`, `key/kernel` `[features,
 * numKeyValueHeads, headDim]`, `key/bias`, `gate` where there is one, `value`, `attention_output/kernel`
 * `[numQueryHeads, headDim, features]`, `attention_output/bias`. Errors: PL4004 for heads and lengths that are none, or
 * heads of queries that do not fall into groups; PL4006 for inputs and masks whose shapes do not fit. Ainslie et al.,
 * GQA, 2023; Keras's layer of the same name.
 *
 * @example
 * const x = random.normal([2, 5, 16]);
 * new GroupQueryAttention(8, 4, 2).call([x, x]).shape; // [2, 5, 16]
 */
export class GroupQueryAttention extends HeadAttention {
  static override readonly className: string = "GroupQueryAttention";
  static override readonly byPlace: readonly string[] = ["headDim", "numQueryHeads", "numKeyValueHeads"];
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { headDim: 2, numQueryHeads: 4, numKeyValueHeads: 2 },
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
    },
    {
      options: { headDim: 1, numQueryHeads: 3, numKeyValueHeads: 1, useGate: true },
      inputs: [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 3],
      ],
    },
    {
      options: { headDim: 3, numQueryHeads: 6, numKeyValueHeads: 3, useBias: false, slidingWindow: 2 },
      inputs: [
        [2, 4, 3],
        [2, 4, 2],
      ],
      call: { useCausalMask: true } as object,
    },
  ];
  protected override readonly heads: Heads;

  constructor(
    headDim: number,
    numQueryHeads: number,
    numKeyValueHeads: number,
    options: GroupQueryAttentionOptions = {},
  ) {
    super(options);
    const given = resolve("PL4004", "GroupQueryAttention", placed, {
      headDim,
      numQueryHeads,
      numKeyValueHeads,
    });
    if (given.numQueryHeads % given.numKeyValueHeads !== 0)
      throw new PlumbError("PL4004", {
        asked: `GroupQueryAttention with ${given.numQueryHeads} heads of queries and ${given.numKeyValueHeads} of keys and values was asked for`,
        why: "Each head of keys and values serves as many heads of queries",
        fix: "Give a number of query heads that is a multiple of the number of key and value heads",
      });
    this.heads = {
      count: given.numQueryHeads,
      shared: given.numKeyValueHeads,
      keyDim: given.headDim,
      valueDim: given.headDim,
    };
  }

  protected override needs(inputShape: InputShape): string | undefined {
    if (isShapeList(inputShape) && inputShape.some((shape) => shape.length !== 3))
      return "inputs of three axes: [batch, steps, features]";
    return super.needs(inputShape);
  }

  protected override attended(): readonly number[] {
    return [1];
  }

  protected override outputExtents(features: number): readonly number[] {
    return [features];
  }
}
