/** What attention with several heads has in common: projections, the layout of heads, masks. */
import { flag, integer, optional, real, unchecked, type Parameters } from "../../base/parameters.ts";
import { sameShape, showShape } from "../../base/shape.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { attend, scaledDotProductAttention, visible, type AttentionOptions } from "../../numerics/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  attentionCallNames,
  masksOfInputs,
  needsFeatures,
  needsOfAttention,
  queryValueKey,
  requireMask,
  type AttentionCallOptions,
  type GivesOutput,
  type GivesScores,
} from "./attention-inputs.ts";
import { HeadLayout, type Heads } from "./head-layout.ts";
import { Layer, type LayerOptions, type Masks, type Outputs } from "../layer.ts";
import { Projection } from "./projection.ts";
import { seedOption, type SeedLike } from "../regularization/noise.ts";
import type { BatchShape, InputShape } from "../shapes.ts";

/** What layers of several heads take. */
export interface HeadAttentionOptions extends LayerOptions {
  /** Share of the weights that is set to 0 in training. Default 0. */
  dropout?: number;
  /** Makes that choice independent of the global generator, as in `Dropout`. Default: the global generator. */
  seed?: SeedLike;
  /** Whether projections add a constant. Default true. */
  useBias?: boolean;
  /**
   * Multiply what each head found by sigmoid(projection of the query), which lets a head say nothing (Qiu et al., Gated
   * Attention for Large Language Models, 2025). Default false.
   */
  useGate?: boolean;
  /** A query sees only the keys that are fewer than so many places away. Default all. */
  slidingWindow?: number | null;
  /** First values of the kernels. Default `"glorotUniform"`. */
  kernelInitializer?: InitializerLike;
  /** First values of the biases. Default `"zeros"`. */
  biasInitializer?: InitializerLike;
  /** A penalty on each kernel. Default none. */
  kernelRegularizer?: RegularizerLike;
  /** A penalty on each bias. Default none. */
  biasRegularizer?: RegularizerLike;
  /** What the kernels are brought back to after every update. Default none. */
  kernelConstraint?: ConstraintLike;
  /** What the biases are brought back to after every update. Default none. */
  biasConstraint?: ConstraintLike;
}

/** What goes with one call of attention with several heads. */
export interface HeadAttentionCallOptions extends AttentionCallOptions {
  /** Which query sees which key, bool, broadcasts to `[batch, heads, queries, keys]`; a mask without the axis of heads holds for all. */
  readonly attentionMask?: Tensor;
  /** Which queries are there, bool `[batch, queries]`: the mask of the output. Default: the mask that came with them. */
  readonly queryMask?: Tensor;
  /** Which values are there, bool `[batch, keys]`: no query sees the others. Default: the mask that came with them. */
  readonly valueMask?: Tensor;
  /** The same of keys. */
  readonly keyMask?: Tensor;
}

const parameters = {
  dropout: {
    ...real(0, "Share of the weights that is set to 0 in training"),
    accepts: (value: unknown): boolean => typeof value === "number" && value >= 0 && value < 1,
    words: "a number of at least 0 and below 1",
  },
  seed: seedOption,
  useBias: flag(true, "Whether projections add a constant"),
  useGate: flag(false, "Multiply what each head found by a gate computed from the query"),
  slidingWindow: optional(integer(1, "A query sees only keys that are fewer places away", { min: 1 })),
  kernelInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the kernels"),
  biasInitializer: unchecked<InitializerLike>("zeros", "First values of the biases"),
  kernelRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on each kernel"),
  biasRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on each bias"),
  kernelConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the kernels are brought back to"),
  biasConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the biases are brought back to"),
};

/** The projections, in the order of their weights. */
interface Projections {
  readonly query: Projection;
  readonly key: Projection;
  readonly gate: Projection | undefined;
  readonly value: Projection;
  readonly attentionOutput: Projection;
}

export abstract class HeadAttention extends Layer {
  static override readonly takesList: boolean = true;
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = [
    ...attentionCallNames,
    "attentionMask",
    "queryMask",
    "valueMask",
    "keyMask",
  ];
  protected abstract readonly heads: Heads;
  protected projections!: Projections;
  /** What the last call told about its outputs; the base class asks right after it. */
  #masks: readonly (Tensor | undefined)[] = [];

  /** The axes along which queries look for keys, of inputs of `rank` axes. */
  protected abstract attended(rank: number): readonly number[];
  /** The extents that take the place of the features in the output. */
  protected abstract outputExtents(features: number): readonly number[];

  protected override needs(inputShape: InputShape): string | undefined {
    const wrong = needsOfAttention(inputShape);
    if (wrong !== undefined) return wrong;
    const shapes = inputShape as readonly BatchShape[];
    const [query, value] = shapes;
    const axes = this.attended(query.length);
    if (axes.some((axis) => axis < 1 || axis > query.length - 2))
      return `inputs with the axes ${axes.join(" and ")} between batch and features`;
    const differs = query.findIndex(
      (extent, axis) =>
        axis < query.length - 1 &&
        !axes.includes(axis) &&
        extent !== null &&
        value[axis] !== null &&
        value[axis] !== extent,
    );
    if (differs >= 0)
      return `queries and values of one extent along axis ${differs}, along which none looks for others`;
    return needsFeatures(shapes, this.inputShape);
  }

  override build(inputShape: InputShape): void {
    const [query, value, key = value] = inputShape as readonly BatchShape[];
    const { count, shared, keyDim, valueDim } = this.heads;
    const {
      useBias,
      useGate,
      kernelInitializer,
      kernelRegularizer,
      kernelConstraint,
      biasInitializer,
      biasRegularizer,
      biasConstraint,
    } = this.valuesOf(parameters);
    const made = {
      kernel: {
        initializer: kernelInitializer,
        regularizer: kernelRegularizer,
        constraint: kernelConstraint,
      },
      bias: useBias
        ? { initializer: biasInitializer, regularizer: biasRegularizer, constraint: biasConstraint }
        : undefined,
    };
    const project = (name: string, shape: BatchShape, from: number, to: readonly number[]): Projection => {
      const projection = new Projection(from, to, made, { name });
      projection.ensureBuilt(shape);
      return projection;
    };
    this.projections = {
      query: project("query", query, 1, [count, keyDim]),
      key: project("key", key, 1, [shared, keyDim]),
      gate: useGate ? project("gate", query, 1, [count, valueDim]) : undefined,
      value: project("value", value, 1, [shared, valueDim]),
      attentionOutput: project(
        "attention_output",
        [...query.slice(0, -1), count, valueDim],
        2,
        this.outputExtents(query.at(-1) as number),
      ),
    };
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(): Masks {
    return this.#masks;
  }

  override call(
    inputs: readonly Tensor[],
    options: HeadAttentionCallOptions & GivesScores,
  ): readonly Tensor[];
  override call(inputs: readonly Tensor[], options?: HeadAttentionCallOptions & GivesOutput): Tensor;
  override call(inputs: readonly Tensor[], options?: HeadAttentionCallOptions): Tensor | readonly Tensor[];
  override call(inputs: readonly Tensor[], options: HeadAttentionCallOptions = {}): Outputs {
    const { query, value, key } = queryValueKey(inputs);
    const { training = false, useCausalMask: causal = false, returnAttentionScores = false } = options;
    const { projections } = this;
    const { dropout, seed, slidingWindow: window } = this.valuesOf(parameters);
    const axes = this.attended(query.rank);
    const layout = new HeadLayout(axes, query, value, this.heads);

    const [cameQuery, cameValue, cameKey] = masksOfInputs(inputs, options.mask);
    const attention: AttentionOptions = {
      mask: this.#merged(layout, options.attentionMask, cameQuery, [
        ["valueMask", options.valueMask ?? cameValue],
        ["keyMask", options.keyMask ?? cameKey],
      ]),
      causal,
      window,
      dropout: training ? dropout : 0,
      seed,
    };
    const parts = [
      layout.split(projections.query.call(query)),
      layout.split(projections.key.call(key)),
      layout.split(projections.value.call(value)),
    ] as const;
    const attended = returnAttentionScores
      ? attend(...parts, attention)
      : { output: scaledDotProductAttention(...parts, attention), weights: undefined };
    const found = layout.join(attended.output);
    const gate = projections.gate?.call(query).sigmoid();
    const output = projections.attentionOutput.call(gate === undefined ? found : found.mul(gate));

    const queryMask = options.queryMask ?? cameQuery;
    this.#requireStepMask("queryMask", queryMask, query);
    if (attended.weights === undefined) {
      this.#masks = [queryMask];
      return output;
    }
    const seen = visible(layout.queries, layout.keys, attention);
    this.#masks = [queryMask, seen === undefined ? undefined : layout.weightMask(seen)];
    return [output, layout.weights(attended.weights)];
  }

  /** All masks in one, laid out as the scores; undefined where there is none. */
  #merged(
    layout: HeadLayout,
    attentionMask: Tensor | undefined,
    queryMask: Tensor | undefined,
    stepMasks: readonly (readonly [name: string, mask: Tensor | undefined])[],
  ): Tensor | undefined {
    const masks: Tensor[] = [];
    if (attentionMask !== undefined) {
      const full = layout.scoreShape;
      const fits = layout.fitsScores(attentionMask);
      requireMask(
        this,
        "attentionMask",
        attentionMask.shape,
        fits,
        `${showShape(full)}, or one that broadcasts to it`,
      );
      masks.push(layout.scoreMask(attentionMask));
    }
    if (queryMask !== undefined) masks.push(layout.queryMask(queryMask));
    for (const [name, mask] of stepMasks) {
      if (mask === undefined) continue;
      this.#requireStepMask(name, mask, layout.value);
      masks.push(layout.keyMask(mask));
    }
    return masks.length === 0
      ? undefined
      : masks.map((mask) => mask.cast("bool")).reduce((all, next) => all.logicalAnd(next));
  }

  #requireStepMask(name: string, mask: Tensor | undefined, of: Tensor): void {
    if (mask === undefined) return;
    const steps = of.shape.slice(0, -1);
    requireMask(this, name, mask.shape, sameShape(mask.shape, steps), showShape(steps));
  }
}
