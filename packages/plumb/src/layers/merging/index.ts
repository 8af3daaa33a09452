/** Layers that make one tensor of several. */
import { Add } from "./add.ts";
import { Average } from "./average.ts";
import { Concatenate } from "./concatenate.ts";
import { Dot } from "./dot.ts";
import { Maximum } from "./maximum.ts";
import { Minimum } from "./minimum.ts";
import { Multiply } from "./multiply.ts";
import { Subtract } from "./subtract.ts";

/** By class name. */
export const mergingLayers = {
  Add,
  Average,
  Concatenate,
  Dot,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
} as const;

export { Add } from "./add.ts";
export { Average } from "./average.ts";
export { Concatenate, type ConcatenateOptions } from "./concatenate.ts";
export { Dot, type DotOptions } from "./dot.ts";
export { Maximum } from "./maximum.ts";
export { Minimum } from "./minimum.ts";
export { Multiply } from "./multiply.ts";
export { Subtract } from "./subtract.ts";
