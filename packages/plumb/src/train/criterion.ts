/** What one output of a model is judged by: its loss and its metrics, paired with its head, and fed by its labels. */
import { activationBehind, errorOf, type Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import type { HostArray } from "../base/dtype.ts";
import { beforeHeadOf, maskOf, type BatchShape } from "../layers/index.ts";
import { describeLabels, losses, type LabelsInfo, type MetricInput, type Pairing } from "../losses/index.ts";
import { metrics, type MetricLike } from "../metrics/index.ts";
import { activations } from "../numerics/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** An output as losses and metrics see it before there are values. */
export interface OutputInfo {
  readonly name: string;
  /** Of outputs by name: the place at which this one was written. */
  readonly declared?: number;
  readonly head: Head;
  /** Unset: not known before the model is built. */
  readonly shape?: BatchShape;
  /** Whether it comes with a mask. */
  readonly masked?: boolean;
}

/** Labels as they came, and how much the row of each counts. */
export interface Labels {
  readonly values: HostArray;
  readonly shape: Shape;
  readonly weights?: HostArray;
}

type AnyLoss = ReturnType<typeof losses.get>;
type AnyMetric = ReturnType<typeof metrics.get>;

/** A metric to follow, and what it is fed. */
export interface FollowedMetric {
  readonly metric: AnyMetric;
  /** Whether rows count by their weight. */
  readonly weighted: boolean;
  /** The predictions as this metric wants them. */
  readonly input: (predictions: Tensor) => Tensor;
}

/** Loss and metrics of one output for labels of a shape. */
export interface OutputObjective {
  /** Undefined for an output that is not trained. */
  readonly loss?: (yTrue: Tensor, predictions: Tensor, weight: Tensor | undefined) => Tensor;
  readonly metrics: readonly FollowedMetric[];
}

/** A metric that was asked for. */
export interface MetricWish {
  readonly like: MetricLike;
  readonly weighted: boolean;
}

/** What a criterion is made from. */
export interface CriterionOptions {
  readonly output: OutputInfo;
  /** Undefined for an output that is not trained. */
  readonly loss: AnyLoss | undefined;
  readonly metrics: readonly MetricWish[];
  /** What stands before the names of the metrics: `price_`, or nothing where there is one output. */
  readonly prefix: string;
  /** Who is told of what is doubtful. */
  readonly tell: (message: string) => void;
  /** Throw nothing for what cannot be meant: for who asks `judge` about it. Default false. */
  readonly lenient?: boolean;
}

/** The loss and the metrics of one output. */
export class Criterion {
  readonly loss: AnyLoss | undefined;
  readonly #output: OutputInfo;
  readonly #wishes: readonly MetricWish[];
  readonly #prefix: string;
  readonly #tell: (message: string) => void;

  /** Errors: those of names, and of head, loss and metrics that cannot belong together. */
  constructor({ output, loss, metrics: wishes, prefix, tell, lenient = false }: CriterionOptions) {
    this.#output = output;
    this.loss = loss;
    this.#wishes = wishes;
    this.#prefix = prefix;
    this.#tell = tell;
    if (lenient) return;
    // Which accuracy "accuracy" is hangs on the labels: it is paired when they are here.
    const known = this.#named().filter((metric) => metric.record.contract.predictions !== "label");
    for (const metric of known) metric.requireFollowable(output.shape?.map((extent) => extent ?? 1));
    this.#pair(known);
  }

  /** Whether labels are wanted: for a loss or for metrics. */
  get wantsLabels(): boolean {
    return this.loss !== undefined || this.#wishes.length > 0;
  }

  /** Whether a higher value of a log entry is better; undefined where it is none of this output's. */
  higherIsBetter(name: string): boolean | undefined {
    return this.#named().find((metric) => metric.name === name)?.higherIsBetter;
  }

  /** Whether each row of labels of this shape belongs to one class, as the loss reads them. */
  labelsAreClasses(shape: Shape): boolean {
    const labels = this.loss?.contract.labels;
    const single = sizeOf(shape.slice(1)) === 1;
    return labels === "oneHot"
      ? shape.length === 2
      : single && (labels === "classIndex" || labels === "binary");
  }

  /**
   * The classes that a row of labels of this shape may belong to; "any" where the loss is a function of the user's, which
   * does not say. Undefined where a row does not belong to one class.
   */
  classNumbers(shape: Shape): readonly number[] | "any" | undefined {
    if (this.loss === undefined) return undefined;
    const { labels, custom } = this.loss.contract;
    const single = sizeOf(shape.slice(1)) === 1;
    if (custom) return single || shape.length === 2 ? "any" : undefined;
    if (labels === "sign") return single ? [-1, 0, 1] : undefined;
    if (!this.labelsAreClasses(shape)) return undefined;
    const count =
      labels === "binary" ? 2 : labels === "oneHot" ? shape[1] : (this.#output.shape?.at(-1) ?? 0);
    return Array.from({ length: count }, (_, of) => of);
  }

  /**
   * Checks labels, so that no step needs to. Errors: PL2002 to PL2005 and PL2012 for what the loss does not take. Where the
   * output comes with a mask, steps do it: labels of what is masked may be anything.
   */
  checkLabels({ values, shape, weights }: Labels): void {
    if (this.#output.masked === true) return;
    this.loss?.checkLabels(values, shape, this.#predictionsFor(shape), presence(weights, values.length));
  }

  /**
   * Loss and metrics for labels, which are checked here.
   * Errors: those of `checkLabels`, PL2006 and others of the pairing, PL2018 for a metric that a history cannot follow.
   */
  objective(labels: Labels): OutputObjective {
    const { shape } = labels;
    const predictions = this.#predictionsFor(shape);
    const named = this.#named({ labels: shape, predictions });
    const pairing = this.#pair(named, describeLabels(labels.values, shape));
    this.checkLabels(labels);
    for (const metric of named) metric.requireFollowable(predictions);
    const inputs = pairing?.metrics ?? named.map(() => "asIs" as const);
    const followed = named.map((metric, i) => follow(metric, this.#wishes[i].weighted, inputs[i]));
    return pairing === undefined
      ? { metrics: followed }
      : { loss: lossOf(pairing, this.#output.masked !== true), metrics: followed };
  }

  /** The metrics, fresh ones, so that passes over different data do not share totals. Names are unique. */
  #named(shapes?: { readonly labels: Shape; readonly predictions: Shape }): AnyMetric[] {
    const taken = new Set<string>(["loss", `${this.#prefix}loss`]);
    return this.#wishes.map(({ like, weighted }) => {
      const metric = metrics.get(like, shapes);
      const plain = this.#prefix + metric.name;
      const name = weighted && taken.has(plain) ? `${this.#prefix}weighted_${metric.name}` : plain;
      if (taken.has(name))
        throw new PlumbError("PL4004", {
          asked: `Two values to follow have the name "${name}"`,
          why: "The history keeps values by name",
          fix: `Give one of the metrics a name of its own: { name: "other_${metric.name}" }`,
        });
      taken.add(name);
      return metric.renamed(name);
    });
  }

  /** What head, loss, labels and metrics are to each other, without throwing; undefined for an output that is not trained. */
  judge(labels?: LabelsInfo): Pairing | undefined {
    const known = labels && { labels: labels.shape, predictions: this.#predictionsFor(labels.shape) };
    return this.#judge(this.#named(known), labels);
  }

  #judge(metrics: readonly AnyMetric[], labels?: LabelsInfo): Pairing | undefined {
    if (this.loss === undefined) return undefined;
    const { head, shape } = this.#output;
    const units = shape?.at(-1) ?? undefined;
    return losses.pair({ head, units, loss: this.loss, labels, metrics });
  }

  #pair(named: readonly AnyMetric[], labels?: LabelsInfo): Pairing | undefined {
    const pairing = this.#judge(named, labels);
    if (pairing === undefined) return undefined;
    const wrong = pairing.findings.find(({ severity }) => severity === "error");
    if (wrong !== undefined) throw errorOf(wrong);
    for (const finding of pairing.findings)
      if (finding.severity === "warning") this.#tell(errorOf(finding).message);
    return pairing;
  }

  /** The shape of the output for as many rows as there are labels; where its own is not known, that of the labels. */
  #predictionsFor(labels: Shape): Shape {
    const { shape } = this.#output;
    if (shape === undefined) return labels;
    return shape.map((extent, axis) => (axis === 0 ? labels[0] : (extent ?? labels[axis] ?? 1)));
  }
}

/** The loss of a pairing as a step computes it: from what stands before the head, where the loss can. */
function lossOf({ loss, behindHead }: Pairing, labelsChecked: boolean): OutputObjective["loss"] & {} {
  return (yTrue, predictions, sampleWeight) => {
    const options = { sampleWeight, mask: maskOf(predictions), labelsChecked };
    const before = beforeHeadOf(predictions);
    return behindHead === undefined || before === predictions
      ? loss.call(yTrue, predictions, options)
      : behindHead.call(yTrue, before, options);
  };
}

/** A metric and what it is fed. One that can read logits does so itself: its value is exact where a probability is 0 or 1. */
function follow(metric: AnyMetric, weighted: boolean, input: MetricInput): FollowedMetric {
  const asIs = (predictions: Tensor): Tensor => predictions;
  if (input === "asIs") return { metric, weighted, input: asIs };
  if (metric.contract.supportsLogits && activationBehind(metric.contract) === input)
    return { metric: metric.withFromLogits(true), weighted, input: asIs };
  const activation = activations.get(input);
  return { metric, weighted, input: (predictions) => activation.call(predictions) };
}

/** For each row of labels (of which there may be several in a row of data), 0 where it weighs nothing. */
function presence(weights: HostArray | undefined, labels: number): ArrayLike<number> | undefined {
  if (weights === undefined || !weights.includes(0)) return undefined;
  const width = Math.max(1, Math.floor(labels / weights.length));
  return Float32Array.from({ length: labels }, (_, i) => weights[Math.floor(i / width)]);
}
