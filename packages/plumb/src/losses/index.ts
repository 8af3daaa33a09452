/** The losses by name. A new one is a file beside this and a line in the list. */
import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { camelCase, didYouMean, spellings, type SnakeCase } from "../base/names.ts";
import type { Tensor } from "../tensor/index.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import type { LabelsInfo } from "./labels.ts";
import { Loss, type LossOptions } from "./loss.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { pair } from "./pairing.ts";
import type { LossRecord } from "./record.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { suggest as suggestAmong, type Suggestion } from "./suggest.ts";

export {
  BinaryCrossentropy,
  binaryCrossentropy,
  type BinaryCrossentropyOptions,
} from "./binary-crossentropy.ts";
export {
  CategoricalCrossentropy,
  categoricalCrossentropy,
  type CategoricalCrossentropyOptions,
} from "./categorical-crossentropy.ts";
export { describeLabels, taskOf, type LabelsInfo, type LabelValues, type TaskReading } from "./labels.ts";
export { Loss, type LossCall, type LossFunction, type LossOptions, type Reduction } from "./loss.ts";
export { MeanAbsoluteError, meanAbsoluteError } from "./mean-absolute-error.ts";
export { MeanSquaredError, meanSquaredError } from "./mean-squared-error.ts";
export { pair, type MetricInput, type PairedMetric, type Pairing, type PairingQuestion } from "./pairing.ts";
export type { LossRecord } from "./record.ts";
export {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyOptions,
} from "./sparse-categorical-crossentropy.ts";
export type { Suggestion } from "./suggest.ts";

/** Every loss's class by its camelCase name. */
export const lossClasses = {
  meanSquaredError: MeanSquaredError,
  meanAbsoluteError: MeanAbsoluteError,
  binaryCrossentropy: BinaryCrossentropy,
  categoricalCrossentropy: CategoricalCrossentropy,
  sparseCategoricalCrossentropy: SparseCategoricalCrossentropy,
} as const;

/** Every loss's record. */
export const allLosses: readonly LossRecord<any>[] = Object.values(lossClasses).map(({ record }) => record);

type CamelName = keyof typeof lossClasses;
/** The names that complete; Keras's class names work too. */
export type LossName = CamelName | SnakeCase<CamelName> | Capitalize<CamelName> | "mse" | "mae" | "bce";

/** What a `loss` argument takes: a name, an instance, or a function of labels and predictions. */
export type LossLike = LossName | Loss<any> | ((yTrue: Tensor, yPred: Tensor) => Tensor);

type LossClass = new (options?: LossOptions) => Loss<any>;

const bySpelling: ReadonlyMap<string, LossClass> = new Map(
  Object.values(lossClasses).flatMap((Class) =>
    spellings(Class.record.name, Class.record.aliases).map((name) => [name, Class as LossClass] as const),
  ),
);

/** A loss of the user's own, of which only the function is known: no checks, no alignment of shapes. */
const customRecord = (fn: (yTrue: Tensor, yPred: Tensor) => Tensor): LossRecord<{}> => ({
  name: fn.name || "custom",
  formula: "a function of the user's own",
  parameters: {},
  contract: {
    labels: "real",
    predictions: "real",
    supportsLogits: false,
    tasks: [],
    custom: true,
    when: "For what no other loss says",
  },
  values: fn,
});

function get(like: LossLike): Loss<any> {
  if (like instanceof Loss) return like;
  if (typeof like === "function") {
    if (like === (Loss as unknown) || like.prototype instanceof Loss)
      throw new PlumbError("PL2008", {
        asked: `A loss was given as the class ${like.name}`,
        why: "A class makes losses; it is not one",
        fix: `Write new ${like.name}() or "${camelCase(like.name)}"`,
      });
    return new Loss(customRecord(like));
  }
  const Class = bySpelling.get(like);
  if (Class !== undefined) return new Class();
  throw new PlumbError("PL2007", {
    asked: `A loss ${JSON.stringify(like) ?? String(like)} was asked for`,
    why: `The losses are ${Object.keys(lossClasses).join(", ")}`,
    fix: `${didYouMean(String(like), bySpelling.keys())}Or give a function of labels and predictions`,
  });
}

/** The losses that fit labels, the first choice first, each with the head it wants and the reason. */
const suggest = (labels: LabelsInfo, head?: Head): Suggestion[] => suggestAmong(allLosses, labels, head);

/**
 * Losses by name, by labels, and against a head.
 *
 * `losses.get("mse")` makes one from a string, as Keras spells it or in camelCase. Errors: PL2007 for a name that is
 * none, PL2008 for a class in place of an instance. `losses.suggest(describeLabels(y))` answers which fit, and why.
 * `losses.pair` judges head, loss, labels and metrics together, as `compile` does.
 */
export const losses = { get, suggest, pair };
