/** Attention, positions, and the blocks made of them. */
import { AdditiveAttention } from "./additive-attention.ts";
import { Attention } from "./attention.ts";
import { GroupQueryAttention } from "./grouped-query-attention.ts";
import { MultiHeadAttention } from "./multi-head-attention.ts";
import { PositionEmbedding } from "./position-embedding.ts";
import { RotaryEmbedding } from "./rotary-embedding.ts";
import { SinusoidalPositionEncoding } from "./sinusoidal-position-encoding.ts";
import { TransformerDecoder } from "./transformer-decoder.ts";
import { TransformerEncoder } from "./transformer-encoder.ts";

/** By class name. */
export const attentionLayers = {
  AdditiveAttention,
  Attention,
  GroupQueryAttention,
  MultiHeadAttention,
  PositionEmbedding,
  RotaryEmbedding,
  SinusoidalPositionEncoding,
  TransformerDecoder,
  TransformerEncoder,
} as const;

export { AdditiveAttention } from "./additive-attention.ts";
export { type AttentionCallOptions } from "./attention-inputs.ts";
export { Attention, type AttentionLayerOptions } from "./attention.ts";
export { GroupQueryAttention, type GroupQueryAttentionOptions } from "./grouped-query-attention.ts";
export { type HeadAttentionCallOptions, type HeadAttentionOptions } from "./head-attention.ts";
export { MultiHeadAttention, type MultiHeadAttentionOptions } from "./multi-head-attention.ts";
export { PositionEmbedding, type PositionEmbeddingOptions } from "./position-embedding.ts";
export {
  RotaryEmbedding,
  type RotaryEmbeddingOptions,
  type PositionCallOptions,
} from "./rotary-embedding.ts";
export { type ScoredAttentionOptions } from "./scored-attention.ts";
export {
  SinusoidalPositionEncoding,
  type SinusoidalPositionEncodingOptions,
} from "./sinusoidal-position-encoding.ts";
export { TransformerDecoder, type TransformerDecoderCallOptions } from "./transformer-decoder.ts";
export { TransformerEncoder, type TransformerEncoderCallOptions } from "./transformer-encoder.ts";
export { type TransformerOptions } from "./transformer.ts";
