/**
 * What every layer has: a name, weights made when the shape of its input is known, and a function from tensor to tensor.
 * A layer is written in tensor code and never meets autodiff or a backend.
 */
import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { snakeCase } from "../base/names.ts";
import {
  flag,
  optional,
  resolve,
  text,
  unchecked,
  type Parameter,
  type Parameters,
  type ValuesOf,
} from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import { constraints, type ConstraintLike } from "../constraints/index.ts";
import { initializers, type InitializerLike } from "../initializers/index.ts";
import type { Activation } from "../numerics/index.ts";
import { regularizers, type RegularizerCall, type RegularizerLike } from "../regularizers/index.ts";
import { Variable, withTrace, type Tensor } from "../tensor/index.ts";
import { addLoss } from "./added-losses.ts";

/** A shape whose first extent, the batch, is not known yet: `[null, 28, 28]`. */
export type BatchShape = readonly (number | null)[];

/** `[batch, 28, 28]`, as messages and summaries write it. */
export const showBatchShape = (shape: BatchShape): string => `[${shape.map((n) => n ?? "batch").join(", ")}]`;

/** What every layer takes. */
export interface LayerOptions {
  /** Unset: the class's name in snake_case, numbered within its model (`dense`, `dense_1`). */
  name?: string;
  /**
   * False keeps the layer's weights as they are. May be set at any time: each `fit` reads it when it begins, and
   * `trainOnBatch` at each call. Default true.
   */
  trainable?: boolean;
  /** Shape of one input row, for the first layer of a `Sequential` that has no `Input`. */
  inputShape?: Shape;
  /** A penalty on the layer's output, divided by the batch size and added to the loss. Default none. */
  activityRegularizer?: RegularizerLike;
}

/** The extents of one row, which are known: what varies is the number of rows, and that is not among them. */
export const rowShape = (doc: string): Parameter<Shape> => ({
  default: undefined as unknown as Shape,
  doc,
  accepts: (value) =>
    Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 1),
  words: "the shape of one row, a list of whole numbers without the batch: [4], [28, 28, 1]",
});

/** Declared once for all layers; each class declares what it takes besides. */
const common = {
  name: optional(text("", "What the layer is called within its model")),
  trainable: flag(true, "Whether training changes the layer's weights"),
  inputShape: optional(rowShape("Shape of one input row")),
  activityRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the layer's output"),
};

/** What goes with one call of a layer. */
export interface CallOptions {
  /** True in `fit`; false in `evaluate` and `predict`, and unless told. */
  readonly training?: boolean;
}

/** What a weight is made from. */
export interface WeightOptions {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: InitializerLike;
  /** False for state that training does not touch by gradients. Default true. */
  readonly trainable?: boolean;
  /** A penalty on the weight, added to the loss while the weight is trainable. Default none. */
  readonly regularizer?: RegularizerLike;
  /** What the weight is brought back to after every update. Default none. */
  readonly constraint?: ConstraintLike;
}

/** A layer's output, and the value behind the activation that gives it; the output itself where there is none. */
export interface OutputWithHead {
  readonly output: Tensor;
  readonly beforeHead: Tensor;
}

/**
 * A step of a model: weights and a function of tensors.
 *
 * A layer of your own extends this class, makes its weights in `build` with `addWeight`, and computes in `call`. The
 * first call builds it. Shapes have the batch as their first axis. Options of your own are taken out of those that go to
 * `super`, or declared in `parameters`.
 *
 * Errors: PL4004 for an option that is none, or a value that it does not take.
 *
 * @example
 * class Scale extends Layer {
 *   static override readonly className: string = "Scale";
 *   build(inputShape) { this.factor = this.addWeight({ name: "factor", shape: [inputShape.at(-1)], initializer: "ones" }); }
 *   call(x) { return x.mul(this.factor); }
 * }
 */
export abstract class Layer {
  /** The class's name where names are looked up; a minifier would change the class's own. */
  static readonly className: string = "Layer";
  /** The options that the constructor takes by place, before the object with the rest. */
  static readonly byPlace: readonly string[] = [];
  /** The options that the class takes besides those of every layer and those by place; a class has its parent's too. */
  static readonly parameters: Parameters = {};

  trainable: boolean;
  /** The shape that the layer was built for, once it was. */
  inputShape?: BatchShape;
  /** Who gives this layer its input, for messages: a layer's name, or "the model's input". Set by the model. */
  inputFrom?: string;
  readonly #weights: Variable[] = [];
  readonly #regularizers = new Map<Variable, RegularizerCall>();
  readonly #activityRegularizer?: RegularizerCall;
  readonly #options: Readonly<Record<string, unknown>>;
  #name: string | undefined;

  constructor(options: LayerOptions = {}) {
    const Class = new.target as unknown as typeof Layer;
    const values = resolve("PL4004", Class.className, { ...ownParameters(Class), ...common }, options);
    this.#options = values;
    this.#name = values.name;
    this.trainable = values.trainable;
    this.#activityRegularizer = regularizers.get(values.activityRegularizer);
    // `call` is what a subclass writes and what a user calls, as in Keras; checking and building come before it here.
    const compute = this.call;
    this.call = (x, callOptions) => {
      this.ensureBuilt(x.shape);
      return this.#regularized(compute.call(this, x, callOptions));
    };
  }

  /** The values of the parameters that a class declares: what was given, or their defaults. */
  protected valuesOf<P extends Parameters>(_parameters: P): ValuesOf<P> {
    return this.#options as ValuesOf<P>;
  }

  /** Shape of one input row, when it was declared on the layer. */
  get declaredShape(): Shape | undefined {
    return this.valuesOf(common).inputShape;
  }

  /** As `call`, and with it what stands behind the head, from which losses are computed. */
  callWithHead(x: Tensor, options?: CallOptions): OutputWithHead {
    if (this.activation === undefined || this.beforeHead === undefined) {
      const output = this.call(x, options);
      return { output, beforeHead: output };
    }
    this.ensureBuilt(x.shape);
    const beforeHead = this.beforeHead(x, options);
    return { output: this.#regularized(this.activation.call(beforeHead)), beforeHead };
  }

  /** The penalty on an output is divided by the batch size, so that its strength does not hang on that. */
  #regularized(output: Tensor): Tensor {
    const penalty = this.#activityRegularizer?.call(output);
    if (penalty && output.size > 0) this.addLoss(output.rank > 0 ? penalty.div(output.shape[0]) : penalty);
    return output;
  }

  /** Adds a scalar to the loss of the step that is being computed. Called from `call`. */
  protected addLoss(loss: Tensor): void {
    addLoss(loss);
  }

  /** Output from input; shapes are those of `computeOutputShape`. Builds the layer if that was not done. */
  abstract call(x: Tensor, options?: CallOptions): Tensor;

  /** Makes the weights for an input shape. Layers without weights leave it out. */
  build(_inputShape: BatchShape): void {}

  /** Shape of the output for a shape of the input. */
  computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape;
  }

  /** Why the layer cannot take an input of this shape, as the words after "it needs"; undefined when it can. */
  protected needs(_inputShape: BatchShape): string | undefined {
    return undefined;
  }

  /** What the output is, as the pairing of heads with losses and metrics reads it. */
  get head(): Head {
    return this.activation?.head ?? "linear";
  }

  /** For layers that end in an activation: that activation, and the value it is given. `call` is the one of the other. */
  readonly activation?: Activation;
  beforeHead?(x: Tensor, options?: CallOptions): Tensor;

  get className(): string {
    return (this.constructor as typeof Layer).className;
  }

  get name(): string {
    return this.#name ?? snakeCase(this.className);
  }

  /** Takes a name that none of `taken` has, unless the user gave one: `dense`, then `dense_1`. Called by the model. */
  nameAmong(taken: ReadonlySet<string>): void {
    if (this.#name !== undefined) return;
    const stem = snakeCase(this.className);
    let name = stem;
    for (let n = 1; taken.has(name); n++) name = `${stem}_${n}`;
    this.#name = name;
  }

  get built(): boolean {
    return this.inputShape !== undefined;
  }

  /** All weights in the order in which they were made, which is Keras's. */
  get weights(): readonly Variable[] {
    return this.#weights;
  }
  /** The weights that training changes; none when the layer is not trainable. */
  get trainableWeights(): readonly Variable[] {
    return this.trainable ? this.#weights.filter(({ trainable }) => trainable) : [];
  }

  /** The penalties on the weights as they are, each a scalar; none on weights that are not trained. */
  penalties(): Tensor[] {
    return this.trainableWeights.flatMap(
      (weight) => this.#regularizers.get(weight)?.call(weight.read()) ?? [],
    );
  }

  /**
   * Checks the shape, and builds for it if that was not done.
   * Errors: PL4006 when the layer cannot take the shape, naming the layer, the shape, the need, and where it came from.
   */
  ensureBuilt(inputShape: BatchShape): void {
    const needs = this.needs(inputShape);
    if (needs !== undefined)
      throw new PlumbError("PL4006", {
        asked: `The ${this.className} layer "${this.name}" was given an input of shape ${showBatchShape(inputShape)}`,
        arrived: this.inputFrom === undefined ? undefined : `It came from ${this.inputFrom}`,
        why: `The layer needs ${needs}`,
        fix: "Change the layer that gives this input, reshape the input, or build the layer for the shape it gets",
      });
    if (this.built) return;
    this.inputShape = [null, ...inputShape.slice(1)];
    // Weights outlive the function that is being traced, if one is.
    withTrace(undefined, () => this.build(this.inputShape!));
  }

  /** Makes a weight, named `layer/weight`. Called from `build`. */
  protected addWeight(options: WeightOptions): Variable {
    const { name, shape, initializer, trainable = true } = options;
    const initial = initializers.get(initializer).call(shape);
    const constraint = constraints.get(options.constraint);
    const weight = new Variable(initial, {
      name: `${this.name}/${name}`,
      trainable,
      ...(constraint ? { constraint: (value: Tensor) => constraint.call(value) } : {}),
    });
    this.#weights.push(weight);
    const regularizer = regularizers.get(options.regularizer);
    if (regularizer) this.#regularizers.set(weight, regularizer);
    return weight;
  }
}

/** The parameters that a class and its parents declare. */
function ownParameters(Class: typeof Layer): Parameters {
  if (Class === Layer) return {};
  return { ...ownParameters(Object.getPrototypeOf(Class) as typeof Layer), ...Class.parameters };
}
