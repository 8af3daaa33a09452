/** Recurrent layers: a cell, run over the steps of a sequence. */
import type { Head } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { flag, showValue, type Parameters } from "../../base/parameters.ts";
import { sameShape, showShape } from "../../base/shape.ts";
import {
  assignAll,
  asTensor,
  loop,
  stack,
  where,
  withTrace,
  zeros,
  type LoopOptions,
  type LoopResult,
  type LoopStep,
  type Tensor,
  type TensorLike,
  Variable,
} from "../../tensor/index.ts";
import { collectLosses } from "../added-losses.ts";
import { isInferring } from "../infer.ts";
import {
  Layer,
  type CallOptions,
  type Inputs,
  type LayerOptions,
  type LayerSample,
  type Masks,
} from "../layer.ts";
import { RNNCell, type CellSteps } from "./rnn-cell.ts";
import { scopedName } from "../scope.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";
import { SimpleRNNCell } from "./simple-rnn-cell.ts";
import { StackedRNNCells } from "./stacked-rnn-cells.ts";

/** What every recurrent layer takes. */
export interface RNNOptions extends LayerOptions {
  /** Give the output of every step, `[batch, steps, …]`, rather than that of the last. Default false. */
  returnSequences?: boolean;
  /** Give a list of the output and the states after the last step. Default false. */
  returnState?: boolean;
  /** Run from the last step to the first; the outputs of all steps are in the order in which they came. Default false. */
  goBackwards?: boolean;
  /**
   * Begin each call with the states that the one before ended with, row by row, until `resetState`. All batches then
   * have the same number of rows. The states are no weights (`states`). Default false.
   */
  stateful?: boolean;
  /** Write the steps out rather than loop: for a few small steps faster to run, and longer to compile. Default false. */
  unroll?: boolean;
  /** Give 0 for a step that the mask leaves out, rather than the output of the step before. Default false. */
  zeroOutputForMask?: boolean;
}

/** What goes with one call of a recurrent layer. */
export interface RNNCallOptions extends CallOptions {
  /** The states before the first step, each `[batch, size]`; they may also follow the sequence in a list. Default zeros. */
  readonly initialState?: Tensor | readonly Tensor[];
}

/** What a recurrent layer gives: the output, or, made with `returnState: true`, a list of it and the last states. */
export type RNNOutput<S extends boolean> = S extends true ? readonly Tensor[] : Tensor;

const parameters = {
  returnSequences: flag(false, "Give the output of every step, rather than that of the last"),
  returnState: flag(false, "Give a list of the output and the states after the last step"),
  goBackwards: flag(false, "Run from the last step to the first"),
  stateful: flag(false, "Begin each call with the states that the one before ended with"),
  unroll: flag(false, "Write the steps out rather than loop"),
  zeroOutputForMask: flag(false, "Give 0 for a step that the mask leaves out"),
};

/**
 * Runs a cell over the steps of a sequence: `(outputₜ, statesₜ₊₁) = cell(xₜ, statesₜ)`.
 *
 * Input `[batch, steps, features]`, or a list of it and the initial states. Output `[batch, units]` of the last step, or
 * `[batch, steps, units]` with `returnSequences`; with `returnState` a list of the output and the last states. A list of
 * cells is a `StackedRNNCells`.
 *
 * At a step that the mask (bool `[batch, steps]`) leaves out, the states stay as they are and the output of the step
 * before is repeated (0 before the first one, or everywhere with `zeroOutputForMask`). The mask goes on to the output of
 * all steps.
 *
 * The step is compiled once, whatever the number of steps, and so are its gradients. What a cell computes of its input
 * alone is computed for all steps at once.
 *
 * Errors: PL4004 for options, PL4006 for an input of other axes or without steps, for initial states of another number or
 * shape, and for another number of rows than a stateful layer keeps states for. Keras's layer of the same name.
 *
 * @example
 * const layer = new RNN([new LSTMCell(8), new GRUCell(4)], { returnSequences: true });
 * layer.call(ones([2, 5, 3])).shape; // [2, 5, 4]
 */
export class RNN<S extends boolean = false> extends Layer {
  static override readonly className: string = "RNN";
  static override readonly byPlace: readonly string[] = ["cell"];
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["initialState"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { cell: new SimpleRNNCell(3), returnSequences: true, returnState: true }, inputs: [2, 4, 3] },
    // A sequence, or a list of it and the initial states.
    {
      options: { cell: new SimpleRNNCell(2) },
      inputs: [
        [2, 3, 1],
        [2, 2],
      ],
    },
  ];
  readonly cell: RNNCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  /** What `Bidirectional` sets: steps that one direction leaves out are to be the same in both. */
  zeroOutputForMask: boolean;
  /** Of a stateful layer: where the states are kept, once the number of rows is known. */
  #kept: readonly Variable[] = [];

  constructor(cell: RNNCell | readonly RNNCell[], options: RNNOptions & { returnState?: S } = {}) {
    super(options);
    const one: unknown = Array.isArray(cell) ? new StackedRNNCells(cell) : cell;
    if (!(one instanceof RNNCell))
      throw new PlumbError("PL4004", {
        asked: `${this.className} was given ${showValue(cell)} as its cell`,
        why: "It runs a cell, an object of a class that extends RNNCell, or a list of such",
        fix: "Write for example new RNN(new LSTMCell(32)), or new LSTM(32)",
      });
    if ([one, ...one.layers].some((cell) => cell instanceof RNNCell && cell.penalised))
      throw new PlumbError("PL4004", {
        asked: `${this.className} was given the cell ${one.className}, which has an activityRegularizer`,
        why: "What a cell computes stays within its step",
        fix: 'Give it to the layer: new RNN(cell, { activityRegularizer: "l2" })',
      });
    const values = this.valuesOf(parameters);
    this.cell = one;
    this.returnSequences = values.returnSequences;
    this.returnState = values.returnState;
    this.goBackwards = values.goBackwards;
    this.stateful = values.stateful;
    this.zeroOutputForMask = values.zeroOutputForMask;
  }

  override get outputHead(): Head {
    return this.cell.outputHead;
  }

  protected override needs(inputShape: InputShape): string | undefined {
    const [sequence, ...states]: readonly BatchShape[] = isShapeList(inputShape) ? inputShape : [inputShape];
    if (sequence.length !== 3) return "a sequence of rows of features: [batch, steps, features]";
    const [batch, steps, features] = sequence;
    if (steps === 0) return "at least one step";
    if (features === null) return "a last axis of known length";
    const built = this.#builtFor;
    if (built !== undefined && built !== features)
      return `${built} features at each step, for which it was built`;
    if (this.#kept.length > 0 && !isInferring() && batch !== null && batch !== this.#kept[0].shape[0])
      return `batches of ${this.#kept[0].shape[0]} rows, being stateful: it keeps the states of so many`;
    return states.length === 0 ? undefined : this.#needsOfStates(batch, states);
  }

  get #builtFor(): number | undefined {
    const [sequence] = this.inputShape === undefined ? [] : sequencesOf(this.inputShape);
    return sequence?.[2] ?? undefined;
  }

  #needsOfStates(batch: number | null, states: readonly BatchShape[]): string | undefined {
    const { stateSize } = this.cell;
    const fits = (state: BatchShape, i: number): boolean =>
      state.length === 2 &&
      (state[0] === batch || state[0] === null || batch === null) &&
      state[1] === stateSize[i];
    if (states.length === stateSize.length && states.every(fits)) return undefined;
    const wanted = stateSize.map((size) => `[${batch ?? "batch"}, ${size}]`).join(" and ");
    return `initial states of shapes ${wanted}`;
  }

  override build(inputShape: InputShape): void {
    const [, , features] = sequencesOf(inputShape)[0];
    this.cell.ensureBuilt([[null, features], ...this.cell.stateSize.map((size) => [null, size])]);
  }

  /** As every layer's; a stateful layer makes room for the states of a batch when it learns how many rows one has. */
  override ensureBuilt(inputShape: InputShape, inputs?: unknown): void {
    super.ensureBuilt(inputShape, inputs);
    const [batch] = sequencesOf(inputShape)[0];
    if (this.stateful && this.#kept.length === 0 && batch !== null && !isInferring()) this.#keep(batch);
  }

  #keep(batch: number): void {
    this.#kept = this.within(() =>
      withTrace(undefined, () =>
        this.cell.stateSize.map(
          (size, i) =>
            new Variable(zeros([batch, size]), { name: scopedName(`state_${i}`), trainable: false }),
        ),
      ),
    );
  }

  /**
   * Of a stateful layer: the states that the next call begins with, each `[batch, size]`; none before the number of rows
   * is known. They are no weights: what is kept of a model does not hang on the batches that it has seen.
   */
  get states(): readonly Variable[] {
    return this.#kept;
  }

  /**
   * Of a stateful layer: sets the states to zero, or to these, each `[batch, size]`. Does nothing without states to set.
   * Errors: PL4004 for states where the layer is not stateful, PL4006 for states of another number or shape.
   */
  resetState(given?: readonly TensorLike[]): void {
    const states = given?.map((state) => asTensor(state));
    if (states !== undefined) {
      if (!this.stateful) throw this.#keepsNothing();
      const batch = this.#kept[0]?.shape[0] ?? states[0]?.shape[0] ?? 1;
      this.#requireStates(batch, states);
      if (this.#kept.length === 0) this.#keep(batch);
    }
    assignAll(this.#kept.map((kept, i) => [kept, states?.[i] ?? zeros(kept.shape)] as const));
  }

  #keepsNothing(): PlumbError {
    return new PlumbError("PL4004", {
      asked: `The states of the ${this.className} layer "${this.name}" were to be set`,
      why: "It is not stateful: each call begins with zeros, or with the states that it is given",
      fix: `Make it with stateful: true, or call it with states: layer.call(x, { initialState: [...] })`,
    });
  }

  override call(inputs: Inputs, { initialState, mask: masks, training }: RNNCallOptions = {}): RNNOutput<S> {
    const [sequence, ...following] = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
    const x = sequence.cast("float32");
    const initial = this.#initialStates(x, following.length > 0 ? following : initialState);
    const mask = this.#maskOfSteps(x, masks);
    const steps = this.cell.begin(x.shape[0], { training });
    const over = steps.project(stepsFirst(x));
    const { value: run, losses } = collectLosses(() =>
      mask === undefined
        ? this.#plain(steps, initial, over)
        : this.#masked(steps, initial, over, stepsFirst(mask)),
    );
    if (losses.length > 0) throw this.#stepPenalised();
    if (this.stateful && !isInferring())
      assignAll(this.#kept.map((kept, i) => [kept, run.states[i]] as const));
    const output = this.returnSequences ? stepsFirst(this.goBackwards ? run.all.flip(0) : run.all) : run.last;
    return (this.returnState ? [output, ...run.states] : output) as RNNOutput<S>;
  }

  /** Shapes are the same either way, and sizes that are tried for them may be large. */
  get #repeat(): typeof loop {
    return this.valuesOf(parameters).unroll && !isInferring() ? unrolled : loop;
  }

  #plain({ step }: CellSteps, initial: readonly Tensor[], over: readonly Tensor[]): Run {
    // The output of most cells is their first state: then the last one is there without keeping all.
    let isState = false;
    const body = (states: Tensor[], slices: Tensor[]): LoopStep => {
      const [output, ...after] = step(slices, states);
      isState = output === after[0];
      return { state: after, outputs: this.returnSequences || !isState ? [output] : [] };
    };
    const reverse = this.goBackwards;
    const { state: states, outputs } = this.#repeat(body, { initial, over, reverse });
    const [all] = outputs;
    return { all, last: isState ? states[0] : all.slice(reverse ? 0 : -1, 1).squeeze(0), states };
  }

  /** The same with one more state, the output that a step left out repeats. */
  #masked({ step }: CellSteps, initial: readonly Tensor[], over: readonly Tensor[], mask: Tensor): Run {
    const body = (states: Tensor[], slices: Tensor[]): LoopStep => {
      const [shown, ...before] = states;
      const there = slices[slices.length - 1].expandDims(-1);
      const [output, ...after] = step(slices.slice(0, -1), before);
      const next = where(there, output, this.zeroOutputForMask ? 0 : shown);
      return {
        state: [next, ...after.map((value, i) => where(there, value, before[i]))],
        outputs: this.returnSequences ? [next] : [],
      };
    };
    const nothing = zeros([mask.shape[1], this.cell.outputSize]);
    const { state, outputs } = this.#repeat(body, {
      initial: [nothing, ...initial],
      over: [...over, mask],
      reverse: this.goBackwards,
    });
    const [last, ...states] = state;
    return { all: outputs[0], last, states };
  }

  #stepPenalised(): PlumbError {
    return new PlumbError("PL4004", {
      asked: `The cell ${this.cell.className} of the layer "${this.name}" added a loss within a step`,
      why: "What a cell computes stays within its step",
      fix: `Give activityRegularizer to the layer: new ${this.className}(…, { activityRegularizer: "l2" })`,
    });
  }

  #initialStates(x: Tensor, given: Tensor | readonly Tensor[] | undefined): readonly Tensor[] {
    const [batch] = x.shape;
    if (given === undefined)
      return this.stateful && !isInferring()
        ? this.#kept.map((state) => state.read())
        : this.cell.getInitialState(batch);
    const states = (Array.isArray(given) ? given : [given]) as readonly Tensor[];
    this.#requireStates(batch, states);
    return states.map((state) => state.cast("float32"));
  }

  #requireStates(batch: number, states: readonly Tensor[]): void {
    const shapes = states.map(({ shape }) => shape);
    const needs = this.#needsOfStates(batch, shapes);
    if (needs === undefined) return;
    throw new PlumbError("PL4006", {
      asked: `The ${this.className} layer "${this.name}" was given states of shapes ${shapes.map(showShape).join(" and ")}`,
      why: `The layer needs ${needs}`,
      fix: "Give the states that a layer of the same units returns with returnState: true, or leave them out for zeros",
    });
  }

  /** Masks of initial states say nothing: steps are those of the sequence. */
  #maskOfSteps({ shape }: Tensor, masks: Masks): Tensor | undefined {
    const mask = maskOfFirst(masks);
    if (mask === undefined || sameShape(mask.shape, shape.slice(0, 2))) return mask;
    throw new PlumbError("PL4006", {
      asked: `The ${this.className} layer "${this.name}" was given a mask of shape ${showShape(mask.shape)}`,
      arrived: `Its input has shape ${showShape(shape)}`,
      why: "The mask says of each step of each row whether it is there: [batch, steps]",
      fix: `Give one of shape ${showShape(shape.slice(0, 2))}`,
    });
  }

  override computeMask(_inputs: Inputs, mask: Masks): Masks {
    return this.returnSequences ? [maskOfFirst(mask)] : undefined;
  }

  /**
   * A layer of the same options but for these, with weights of its own; undefined where the cell is one of which no
   * second can be made.
   */
  again(changes: Omit<RNNOptions, "returnState">): RNN<S> | undefined {
    const Class = this.constructor as typeof RNN;
    const cell = this.cell.again();
    if (cell === undefined) return undefined;
    const placed = Class.byPlace.map((name) => (name === "cell" ? cell : this[name as keyof this]));
    const options = { ...this.valuesOf(parameters), ...changes };
    return new (Class as unknown as new (...args: unknown[]) => RNN<S>)(...placed, options);
  }
}

/** What a run over the steps leaves: all outputs `[steps, batch, …]` where they are asked for, the last, and the states. */
interface Run {
  readonly all: Tensor;
  readonly last: Tensor;
  readonly states: readonly Tensor[];
}

/** The mask of the first of several inputs, or of the only one. */
export const maskOfFirst = (masks: Masks): Tensor | undefined =>
  Array.isArray(masks) ? (masks as readonly (Tensor | undefined)[])[0] : (masks as Tensor | undefined);

const sequencesOf = (shape: InputShape): readonly BatchShape[] => (isShapeList(shape) ? shape : [shape]);

/** Batch and steps in each other's place: `[batch, steps, …]` to `[steps, batch, …]`, and back. */
export const stepsFirst = (x: Tensor): Tensor => x.transpose([...x.shape.keys()].with(0, 1).with(1, 0));

/** As `loop`, with the body written once for each step. */
function unrolled(
  body: (state: Tensor[], slices: Tensor[]) => LoopStep,
  { initial, over = [], reverse = false }: LoopOptions,
): LoopResult {
  const sequences = over.map((x) => asTensor(x));
  const order = [...Array(sequences[0].shape[0]).keys()];
  let state = initial.map((x) => asTensor(x));
  const kept: (readonly TensorLike[])[] = [];
  for (const t of reverse ? order.reverse() : order) {
    const { state: next, outputs = [] } = body(
      state,
      sequences.map((x) => x.slice(t, 1).squeeze(0)),
    );
    state = next.map((x) => asTensor(x));
    kept[t] = outputs;
  }
  return { state, outputs: kept[0].map((_, i) => stack(kept.map((outputs) => outputs[i]))) };
}
