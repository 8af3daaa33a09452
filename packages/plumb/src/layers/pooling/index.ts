/** Pooling: of windows, of all places, and to a fixed number of places. */
import { AdaptiveAveragePooling1D } from "./adaptive-average-pooling1d.ts";
import { AdaptiveAveragePooling2D } from "./adaptive-average-pooling2d.ts";
import { AdaptiveAveragePooling3D } from "./adaptive-average-pooling3d.ts";
import { AdaptiveMaxPooling1D } from "./adaptive-max-pooling1d.ts";
import { AdaptiveMaxPooling2D } from "./adaptive-max-pooling2d.ts";
import { AdaptiveMaxPooling3D } from "./adaptive-max-pooling3d.ts";
import { AveragePooling1D } from "./average-pooling1d.ts";
import { AveragePooling2D } from "./average-pooling2d.ts";
import { AveragePooling3D } from "./average-pooling3d.ts";
import { GlobalAveragePooling1D } from "./global-average-pooling1d.ts";
import { GlobalAveragePooling2D } from "./global-average-pooling2d.ts";
import { GlobalAveragePooling3D } from "./global-average-pooling3d.ts";
import { GlobalMaxPooling1D } from "./global-max-pooling1d.ts";
import { GlobalMaxPooling2D } from "./global-max-pooling2d.ts";
import { GlobalMaxPooling3D } from "./global-max-pooling3d.ts";
import { MaxPooling1D } from "./max-pooling1d.ts";
import { MaxPooling2D } from "./max-pooling2d.ts";
import { MaxPooling3D } from "./max-pooling3d.ts";

/** By class name. */
export const poolingLayers = {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
} as const;

export { AdaptiveAveragePooling1D } from "./adaptive-average-pooling1d.ts";
export { AdaptiveAveragePooling2D } from "./adaptive-average-pooling2d.ts";
export { AdaptiveAveragePooling3D } from "./adaptive-average-pooling3d.ts";
export { AdaptiveMaxPooling1D } from "./adaptive-max-pooling1d.ts";
export { AdaptiveMaxPooling2D } from "./adaptive-max-pooling2d.ts";
export { AdaptiveMaxPooling3D } from "./adaptive-max-pooling3d.ts";
export { AveragePooling1D } from "./average-pooling1d.ts";
export { AveragePooling2D } from "./average-pooling2d.ts";
export { AveragePooling3D } from "./average-pooling3d.ts";
export { GlobalAveragePooling1D } from "./global-average-pooling1d.ts";
export { GlobalAveragePooling2D } from "./global-average-pooling2d.ts";
export { GlobalAveragePooling3D } from "./global-average-pooling3d.ts";
export { GlobalMaxPooling1D } from "./global-max-pooling1d.ts";
export { GlobalMaxPooling2D } from "./global-max-pooling2d.ts";
export { GlobalMaxPooling3D } from "./global-max-pooling3d.ts";
export type { GlobalPoolingOptions } from "./global-pooling.ts";
export { MaxPooling1D } from "./max-pooling1d.ts";
export { MaxPooling2D } from "./max-pooling2d.ts";
export { MaxPooling3D } from "./max-pooling3d.ts";
export type { PoolingOptions } from "./pooling.ts";
