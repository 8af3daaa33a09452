/** The optimizers by name. A new one is a file of this room and a line in the list. */
import { PlumbError } from "../base/errors.ts";
import { didYouMean } from "../base/names.ts";
import { Adadelta } from "./adadelta.ts";
import { Adafactor } from "./adafactor.ts";
import { Adagrad } from "./adagrad.ts";
import { Adam } from "./adam.ts";
import { Adamax } from "./adamax.ts";
import { AdamW } from "./adamw.ts";
import { Ftrl } from "./ftrl.ts";
import { Lamb } from "./lamb.ts";
import { Lion } from "./lion.ts";
import { Muon } from "./muon.ts";
import { Nadam } from "./nadam.ts";
import { Optimizer } from "./optimizer.ts";
import { RMSprop } from "./rmsprop.ts";
import { ScheduleFreeAdamW } from "./schedule-free-adamw.ts";
import { SGD } from "./sgd.ts";

export { Adadelta, type AdadeltaOptions } from "./adadelta.ts";
export { Adafactor, type AdafactorOptions } from "./adafactor.ts";
export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions } from "./adam.ts";
export { Adamax, type AdamaxOptions } from "./adamax.ts";
export { AdamW, type AdamWOptions } from "./adamw.ts";
export { Ftrl, type FtrlOptions } from "./ftrl.ts";
export { Lamb, type LambOptions } from "./lamb.ts";
export { LBFGS, type LBFGSOptions, type LBFGSResult } from "./lbfgs.ts";
export type { LearningRateLike } from "./learning-rate.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { Muon, type MuonOptions } from "./muon.ts";
export { Nadam, type NadamOptions } from "./nadam.ts";
export { Optimizer, type ApplyOptions, type GradientPair } from "./optimizer.ts";
export { common as commonOptions, type OptimizerOptions } from "./options.ts";
export type { OptimizerRecord } from "./record.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { ScheduleFreeAdamW, type ScheduleFreeAdamWOptions } from "./schedule-free-adamw.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export { dataOf, SavedArray, type StateEntry } from "./state-entry.ts";
export type { DecayExclusions } from "./weight-decay.ts";

/** Every optimizer's class by its name. */
export const optimizerClasses = {
  SGD,
  RMSprop,
  Adam,
  AdamW,
  Adamax,
  Nadam,
  Adagrad,
  Adadelta,
  Adafactor,
  Ftrl,
  Lion,
  Lamb,
  Muon,
  ScheduleFreeAdamW,
} as const;

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
    fix:
      plain(String(like)) === "lbfgs"
        ? "L-BFGS sees all rows at each step: call new LBFGS().minimize(loss, model.trainableVariables)"
        : `${didYouMean(String(like), byName.keys())}Or make one with new, to give it a learning rate`,
  });
}

/** Optimizers by name: `optimizers.get("adam")`, made with its defaults. Errors: PL4003 for a name that is none. */
export const optimizers = { get };
