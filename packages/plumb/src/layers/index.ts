/** The layers by class name. A new one is a file of this room and a line here. */
import { Activation } from "./activation.ts";
import { Dense } from "./dense.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import { Input, InputLayer } from "./input.ts";

const all = [Activation, Dense, Dropout, Flatten, InputLayer] as const;

/** Every layer class under its class name. */
export const layerClasses: ReadonlyMap<string, (typeof all)[number]> = new Map(
  all.map((layer) => [layer.className, layer]),
);

export { Activation, Dense, Dropout, Flatten, Input, InputLayer };
export { Layer, showBatchShape, type BatchShape, type CallOptions, type LayerOptions } from "./layer.ts";
