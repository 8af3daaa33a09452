/** The losses by name. A new one is a file beside this and a line in the list. */
import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { camelCase, didYouMean, inEverySpelling, type SnakeCase } from "../base/names.ts";
import type { Tensor } from "../tensor/index.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { BinaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import { CategoricalFocalCrossentropy } from "./categorical-focal-crossentropy.ts";
import { CategoricalGeneralizedCrossEntropy } from "./categorical-generalized-cross-entropy.ts";
import { CategoricalHinge } from "./categorical-hinge.ts";
import { Circle } from "./circle.ts";
import { Contrastive } from "./contrastive.ts";
import { CosineSimilarity } from "./cosine-similarity.ts";
import { CTC } from "./ctc.ts";
import { describe, type LossFacts } from "./describe.ts";
import { Dice } from "./dice.ts";
import { GaussianNLL } from "./gaussian-nll.ts";
import { Hinge } from "./hinge.ts";
import { Huber } from "./huber.ts";
import { KLDivergence } from "./kl-divergence.ts";
import { describeLabels, type LabelsInfo, type LabelValues } from "./labels.ts";
import { LogCosh } from "./log-cosh.ts";
import { Loss, type LossOptions } from "./loss.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { MeanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import { pair } from "./pairing.ts";
import { Poisson } from "./poisson.ts";
import { Quantile } from "./quantile.ts";
import type { LossRecord } from "./record.ts";
import { curveOf, type LossCurve } from "./sketch.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { SquaredHinge } from "./squared-hinge.ts";
import { suggest as suggestAmong, type Suggestion } from "./suggest.ts";
import { Triplet } from "./triplet.ts";
import { Tversky } from "./tversky.ts";

export {
  BinaryCrossentropy,
  binaryCrossentropy,
  type BinaryCrossentropyOptions,
} from "./binary-crossentropy.ts";
export {
  BinaryFocalCrossentropy,
  binaryFocalCrossentropy,
  type BinaryFocalCrossentropyOptions,
} from "./binary-focal-crossentropy.ts";
export {
  CategoricalCrossentropy,
  categoricalCrossentropy,
  type CategoricalCrossentropyOptions,
} from "./categorical-crossentropy.ts";
export {
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  type CategoricalFocalCrossentropyOptions,
} from "./categorical-focal-crossentropy.ts";
export {
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  type CategoricalGeneralizedCrossEntropyOptions,
} from "./categorical-generalized-cross-entropy.ts";
export { CategoricalHinge, categoricalHinge } from "./categorical-hinge.ts";
export { Circle, circle, type CircleOptions } from "./circle.ts";
export { Contrastive, contrastive, type ContrastiveOptions } from "./contrastive.ts";
export { CosineSimilarity, cosineSimilarity, type CosineSimilarityOptions } from "./cosine-similarity.ts";
export { CTC, ctc } from "./ctc.ts";
export type { LossFacts } from "./describe.ts";
export { Dice, dice, type DiceOptions } from "./dice.ts";
export { GaussianNLL, gaussianNll, type GaussianNLLOptions } from "./gaussian-nll.ts";
export { Hinge, hinge } from "./hinge.ts";
export { Huber, huber, type HuberOptions } from "./huber.ts";
export { KLDivergence, klDivergence, type KLDivergenceOptions } from "./kl-divergence.ts";
export { describeLabels, taskOf, type LabelsInfo, type LabelValues, type TaskReading } from "./labels.ts";
export { LogCosh, logCosh } from "./log-cosh.ts";
export { Loss, type LossCall, type LossFunction, type LossOptions, type Reduction } from "./loss.ts";
export { MeanAbsoluteError, meanAbsoluteError } from "./mean-absolute-error.ts";
export {
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
} from "./mean-absolute-percentage-error.ts";
export { MeanSquaredError, meanSquaredError } from "./mean-squared-error.ts";
export {
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
} from "./mean-squared-logarithmic-error.ts";
export { pair, type MetricInput, type PairedMetric, type Pairing, type PairingQuestion } from "./pairing.ts";
export { Poisson, poisson } from "./poisson.ts";
export { Quantile, quantile, type QuantileOptions } from "./quantile.ts";
export type { LossRecord, RowContext, Sketch } from "./record.ts";
export type { LossCurve } from "./sketch.ts";
export {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyOptions,
} from "./sparse-categorical-crossentropy.ts";
export { SquaredHinge, squaredHinge } from "./squared-hinge.ts";
export type { Suggestion } from "./suggest.ts";
export { Triplet, triplet, type TripletOptions } from "./triplet.ts";
export { Tversky, tversky, type TverskyOptions } from "./tversky.ts";

/** Every loss's class by its camelCase name, those of one kind together. */
export const lossClasses = {
  meanSquaredError: MeanSquaredError,
  meanAbsoluteError: MeanAbsoluteError,
  meanAbsolutePercentageError: MeanAbsolutePercentageError,
  meanSquaredLogarithmicError: MeanSquaredLogarithmicError,
  huber: Huber,
  logCosh: LogCosh,
  quantile: Quantile,
  gaussianNll: GaussianNLL,
  poisson: Poisson,
  binaryCrossentropy: BinaryCrossentropy,
  binaryFocalCrossentropy: BinaryFocalCrossentropy,
  categoricalCrossentropy: CategoricalCrossentropy,
  sparseCategoricalCrossentropy: SparseCategoricalCrossentropy,
  categoricalFocalCrossentropy: CategoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy: CategoricalGeneralizedCrossEntropy,
  klDivergence: KLDivergence,
  hinge: Hinge,
  squaredHinge: SquaredHinge,
  categoricalHinge: CategoricalHinge,
  cosineSimilarity: CosineSimilarity,
  dice: Dice,
  tversky: Tversky,
  ctc: CTC,
  circle: Circle,
  triplet: Triplet,
  contrastive: Contrastive,
} as const;

/** Every loss's record. */
export const allLosses: readonly LossRecord<any>[] = Object.values(lossClasses).map(({ record }) => record);

type CamelName = keyof typeof lossClasses;
/** The names that complete; Keras's class names work too. */
export type LossName =
  | CamelName
  | SnakeCase<CamelName>
  | Capitalize<Exclude<CamelName, "gaussianNll" | "klDivergence" | "ctc">>
  | ("GaussianNLL" | "KLDivergence" | "CTC")
  | ("mse" | "mae" | "mape" | "msle" | "bce" | "kld");

/** What a `loss` argument takes: a name, an instance, or a function of labels and predictions. */
export type LossLike = LossName | Loss<any> | ((yTrue: Tensor, yPred: Tensor) => Tensor);

type LossClass = new (options?: LossOptions) => Loss<any>;

const bySpelling = inEverySpelling(() =>
  Object.values(lossClasses).map((Class) => [Class.record, Class as LossClass] as const),
);

/** A loss of the user's own, of which only the function is known: no checks, no alignment of shapes. */
const customRecord = (fn: (yTrue: Tensor, yPred: Tensor) => Tensor): LossRecord<{}> => ({
  name: fn.name || "custom",
  formula: "a function of the user's own",
  range: [-Infinity, Infinity],
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
  const Class = bySpelling().get(like);
  if (Class !== undefined) return new Class();
  throw new PlumbError("PL2007", {
    asked: `A loss ${JSON.stringify(like) ?? String(like)} was asked for`,
    why: `The losses are ${Object.keys(lossClasses).join(", ")}`,
    // Of spellings that are as near, the list's own comes first.
    fix: `${didYouMean(String(like), [...Object.keys(lossClasses), ...bySpelling().keys()])}Or give a function of labels and predictions`,
  });
}

/** The losses that fit labels, the first choice first, each with the head it wants and the reason. */
const suggest = (labels: LabelsInfo | LabelValues, head?: Head): Suggestion[] => {
  const described = Array.isArray(labels) || ArrayBuffer.isView(labels);
  const info = described ? describeLabels(labels as LabelValues) : (labels as LabelsInfo);
  return suggestAmong(allLosses, info, head);
};

/** A row of facts for each loss, or for those asked for by name. */
const facts = (...names: readonly LossName[]): readonly LossFacts[] =>
  (names.length === 0 ? allLosses : names.map((name) => get(name).record)).map(describe);

/** The curve of a loss: value and slope against the number that it is a function of, where there is such. */
const curve = (like: LossLike, points?: number): LossCurve | undefined => curveOf(get(like), points);

/**
 * Losses by name, by labels, and against a head.
 *
 * `losses.get("mse")` makes one from a string, as Keras spells it or in camelCase. Errors: PL2007 for a name that is
 * none, PL2008 for a class in place of an instance. `losses.suggest(y)`, of labels or of what `describeLabels(y, shape)` says of them, answers which fit, and why.
 * `losses.pair` judges head, loss, labels and metrics together, as `compile` does. `losses.describe()` gives what a table
 * of all losses says, `losses.curve("huber")` value and slope to draw.
 */
export const losses = { get, suggest, pair, describe: facts, curve };
