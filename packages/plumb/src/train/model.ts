/** What all models share: compile, fit, evaluate, predict, weights. `Sequential` says how layers are connected. */
import type { Head } from "../base/contract.ts";
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { RowsLike } from "../data/index.ts";
import { addedLosses, type BatchShape, type CallOptions, type Layer } from "../layers/index.ts";
import type { StateEntry } from "../optimizers/index.ts";
import { asTensor, gradients, type Tensor, type TensorLike, type Variable } from "../tensor/index.ts";
import type { Batch, StepOutput } from "./batch.ts";
import { Compiled, type CompileOptions } from "./compile.ts";
import { Dataset } from "./dataset.ts";
import { evaluate, type EvaluateOptions } from "./evaluate.ts";
import type { Logs } from "./events.ts";
import { fit } from "./fit.ts";
import { planOf, type FitOptions } from "./fit-options.ts";
import type { History } from "./history.ts";
import { findLearningRate, type LearningRateSweep, type SweepOptions } from "./find-learning-rate.ts";
import { BatchSteps, type OnBatchOptions } from "./on-batch.ts";
import { ForwardPrograms, predict, predictOnBatch, type PredictOptions } from "./predict.ts";
import { summaryOf } from "./summary.ts";
import { Turns } from "./turns.ts";

/** What a model computes: its output, and the value behind the activation that gives it (the logits), if it ends in one. */
export interface Forward {
  readonly output: Tensor;
  readonly beforeHead: Tensor;
}

/** All of a model that training changes, as plain arrays: what a checkpoint holds. */
export interface ModelState {
  readonly weights: readonly StateEntry[];
  /** Step counter, learning rate, slots; absent when the model is not compiled. */
  readonly optimizer?: readonly StateEntry[];
}

/**
 * A function of tensors with weights, and what it takes to train it. Made through `Sequential`.
 */
export abstract class Model {
  readonly name: string;
  /** Set it, from a callback, to end training after the present step or epoch. */
  stopTraining = false;
  /** Slices of steps, predictions and evaluations of this model run one at a time, in the order they were asked for. */
  readonly turns = new Turns();
  /** Fits of this model run one after the other. */
  readonly #fits = new Turns();
  readonly #programs = new ForwardPrograms(this);
  readonly #batchSteps = new BatchSteps(this);
  #compiled?: Compiled;
  #callingBack: () => boolean = () => false;

  constructor(name: string) {
    this.name = name;
  }

  abstract get layers(): readonly Layer[];
  /** Shape of the input, batch included as null; undefined before the model is built. */
  abstract get inputShape(): BatchShape | undefined;
  abstract get outputShape(): BatchShape | undefined;
  /** What the last layer gives, as losses and metrics are paired with it. */
  abstract get head(): Head;
  /** Makes the weights for an input shape. */
  abstract build(inputShape: BatchShape): void;
  /** Runs the layers, in a compiled function or out of one. */
  abstract forward(x: Tensor, options?: CallOptions): Forward;

  /** To be called by a model whose layers have changed: what was compiled of it is no longer it. */
  protected changed(): void {
    this.#programs.clear();
    this.#batchSteps.clear();
  }

  /** The model's output for a tensor: `[rows, …]` in, `[rows, …]` out. Builds the model if that was not done. */
  call(x: TensorLike, options?: CallOptions): Tensor {
    const input = asTensor(x);
    this.build(input.shape);
    return this.forward(input, options).output;
  }

  /** The layers' weights in order, which is Keras's order for such a model. */
  get weights(): readonly Variable[] {
    return this.layers.flatMap((layer) => layer.weights);
  }
  /** The weights that training changes. */
  get trainableVariables(): readonly Variable[] {
    return this.layers.flatMap((layer) => layer.trainableWeights);
  }

  /**
   * Says how the model is to be trained: optimizer, loss and metrics, as objects or by name.
   *
   * The last layer's activation, the loss and the metrics are checked against each other here: what cannot be meant is
   * an error, what is doubtful a warning, and where `fromLogits` was left out it follows from the activation. A softmax
   * or sigmoid head with a cross-entropy is computed from the logits behind it, in `fit` and in `evaluate`.
   *
   * Errors: PL4003, PL2006, PL2007, PL2010 and others that the pairing names.
   */
  compile(options: CompileOptions): void {
    this.#compiled = new Compiled(this, options);
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
  async fit(x: RowsLike, y: RowsLike, options: FitOptions = {}): Promise<History> {
    this.#refuseWithin("fit");
    const plan = planOf(x, y, options);
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
   * Errors: as `fit`.
   */
  evaluate(x: RowsLike, y: RowsLike, options: EvaluateOptions = {}): Promise<Logs> {
    return evaluate(this, x, y, options);
  }

  /** The model's output for rows `x`, as one tensor `[rows, …]`. Computed batch by batch; dropout and the like are off. */
  predict(x: RowsLike, options: PredictOptions = {}): Promise<Tensor> {
    return predict(this, this.#programs, x, options);
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
  trainOnBatch(x: RowsLike, y: RowsLike, options: OnBatchOptions = {}): Promise<Logs> {
    return this.#batchSteps.run("train", x, y, options);
  }

  /** Loss and metrics of one batch, added to those of the batches since `resetMetrics`. Errors: as `evaluate`. */
  testOnBatch(x: RowsLike, y: RowsLike, options: Pick<OnBatchOptions, "sampleWeight"> = {}): Promise<Logs> {
    return this.#batchSteps.run("test", x, y, options);
  }

  /** The model's output for one batch, in one step: `predict` with a batch as large as the rows. */
  predictOnBatch(x: RowsLike): Promise<Tensor> {
    return predictOnBatch(this, this.#programs, x);
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
  async findLearningRate(x: RowsLike, y: RowsLike, options: SweepOptions = {}): Promise<LearningRateSweep> {
    this.#refuseWithin("findLearningRate");
    const data = new Dataset(x, y);
    return this.#fits.take(() => findLearningRate(this, data, options));
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
   *     const predictions = this.forward(noisy, { training: true });
   *     const loss = batch.loss(predictions);
   *     const variables = this.trainableVariables;
   *     this.compiled.optimizer.apply(gradients(loss, variables), variables);
   *     return { loss, predictions, logs: { noise: noisy.sub(x).square().mean() } };
   *   }
   * }
   */
  trainStep(batch: Batch): StepOutput {
    const predictions = this.forward(batch.x, { training: true });
    const loss = batch.loss(predictions);
    const { optimizer } = this.compiled;
    const variables = this.trainableVariables;
    optimizer.apply(gradients(optimizer.scaleLoss(loss), variables), variables, { rows: batch.x.shape[0] });
    return { loss, predictions };
  }

  /** A loss with what layers add to it: penalties on weights, and those on outputs of the step that is being computed. */
  penalised(loss: Tensor): Tensor {
    const penalties = [...addedLosses(), ...this.layers.flatMap((layer) => layer.penalties())];
    return penalties.reduce((sum, penalty) => sum.add(penalty), loss);
  }

  /** One step of `evaluate` and of validation, in tensors; to be overridden like `trainStep`. It must not assign weights. */
  testStep(batch: Batch): StepOutput {
    const predictions = this.forward(batch.x, { training: false });
    return { loss: batch.loss(predictions), predictions };
  }

  /** A table of the layers with their output shapes and weight counts; printed, and returned. */
  summary({ print = console.log }: { print?: (text: string) => void } = {}): string {
    const text = summaryOf(this);
    print(text);
    return text;
  }

  /** Copies of all weights, each flat in row-major order, in the order of `weights`. Errors: PL4002 before it is built. */
  getWeights(): HostArray[] {
    this.#needBuilt("Its weights were asked for");
    return this.weights.map((weight) => weight.dataSync());
  }

  /**
   * Gives the model these weights, in the order of `weights`. Flat typed arrays, nested arrays and tensors will do.
   * During a fit it takes effect between two steps. Errors: PL4007 when number or sizes differ; nothing is changed then.
   */
  setWeights(values: readonly TensorLike[]): void {
    this.#needBuilt("Its weights were to be set");
    const { weights } = this;
    const given = values.map((value) => asTensor(value));
    const wrong = weights.findIndex(
      (weight, i) => given[i] === undefined || given[i].size !== sizeOf(weight.shape),
    );
    if (wrong >= 0 || given.length !== weights.length)
      throw new PlumbError("PL4007", {
        asked: `The model "${this.name}" was given ${given.length} weights for its ${weights.length}`,
        arrived:
          wrong >= 0 && given[wrong] !== undefined
            ? `Weight ${wrong} (${weights[wrong].name}) has shape ${showShape(weights[wrong].shape)}, what came ${showShape(given[wrong].shape)}`
            : undefined,
        why: "Weights are set in order, each of its size",
        fix: "Take them with getWeights from a model of the same layers",
      });
    weights.forEach((weight, i) => weight.assign(given[i].reshape(weight.shape)));
  }

  /** A copy of everything that training changes: weights, and the optimizer's state when the model is compiled. */
  getState(): ModelState {
    this.#needBuilt("Its state was asked for");
    const weights = this.weights.map((weight) => ({ name: weight.name, data: weight.dataSync() }));
    if (this.#compiled === undefined) return { weights };
    this.#compiled.optimizer.build(this.trainableVariables);
    return { weights, optimizer: this.#compiled.optimizer.getState() };
  }

  /**
   * Puts back what `getState` gave. A fit that goes on from there with the same data, options and seed, and
   * `initialEpoch` where it was, gives the bits of one that never stopped: shuffling and dropout are functions of seed
   * and epoch, so there is no counter to restore. Errors: PL4007 when the state is of another model.
   */
  setState(state: ModelState): void {
    this.setWeights(state.weights.map(({ data }) => data));
    if (state.optimizer === undefined) return;
    this.compiled.optimizer.build(this.trainableVariables);
    this.compiled.optimizer.setState(state.optimizer);
  }

  #needBuilt(asked: string): void {
    if (this.inputShape !== undefined) return;
    throw new PlumbError("PL4002", {
      asked: `${asked} (model "${this.name}")`,
      why: "A layer makes its weights when it knows the shape of its input",
      fix: "Begin the model with Input({ shape: [4] }), or call model.build([null, 4]) or fit first",
    });
  }
}
