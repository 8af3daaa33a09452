import { flag, optional, real, type Parameters } from "../../base/parameters.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import { Embedding, type EmbeddingOptions } from "./embedding.ts";
import type { CallOptions, LayerSample, Masks } from "../layer.ts";

/** What `ReversibleEmbedding` takes besides its dimensions. */
export interface ReversibleEmbeddingOptions extends EmbeddingOptions {
  /** The way back uses the embeddings themselves; otherwise it has weights of its own. Default true. */
  tieWeights?: boolean;
  /** The way back gives `c · tanh(logits / c)` for this c, which keeps logits within ±c. Default none. */
  logitSoftCap?: number | null;
}

/** What goes with one call of a `ReversibleEmbedding`. */
export interface ReversibleEmbeddingCallOptions extends CallOptions {
  /** From vectors back to a logit for each index. Default false. */
  readonly reverse?: boolean;
}

const parameters = {
  tieWeights: flag(true, "The way back uses the embeddings themselves"),
  logitSoftCap: optional(real(0, "The bound of the logits", { above: 0 })),
};

/**
 * An embedding that can be called both ways: indices to vectors, and with `reverse: true` vectors to a logit for each
 * index, `x · embeddingsᵀ`, as language models end.
 *
 * Forward: `[batch, …]` to `[batch, …, outputDim]`, as `Embedding`. In reverse: `[batch, …, outputDim]` to
 * `[batch, …, inputDim]`. Weights: `embeddings` `[inputDim, outputDim]`, and `reverse_embeddings`
 * `[outputDim, inputDim]` where they are not tied. Errors: those of `Embedding`; PL1005 for vectors of another length.
 * Press and Wolf, Using the Output Embedding to Improve Language Models, 2016; Keras's layer of the same name.
 *
 * @example
 * const embedding = new ReversibleEmbedding(100, 8);
 * const vectors = embedding.call(tensor([[1, 5, 2]], [1, 3], "int32"));
 * embedding.call(vectors, { reverse: true }).shape; // [1, 3, 100]
 */
export class ReversibleEmbedding extends Embedding {
  static override readonly className: string = "ReversibleEmbedding";
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["reverse"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { inputDim: 5, outputDim: 3, maskZero: true }, inputs: [2, 4], integersBelow: 5 },
    { options: { inputDim: 2, outputDim: 1, logitSoftCap: 2 }, inputs: [1, 1], integersBelow: 2 },
  ];
  #back?: Variable;
  /** Which way the last call went: masks are asked for right after it. */
  #reversed = false;

  constructor(inputDim: number, outputDim: number, options: ReversibleEmbeddingOptions = {}) {
    super(inputDim, outputDim, options);
  }

  override build(): void {
    super.build();
    if (this.valuesOf(parameters).tieWeights) return;
    const { initializer } = this.forEmbeddings;
    this.#back = this.addWeight({
      name: "reverse_embeddings",
      shape: [this.outputDim, this.inputDim],
      initializer,
    });
  }

  override computeMask(x: Tensor, mask?: Masks): Masks {
    // In reverse the mask that came with the vectors is about the same steps.
    return this.#reversed ? mask : super.computeMask(x);
  }

  override call(x: Tensor, { reverse = false }: ReversibleEmbeddingCallOptions = {}): Tensor {
    this.#reversed = reverse;
    if (!reverse) return super.call(x);
    const logits = x.matmul(this.#back?.read() ?? this.embeddings.read().transpose());
    const { logitSoftCap } = this.valuesOf(parameters);
    return logitSoftCap === undefined ? logits : logits.div(logitSoftCap).tanh().mul(logitSoftCap);
  }
}
