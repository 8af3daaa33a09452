/** The layers by class name. A new one is a file in the folder of its family, and a line of that folder's index. */
import { attentionLayers } from "./attention/index.ts";
import { convolutionLayers } from "./convolution/index.ts";
import { coreLayers } from "./core/index.ts";
import { mergingLayers } from "./merging/index.ts";
import { normalizationLayers } from "./normalization/index.ts";
import { poolingLayers } from "./pooling/index.ts";
import { preprocessingLayers } from "./preprocessing/index.ts";
import { recurrentLayers } from "./recurrent/index.ts";
import { regularizationLayers } from "./regularization/index.ts";
import { reshapingLayers } from "./reshaping/index.ts";
import { InputLayer } from "./input.ts";
import { Lambda } from "./lambda.ts";
import type { Layer } from "./layer.ts";

/** Every layer's class by its name. */
export const layerClasses = {
  InputLayer,
  Lambda,
  ...attentionLayers,
  ...convolutionLayers,
  ...coreLayers,
  ...mergingLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...preprocessingLayers,
  ...recurrentLayers,
  ...regularizationLayers,
  ...reshapingLayers,
} as const;
/** One of the layer classes. */
export type LayerClass = (typeof layerClasses)[keyof typeof layerClasses];

/** A layer from its class and all its options, those taken by place among them. */
export function makeLayer(Class: LayerClass, options: Readonly<Record<string, unknown>>): Layer {
  const placed = Class.byPlace.map((name) => options[name]);
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !Class.byPlace.includes(name)));
  return new (Class as new (...args: unknown[]) => Layer)(...placed, rest);
}

export { addedLosses, collectLosses } from "./added-losses.ts";
export { beforeHeadOf, headOf, setHead } from "./heads.ts";
export { inferOutputs } from "./infer.ts";
export { Input, input, InputLayer, type InputOptions } from "./input.ts";
export { Lambda } from "./lambda.ts";
export {
  Layer,
  type CallOptions,
  type Inputs,
  type LayerOptions,
  type LayerSample,
  type Masks,
  type NamedTensors,
  type Outputs,
  type WeightOptions,
} from "./layer.ts";
export { maskOf, setMask } from "./masks.ts";
export { secondOf, setOrigin, originOf } from "./origins.ts";
export { inScope, observeLayers, scopeIsEmpty, type LayerObserver } from "./scope.ts";
export { isShapeList, showBatchShape, showInputShape, type BatchShape, type InputShape } from "./shapes.ts";
export { SymbolicTensor, symbolicAmong, type LayerCall, type SymbolicSpec } from "./symbolic.ts";
export * from "./attention/index.ts";
export * from "./convolution/index.ts";
export * from "./core/index.ts";
export * from "./merging/index.ts";
export * from "./normalization/index.ts";
export * from "./pooling/index.ts";
export * from "./preprocessing/index.ts";
export * from "./recurrent/index.ts";
export * from "./regularization/index.ts";
export * from "./reshaping/index.ts";
