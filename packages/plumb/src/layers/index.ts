/** The layers by class name. A new one is a file of this room and a line here. */
import { Activation } from "./activation.ts";
import { Dense } from "./dense.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import { InputLayer } from "./input.ts";
import type { Layer } from "./layer.ts";

/** Every layer's class by its name. */
export const layerClasses = { Activation, Dense, Dropout, Flatten, InputLayer } as const;
/** One of the layer classes. */
export type LayerClass = (typeof layerClasses)[keyof typeof layerClasses];

/** A layer from its class and all its options, those taken by place among them. */
export function makeLayer(Class: LayerClass, options: Readonly<Record<string, unknown>>): Layer {
  const placed = Class.byPlace.map((name) => options[name]);
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !Class.byPlace.includes(name)));
  return new (Class as new (...args: unknown[]) => Layer)(...placed, rest);
}

export { addedLosses, collectLosses } from "./added-losses.ts";
export { Activation } from "./activation.ts";
export { Dense, type DenseOptions } from "./dense.ts";
export { Dropout } from "./dropout.ts";
export { Flatten } from "./flatten.ts";
export { Input, InputLayer, type InputOptions } from "./input.ts";
export {
  Layer,
  showBatchShape,
  type BatchShape,
  type CallOptions,
  type LayerOptions,
  type OutputWithHead,
  type WeightOptions,
} from "./layer.ts";
