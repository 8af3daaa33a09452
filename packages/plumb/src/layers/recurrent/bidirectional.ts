import type { Head } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { oneOf, showValue, unchecked, type Parameters } from "../../base/parameters.ts";
import { concat, type Tensor, type TensorLike } from "../../tensor/index.ts";
import { Layer, type Inputs, type LayerOptions, type LayerSample, type Masks } from "../layer.ts";
import { LSTM } from "./lstm.ts";
import { maskOfFirst, RNN, type RNNCallOptions, type RNNOutput } from "./rnn.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";

/** How the outputs of both directions become one; null gives both, in a list. */
export type MergeMode = "sum" | "mul" | "concat" | "ave" | null;

/** What `Bidirectional` takes besides its layer. */
export interface BidirectionalOptions extends LayerOptions {
  /** How the outputs of both directions become one; null gives both. Default `"concat"`, along the last axis. */
  mergeMode?: MergeMode;
  /**
   * The layer that runs backwards: with `goBackwards`, and the same `returnSequences`, `returnState` and `stateful` as the
   * other. Default: one of the options of the other, with weights of its own.
   */
  backwardLayer?: RNN<boolean>;
}

/** What `Bidirectional` gives: one tensor where both directions are merged and no states are returned, else a list. */
export type BidirectionalOutput<S extends boolean, M extends MergeMode> = M extends null
  ? readonly Tensor[]
  : RNNOutput<S>;

const parameters = {
  mergeMode: oneOf(
    ["sum", "mul", "concat", "ave", null],
    "concat",
    "How the outputs of both directions become one",
  ),
  backwardLayer: unchecked<RNN<boolean> | undefined>(undefined, "The layer that runs backwards"),
};

/** Both layers of one `Bidirectional` give the same kinds of output. */
const shared = ["returnSequences", "returnState", "stateful"] as const;

/**
 * Runs a recurrent layer over a sequence from both ends, and merges what both directions give.
 *
 * Input `[batch, steps, features]`, or a list of it and the initial states: those of the forward layer, then those of the
 * backward layer. Output: that of the layer, with the last axis twice as long for `mergeMode: "concat"`; the outputs of
 * both directions stand at the steps they belong to. With `returnState` a list of the output (of both, for
 * `mergeMode: null`) and the states of both layers.
 *
 * The layer given is a pattern: both directions are made from its options, named `forward_…` and `backward_…`, unless it
 * runs a cell of one's own. With `returnSequences`, steps that the mask leaves out are 0 in both. Schuster and Paliwal, 1997.
 *
 * Errors: PL4004 for a layer that is not recurrent or already in use, for two layers that do not match, and for a cell of
 * one's own without `backwardLayer`; PL4006 as `RNN`.
 *
 * @example
 * const layer = new Bidirectional(new LSTM(8, { returnSequences: true }));
 * layer.call(ones([2, 5, 3])).shape; // [2, 5, 16]
 */
export class Bidirectional<S extends boolean = false, M extends MergeMode = "concat"> extends Layer {
  static override readonly className: string = "Bidirectional";
  static override readonly byPlace: readonly string[] = ["layer"];
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["initialState"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { layer: new LSTM(2, { returnSequences: true }) }, inputs: [2, 3, 2] },
    { options: { layer: new LSTM(1, { returnState: true }), mergeMode: null }, inputs: [1, 1, 1] },
    {
      options: { layer: new LSTM(1), mergeMode: "mul" },
      inputs: [
        [2, 3, 2],
        [2, 1],
        [2, 1],
        [2, 1],
        [2, 1],
      ],
    },
  ];
  readonly mergeMode: MergeMode;
  readonly forwardLayer: RNN<boolean>;
  readonly backwardLayer: RNN<boolean>;

  constructor(layer: RNN<S>, options: BidirectionalOptions & { mergeMode?: M } = {}) {
    super(options);
    const { mergeMode, backwardLayer } = this.valuesOf(parameters);
    for (const one of [layer, backwardLayer ?? layer])
      if (!(one instanceof RNN))
        throw new PlumbError("PL4004", {
          asked: `Bidirectional was given ${showValue(one)} as a layer`,
          why: "It runs a recurrent layer: RNN, SimpleRNN, LSTM, GRU, or a class that extends one of them",
          fix: "Write for example new Bidirectional(new LSTM(32))",
        });
    if (layer.built)
      throw new PlumbError("PL4004", {
        asked: `Bidirectional was given the layer "${layer.name}", which has weights already`,
        why: "Both directions are made from its options and have weights of their own",
        fix: "Write the layer in its place: new Bidirectional(new LSTM(32))",
      });
    this.mergeMode = mergeMode;
    this.forwardLayer = directed(layer, "forward", layer.goBackwards) ?? layer;
    const backward = backwardLayer ?? directed(layer, "backward", !layer.goBackwards);
    if (backward === undefined)
      throw new PlumbError("PL4004", {
        asked: `Bidirectional was to make a second layer like "${layer.name}"`,
        why: `It runs the cell ${layer.cell.className}, of which Plumb cannot make another`,
        fix: "Give the second one: new Bidirectional(new RNN(cell), { backwardLayer: new RNN(other, { goBackwards: true }) })",
      });
    this.backwardLayer = backward;
    this.#requireMatch();
    for (const one of [this.forwardLayer, backward]) one.zeroOutputForMask = one.returnSequences;
  }

  #requireMatch(): void {
    const { forwardLayer: forward, backwardLayer: backward } = this;
    const differs = shared.find((name) => forward[name] !== backward[name]);
    if (differs === undefined && forward.goBackwards !== backward.goBackwards) return;
    const name = differs ?? "goBackwards";
    throw new PlumbError("PL4004", {
      asked: `Bidirectional was given two layers with ${name}: ${String(forward[name])} and ${String(backward[name])}`,
      why:
        differs === undefined
          ? "One runs forwards and the other backwards"
          : "Both give the same kinds of output, which are merged",
      fix: `Make them with ${name}: ${String(forward[name])} and ${String(differs === undefined ? !forward[name] : forward[name])}`,
    });
  }

  override get outputHead(): Head {
    return this.mergeMode === "concat" || this.mergeMode === null ? this.forwardLayer.outputHead : "hidden";
  }

  protected override needs(inputShape: InputShape): string | undefined {
    if (!isShapeList(inputShape) || inputShape.length === 1) return undefined;
    const wanted = this.#stateCount(this.forwardLayer) + this.#stateCount(this.backwardLayer);
    return inputShape.length - 1 === wanted
      ? undefined
      : `${wanted} initial states, those of the forward layer and then those of the backward layer`;
  }

  #stateCount({ cell }: RNN<boolean>): number {
    return cell.stateSize.length;
  }

  override build(inputShape: InputShape): void {
    const sequence: BatchShape = isShapeList(inputShape) ? inputShape[0] : inputShape;
    this.forwardLayer.ensureBuilt(sequence);
    this.backwardLayer.ensureBuilt(sequence);
  }

  override call(
    inputs: Inputs,
    { initialState, mask, training }: RNNCallOptions = {},
  ): BidirectionalOutput<S, M> {
    const [x, ...following] = listOf(inputs);
    const given = following.length > 0 ? following : listOf(initialState ?? []);
    if (given.length > 0) this.ensureBuilt([x, ...given].map(({ shape }) => shape));
    const half = this.#stateCount(this.forwardLayer);
    const ofSteps = maskOfFirst(mask);
    const run = (layer: RNN<boolean>, states: readonly Tensor[]): readonly Tensor[] =>
      listOf(layer.call(states.length === 0 ? x : [x, ...states], { mask: ofSteps, training }));
    const [ahead, ...aheadStates] = run(this.forwardLayer, given.slice(0, half));
    const [behind, ...behindStates] = run(this.backwardLayer, given.slice(half));
    const merged = this.#merge(ahead, this.forwardLayer.returnSequences ? behind.flip(1) : behind);
    const outputs = [...merged, ...aheadStates, ...behindStates];
    return (outputs.length === 1 ? outputs[0] : outputs) as BidirectionalOutput<S, M>;
  }

  #merge(ahead: Tensor, behind: Tensor): readonly Tensor[] {
    switch (this.mergeMode) {
      case "concat":
        return [concat([ahead, behind], -1)];
      case "sum":
        return [ahead.add(behind)];
      case "ave":
        return [ahead.add(behind).div(2)];
      case "mul":
        return [ahead.mul(behind)];
      case null:
        return [ahead, behind];
    }
  }

  override computeMask(_inputs: Inputs, mask: Masks): Masks {
    const ofSteps = maskOfFirst(mask);
    if (!this.forwardLayer.returnSequences) return undefined;
    return this.mergeMode === null ? [ofSteps, ofSteps] : [ofSteps];
  }

  /**
   * Of stateful layers: sets the states of both to zero, or to these, the forward layer's first.
   * Errors: PL4004 for states where the layers are not stateful, PL4006 for states of another number or shape.
   */
  resetState(states?: readonly TensorLike[]): void {
    const half = this.#stateCount(this.forwardLayer);
    this.forwardLayer.resetState(states?.slice(0, half));
    this.backwardLayer.resetState(states?.slice(half));
  }
}

/** A layer like that one for one of the directions, as Keras names it. */
function directed<S extends boolean>(
  layer: RNN<S>,
  direction: string,
  goBackwards: boolean,
): RNN<S> | undefined {
  const stem = layer.name.replace(new RegExp(`^${direction}_`), "");
  return layer.again({ name: `${direction}_${stem}`, goBackwards });
}

const listOf = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);
