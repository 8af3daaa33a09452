/** From raw values and texts to what layers take. Those of numbers are layers; those of texts are called before a model. */
import { CategoryEncoding } from "./category-encoding.ts";
import { Discretization } from "./discretization.ts";
import { IntegerLookup } from "./integer-lookup.ts";
import { Normalization } from "./normalization.ts";
import { Rescaling } from "./rescaling.ts";

/** By class name. */
export const preprocessingLayers = {
  CategoryEncoding,
  Discretization,
  IntegerLookup,
  Normalization,
  Rescaling,
} as const;

export {
  CategoryEncoding,
  type CategoryEncodingCall,
  type CategoryEncodingOptions,
} from "./category-encoding.ts";
export { Discretization, type DiscretizationOptions } from "./discretization.ts";
export type { EncodingMode } from "./encoding.ts";
export { Hashing, type HashingOptions } from "./hashing.ts";
export { IntegerLookup, type IntegerLookupOptions } from "./integer-lookup.ts";
export { Normalization, type NormalizationOptions, type Statistic } from "./normalization.ts";
export { PreprocessingLayer } from "./preprocessing-layer.ts";
export { Rescaling, type RescalingOptions } from "./rescaling.ts";
export { StringLookup, type StringLookupOptions } from "./string-lookup.ts";
export { TextVectorization, type TextVectorizationOptions } from "./text-vectorization.ts";
export type { LookupMode, LookupModeLike, LookupOptions } from "./vocabulary.ts";
