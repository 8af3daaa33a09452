/**
 * What every layer has: a name, weights made when the shape of its input is known, and a function from tensor to tensor.
 * A layer is written in tensor code and never meets autodiff or a backend.
 */
import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { snakeCase } from "../base/names.ts";
import type { Shape } from "../base/shape.ts";
import { initializers, type InitializerLike } from "../initializers/index.ts";
import type { Activation } from "../numerics/index.ts";
import { withTrace } from "../tensor/context.ts";
import { Variable, type Tensor } from "../tensor/index.ts";

/** A shape whose first extent, the batch, is not known yet: `[null, 28, 28]`. */
export type BatchShape = readonly (number | null)[];

/** `[batch, 28, 28]`, as messages and summaries write it. */
export const showBatchShape = (shape: BatchShape): string => `[${shape.map((n) => n ?? "batch").join(", ")}]`;

/** What every layer takes. */
export interface LayerOptions {
  /** Unset: the class's name in snake_case, numbered within its model (`dense`, `dense_1`). */
  name?: string;
  /** False keeps the layer's weights as they are. Read when a model is compiled. Default true. */
  trainable?: boolean;
  /** Shape of one input row, for the first layer of a `Sequential` that has no `Input`. */
  inputShape?: Shape;
}

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
}

/**
 * A step of a model: weights and a function of tensors.
 *
 * A layer of your own extends this class, makes its weights in `build` with `addWeight`, and computes in `call`. The
 * first call builds it. Shapes have the batch as their first axis.
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

  trainable: boolean;
  /** The shape that the layer was built for, once it was. */
  inputShape?: BatchShape;
  /** Who gives this layer its input, for messages: a layer's name, or "the model's input". Set by the model. */
  inputFrom?: string;
  /** Shape of one input row, when it was declared on the layer. */
  readonly declaredShape?: Shape;
  readonly #weights: Variable[] = [];
  #name: string | undefined;

  constructor(options: LayerOptions = {}) {
    this.#name = options.name;
    this.trainable = options.trainable ?? true;
    this.declaredShape = options.inputShape;
    // `call` is what a subclass writes and what a user calls, as in Keras; checking and building come before it here.
    const compute = this.call;
    this.call = (x, callOptions) => {
      this.ensureBuilt(x.shape);
      return compute.call(this, x, callOptions);
    };
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
  protected addWeight({ name, shape, initializer, trainable = true }: WeightOptions): Variable {
    const initial = initializers.get(initializer).call(shape);
    const weight = new Variable(initial, { name: `${this.name}/${name}`, trainable });
    this.#weights.push(weight);
    return weight;
  }
}
