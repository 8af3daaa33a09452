/** The initializers by name. A new one is a record in its file and a line in the list. */
import { PlumbError } from "../base/errors.ts";
import { camelCase, didYouMean, spellings, type SnakeCase } from "../base/names.ts";
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../tensor/index.ts";
import { Constant, Ones, Zeros } from "./constant.ts";
import { Initializer } from "./initializer.ts";
import { RandomNormal, RandomUniform, TruncatedNormal } from "./random.ts";
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
  LecunNormal,
  LecunUniform,
  Ones,
  RandomNormal,
  RandomUniform,
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

const bySpelling: ReadonlyMap<string, new () => Initializer<any>> = new Map(
  Object.entries(initializerClasses).flatMap(([name, Class]) =>
    spellings(new Class().name, [name]).map(
      (spelling) => [spelling, Class as new () => Initializer<any>] as const,
    ),
  ),
);

function get(like: InitializerLike): InitializerCall {
  if (typeof like === "function") {
    if (like.prototype instanceof Initializer)
      throw new PlumbError("PL4008", {
        asked: `An initializer was given as the class ${like.name}`,
        why: "A class makes initializers; it is not one",
        fix: `Write new ${like.name}() or "${camelCase(like.name)}"`,
      });
    return { name: like.name || "custom", call: like };
  }
  if (typeof like === "object" && like !== null) return like;
  const Class = bySpelling.get(like);
  if (Class !== undefined) return new Class();
  throw new PlumbError("PL4008", {
    asked: `An initializer "${String(like)}" was asked for`,
    why: `The initializers are ${Object.keys(initializerClasses).join(", ")}`,
    fix: `${didYouMean(String(like), bySpelling.keys())}Or give a function from shape to tensor`,
  });
}

/** Initializers by name: `initializers.get("heNormal").call([64, 10])`. Errors: PL4008 for a name that is none. */
export const initializers = { get };
