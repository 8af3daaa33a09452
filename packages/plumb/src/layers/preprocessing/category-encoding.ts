import { PlumbError } from "../../base/errors.ts";
import { integer, oneOf, required, type Parameters } from "../../base/parameters.ts";
import { sameShape, showShape } from "../../base/shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../../tensor/index.ts";
import { encode, encodingNeeds, encodings, wholeNumbers, type EncodingMode } from "./encoding.ts";
import { Layer, type CallOptions, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `CategoryEncoding` takes. */
export interface CategoryEncodingOptions extends LayerOptions {
  /** How many categories there are: inputs are 0 … numTokens − 1. */
  numTokens: number;
  /** `"multi_hot"` (default), `"one_hot"` or `"count"`. */
  outputMode?: EncodingMode | "multiHot" | "oneHot";
}

/** What goes with a call of `CategoryEncoding`. */
export interface CategoryEncodingCall extends CallOptions {
  /** What each input adds to its count, in the shape of the inputs; in the mode `"count"` only. Default 1. */
  readonly countWeights?: TensorLike;
}

const parameters = {
  numTokens: required(integer(1, "How many categories there are", { min: 1 })),
  outputMode: oneOf(encodings, "multi_hot", "A vector per sample, or one per input"),
};

/**
 * Category numbers as vectors of length `numTokens`, float32.
 *
 * `"multi_hot"`: one vector per sample, 1 where the category occurs, `[batch, tokens]` → `[batch, numTokens]`; `"count"`:
 * how often it occurs, or the sum of its `countWeights`; both take one sample alone, `[tokens]` → `[numTokens]`.
 * `"one_hot"`: one vector per input, `[batch, tokens]` → `[batch, tokens, numTokens]`, and `[batch, 1]` →
 * `[batch, numTokens]`.
 *
 * Inputs are whole numbers 0 … numTokens − 1, int32 or float32; anything else is PL3015, which names the first. Errors
 * besides: PL4004 for options, and for `countWeights` in other modes; PL1010 for weights of another shape; PL4006 for more
 * axes than two in `"multi_hot"` and `"count"`. Keras's layer of the same name, dense only.
 *
 * @example
 * new CategoryEncoding({ numTokens: 4, outputMode: "count" }).call(tensor([[0, 1], [3, 3]])).arraySync();
 * // [[1, 1, 0, 0], [0, 0, 0, 2]]
 */
export class CategoryEncoding extends Layer {
  static override readonly className: string = "CategoryEncoding";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["countWeights"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { numTokens: 5 }, inputs: [3, 4], integersBelow: 5 },
    { options: { numTokens: 1 }, inputs: [1, 1], integersBelow: 1 },
    { options: { numTokens: 3, outputMode: "count" }, inputs: [2, 7], integersBelow: 3 },
    { options: { numTokens: 4, outputMode: "one_hot" }, inputs: [2, 3], integersBelow: 4 },
    { options: { numTokens: 4, outputMode: "one_hot" }, inputs: [5, 1], integersBelow: 4 },
    { options: { numTokens: 4, outputMode: "one_hot" }, inputs: [1, 2, 3], integersBelow: 4 },
  ];
  readonly numTokens: number;
  readonly outputMode: EncodingMode;

  constructor(options: CategoryEncodingOptions) {
    super(options);
    const values = this.valuesOf(parameters);
    this.numTokens = values.numTokens;
    this.outputMode = values.outputMode;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return encodingNeeds(this.outputMode, inputShape);
  }

  override call(x: Tensor, { countWeights }: CategoryEncodingCall = {}): Tensor {
    const { numTokens, outputMode } = this;
    const indices = wholeNumbers(
      x,
      0,
      numTokens - 1,
      (first) =>
        new PlumbError("PL3015", {
          asked: `The layer "${this.name}" encodes categories 0 … ${numTokens - 1}`,
          arrived: `The first input that is none is ${first}`,
          why: "There is no place for it among the numTokens outputs",
          fix: "Give numTokens as the largest category + 1; numbers with gaps go through IntegerLookup before",
        }),
    );
    return encode(indices, outputMode, numTokens, this.#weightsFor(x, countWeights));
  }

  #weightsFor(x: Tensor, countWeights: TensorLike | undefined): Tensor | undefined {
    if (countWeights === undefined) return undefined;
    if (this.outputMode !== "count")
      throw new PlumbError("PL4004", {
        asked: `The layer "${this.name}" was given countWeights`,
        why: `Its outputMode is "${this.outputMode}", which counts nothing`,
        fix: 'Make it with outputMode: "count", or leave them out',
      });
    const weights = asTensor(countWeights, "float32");
    if (!sameShape(weights.shape, x.shape))
      throw new PlumbError("PL1010", {
        asked: `The layer "${this.name}" was given countWeights of shape ${showShape(weights.shape)}`,
        arrived: `The inputs have shape ${showShape(x.shape)}`,
        why: "Each input has a weight of its own",
        fix: "Give weights in the shape of the inputs",
      });
    return weights;
  }
}
