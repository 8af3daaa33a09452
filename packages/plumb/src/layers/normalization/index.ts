/** Normalisations. */
import { BatchNormalization } from "./batch-normalization.ts";
import { GroupNormalization } from "./group-normalization.ts";
import { LayerNormalization } from "./layer-normalization.ts";
import { RMSNormalization } from "./rms-normalization.ts";
import { SpectralNormalization } from "./spectral-normalization.ts";
import { UnitNormalization } from "./unit-normalization.ts";

/** By class name. */
export const normalizationLayers = {
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  SpectralNormalization,
  UnitNormalization,
} as const;

export {
  BatchNormalization,
  type BatchNormalizationOptions,
  type RenormClipping,
} from "./batch-normalization.ts";
export { GroupNormalization, type GroupNormalizationOptions } from "./group-normalization.ts";
export { LayerNormalization, type LayerNormalizationOptions } from "./layer-normalization.ts";
export { RMSNormalization, type RMSNormalizationOptions } from "./rms-normalization.ts";
export { SpectralNormalization, type SpectralNormalizationOptions } from "./spectral-normalization.ts";
export { UnitNormalization, type UnitNormalizationOptions } from "./unit-normalization.ts";
