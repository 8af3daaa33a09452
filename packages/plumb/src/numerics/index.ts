export {
  activationRecords,
  activations,
  type Activation,
  type ActivationLike,
  type ActivationName,
  type ActivationWithOptions,
} from "./activations.ts";
export {
  additiveScores,
  attend,
  scaledDotProductAttention,
  visible,
  weigh,
  type Attended,
  type AttentionOptions,
  type Visibility,
  type WeightingOptions,
} from "./attention.ts";
export { centred, type Centred } from "./centred.ts";
export {
  convolve,
  convolveTransposed,
  depthwiseConvolve,
  transposedExtent,
  type ConvolveOptions,
  type ConvolveTransposedOptions,
} from "./convolution.ts";
export { divideOrZero } from "./division.ts";
export { norm, standardDeviation, variance } from "./moments.ts";
export { perAxis, type Padding, type PerAxis } from "./padding.ts";
export {
  adaptiveAveragePooling,
  adaptiveMaxPooling,
  averagePooling,
  maxPooling,
  type PoolOptions,
} from "./pooling.ts";
export { rotate, sinusoids, type AngleOptions } from "./positions.ts";
export { celu, elu, leakyRelu, relu, relu6, selu, seluFloor, threshold } from "./rectifiers.ts";
export { interpolations, resize, upsample, type Interpolation } from "./resizing.ts";
export { hardShrink, softShrink, tanhShrink } from "./shrinkage.ts";
export {
  gelu,
  glu,
  hardSigmoid,
  hardSilu,
  hardTanh,
  logSigmoid,
  mish,
  silu,
  softplus,
  softsign,
  squareplus,
} from "./sigmoids.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
export { sparsemax, sparsePlus, sparseSigmoid } from "./sparsemax.ts";
