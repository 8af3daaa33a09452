export {
  activationRecords,
  activations,
  type Activation,
  type ActivationLike,
  type ActivationName,
} from "./activations.ts";
export { divideOrZero } from "./division.ts";
export { norm, standardDeviation, variance } from "./moments.ts";
export { elu, leakyRelu, relu, relu6, selu, type ReluOptions } from "./rectifiers.ts";
export { gelu, hardSigmoid, hardSilu, logSigmoid, mish, silu, softplus, softsign } from "./sigmoids.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
