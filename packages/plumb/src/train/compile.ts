/** What `model.compile` settles: optimizer, loss and metrics as objects, judged together with the head of the model. */
import { errorOf } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import { describeLabels, losses, type LabelsInfo, type LossLike, type Pairing } from "../losses/index.ts";
import { metrics, type MetricLike } from "../metrics/index.ts";
import { activations } from "../numerics/index.ts";
import { optimizers, type Optimizer, type OptimizerLike } from "../optimizers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { Dataset } from "./dataset.ts";
import type { Forward, Model } from "./model.ts";

/** What `compile` takes. */
export interface CompileOptions {
  /** An optimizer, or the name of one, made with its defaults. */
  readonly optimizer: OptimizerLike;
  /** A loss, the name of one, or a function of labels and predictions. */
  readonly loss: LossLike;
  /** Metrics to follow, each row counting the same. */
  readonly metrics?: readonly MetricLike[];
  /** Metrics in which each row counts by its sample weight or class weight. */
  readonly weightedMetrics?: readonly MetricLike[];
  /** Who is told of pairings that are doubtful. Default: the console. */
  readonly warn?: (message: string) => void;
}

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
  readonly loss: (yTrue: Tensor, forward: Forward, weight: Tensor | undefined) => Tensor;
  readonly metrics: readonly FollowedMetric[];
}

/** A model's optimizer, loss and metrics. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly loss: AnyLoss;
  readonly #metrics: readonly { readonly like: MetricLike; readonly weighted: boolean }[];
  readonly #warn: (message: string) => void;
  readonly #told = new Set<string>();

  /** Errors: those of names that are none, and of head, loss and metrics that cannot belong together. */
  constructor(
    model: Model,
    { optimizer, loss, metrics: plain = [], weightedMetrics = [], warn }: CompileOptions,
  ) {
    this.optimizer = optimizers.get(optimizer);
    this.loss = losses.get(loss);
    this.#metrics = [
      ...plain.map((like) => ({ like, weighted: false })),
      ...weightedMetrics.map((like) => ({ like, weighted: true })),
    ];
    this.#warn = warn ?? console.warn;
    // Which accuracy "accuracy" is hangs on the labels: it is paired when they are here.
    this.#pair(
      model,
      this.#named().filter((metric) => metric.record.contract.predictions !== "label"),
    );
  }

  /** Whether a higher value of a log entry is better. */
  higherIsBetter(name: string): boolean {
    return this.#named().find((metric) => metric.name === name)?.higherIsBetter ?? false;
  }

  /** Whether each row of labels of this shape belongs to one class. */
  labelsAreClasses(shape: Shape): boolean {
    const { labels } = this.loss.contract;
    return (
      labels === "classIndex" || labels === "oneHot" || (labels === "binary" && sizeOf(shape.slice(1)) === 1)
    );
  }

  /**
   * Loss and metrics for the labels of a data set, which are checked here, once, so that no step needs to.
   * Errors: PL2002 to PL2005 and PL2012 for labels that the loss does not take, PL2006 and others of the pairing.
   */
  objective(model: Model, data: Dataset): Objective {
    const labels = data.y!.dataSync();
    const { shape } = data.y!;
    const predictions = [data.rows, ...(model.outputShape ?? []).slice(1)] as Shape;
    const named = this.#named({ labels: shape, predictions });
    const pairing = this.#pair(model, named, describeLabels(labels, shape));
    this.loss.checkLabels(labels, shape, predictions, presence(data, labels.length));
    return {
      loss: (yTrue, { output, beforeHead }, sampleWeight) =>
        pairing.behindHead === undefined
          ? pairing.loss.call(yTrue, output, { sampleWeight, labelsChecked: true })
          : pairing.behindHead.call(yTrue, beforeHead, { sampleWeight, labelsChecked: true }),
      metrics: named.map((metric, i) => {
        const input = pairing.metrics[i];
        const { weighted } = this.#metrics[i];
        if (input === "asIs") return { metric, weighted, input: ({ output }) => output };
        const activation = activations.get(input);
        return { metric, weighted, input: ({ output }) => activation.call(output) };
      }),
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

/** For each row of labels (of which there may be several in a row of data), 0 where it weighs nothing. */
function presence(data: Dataset, labels: number): ArrayLike<number> | undefined {
  const weights = data.sampleWeight?.dataSync();
  if (weights === undefined || !weights.includes(0)) return undefined;
  const width = Math.max(1, Math.floor(labels / weights.length));
  return Float32Array.from({ length: labels }, (_, i) => weights[Math.floor(i / width)]);
}
