/** The tensor room's own front door. */
import { elementwiseFunctions, expNonPositive } from "./elementwise.ts";
import "./methods.ts";

export { compile } from "./compile.ts";
export { checked, concat, scatterAdd, stack, where } from "./combine.ts";
export { arange, eye, full, ones, onesLike, scalar, tensor, zeros, zerosLike } from "./create.ts";
export { einsum } from "./einsum.ts";
export { elementwiseFunctions, expNonPositive };
export { withTrace } from "./context.ts";
export { currentBackend, limits, setBackend, setThreads, type EngineStats } from "./engine.ts";
export { grad, gradients, GradientTape, valueAndGrad, type Source, type ValueAndGrads } from "./grad.ts";
export { macrotask, now } from "./host.ts";
export { loop, type LoopOptions, type LoopResult, type LoopStep } from "./loop.ts";
export type { Fluent } from "./methods.ts";
export {
  broadcastTo,
  cast,
  expandDims,
  flip,
  matmul,
  pad,
  reshape,
  slice,
  squeeze,
  transpose,
} from "./movement.ts";
export { asTensor, type ShapeLike, type TensorLike, type TypedArray } from "./operand.ts";
export { engineTurn, hasWorkers, isOffThread, runOffThread } from "./off-thread.ts";
export { optionsOf } from "./options.ts";
export { engineStats } from "./programs.ts";
export { random, seed, type RandomOptions } from "./random.ts";
export {
  all,
  any,
  argmax,
  argmin,
  cumsum,
  max,
  mean,
  min,
  prod,
  sum,
  type Axes,
  type CumsumOptions,
  type ReduceOptions,
} from "./reductions.ts";
export {
  argsort,
  clip,
  gather,
  isFinite,
  oneHot,
  sort,
  split,
  square,
  takeAlong,
  topK,
  type SortOptions,
} from "./selection.ts";
export { convolution, convolutionTranspose, maxPool, sumPool, type Sliding } from "./sliding.ts";
export { Tensor, type Nested, type NestedValues } from "./tensor.ts";
export { trace, type Argument, type Rehearsal, type Traced, type Trial } from "./trace.ts";
export { initialise } from "./run.ts";
export { leavesOf, replaceLeaves } from "./trees.ts";
export { assignAll, Variable, type VariableOptions } from "./variable.ts";

export const {
  abs,
  add,
  ceil,
  cos,
  div,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  isNaN,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  stopGradient,
  sub,
  tanh,
} = elementwiseFunctions;
