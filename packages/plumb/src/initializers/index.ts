/** The initializers by name. A new one is a record in its file and a line in the list. */
import { lookupIn } from "../base/lookup.ts";
import type { SnakeCase } from "../base/names.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Constant, Ones, Zeros } from "./constant.ts";
import { Identity } from "./identity.ts";
import { Initializer } from "./initializer.ts";
import { Orthogonal } from "./orthogonal.ts";
import { RandomNormal, RandomUniform, TruncatedNormal } from "./random.ts";
import { STFT } from "./stft.ts";
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
} from "./variance-scaling.ts";

export { Initializer, type InitializerRecord } from "./initializer.ts";
export {
  Constant,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  STFT,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
};

/** Every initializer's class by its camelCase name. */
export const initializerClasses = {
  zeros: Zeros,
  ones: Ones,
  constant: Constant,
  randomUniform: RandomUniform,
  randomNormal: RandomNormal,
  truncatedNormal: TruncatedNormal,
  varianceScaling: VarianceScaling,
  glorotUniform: GlorotUniform,
  glorotNormal: GlorotNormal,
  heUniform: HeUniform,
  heNormal: HeNormal,
  lecunUniform: LecunUniform,
  lecunNormal: LecunNormal,
  orthogonal: Orthogonal,
  identity: Identity,
  stft: STFT,
} as const;

type CamelName = keyof typeof initializerClasses;
/** The names that complete; Keras's class names work too. */
export type InitializerName = CamelName | SnakeCase<CamelName> | Capitalize<CamelName>;

/** Anything that makes first values of a shape. */
export interface InitializerCall {
  readonly name: string;
  call(shape: Shape): Tensor;
}

/** What an initializer argument takes: a name, an instance, or a function from shape to tensor. */
export type InitializerLike = InitializerName | InitializerCall | ((shape: Shape) => Tensor);

const named = lookupIn(
  { code: "PL4008", kind: "initializer", others: "a function from shape to tensor" },
  Object.values(initializerClasses),
);

function get(like: InitializerLike): InitializerCall {
  if (typeof like === "function" && !(like.prototype instanceof Initializer))
    return { name: like.name || "custom", call: like };
  if (typeof like === "object" && like !== null) return like;
  return new (named(like) as new () => Initializer<any>)();
}

/** Initializers by name: `initializers.get("heNormal").call([64, 10])`. Errors: PL4008 for a name that is none. */
export const initializers = { get };
