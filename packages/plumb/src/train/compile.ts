/** What `model.compile` settles: optimizer, losses and metrics as objects, judged together with the heads of the model. */
import { PlumbError } from "../base/errors.ts";
import { didYouMean } from "../base/names.ts";
import { callable, real, resolve, showValue, unchecked } from "../base/parameters.ts";
import { losses, type LossLike } from "../losses/index.ts";
import type { MetricLike } from "../metrics/index.ts";
import { optimizers, type Optimizer, type OptimizerLike } from "../optimizers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Criterion, type FollowedMetric, type Labels, type OutputInfo } from "./criterion.ts";
import { isNamed, listed, requireOneOrder, type Places } from "./places.ts";

/** One for all outputs, or one for each: in a list in their order, or by name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** The metrics of one output: a list, or a single one. */
export type MetricsLike = MetricLike | readonly MetricLike[];

/** What `compile` takes. */
export interface CompileOptions {
  /** An optimizer, or the name of one, made with its defaults. Default `"rmsprop"`, as in Keras. */
  readonly optimizer?: OptimizerLike;
  /**
   * A loss, the name of one, or a function of labels and predictions. Of several outputs one for all, a list, or an object
   * by the names of the outputs; null for an output that is not to be trained.
   */
  readonly loss: PerOutput<LossLike | null>;
  /** How much the loss of each output counts in the sum: a list, or by name. Default 1 each. */
  readonly lossWeights?: PerOutput<number>;
  /**
   * Metrics to follow, each row counting the same: a list, or a single one. Of several outputs a list with an entry for
   * each, or an object by name; a single one is followed for all.
   */
  readonly metrics?: PerOutput<MetricsLike>;
  /** Metrics in which each row counts by its sample weight or class weight. */
  readonly weightedMetrics?: PerOutput<MetricsLike>;
  /** Who is told of pairings that are doubtful. Default: the console. */
  readonly warn?: (message: string) => void;
}

const parameters = {
  optimizer: unchecked<OptimizerLike>("rmsprop", "What updates the weights"),
  // Left out, it is refused where losses are looked up.
  loss: unchecked<CompileOptions["loss"] | undefined>(undefined, "What is to become small"),
  lossWeights: unchecked<CompileOptions["lossWeights"]>(undefined, "How much the loss of each output counts"),
  metrics: unchecked<CompileOptions["metrics"] & {}>([], "What is followed"),
  weightedMetrics: unchecked<CompileOptions["weightedMetrics"] & {}>([], "What is followed, rows weighted"),
  warn: callable<(message: string) => void>(undefined, "Who is told of doubts"),
};

type AnyLoss = ReturnType<typeof losses.get>;

/** The loss of a batch, and the losses of its outputs that it is the weighted sum of, by their names in logs. */
export interface BatchLoss {
  readonly total: Tensor;
  readonly parts: Readonly<Record<string, Tensor>>;
}

/** A metric to follow, and the output that it looks at. */
export interface FollowedOutput extends FollowedMetric {
  readonly output: number;
}

/** Losses and metrics for labels of a shape: what a step computes beside the model. */
export interface Objective {
  loss(
    labels: readonly (Tensor | undefined)[],
    predictions: readonly Tensor[],
    weights: readonly (Tensor | undefined)[],
  ): BatchLoss;
  readonly metrics: readonly FollowedOutput[];
}

/** A model's optimizer, losses and metrics. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly #settings: Pick<CompileOptions, "lossWeights" | "metrics" | "weightedMetrics"> & {
    readonly loss: CompileOptions["loss"] | undefined;
  };
  readonly #warn: (message: string) => void;
  readonly #told = new Set<string>();
  readonly #lenient: boolean;
  #outputs?: readonly OutputInfo[];
  #criteria: readonly Criterion[] = [];
  #weights: readonly number[] = [];

  /**
   * `outputs`: those of the model, where they are known before it has met data.
   * Errors: PL4004 for options that are none, those of names, and of head, loss and metrics that cannot belong together.
   */
  constructor(options: CompileOptions, outputs: readonly OutputInfo[] | undefined, lenient = false) {
    this.#lenient = lenient;
    const { optimizer, warn, ...settings } = resolve("PL4004", "compile", parameters, options);
    this.optimizer = optimizers.get(optimizer);
    this.#settings = settings;
    this.#warn = warn ?? console.warn;
    if (outputs === undefined) for (const like of leavesIn(settings.loss)) lossFrom(like);
    else this.criteria(outputs);
  }

  /** The same without an error for what cannot be meant together: for who asks its criteria to judge. */
  static leniently(options: CompileOptions, outputs: readonly OutputInfo[]): Compiled {
    return new Compiled(options, outputs, true);
  }

  /** Loss and metrics of each output. Errors: as the constructor's. */
  criteria(outputs: readonly OutputInfo[]): readonly Criterion[] {
    if (outputs === this.#outputs) return this.#criteria;
    const places = {
      names: outputs.map(({ name }) => name),
      declared: outputs
        .filter(({ declared }) => declared !== undefined)
        .toSorted((a, b) => (a.declared ?? 0) - (b.declared ?? 0))
        .map(({ name }) => name),
    };
    const { loss, lossWeights, metrics: plain, weightedMetrics } = this.#settings;
    const lossLikes = spreadLosses(loss, places);
    const ofOutput = (given: PerOutput<MetricsLike> | undefined, option: string): readonly MetricLike[][] =>
      spreadMetrics(given ?? [], places, option);
    const [unweighted, weighted] = [ofOutput(plain, "metrics"), ofOutput(weightedMetrics, "weightedMetrics")];
    this.#criteria = outputs.map((output, i) =>
      saidOf(output, outputs, () => {
        const several = outputs.length > 1;
        return new Criterion({
          output,
          loss: lossLikes[i] === null ? undefined : lossFrom(lossLikes[i]),
          metrics: [
            ...unweighted[i].map((like) => ({ like, weighted: false })),
            ...weighted[i].map((like) => ({ like, weighted: true })),
          ],
          lenient: this.#lenient,
          prefix: several ? `${output.name}_` : "",
          tell: (message) => this.#tell(several ? `Output "${output.name}": ${message}` : message),
        });
      }),
    );
    this.#weights = spreadWeights(lossWeights, places);
    this.#outputs = outputs;
    return this.#criteria;
  }

  /** Whether a higher value of a log entry is better. */
  higherIsBetter(name: string): boolean {
    return this.#criteria.some((criterion) => criterion.higherIsBetter(name) === true);
  }

  /** Checks the labels of each output, so that no step needs to. Errors: those of `Criterion.checkLabels`. */
  checkLabels(outputs: readonly OutputInfo[], labels: readonly (Labels | undefined)[]): void {
    this.criteria(outputs).forEach((criterion, i) => {
      const of = labels[i];
      if (of !== undefined) saidOf(outputs[i], outputs, () => criterion.checkLabels(of));
    });
  }

  /** Losses and metrics for labels of each output (none for one that wants none), which are checked here. */
  objective(outputs: readonly OutputInfo[], labels: readonly (Labels | undefined)[]): Objective {
    const each = this.criteria(outputs).map((criterion, i) => {
      const of = labels[i];
      return of === undefined ? undefined : saidOf(outputs[i], outputs, () => criterion.objective(of));
    });
    const weights = this.#weights;
    return {
      loss(yTrue, predictions, sampleWeights) {
        const parts = new Map<string, Tensor>();
        let total: Tensor | undefined;
        each.forEach((objective, i) => {
          const labels = yTrue[i];
          if (objective?.loss === undefined || labels === undefined) return;
          const loss = objective.loss(labels, predictions[i], sampleWeights[i]);
          if (outputs.length > 1) parts.set(`${outputs[i].name}_loss`, loss);
          const weighted = weights[i] === 1 ? loss : loss.mul(weights[i]);
          total = total === undefined ? weighted : total.add(weighted);
        });
        return { total: total as Tensor, parts: Object.fromEntries(parts) };
      },
      metrics: each.flatMap((objective, output) =>
        (objective?.metrics ?? []).map((followed) => ({ ...followed, output })),
      ),
    };
  }

  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#warn(message);
  }
}

/** Runs `fn`; of several outputs, its errors say which one they are about. */
function saidOf<R>(output: OutputInfo, outputs: readonly OutputInfo[], fn: () => R): R {
  try {
    return fn();
  } catch (error) {
    if (outputs.length === 1 || !(error instanceof PlumbError)) throw error;
    const { asked, ...parts } = error.parts;
    throw new PlumbError(
      error.code,
      { asked: `Of the output "${output.name}": ${asked}`, ...parts },
      { cause: error },
    );
  }
}

/** A loss from what it was given as. Errors: PL2007, also where there is none. */
const lossFrom = (like: unknown): AnyLoss => losses.get(like as LossLike);

/** The names of the outputs, in their order and in that in which they were written. */
type Outputs = Pick<Places, "names" | "declared">;

/** What stands in a list or an object of settings; the value itself where it is neither. */
const leavesIn = <T>(given: PerOutput<T>): readonly T[] =>
  Array.isArray(given)
    ? (given as readonly T[])
    : isNamed(given)
      ? (Object.values(given) as T[])
      : [given as T];

/** The loss of each output. Errors: PL4004 for names and numbers that do not fit the outputs. */
function spreadLosses(
  given: CompileOptions["loss"] | undefined,
  places: Outputs,
): readonly (LossLike | null | undefined)[] {
  const { names } = places;
  if (isNamed(given)) {
    const byName = given as Readonly<Record<string, LossLike | null>>;
    requireNames("loss", byName, names);
    const without = names.find((name) => byName[name] === undefined);
    if (without !== undefined)
      throw new PlumbError("PL4004", {
        asked: `compile was given losses for ${listed(Object.keys(byName))}`,
        arrived: `The output "${without}" has none`,
        why: "An output without a loss is not trained, which is to be said",
        fix: `Give it one, or null: { ${without}: null }`,
      });
    return someLoss(names.map((name) => byName[name]));
  }
  if (!Array.isArray(given)) return names.map(() => given as LossLike | undefined);
  requireCount("loss", given, places, "a loss");
  return someLoss(given as readonly (LossLike | null)[]);
}

function someLoss<T>(each: readonly (T | null)[]): readonly (T | null)[] {
  if (each.some((loss) => loss !== null)) return each;
  throw new PlumbError("PL4004", {
    asked: "compile was given no loss for any output",
    why: "There is nothing that training could bring down",
    fix: 'Give at least one output a loss: { price: "mse" }',
  });
}

/** How much the loss of each output counts. Errors: PL4004. */
function spreadWeights(given: CompileOptions["lossWeights"], places: Outputs): readonly number[] {
  const { names } = places;
  const weight = (value: unknown, name: string): number => {
    if (value === undefined || value === null) return 1;
    if (real(1, "").accepts(value)) return value as number;
    throw new PlumbError("PL4004", {
      asked: `compile was given the loss weight ${showValue(value)} for the output "${name}"`,
      why: "The losses of the outputs are added, each times its weight",
      fix: "Give a number",
    });
  };
  if (isNamed(given)) {
    requireNames("lossWeights", given, names);
    return names.map((name) => weight((given as Readonly<Record<string, unknown>>)[name], name));
  }
  if (!Array.isArray(given)) return names.map((name) => weight(given, name));
  requireCount("lossWeights", given, places, "a number");
  return names.map((name, i) => weight(given[i], name));
}

/** The metrics of each output. Errors: PL4004. */
function spreadMetrics(
  given: PerOutput<MetricsLike>,
  places: Outputs,
  option: string,
): readonly MetricLike[][] {
  const { names } = places;
  const several = (one: unknown): MetricLike[] =>
    one === undefined || one === null
      ? []
      : Array.isArray(one)
        ? [...(one as MetricLike[])]
        : [one as MetricLike];
  if (isNamed(given)) {
    requireNames(option, given, names);
    return names.map((name) => several((given as Readonly<Record<string, unknown>>)[name]));
  }
  if (!Array.isArray(given)) return names.map(() => [given as MetricLike]);
  if (given.length === 0) return names.map(() => []);
  if (names.length === 1)
    return [given.length === 1 && Array.isArray(given[0]) ? several(given[0]) : several(given)];
  requireCount(option, given, places, "a metric, or a list of them,");
  return names.map((_, i) => several(given[i]));
}

function requireNames(option: string, given: object, names: readonly string[]): void {
  const strange = Object.keys(given).find((name) => !names.includes(name));
  if (strange === undefined) return;
  throw new PlumbError("PL4004", {
    asked: `compile was given ${option} for an output "${strange}"`,
    why: `The model has ${names.length === 1 ? "one output" : "the outputs"}: ${listed(names)}`,
    fix: `${didYouMean(strange, names)}An output is called like the layer that gives it, or by its name in outputs: { … }`,
  });
}

function requireCount(option: string, given: readonly unknown[], places: Outputs, what: string): void {
  const { names } = places;
  if (given.length === names.length)
    return requireOneOrder("PL4004", places, `compile was given a list as ${option}`);
  throw new PlumbError("PL4004", {
    asked: `compile was given a list of ${given.length} as ${option}`,
    arrived: `The model has ${names.length === 1 ? "1 output" : `${names.length} outputs`}: ${listed(names)}`,
    why: `In a list each output has its entry, in their order`,
    fix: `Give ${what} for each output, or an object by name: ${option}: { ${names[0]}: … }`,
  });
}
