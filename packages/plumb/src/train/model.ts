/**
 * Models: layers that can be compiled, fitted, evaluated and asked for predictions. One is drawn from symbolic tensors,
 * stacked (`Sequential`), or written as a class with a `call` of its own.
 */
import { PlumbError } from "../base/errors.ts";
import { didYouMean } from "../base/names.ts";
import { showValue, unchecked, type Parameters } from "../base/parameters.ts";
import {
  addedLosses,
  inferOutputs,
  input,
  InputLayer,
  isShapeList,
  Layer,
  originOf,
  scopeIsEmpty,
  secondOf,
  setOrigin,
  SymbolicTensor,
  type BatchShape,
  type CallOptions,
  type Inputs,
  type InputShape,
  type LayerOptions,
  type Outputs,
} from "../layers/index.ts";
import { dataOf, SavedArray, type StateEntry } from "../optimizers/index.ts";
import {
  asTensor,
  gradients,
  leavesOf,
  replaceLeaves,
  Tensor,
  type TensorLike,
  type Variable,
} from "../tensor/index.ts";
import type { Batch, StepOutput } from "./batch.ts";
import { Compiled, type CompileOptions, type Objective } from "./compile.ts";
import type { OutputInfo } from "./criterion.ts";
import { Dataset } from "./dataset.ts";
import { evaluate, type EvaluateOptions } from "./evaluate.ts";
import type { Logs } from "./events.ts";
import { fit } from "./fit.ts";
import { planOf, type FitOptions } from "./fit-options.ts";
import { Graph } from "./graph.ts";
import type { History } from "./history.ts";
import { findLearningRate, type LearningRateSweep, type SweepOptions } from "./find-learning-rate.ts";
import { BatchSteps, type OnBatchOptions } from "./on-batch.ts";
import {
  arranged,
  declaredPlaces,
  givenPlaces,
  isNamed,
  listed,
  tensorsFor,
  valuesFor,
  type Places,
  type Structure,
} from "./places.ts";
import { plotOf } from "./plot.ts";
import { profile, type Profile, type ProfileOptions } from "./profile.ts";
import { ForwardPrograms, predict, predictOnBatch, type PredictOptions } from "./predict.ts";
import { specsOf, type RowsData } from "./rows.ts";
import { summaryOf, type SummaryOptions } from "./summary.ts";
import { Turns } from "./turns.ts";

/** What `Model` takes. */
export interface ModelOptions<P extends Structure<Tensor> = Tensor> {
  /** What `input()` gave: one, a list, or an object by name. Left out, with `outputs`, by a class with its own `call`. */
  readonly inputs?: Structure<Tensor | Layer>;
  /** What layers gave for them: one, a list, or an object by name. */
  readonly outputs?: P;
  /** Unset: `functional`, or the class's in snake_case. */
  readonly name?: string;
  /** False keeps all weights as they are. Default true. */
  readonly trainable?: boolean;
}

const parameters = {
  inputs: unchecked<ModelOptions["inputs"]>(undefined, "What the model takes"),
  outputs: unchecked<Structure<Tensor> | undefined>(undefined, "What the model gives"),
};

/** A model, whatever it gives. */
export type AnyModel = Model<any>;

/** All of a model that training changes, as arrays by name, which JSON can write: what a checkpoint holds. */
export interface ModelState {
  readonly weights: readonly StateEntry[];
  /** Step counter, learning rate, slots; absent when the model is not compiled. */
  readonly optimizer?: readonly StateEntry[];
}

const given = { what: "x", place: "input" } as const;

/**
 * A function of tensors with weights, and what it takes to train it. A model is a layer: it can stand in other models.
 *
 * Drawn: `new Model({ inputs, outputs })`, from what `input()` gave to what layers gave for it; inputs and outputs are one
 * tensor, a list, or an object by name, and so are the data of `fit` and what `predict` gives. Outputs are called by the
 * names in the object, else like the layers that give them. Layers that are called several times have their weights once.
 *
 * Written: a class with layers as its fields and a `call` of its own. It is built when it first meets data; several inputs
 * reach `call` as they were given, a list of tensors or an object.
 *
 * Errors: PL4016 when an output cannot be computed from the inputs, PL4004 for what is no symbolic tensor and for names
 * that are given twice. Keras's `Model`, with its order and names of weights.
 *
 * @example
 * const x = input({ shape: [4] });
 * const hidden = new Dense(8, { activation: "relu" }).call(x);
 * const model = new Model({
 *   inputs: x,
 *   outputs: { price: new Dense(1).call(hidden), kind: new Dense(3).call(hidden) },
 * });
 * model.compile({ optimizer: "adam", loss: { price: "mse", kind: "sparseCategoricalCrossentropy" } });
 *
 * @example
 * class Net extends Model {
 *   hidden = new Dense(8, { activation: "relu" });
 *   head = new Dense(1);
 *   call(x) { return this.head.call(this.hidden.call(x)); }
 * }
 */
export class Model<P extends Structure<Tensor> = Tensor> extends Layer {
  static override readonly className: string = "Model";
  static override readonly parameters: Parameters = parameters;
  /** Set it, from a callback, to end training after the present step or epoch. */
  stopTraining = false;
  /** Slices of steps, predictions and evaluations of this model run one at a time, in the order they were asked for. */
  readonly turns = new Turns();
  /** Fits of this model run one after the other. */
  readonly #fits = new Turns();
  readonly #programs = new ForwardPrograms(this);
  readonly #batchSteps = new BatchSteps(this);
  #graph?: Graph;
  #inputPlaces?: Places;
  #outputPlaces?: Places;
  #outputInfos?: readonly OutputInfo[];
  #compiled?: Compiled;
  #callingBack: () => boolean = () => false;

  constructor(options: ModelOptions<P> = {}) {
    super(options as LayerOptions);
    const { inputs, outputs } = this.valuesOf(parameters);
    if (inputs === undefined && outputs === undefined) return;
    const [from, to] = [symbolic(this.name, inputs, "inputs"), symbolic(this.name, outputs, "outputs")];
    this.draw(Array.isArray(from) && from.length === 1 ? from[0] : from, to);
  }

  /** Makes the model what lies between symbolic tensors. `unlisted`: input layers that are not among its layers. */
  protected draw(
    inputs: Structure<SymbolicTensor>,
    outputs: Structure<SymbolicTensor>,
    unlisted: readonly Layer[] = [],
  ): void {
    const nameOf = ({ source }: SymbolicTensor): string => source.layer.name;
    const inOrder = (structure: Structure<SymbolicTensor>): readonly SymbolicTensor[] =>
      valuesFor<SymbolicTensor>(declaredPlaces(structure, nameOf), structure, given) as SymbolicTensor[];
    const graph = new Graph(inOrder(inputs), inOrder(outputs), unlisted);
    settleNames(this.name, graph.layers);
    this.#graph = graph;
    this.#inputPlaces = declaredPlaces(inputs, nameOf);
    const places = declaredPlaces(outputs, nameOf);
    this.#outputPlaces = places;
    this.#outputInfos = graph.outputs.map(({ head, shape, masked }, i) => ({
      ...namedAs(places, i),
      head,
      shape,
      masked,
    }));
    const shapes = graph.inputs.map(({ shape }): BatchShape => shape);
    this.inputShape = this.#inputPlaces.form === "one" ? shapes[0] : shapes;
    this.#programs.clear();
    this.#batchSteps.clear();
  }

  override get className(): string {
    const own = super.className;
    return own === "Model" && this.#graph !== undefined ? "Functional" : own;
  }

  /** The symbolic tensors that a drawn model takes, in order. Errors: PL4002 for one that is not drawn. */
  get inputs(): readonly SymbolicTensor[] {
    return this.#needDrawn("inputs").inputs;
  }
  /** The symbolic tensors that a drawn model gives, in order: others can be drawn from them. Errors: as `inputs`. */
  get outputs(): readonly SymbolicTensor[] {
    return this.#needDrawn("outputs").outputs;
  }
  override get input(): Inputs {
    return this.#graph === undefined
      ? super.input
      : (arranged(this.#inputPlaces!, this.#graph.inputs) as Inputs);
  }
  override get output(): Outputs {
    return this.#graph === undefined
      ? super.output
      : (arranged(this.#outputPlaces!, this.#graph.outputs) as Outputs);
  }

  /** The calls of layers that a drawn model consists of, each after those that it waits for; undefined for others. */
  get graph(): Graph | undefined {
    return this.#graph;
  }

  /** The names of the inputs and the form in which they are taken; unset for a model that takes what it is given. */
  get inputPlaces(): Places | undefined {
    return this.#inputPlaces;
  }
  /** The names of the outputs and the form in which they are given; unset before they are known. */
  get outputPlaces(): Places | undefined {
    return this.#outputPlaces;
  }
  /** The outputs as losses and metrics are paired with them; unset before they are known. */
  get outputInfos(): readonly OutputInfo[] | undefined {
    return this.#outputInfos;
  }
  /** Names of the outputs, as in the logs of several. Errors: PL4002 before the model is built. */
  get outputNames(): readonly string[] {
    this.requireBuilt("The names of its outputs were asked for");
    return this.#outputPlaces?.names ?? [];
  }

  /** Shape of the output, batch included as null (of each of several); undefined before the model is built. */
  get outputShape(): InputShape | undefined {
    const shapes = this.#outputInfos?.map(({ shape = [] }) => shape);
    return shapes === undefined || this.#outputPlaces?.form !== "one" ? shapes : shapes[0];
  }

  /** Whether an output wants labels: it has a loss, or metrics. */
  wantsLabels(output: number): boolean {
    if (this.#compiled === undefined || this.#outputInfos === undefined) return true;
    return this.#compiled.criteria(this.#outputInfos)[output].wantsLabels;
  }

  /** The layers, in Keras's order: from the inputs to the outputs; then those in fields of a class of one's own. */
  override get layers(): readonly Layer[] {
    return [...new Set([...(this.#graph?.layers ?? []), ...super.layers])];
  }

  /** A layer by its name, or by its place among `layers`. Errors: PL4004 when there is none. */
  getLayer(name: string | number): Layer {
    const { layers } = this;
    const found = typeof name === "number" ? layers.at(name) : layers.find((layer) => layer.name === name);
    if (found !== undefined) return found;
    const names = layers.map((layer) => layer.name);
    throw new PlumbError("PL4004", {
      asked: `The layer ${JSON.stringify(name)} of the model "${this.name}" was asked for`,
      why: `It has ${names.length} layers: ${listed(names)}`,
      fix: `${typeof name === "string" ? didYouMean(name, names) : ""}Give one of these names, or its place from 0`,
    });
  }

  /** The weights that training changes. */
  get trainableVariables(): readonly Variable[] {
    return this.trainableWeights;
  }

  /** A model that stands by itself adds nothing to the names of its weights; one within others does, as layers do. */
  protected override within<R>(fn: () => R): R {
    return scopeIsEmpty() ? fn() : super.within(fn);
  }

  protected override get asOrigin(): string {
    return `the model "${this.name}"`;
  }

  protected override inputsFrom(from: unknown): Inputs {
    const places = this.inputPlaces ?? givenPlaces(from, "input");
    const values = valuesFor<TensorLike | Layer>(places, from, given);
    const inputs = values.map((value, i) =>
      value instanceof Layer ? (value.output as Tensor) : asInput(asTensor(value as TensorLike), places, i),
    );
    return arranged(places, inputs) as Inputs;
  }

  /**
   * The outputs for inputs, as tensors or nested arrays: `[rows, …]` in, `[rows, …]` out. Builds the model if that was not
   * done. A class of one's own overrides it, and gets tensors.
   * Errors: PL4017 for other inputs than the model has, PL4006 for a shape that a layer cannot take.
   */
  override call(inputs: Structure<TensorLike | Layer>, options: CallOptions = {}): P {
    const graph = this.#needDrawn("call");
    const values = tensorsFor(this.#inputPlaces!, inputs, given);
    return arranged(this.#outputPlaces!, graph.run(values, options)) as P;
  }

  /** Makes the weights for inputs of these shapes, batch included: `[null, 4]`. Does nothing once they are made. */
  override build(inputShape: InputShape): void {
    if (this.#graph !== undefined || this.built) return;
    const symbolOf = (shape: BatchShape): SymbolicTensor => input({ shape: shape.slice(1) });
    this.buildFor(isShapeList(inputShape) ? inputShape.map(symbolOf) : symbolOf(inputShape));
  }

  /** Builds the model for inputs like these, of which the number of rows does not count, and learns what it gives. */
  buildFor(x: Structure<Tensor | Variable>): void {
    if (this.#outputInfos !== undefined && this.built) return;
    let made!: Structure<Tensor>;
    const specs = inferOutputs(
      specsOf(x).map(({ shape, dtype }) => ({ shape: [null, ...shape.slice(1)], dtype })),
      (values) => {
        let next = 0;
        made = this.call(replaceLeaves(x, () => values[next++]) as Structure<Tensor>);
        return leavesOf(made) as Tensor[];
      },
    );
    const places = givenPlaces(made, "output");
    this.#outputPlaces = places;
    this.#outputInfos = specs.map(({ head = "custom", shape, maskShape }, i) => ({
      head,
      shape,
      masked: maskShape !== undefined,
      ...namedAs(places, i),
    }));
  }

  /** Losses and metrics for the labels of a data set. Builds the model if that was not done. */
  objectiveFor(data: Dataset): Objective {
    this.buildFor(data.x);
    const outputs = this.#outputInfos!;
    // Before labels are laid to the outputs: what was said of outputs that are not there is told first.
    this.compiled.criteria(outputs);
    return this.compiled.objective(outputs, data.labels);
  }

  #needDrawn(asked: string): Graph {
    if (this.#graph !== undefined) return this.#graph;
    throw new PlumbError("PL4002", {
      asked: `${asked === "call" ? "A call" : `The ${asked}`} of the model "${this.name}" was asked for`,
      why:
        asked === "call"
          ? "It was not drawn from symbolic tensors, and has no call of its own"
          : "It was not drawn from symbolic tensors",
      fix: "Make it with new Model({ inputs, outputs }), a Sequential with Input({ shape }); or write a class with call(x)",
    });
  }

  /**
   * Says how the model is to be trained: optimizer, loss and metrics, as objects or by name.
   *
   * The last layer's activation, the loss and the metrics are checked against each other here: what cannot be meant is
   * an error, what is doubtful a warning, and where `fromLogits` was left out it follows from the activation. A softmax
   * or sigmoid head with a cross-entropy is computed from the logits behind it, in `fit` and in `evaluate`.
   *
   * Errors: PL4004 for a `call` that is a field, PL4003, PL2006, PL2007, PL2010 and others that the pairing names.
   */
  compile(options: CompileOptions): void {
    this.requireOwnCall();
    this.#compiled = new Compiled(options, this.outputInfos);
    this.#batchSteps.clear();
  }

  /** What `compile` was told. Errors: PL4001 before it. */
  get compiled(): Compiled {
    if (this.#compiled !== undefined) return this.#compiled;
    throw new PlumbError("PL4001", {
      asked: `The model "${this.name}" was to be trained or evaluated`,
      why: "It has no loss and no optimizer yet",
      fix: 'Call model.compile({ optimizer: "adam", loss: … }) first',
    });
  }
  get isCompiled(): boolean {
    return this.#compiled !== undefined;
  }

  /** Whether a higher value of a log entry is better, by its metric; the loss is better when lower. */
  higherIsBetter(name: string): boolean {
    return this.compiled.higherIsBetter(name.replace(/^val_/, ""));
  }

  /**
   * Trains the model on rows `x` with labels `y`.
   *
   * Each step is one call of a compiled program: the rows of the batch are gathered from data that stay in the engine's
   * memory, then forward, loss, gradients, update and metrics. A fit yields to the event loop by time; a second fit of
   * the same model begins when this one has ended, and predictions come between two steps.
   *
   * Rows and options are read when it is called: what happens to the arrays afterwards is of no account. From a callback
   * of the same model, until what the callback promised is done, it cannot be called: each would wait for the other.
   *
   * The same seed gives the same bits: shuffling, dropout and, for a model not built yet, its first weights.
   *
   * Errors: PL4001 when the model is not compiled, PL4004 for options and for a call from a callback, PL4005 when rows do not match, PL2xxx for labels that the loss does
   * not take and predictions out of its range (the step that met them has changed nothing), PL4006 for wrong shapes.
   */
  async fit(x: RowsData, y: RowsData, options: FitOptions = {}): Promise<History> {
    this.#refuseWithin("fit");
    const plan = planOf(this, x, y, options);
    return this.#fits.take(() => fit(this, plan, (calling) => (this.#callingBack = calling)));
  }

  #refuseWithin(asked: string): void {
    if (!this.#callingBack()) return;
    throw new PlumbError("PL4004", {
      asked: `${asked} was called while a callback of a fit of the same model was at work`,
      why: "It would wait for the fit, which waits for the callback",
      fix: "Call it after the first fit has ended: await model.fit(…) first, or let the callback keep what it learned",
    });
  }

  /**
   * The loss and every metric over rows `x` with labels `y`, by name. Dropout and the like are off.
   *
   * As in Keras the loss is the mean of those of the batches, each counted by its rows. A metric counts every value by
   * itself: where a mask or sample weights leave out more in one batch than in another, a loss and the metric of its name
   * differ.
   * Errors: as `fit`.
   */
  evaluate(x: RowsData, y: RowsData, options: EvaluateOptions = {}): Promise<Logs> {
    return evaluate(this, x, y, options);
  }

  /**
   * The model's output for rows `x`, as one tensor `[rows, …]` (of several outputs, as the model gives them). Computed
   * batch by batch; dropout and the like are off.
   */
  predict(x: RowsData, options: PredictOptions = {}): Promise<P> {
    return predict(this, this.#programs, x, options) as Promise<P>;
  }

  /**
   * One step of training on one batch, for loops of one's own: forward, loss, gradients, update and metrics as one
   * compiled program per shape of batch. Gives the running loss and metrics since `resetMetrics`, by name, as Keras does.
   * Errors: as `fit`; labels are checked at each call.
   *
   * @example
   * model.resetMetrics();
   * for (const [x, y] of batches) logs = await model.trainOnBatch(x, y);
   */
  trainOnBatch(x: RowsData, y: RowsData, options: OnBatchOptions = {}): Promise<Logs> {
    return this.#batchSteps.run("train", x, y, options);
  }

  /** Loss and metrics of one batch, added to those of the batches since `resetMetrics`. Errors: as `evaluate`. */
  testOnBatch(x: RowsData, y: RowsData, options: Pick<OnBatchOptions, "sampleWeight"> = {}): Promise<Logs> {
    return this.#batchSteps.run("test", x, y, options);
  }

  /** The model's output for one batch, in one step: `predict` with a batch as large as the rows. */
  predictOnBatch(x: RowsData): Promise<P> {
    return predictOnBatch(this, this.#programs, x) as Promise<P>;
  }

  /** Begins the running values of `trainOnBatch` and `testOnBatch` anew. */
  resetMetrics(): void {
    this.#batchSteps.reset();
  }

  /**
   * Tries learning rates: a short training in which the rate grows by the same factor at each step, from far too small
   * to far too large. Gives the sweep and a suggestion, and leaves model, optimizer and random numbers as they were.
   * Errors: as `fit`.
   *
   * @example
   * const { suggestion } = await model.findLearningRate(x, y);
   * model.compiled.optimizer.learningRate = suggestion;
   */
  async findLearningRate(x: RowsData, y: RowsData, options: SweepOptions = {}): Promise<LearningRateSweep> {
    this.#refuseWithin("findLearningRate");
    const data = new Dataset(this, x, y);
    return this.#fits.take(() => findLearningRate(this, data, options));
  }

  /**
   * Where the time of a training step goes: every kernel of the compiled step with its time, the ops that are fused in it,
   * the layers they come from, the bytes that it moves, its operations, and how near it is to what this machine can do.
   *
   * Steps run on rows `x` with labels `y`, or, where these are left out, on made up ones of the right shapes; by turns as
   * `fit` runs them and with a clock between their kernels. They run on copies: weights, optimizer, metrics and random
   * generators stay as they are. The first profile of a process measures the machine too, which takes a second.
   *
   * Errors: PL4001 when the model is not compiled, PL4002 when it is not built, PL4004 for options, for labels without
   * rows, and without data where an extent of the inputs is not known; for data those of `fit`.
   *
   * @example
   * const profile = await model.profile(x, y, { batchSize: 8, steps: 4 });
   * profile.kernels[0].share > 0; // true
   * const text = `${profile}`; // the table
   */
  async profile(x?: RowsData, y?: RowsData, options: ProfileOptions = {}): Promise<Profile> {
    const { compiled } = this;
    this.requireBuilt("A profile was asked for");
    return profile(this, compiled, x, y, options);
  }

  /**
   * One step of training, in tensors: what `fit` compiles together with the gathering of rows and the metrics. Override
   * it to train in another way; the step runs compiled all the same. It is run once per shape of batch, to be compiled:
   * what changes from step to step is a variable, or drawn from `random`.
   *
   * @example
   * class Denoising extends Sequential {
   *   override trainStep({ x, ...batch }: Batch): StepOutput {
   *     const noisy = x.add(random.normal(x.shape, { stddev: 0.1 }));
   *     const predictions = this.call(noisy, { training: true });
   *     const loss = batch.loss(predictions);
   *     const variables = this.trainableVariables;
   *     this.compiled.optimizer.apply(gradients(loss, variables), variables);
   *     return { loss, predictions, logs: { noise: noisy.sub(x).square().mean() } };
   *   }
   * }
   */
  trainStep(batch: Batch<any, any>): StepOutput {
    const predictions = this.call(batch.x, { training: true });
    const loss = batch.loss(predictions);
    const { optimizer } = this.compiled;
    const variables = this.trainableVariables;
    const [rows] = (leavesOf(batch.x)[0] as Tensor).shape;
    optimizer.apply(gradients(optimizer.scaleLoss(loss), variables), variables, { rows });
    return { loss, predictions };
  }

  /** A loss with what layers add to it: penalties on weights, and those on outputs of the step that is being computed. */
  penalised(loss: Tensor): Tensor {
    return [...addedLosses(), ...this.penalties()].reduce((sum, penalty) => sum.add(penalty), loss);
  }

  /** One step of `evaluate` and of validation, in tensors; to be overridden like `trainStep`. It must not assign weights. */
  testStep(batch: Batch<any, any>): StepOutput {
    const predictions = this.call(batch.x, { training: false });
    return { loss: batch.loss(predictions), predictions };
  }

  /**
   * A table of the layers with their output shapes and weight counts, and of a branching model with what each is connected
   * to; printed, and returned. Layers that are not trained are marked.
   */
  summary({ print = console.log, ...options }: SummaryOptions = {}): string {
    const text = summaryOf(this, options);
    print(text);
    return text;
  }

  /**
   * The model drawn as boxes and lines from the inputs down to the outputs: the text of an SVG image, for a file or a page,
   * readable on light and dark grounds. Models inside are one box each. Errors: PL4002 for a model that is not drawn: a
   * class with a `call` of its own, or a `Sequential` that has not met data.
   */
  plot(): string {
    return plotOf(this.name, this.#needDrawn("picture"), this.#outputPlaces!);
  }

  /**
   * A copy of everything that training changes: weights, and the optimizer's state when the model is compiled. Typed
   * arrays by name; `JSON.stringify` writes them as lists of numbers, from which `setState` brings back every bit.
   *
   * @example
   * const text = JSON.stringify(model.getState());
   * model.setState(JSON.parse(text));
   */
  getState(): ModelState {
    this.requireBuilt("Its state was asked for");
    const weights = this.weights.map(
      (weight) => new SavedArray({ name: weight.name, data: weight.dataSync() }),
    );
    if (this.#compiled === undefined) return { weights };
    this.#compiled.optimizer.build(this.trainableVariables);
    return { weights, optimizer: this.#compiled.optimizer.getState() };
  }

  /**
   * Puts back what `getState` gave, or what JSON made of it. A fit that goes on from there with the same data, options and
   * seed, and `initialEpoch` where it was, gives the bits of one that never stopped: shuffling and dropout are functions of seed
   * and epoch, so there is no counter to restore. Errors: PL4007 when the state is of another model.
   */
  setState(state: ModelState): void {
    const { weights } = this;
    this.setWeights(state.weights.map((entry, i) => dataOf(entry, weights[i]?.dtype ?? "float32")));
    if (state.optimizer === undefined) return;
    this.compiled.optimizer.build(this.trainableVariables);
    this.compiled.optimizer.setState(state.optimizer);
  }
}

/** An input of a model, known as such to messages unless a layer gave it. */
function asInput(x: Tensor, { names }: Places, i: number): Tensor {
  if (originOf(x) !== undefined) return x;
  const own = secondOf(x);
  setOrigin(own, () => `the model's input${names.length > 1 ? ` "${names[i]}"` : ""}`);
  return own;
}

/** What an output is called, and where it was written. */
const namedAs = ({ names, declared }: Places, i: number): Pick<OutputInfo, "name" | "declared"> => ({
  name: names[i],
  ...(declared === undefined ? {} : { declared: declared.indexOf(names[i]) }),
});

/** Symbolic tensors of a structure, input layers standing for what they give. Errors: PL4004, PL4016 for anything else. */
function symbolic(
  model: string,
  structure: Structure<Tensor | Layer> | undefined,
  option: "inputs" | "outputs",
): Structure<SymbolicTensor> {
  const places = structure === undefined ? undefined : declaredPlaces<unknown>(structure, () => "");
  if (places === undefined || places.names.length === 0)
    throw new PlumbError("PL4004", {
      asked: `The model "${model}" was given no ${option}`,
      why: "It is what lies between inputs and outputs",
      fix: "Give both: new Model({ inputs: x, outputs: y })",
    });
  const values = places.form === "one" ? [structure] : Object.values(structure as object);
  const read = values.map((value: unknown): SymbolicTensor => {
    const one = value instanceof InputLayer ? value.output : value;
    if (one instanceof SymbolicTensor) return one;
    if (option === "outputs" && one instanceof Tensor)
      throw new PlumbError("PL4016", {
        asked: `The model "${model}" was given a tensor with values among its outputs`,
        why: "It was not computed from symbolic tensors, so that nothing leads to it from the inputs",
        fix: "Give what layers gave for the inputs: new Dense(1).call(x)",
      });
    throw new PlumbError("PL4004", {
      asked: `The model "${model}" was given ${one instanceof Tensor ? "a tensor with values" : showValue(one)} among its ${option}`,
      why: "A model is drawn from symbolic tensors, which stand for data to come: one, a list, or an object with one by each name",
      fix:
        option === "inputs"
          ? "Begin with const x = input({ shape: [4] }), and call layers on x"
          : "Give what layers gave for the inputs; of a layer that gives several, each by itself: [...states, y]",
    });
  });
  const names = isNamed(structure) ? Object.keys(structure) : places.names;
  return arranged({ names, form: places.form }, read);
}

/**
 * Gives layers names of their own within a model: those without one are numbered. Errors: PL4004 for two layers that the
 * user gave one name.
 */
function settleNames(model: string, layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const { name } of layers.filter(({ named }) => named)) {
    if (taken.has(name))
      throw new PlumbError("PL4004", {
        asked: `Two layers of the model "${model}" have the name "${name}"`,
        why: "Weights are kept under the names of their layers",
        fix: "Give one of them another name, or none; for the same weights twice, call one layer twice",
      });
    taken.add(name);
  }
  for (const layer of layers) {
    layer.requireOwnCall();
    if (layer.named) continue;
    layer.nameAmong(taken);
    taken.add(layer.name);
  }
}
