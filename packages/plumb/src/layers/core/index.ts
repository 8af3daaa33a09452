/** The layers that most models are made of, activations among them. */
import { Activation } from "./activation.ts";
import { Dense } from "./dense.ts";
import { EinsumDense } from "./einsum-dense.ts";
import { ELU } from "./elu.ts";
import { Embedding } from "./embedding.ts";
import { Identity } from "./identity.ts";
import { LeakyReLU } from "./leaky-relu.ts";
import { Masking } from "./masking.ts";
import { PReLU } from "./prelu.ts";
import { ReLU } from "./relu.ts";
import { ReversibleEmbedding } from "./reversible-embedding.ts";
import { Softmax } from "./softmax.ts";

/** By class name. */
export const coreLayers = {
  Activation,
  Dense,
  EinsumDense,
  ELU,
  Embedding,
  Identity,
  LeakyReLU,
  Masking,
  PReLU,
  ReLU,
  ReversibleEmbedding,
  Softmax,
} as const;

export { Activation } from "./activation.ts";
export { Dense, type DenseOptions } from "./dense.ts";
export { EinsumDense, type EinsumDenseOptions } from "./einsum-dense.ts";
export { ELU, type ELUOptions } from "./elu.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { Identity } from "./identity.ts";
export { LeakyReLU, type LeakyReLUOptions } from "./leaky-relu.ts";
export { Masking, type MaskingOptions } from "./masking.ts";
export { PReLU, type PReLUOptions } from "./prelu.ts";
export { ReLU, type ReLUOptions } from "./relu.ts";
export {
  ReversibleEmbedding,
  type ReversibleEmbeddingCallOptions,
  type ReversibleEmbeddingOptions,
} from "./reversible-embedding.ts";
export { Softmax, type SoftmaxOptions } from "./softmax.ts";
