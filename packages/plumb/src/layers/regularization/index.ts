/** Noise and dropout, and penalties on outputs. */
import { ActivityRegularization } from "./activity-regularization.ts";
import { AlphaDropout } from "./alpha-dropout.ts";
import { Dropout } from "./dropout.ts";
import { GaussianDropout } from "./gaussian-dropout.ts";
import { GaussianNoise } from "./gaussian-noise.ts";
import { SpatialDropout1D, SpatialDropout2D, SpatialDropout3D } from "./spatial-dropout.ts";

/** By class name. */
export const regularizationLayers = {
  ActivityRegularization,
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} as const;

export { ActivityRegularization, type ActivityRegularizationOptions } from "./activity-regularization.ts";
export { AlphaDropout, type AlphaDropoutOptions } from "./alpha-dropout.ts";
export { Dropout, type DropoutOptions } from "./dropout.ts";
export { GaussianDropout } from "./gaussian-dropout.ts";
export { GaussianNoise } from "./gaussian-noise.ts";
export type { NoiseOptions, SeedLike } from "./noise.ts";
export {
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  type SpatialDropoutOptions,
} from "./spatial-dropout.ts";
