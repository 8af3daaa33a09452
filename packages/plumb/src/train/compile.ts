/** What `model.compile` settles: optimizer, loss and metrics as objects, judged together with the head of the model. */
import { activationBehind, errorOf } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { callable, resolve, unchecked } from "../base/parameters.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import {
  describeLabels,
  losses,
  type LabelsInfo,
  type LossLike,
  type MetricInput,
  type Pairing,
} from "../losses/index.ts";
import { metrics, type MetricLike } from "../metrics/index.ts";
import { activations } from "../numerics/index.ts";
import { optimizers, type Optimizer, type OptimizerLike } from "../optimizers/index.ts";
import { Tensor } from "../tensor/index.ts";
import type { HostArray } from "../base/dtype.ts";
import type { Forward, Model } from "./model.ts";

/** What `compile` takes. */
export interface CompileOptions {
  /** An optimizer, or the name of one, made with its defaults. Default `"rmsprop"`, as in Keras. */
  readonly optimizer?: OptimizerLike;
  /** A loss, the name of one, or a function of labels and predictions. */
  readonly loss: LossLike;
  /** Metrics to follow, each row counting the same: a list, or a single one. */
  readonly metrics?: MetricLike | readonly MetricLike[];
  /** Metrics in which each row counts by its sample weight or class weight. */
  readonly weightedMetrics?: MetricLike | readonly MetricLike[];
  /** Who is told of pairings that are doubtful. Default: the console. */
  readonly warn?: (message: string) => void;
}

const parameters = {
  optimizer: unchecked<OptimizerLike>("rmsprop", "What updates the weights"),
  // Left out, it is refused where losses are looked up.
  loss: unchecked<LossLike>(undefined as unknown as LossLike, "What is to become small"),
  metrics: unchecked<CompileOptions["metrics"] & {}>([], "What is followed"),
  weightedMetrics: unchecked<CompileOptions["weightedMetrics"] & {}>([], "What is followed, rows weighted"),
  warn: callable<(message: string) => void>(undefined, "Who is told of doubts"),
};

const listed = (given: MetricLike | readonly MetricLike[]): readonly MetricLike[] =>
  Array.isArray(given) ? given : [given as MetricLike];

type AnyLoss = ReturnType<typeof losses.get>;
type AnyMetric = ReturnType<typeof metrics.get>;

/** A metric to follow, and what it is fed. */
export interface FollowedMetric {
  readonly metric: AnyMetric;
  /** Whether rows count by their weight. */
  readonly weighted: boolean;
  /** The predictions as this metric wants them. */
  readonly input: (forward: Forward) => Tensor;
}

/** Loss and metrics for labels of a shape: what a step computes beside the model. */
export interface Objective {
  readonly loss: (yTrue: Tensor, predictions: Forward | Tensor, weight: Tensor | undefined) => Tensor;
  readonly metrics: readonly FollowedMetric[];
}

/** Labels as they came, and how much the row of each counts. */
export interface Labels {
  readonly values: HostArray;
  readonly shape: Shape;
  readonly weights?: HostArray;
}

/** Predictions as a forward pass; of a tensor, nothing is known of what stands behind it. */
export const forwardOf = (predictions: Forward | Tensor): Forward =>
  predictions instanceof Tensor ? { output: predictions, beforeHead: predictions } : predictions;

/** A model's optimizer, loss and metrics. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly loss: AnyLoss;
  readonly #metrics: readonly { readonly like: MetricLike; readonly weighted: boolean }[];
  readonly #warn: (message: string) => void;
  readonly #told = new Set<string>();

  /** Errors: PL4004 for options that are none, those of names, and of head, loss and metrics that cannot belong together. */
  constructor(model: Model, options: CompileOptions) {
    const {
      optimizer,
      loss,
      metrics: plain,
      weightedMetrics,
      warn,
    } = resolve("PL4004", "compile", parameters, options);
    this.optimizer = optimizers.get(optimizer);
    this.loss = losses.get(loss);
    this.#metrics = [
      ...listed(plain).map((like) => ({ like, weighted: false })),
      ...listed(weightedMetrics).map((like) => ({ like, weighted: true })),
    ];
    this.#warn = warn ?? console.warn;
    // Which accuracy "accuracy" is hangs on the labels: it is paired when they are here.
    const known = this.#named().filter((metric) => metric.record.contract.predictions !== "label");
    for (const metric of known) metric.requireFollowable(model.outputShape?.map((extent) => extent ?? 1));
    this.#pair(model, known);
  }

  /** Whether a higher value of a log entry is better. */
  higherIsBetter(name: string): boolean {
    return this.#named().find((metric) => metric.name === name)?.higherIsBetter ?? false;
  }

  /** Whether each row of labels of this shape belongs to one class, as the loss reads them. */
  labelsAreClasses(shape: Shape): boolean {
    const { labels } = this.loss.contract;
    const single = sizeOf(shape.slice(1)) === 1;
    return labels === "oneHot"
      ? shape.length === 2
      : single && (labels === "classIndex" || labels === "binary");
  }

  /**
   * The classes that a row of labels of this shape may belong to; "any" where the loss is a function of the user's, which
   * does not say. Undefined where a row does not belong to one class.
   */
  classNumbers(model: Model, shape: Shape): readonly number[] | "any" | undefined {
    const { labels, custom } = this.loss.contract;
    const single = sizeOf(shape.slice(1)) === 1;
    if (custom) return single || shape.length === 2 ? "any" : undefined;
    if (labels === "sign") return single ? [-1, 0, 1] : undefined;
    if (!this.labelsAreClasses(shape)) return undefined;
    const count = labels === "binary" ? 2 : labels === "oneHot" ? shape[1] : (model.outputShape?.at(-1) ?? 0);
    return Array.from({ length: count }, (_, of) => of);
  }

  /** Checks labels, so that no step needs to. Errors: PL2002 to PL2005 and PL2012 for what the loss does not take. */
  checkLabels(model: Model, { values, shape, weights }: Labels): void {
    this.loss.checkLabels(values, shape, predictionsFor(model, shape), presence(weights, values.length));
  }

  /**
   * Loss and metrics for labels, which are checked here.
   * Errors: those of `checkLabels`, PL2006 and others of the pairing, PL2018 for a metric that a history cannot follow.
   */
  objective(model: Model, labels: Labels): Objective {
    const { shape } = labels;
    const predictions = predictionsFor(model, shape);
    const named = this.#named({ labels: shape, predictions });
    const pairing = this.#pair(model, named, describeLabels(labels.values, shape));
    this.checkLabels(model, labels);
    for (const metric of named) metric.requireFollowable(predictions);
    return {
      loss(yTrue, predictions, sampleWeight) {
        const options = { sampleWeight, labelsChecked: true };
        if (pairing.behindHead === undefined || predictions instanceof Tensor)
          return pairing.loss.call(yTrue, forwardOf(predictions).output, options);
        return pairing.behindHead.call(yTrue, predictions.beforeHead, options);
      },
      metrics: named.map((metric, i) => followed(metric, this.#metrics[i].weighted, pairing.metrics[i])),
    };
  }

  /** The metrics, fresh ones, so that passes over different data do not share totals. Names are unique. */
  #named(shapes?: { readonly labels: Shape; readonly predictions: Shape }): AnyMetric[] {
    const taken = new Set<string>(["loss"]);
    return this.#metrics.map(({ like, weighted }) => {
      const metric = metrics.get(like, shapes);
      const name = weighted && taken.has(metric.name) ? `weighted_${metric.name}` : metric.name;
      if (taken.has(name))
        throw new PlumbError("PL4004", {
          asked: `Two values to follow have the name "${name}"`,
          why: "The history keeps values by name",
          fix: `Give one of the metrics a name of its own: { name: "other_${name}" }`,
        });
      taken.add(name);
      return metric.renamed(name);
    });
  }

  #pair(model: Model, named: readonly AnyMetric[], labels?: LabelsInfo): Pairing {
    const units = model.outputShape?.at(-1) ?? undefined;
    const pairing = losses.pair({ head: model.head, units, loss: this.loss, labels, metrics: named });
    const wrong = pairing.findings.find(({ severity }) => severity === "error");
    if (wrong !== undefined) throw errorOf(wrong);
    for (const finding of pairing.findings) {
      const { message } = errorOf(finding);
      if (finding.severity !== "warning" || this.#told.has(message)) continue;
      this.#told.add(message);
      this.#warn(message);
    }
    return pairing;
  }
}

/** A metric and what it is fed. One that can read logits does so itself: its value is exact where a probability is 0 or 1. */
function followed(metric: AnyMetric, weighted: boolean, input: MetricInput): FollowedMetric {
  const asIs = ({ output }: Forward): Tensor => output;
  if (input === "asIs") return { metric, weighted, input: asIs };
  if (metric.contract.supportsLogits && activationBehind(metric.contract) === input)
    return { metric: metric.withFromLogits(true), weighted, input: asIs };
  const activation = activations.get(input);
  return { metric, weighted, input: ({ output }) => activation.call(output) };
}

/** The shape of the model's output for as many rows as there are labels. */
const predictionsFor = (model: Model, labels: Shape): Shape =>
  [labels[0], ...(model.outputShape ?? []).slice(1)] as Shape;

/** For each row of labels (of which there may be several in a row of data), 0 where it weighs nothing. */
function presence(weights: HostArray | undefined, labels: number): ArrayLike<number> | undefined {
  if (weights === undefined || !weights.includes(0)) return undefined;
  const width = Math.max(1, Math.floor(labels / weights.length));
  return Float32Array.from({ length: labels }, (_, i) => weights[Math.floor(i / width)]);
}
