/**
 * What every layer has: a name, weights made when the shape of its input is known, and a function from tensor to tensor.
 * A layer is written in tensor code and never meets autodiff or a backend.
 */
import type { Head } from "../base/contract.ts";
import type { HostArray } from "../base/dtype.ts";
import { snakeCase } from "../base/names.ts";
import { requireKnown, resolve, type Parameters, type ValuesOf } from "../base/parameters.ts";
import { sizeOf } from "../base/shape.ts";
import { constraints } from "../constraints/index.ts";
import { initializers } from "../initializers/index.ts";
import type { Activation } from "../numerics/index.ts";
import { regularizers, type RegularizerCall } from "../regularizers/index.ts";
import { leavesOf, replaceLeaves, Tensor, Variable, withTrace, type TensorLike } from "../tensor/index.ts";
import { addLoss } from "./added-losses.ts";
import { endsInActivation, isAccessor, ownCallOptions, ownParameters } from "./class-facts.ts";
import { handedOn, masksOf, shapeOf } from "./given.ts";
import { beforeHeadOf, headOf, setHead } from "./heads.ts";
import { inferOutputs } from "./infer.ts";
import {
  commonParameters,
  type CallOptions,
  type Inputs,
  type LayerOptions,
  type LayerSample,
  type Masks,
  type Outputs,
  type WeightOptions,
} from "./layer-options.ts";
import { copyOrigin, setOrigin } from "./origins.ts";
import {
  callAsField,
  hiddenProperty,
  notATensor,
  notBuilt,
  notCalledOnce,
  unknownInside,
  wrongShape,
} from "./refusals.ts";
import { duringCall, inScope, outsideCalls, scopedName, surroundingCall } from "./scope.ts";
import { anyBatch, isShapeList, type BatchShape, type InputShape } from "./shapes.ts";
import { SymbolicTensor, symbolicAmong, type LayerCall } from "./symbolic.ts";
import { renamed, weightsGiven } from "./weight-lists.ts";

export type {
  CallOptions,
  Inputs,
  LayerOptions,
  LayerSample,
  Masks,
  NamedTensors,
  Outputs,
  WeightOptions,
} from "./layer-options.ts";

/** What a layer of this class gives; one tensor where no more is known of it than that it is a layer. */
export type OutputOf<L extends Layer> =
  Outputs extends ReturnType<L["call"]> ? Tensor : ReturnType<L["call"]>;

/**
 * A step of a model: weights, and a function of its inputs: one tensor or a list.
 *
 * A layer of your own extends this class, makes its weights in `build` with `addWeight`, and computes in `call`. The
 * first call builds it. Shapes have the batch as their first axis. Options of your own are taken out of those that go to
 * `super`, or declared in `parameters`. Layers inside it are public fields (alone, in lists or in plain objects), or made
 * known with `addLayer`: their weights are its weights. What goes with a call besides `training` and `mask` is declared in
 * `callOptions`; calls inside a call take over its `training`.
 *
 * Called on symbolic tensors (see `input`), it draws a functional model and computes nothing.
 *
 * Errors: PL4004 for an option that is none, or a value that it does not take; of a call too.
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
  /** What goes with a call besides `training` and `mask`; a class has its parent's too. */
  static readonly callOptions: readonly string[] = [];
  /** True where a list of tensors is taken, false where one tensor is; left out where both will do. Other forms are refused. */
  static readonly takesList?: boolean;
  /** What the contract tests feed it; odd shapes among them. No part of what is published. */
  static readonly samples: readonly LayerSample[] = [];

  /** The shape that the layer was built for, once it was; a list where it takes a list. */
  inputShape?: InputShape;
  readonly #weights: Variable[] = [];
  readonly #layers: Layer[] = [];
  readonly #calls: LayerCall[] = [];
  readonly #regularizers = new Map<Variable, RegularizerCall>();
  readonly #activityRegularizer?: RegularizerCall;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #named: boolean;
  /** Whether `call` is `beforeHead` with the activation after it. */
  readonly #activates: boolean;
  /** What goes around the `call` that the class has. */
  readonly #call: Layer["call"];
  /** The outermost layer inside which this one was last called, and looked for among its layers. */
  #soughtIn?: Layer;
  #name: string | undefined;
  #trainable: boolean;

  constructor(options: LayerOptions = {}) {
    const Class = new.target as unknown as typeof Layer;
    const values = resolve(
      "PL4004",
      Class.className,
      { ...ownParameters(Class), ...commonParameters },
      options,
    );
    this.#options = values;
    this.#name = values.name;
    this.#named = values.name !== undefined;
    this.#trainable = values.trainable;
    this.#activityRegularizer = regularizers.get(values.activityRegularizer);
    // `call` is what a subclass writes and what a user calls, as in Keras; drawing, checking, building, heads and masks
    // come around it here.
    this.#activates = endsInActivation(this);
    const compute = this.#activates
      ? (inputs: Inputs, completed: CallOptions) => this.#activate(inputs, completed)
      : this.call;
    this.#call = (given, callOptions = {}) => {
      requireKnown("PL4004", `The ${this.className} layer "${this.name}"`, this.callOptionNames, callOptions);
      const inputs = this.inputsFrom(given);
      return symbolicAmong(inputs, callOptions).length > 0
        ? this.#draw(inputs, callOptions)
        : this.#run(inputs, callOptions, (completed, of = inputs) => compute.call(this, of, completed));
    };
    this.call = this.#call;
  }

  /** What `call` was given, as this layer computes with it: a layer in the place of a tensor stands for its output. */
  protected inputsFrom(given: unknown): Inputs {
    return (
      Array.isArray(given) ? given.map((one) => this.#tensorFrom(one)) : this.#tensorFrom(given)
    ) as Inputs;
  }

  #tensorFrom(given: unknown): Tensor {
    if (given instanceof Tensor) return given;
    if (given instanceof Variable) return given.read();
    if (given instanceof Layer) return given.output as Tensor;
    throw notATensor(this, given);
  }

  /** The values of the parameters that a class declares: what was given, or their defaults. */
  protected valuesOf<P extends Parameters>(_parameters: P): ValuesOf<P> {
    return this.#options as ValuesOf<P>;
  }

  /** Shape of one input row, when it was declared on the layer. */
  get declaredShape(): BatchShape | undefined {
    return this.valuesOf(commonParameters).inputShape;
  }

  #activate(inputs: Inputs, options: CallOptions): Tensor {
    const before = this.beforeHead!(inputs, options);
    if (this.activation === undefined) return before;
    const output = this.activation.call(before);
    // An activation that gives its input as it is leaves it what it was.
    if (output !== inputs) setHead(output, this.outputHead, before);
    return output;
  }

  /** One call on tensors: builds, computes, adds penalties on outputs, hands heads and masks on. */
  #run(
    inputs: Inputs,
    options: CallOptions,
    compute: (options: CallOptions, inputs?: Inputs) => Outputs,
  ): Outputs {
    this.ensureBuilt(shapeOf(inputs), inputs);
    const { training: around, layers, observe } = surroundingCall();
    const { training = around, mask = masksOf(inputs) } = options;
    const completed = { ...options, training, ...(mask === undefined ? {} : { mask }) };
    const computed = (of?: Inputs): Outputs =>
      this.within(() =>
        duringCall({ training, layers: [...layers, this], observe }, () => compute(completed, of)),
      );
    const made = computed();
    if (layers.length > 0) this.#lookForIn(layers[0]);
    const outputs = leavesOf(made) as Tensor[];
    for (const output of outputs) {
      observe?.(this, output);
      this.#penalise(output);
      if (!this.#activates && this.outputHead !== "custom") setHead(output, this.outputHead);
    }
    if (this.movesValues && inputs instanceof Tensor && outputs[0] !== inputs) {
      const before = beforeHeadOf(inputs);
      const moved = before === inputs ? outputs[0] : (computed(before) as Tensor);
      setHead(outputs[0], headOf(inputs), moved);
    }
    // Layers such as Embedding make a mask where none came in.
    const masks = this.computeMask(inputs, mask);
    return handedOn(made, inputs, Array.isArray(masks) ? masks : [masks], this.#origin);
  }

  readonly #origin = (): string => this.asOrigin;

  /** What messages call the layer where a tensor came from it. */
  protected get asOrigin(): string {
    return `the layer "${this.name}"`;
  }

  /** Warns, once, when the layer is called inside another to which its weights are not known. */
  #lookForIn(outermost: Layer): void {
    if (this.#soughtIn !== undefined) return;
    this.#soughtIn = outermost;
    if (this.trainableWeights.length > 0 && !layersWithin(outermost).includes(this))
      console.warn(unknownInside(this, outermost));
  }

  /** One call on symbolic tensors: what it will give, and that it is to be made. */
  #draw(inputs: Inputs, options: CallOptions): Outputs {
    this.ensureBuilt(shapeOf(inputs), inputs);
    const symbols = [...new Set(symbolicAmong(inputs, options))];
    let made!: Outputs;
    const run = (values: readonly Tensor[]): readonly Tensor[] => {
      symbols.forEach((symbol, i) => copyOrigin(symbol, values[i]));
      const valueOf = (leaf: unknown): unknown => values[symbols.indexOf(leaf as SymbolicTensor)] ?? leaf;
      const given = replaceLeaves(options, valueOf) as CallOptions;
      made = this.call(replaceLeaves(inputs, valueOf) as Inputs, given);
      return leavesOf(made) as Tensor[];
    };
    const specs = outsideCalls(() => inferOutputs(symbols, run));
    const outputs: SymbolicTensor[] = [];
    const source: LayerCall = { layer: this, inputs, options, outputs };
    for (const spec of specs) outputs.push(new SymbolicTensor(spec, source));
    for (const output of outputs) setOrigin(output, this.#origin);
    this.#calls.push(source);
    let next = 0;
    return replaceLeaves(made, () => outputs[next++]) as Outputs;
  }

  /** What the layer takes in the model that it was drawn into. Errors: PL4015 where it was not called once. */
  get input(): Inputs {
    return this.#onlyCall("input").inputs;
  }

  /**
   * The symbolic tensor that the layer gives in the model that it was drawn into (a list, of several), from which another
   * model can branch off. Errors: PL4015 where it was not called on symbolic tensors, or more than once.
   *
   * @example
   * const features = new Model({ inputs: model.inputs, outputs: model.getLayer("dense").output });
   */
  get output(): Outputs {
    const { outputs } = this.#onlyCall("output");
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  #onlyCall(asked: string): LayerCall {
    const calls = this.drawn;
    if (calls.length === 1) return calls[0];
    throw notCalledOnce(this, asked, calls.length);
  }

  /** The calls of the layer on symbolic tensors. */
  protected get drawn(): readonly LayerCall[] {
    return this.#calls;
  }

  /** Runs `fn`, in which weights may be made, under the layer's name. */
  protected within<R>(fn: () => R): R {
    return inScope(this.name, fn);
  }

  /** The penalty on an output is divided by the batch size, so that its strength does not hang on that. */
  #penalise(output: Tensor): void {
    const penalty = this.#activityRegularizer?.call(output);
    if (penalty && output.size > 0) this.addLoss(output.rank > 0 ? penalty.div(output.shape[0]) : penalty);
  }

  /** Adds a scalar to the loss of the step that is being computed. Called from `call`. */
  protected addLoss(loss: Tensor): void {
    addLoss(loss);
  }

  /** Output from input. Builds the layer if that was not done. A list in where the layer takes a list. */
  abstract call(inputs: Inputs, options?: CallOptions): Outputs;

  /** Makes the weights for an input shape (a list of them, where the layer takes a list). Layers without weights leave it out. */
  build(_inputShape: InputShape): void {}

  /**
   * Shape of the output for a shape of the input. Builds the layer for it. Found by running `call` without values, so
   * that there is nothing to declare.
   */
  computeOutputShape(inputShape: InputShape): InputShape {
    this.ensureBuilt(inputShape);
    const shapes = isShapeList(inputShape) ? inputShape : [inputShape];
    let several = false;
    const run = (values: readonly Tensor[]): readonly Tensor[] => {
      const outputs = this.call(isShapeList(inputShape) ? values : values[0]);
      several = !(outputs instanceof Tensor);
      return leavesOf(outputs) as Tensor[];
    };
    const specs = outsideCalls(() =>
      inferOutputs(
        shapes.map((shape) => ({ shape, dtype: "float32" })),
        run,
      ),
    );
    return several ? specs.map(({ shape }) => shape) : specs[0].shape;
  }

  /** The names of what may go with a call. */
  get callOptionNames(): readonly string[] {
    return ["training", "mask", ...ownCallOptions(this.constructor as typeof Layer)];
  }

  /** True for a layer that takes a list of tensors, false for one that takes one tensor; undefined where both will do. */
  get takesList(): boolean | undefined {
    return (this.constructor as typeof Layer).takesList;
  }

  /** As `needs`, of one tensor and lists of them too. */
  #needsAny(inputShape: InputShape): string | undefined {
    const { takesList } = this;
    if (takesList === false && isShapeList(inputShape))
      return `one tensor, not a list of ${inputShape.length}`;
    const needs = this.needs(inputShape);
    return takesList === true && !isShapeList(inputShape) ? (needs ?? "a list of inputs") : needs;
  }

  /** Why the layer cannot take an input of this shape, as the words after "it needs"; undefined when it can. */
  protected needs(_inputShape: InputShape): string | undefined {
    return undefined;
  }

  /** Whether the steps of the output are those of the input, so that a mask holds for both. Default false: it ends here. */
  get supportsMasking(): boolean {
    return false;
  }

  /** The mask of the output (of each of them, as a list), given those of the inputs. */
  computeMask(_inputs: Inputs, mask: Masks): Masks {
    if (!this.supportsMasking) return undefined;
    return Array.isArray(mask) ? mask.find((one) => one !== undefined) : mask;
  }

  /**
   * Whether the output is the values of the input, moved: reshaped, permuted, repeated. Then it is the same head, with the
   * same before its activation. Default false.
   */
  get movesValues(): boolean {
    return false;
  }

  /**
   * What the output is, as the pairing of heads with losses and metrics reads it. That of the activation, where the layer
   * ends in one; otherwise "custom", of which nothing is assumed.
   */
  get outputHead(): Head {
    return this.#activates ? (this.activation?.head ?? "custom") : "custom";
  }

  /** For layers that end in an activation: that activation, and the value it is given. `call` is the one of the other. */
  readonly activation?: Activation;
  beforeHead?(inputs: Inputs, options?: CallOptions): Tensor;

  get className(): string {
    return (this.constructor as typeof Layer).className;
  }

  get name(): string {
    return this.#name ?? snakeCase(this.className);
  }

  /** Whether the user gave the name. */
  get named(): boolean {
    return this.#named;
  }

  /**
   * Takes a name that none of `taken` has, unless the user gave one: `dense`, then `dense_1`; one that it has from another
   * model stays where it is free. Its weights are renamed with it. Called by the model.
   */
  nameAmong(taken: ReadonlySet<string>): void {
    const before = this.name;
    if (this.#named || (this.#name !== undefined && !taken.has(before))) return;
    const stem = snakeCase(this.className);
    let name = stem;
    for (let n = 1; taken.has(name); n++) name = `${stem}_${n}`;
    this.#name = name;
    for (const weight of this.weights) weight.name = renamed(weight.name, before, name);
  }

  /**
   * False keeps the layer's weights as they are, and those of the layers inside it: setting it sets theirs, as in Keras.
   * Each `fit` reads it when it begins, and `trainOnBatch` at each call.
   */
  get trainable(): boolean {
    return this.#trainable;
  }
  set trainable(value: boolean) {
    for (const layer of layersWithin(this)) layer.#trainable = value;
  }

  get built(): boolean {
    return this.inputShape !== undefined;
  }

  /** The layers inside this one: public fields that hold some, then those of `addLayer`. */
  get layers(): readonly Layer[] {
    const found = new Set(Object.values(this).flatMap(layersIn));
    for (const layer of this.#layers) found.add(layer);
    return [...found];
  }

  /** Makes a layer that no public field holds one of this layer's own. */
  protected addLayer<L extends Layer>(layer: L): L {
    this.#layers.push(layer);
    return layer;
  }

  /** All weights: those that training changes, then the rest, then those of the layers inside. The order is Keras's. */
  get weights(): readonly Variable[] {
    const own = layersWithin(this).flatMap((layer) => [
      ...layer.#weights.filter(({ trainable }) => trainable),
      ...layer.#weights.filter(({ trainable }) => !trainable),
    ]);
    return [...new Set(own)];
  }
  /** The weights that training changes; none when the layer is not trainable. */
  get trainableWeights(): readonly Variable[] {
    const trained = layersWithin(this, (layer) => layer.#trainable);
    return [...new Set(trained.flatMap((layer) => layer.#weights.filter(({ trainable }) => trainable)))];
  }
  /** The weights that training does not change by gradients; all when the layer is not trainable. */
  get nonTrainableWeights(): readonly Variable[] {
    const trained = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !trained.has(weight));
  }

  /** The number of numbers in all weights. Errors: PL4002 before the layer is built. */
  countParams(): number {
    this.requireBuilt("The number of its weights was asked for");
    return this.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** Copies of all weights, each flat in row-major order, in the order of `weights`. Errors: PL4002 before it is built. */
  getWeights(): HostArray[] {
    this.requireBuilt("Its weights were asked for");
    return this.weights.map((weight) => weight.dataSync());
  }

  /**
   * Gives the layer these weights, in the order of `weights`: tensors and nested arrays of their shapes, or flat
   * arrays in row-major order. During a fit it takes effect between two steps.
   * Errors: PL4007 when number, shapes or sizes differ; nothing is changed then.
   */
  setWeights(values: readonly TensorLike[]): void {
    this.requireBuilt("Its weights were to be set");
    const { weights } = this;
    const given = weightsGiven(this.asOrigin, weights, values);
    weights.forEach((weight, i) => weight.assign(given[i].reshape(weight.shape)));
  }

  /** Errors with PL4002 before the layer is built. */
  protected requireBuilt(asked: string): void {
    if (this.built) return;
    throw notBuilt(this.asOrigin.replace("the ", ""), asked);
  }

  /** The penalties on the weights as they are, each a scalar; none on weights that are not trained, and no weight's twice. */
  penalties(counted: Set<Layer> = new Set()): Tensor[] {
    if (!this.trainable || counted.has(this)) return [];
    counted.add(this);
    const own = this.#weights.flatMap((weight) =>
      weight.trainable ? (this.#regularizers.get(weight)?.call(weight.read()) ?? []) : [],
    );
    return [...own, ...this.layers.flatMap((layer) => layer.penalties(counted))];
  }

  /**
   * Checks the shape, and builds for it if that was not done.
   * Errors: PL4006 when the layer cannot take the shape, naming the layer, the shape, the need, and where `inputs` of that
   * shape came from.
   */
  ensureBuilt(inputShape: InputShape, inputs?: unknown): void {
    const needs = this.#needsAny(inputShape);
    if (needs !== undefined) throw wrongShape(this, inputShape, needs, inputs);
    if (this.built) return;
    this.#requireOwnFields();
    const shape = anyBatch(inputShape);
    this.inputShape = shape;
    this.#nameInside();
    // Weights outlive the function that is being traced, if one is.
    this.within(() => withTrace(undefined, () => outsideCalls(() => this.build(shape))));
    this.#nameInside();
  }

  /** A field with layers must not hide what the class asks its layers for. Errors: PL4004. */
  #requireOwnFields(): void {
    const hiding = Object.entries(this).find(
      ([key, value]) => layersIn(value).length > 0 && isAccessor(this, key),
    );
    if (hiding !== undefined) throw hiddenProperty(this, hiding[0]);
  }

  /** Errors (PL4004) when a field hides the layer's `call`, and all that comes around it. Called by what has the layer. */
  requireOwnCall(): void {
    if (this.call !== this.#call) throw callAsField(this);
  }

  /** Layers inside have names of their own among each other: before their weights take them, and for those made in `build`. */
  #nameInside(): void {
    const taken = new Set<string>();
    for (const layer of this.layers) {
      layer.requireOwnCall();
      layer.nameAmong(taken);
      taken.add(layer.name);
    }
  }

  /** Makes a weight, named `layer/weight`. Called from `build`. */
  protected addWeight(options: WeightOptions): Variable {
    const { name, shape, initializer, trainable = true } = options;
    const initial = initializers.get(initializer).call(shape);
    const constraint = constraints.get(options.constraint);
    const weight = new Variable(initial, {
      name: scopedName(name),
      trainable,
      ...(constraint ? { constraint: (value: Tensor) => constraint.call(value) } : {}),
    });
    this.#weights.push(weight);
    const regularizer = regularizers.get(options.regularizer);
    if (regularizer) this.#regularizers.set(weight, regularizer);
    return weight;
  }
}

/** The layers that a field holds: itself, or in a list or a plain object. */
function layersIn(value: unknown): Layer[] {
  if (value instanceof Layer) return [value];
  if (Array.isArray(value)) return value.flatMap(layersIn);
  const isPlain =
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.values(value).flatMap(layersIn) : [];
}

/**
 * A layer, and after it those inside it, each followed by those inside that one; each once, also where one has another
 * around it as a field. Layers that `enters` refuses are left out with what is inside them.
 */
export function layersWithin(layer: Layer, enters: (layer: Layer) => boolean = () => true): readonly Layer[] {
  const met = new Set<Layer>();
  const walk = (one: Layer): void => {
    if (met.has(one) || !enters(one)) return;
    met.add(one);
    one.layers.forEach(walk);
  };
  walk(layer);
  return [...met];
}
