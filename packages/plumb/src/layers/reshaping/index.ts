/** Layers that only rearrange, pad, cut or repeat. */
import { Cropping1D } from "./cropping1d.ts";
import { Cropping2D } from "./cropping2d.ts";
import { Cropping3D } from "./cropping3d.ts";
import { Flatten } from "./flatten.ts";
import { Permute } from "./permute.ts";
import { RepeatVector } from "./repeat-vector.ts";
import { Reshape } from "./reshape.ts";
import { UpSampling1D } from "./up-sampling1d.ts";
import { UpSampling2D } from "./up-sampling2d.ts";
import { UpSampling3D } from "./up-sampling3d.ts";
import { ZeroPadding1D } from "./zero-padding1d.ts";
import { ZeroPadding2D } from "./zero-padding2d.ts";
import { ZeroPadding3D } from "./zero-padding3d.ts";

/** By class name. */
export const reshapingLayers = {
  Cropping1D,
  Cropping2D,
  Cropping3D,
  Flatten,
  Permute,
  RepeatVector,
  Reshape,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
} as const;

export type { Borders } from "./borders.ts";
export { Cropping1D } from "./cropping1d.ts";
export { Cropping2D } from "./cropping2d.ts";
export { Cropping3D } from "./cropping3d.ts";
export { Flatten, type FlattenOptions } from "./flatten.ts";
export { Permute } from "./permute.ts";
export { RepeatVector } from "./repeat-vector.ts";
export { Reshape } from "./reshape.ts";
export { UpSampling1D } from "./up-sampling1d.ts";
export { UpSampling2D, type UpSampling2DOptions } from "./up-sampling2d.ts";
export { UpSampling3D } from "./up-sampling3d.ts";
export { ZeroPadding1D } from "./zero-padding1d.ts";
export { ZeroPadding2D } from "./zero-padding2d.ts";
export { ZeroPadding3D } from "./zero-padding3d.ts";
