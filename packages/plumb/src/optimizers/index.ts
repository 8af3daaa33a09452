/** The optimizers by name. A new one is a file of this room and a line in the list. */
import { PlumbError } from "../base/errors.ts";
import { didYouMean } from "../base/names.ts";
import { Adam } from "./adam.ts";
import { Optimizer } from "./optimizer.ts";
import { SGD } from "./sgd.ts";

export { Adam, type AdamOptions } from "./adam.ts";
export {
  Optimizer,
  type GradientPair,
  type OptimizerOptions,
  type OptimizerRecord,
  type StateEntry,
} from "./optimizer.ts";
export { SGD, type SGDOptions } from "./sgd.ts";

/** Every optimizer's class by its name. */
export const optimizerClasses = { SGD, Adam } as const;

type ClassName = keyof typeof optimizerClasses;
/** The names that complete: Keras's class names, in small letters or as they are. */
export type OptimizerName = Lowercase<ClassName> | ClassName;

/** What an `optimizer` argument takes: a name, or an instance. */
export type OptimizerLike = OptimizerName | Optimizer;

const plain = (name: string): string => name.toLowerCase().replaceAll("_", "");

const byName: ReadonlyMap<string, new () => Optimizer> = new Map(
  Object.entries(optimizerClasses).map(([name, Class]) => [plain(name), Class as new () => Optimizer]),
);

function get(like: OptimizerLike): Optimizer {
  if (like instanceof Optimizer) return like;
  if (typeof like === "function") {
    const { name } = like as { name: string };
    throw new PlumbError("PL4003", {
      asked: `An optimizer was given as the class ${name}`,
      why: "A class makes optimizers; it is not one",
      fix: `Write new ${name}() or "${plain(name)}"`,
    });
  }
  const Class = byName.get(plain(String(like)));
  if (Class !== undefined) return new Class();
  throw new PlumbError("PL4003", {
    asked: `An optimizer ${JSON.stringify(like) ?? String(like)} was asked for`,
    why: `The optimizers are ${[...byName.keys()].join(", ")}`,
    fix: `${didYouMean(String(like), byName.keys())}Or make one with new, to give it a learning rate`,
  });
}

/** Optimizers by name: `optimizers.get("adam")`, made with its defaults. Errors: PL4003 for a name that is none. */
export const optimizers = { get };
