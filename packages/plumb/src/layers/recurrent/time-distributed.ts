import { PlumbError } from "../../base/errors.ts";
import { showValue } from "../../base/parameters.ts";
import type { Head } from "../../base/contract.ts";
import { loop, type Tensor, type Variable } from "../../tensor/index.ts";
import { collectLosses } from "../added-losses.ts";
import { Dense } from "../core/dense.ts";
import { beforeHeadOf, headOf, setHead } from "../heads.ts";
import {
  Layer,
  type CallOptions,
  type LayerOptions,
  type LayerSample,
  type Masks,
  type OutputOf,
} from "../layer.ts";
import { inferOutputs } from "../infer.ts";
import { maskOf, setMask } from "../masks.ts";
import { RNN, stepsFirst } from "./rnn.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";

/**
 * Applies a layer to every step of a sequence by itself, with the same weights.
 *
 * Input `[batch, steps, …]`, output `[batch, steps, …]` with each step as the layer gives it. All steps go through the
 * layer at once, as rows of one batch `[batch · steps, …]`. A layer that keeps something from call to call (batch
 * normalization while training, a stateful recurrent layer) is called on one step after the other, as in Keras: by a loop,
 * so that the time to compile does not grow with the number of steps.
 *
 * A mask `[batch, steps]` goes on to the output. One with more axes goes to the layer, as the mask `[batch · steps, …]` of
 * its input; where the layer has its own (`Embedding`), the output has that.
 *
 * Errors: PL4004 for what is no layer, PL4006 for an input without an axis of steps, and those of the layer.
 *
 * @example
 * new TimeDistributed(new Dense(4)).call(ones([2, 5, 3])).shape; // [2, 5, 4]
 */
export class TimeDistributed<L extends Layer = Layer> extends Layer {
  static override readonly className: string = "TimeDistributed";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["layer"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { layer: new Dense(2, { activation: "tanh" }) }, inputs: [2, 3, 4] },
    { options: { layer: new Dense(1) }, inputs: [1, 1, 2, 3] },
  ];
  readonly layer: L;

  constructor(layer: L, options: LayerOptions = {}) {
    super(options);
    if (!(layer instanceof Layer))
      throw new PlumbError("PL4004", {
        asked: `TimeDistributed was given ${showValue(layer)} as its layer`,
        why: "It applies one layer, made with new, to every step",
        fix: "Write for example new TimeDistributed(new Dense(10))",
      });
    this.layer = layer;
  }

  protected override needs(inputShape: InputShape): string | undefined {
    if (isShapeList(inputShape)) return "one tensor, not a list";
    if (inputShape.length < 3) return "a sequence of inputs of the layer inside: [batch, steps, …]";
    return inputShape[1] === 0 ? "at least one step" : undefined;
  }

  override build([, , ...step]: BatchShape): void {
    this.layer.ensureBuilt([null, ...step]);
  }

  override call(x: Tensor, { training = false, mask }: CallOptions = {}): OutputOf<L> {
    const ofInputs = mask as Tensor | undefined;
    const given: Given = { x, mask: (ofInputs?.rank ?? 0) > 2 ? ofInputs : undefined, training };
    const changing = this.#changing(x, training);
    const outputs = changing.length > 0 ? this.#stepByStep(given, changing) : this.#atOnce(given);
    return (outputs.length === 1 ? outputs[0] : outputs) as OutputOf<L>;
  }

  /** What one call of the layer changes for the next one: untrained weights while training, states of stateful layers. */
  #changing({ shape: [batch, , ...step], dtype }: Tensor, training: boolean): readonly Variable[] {
    const { layer } = this;
    const stateful = within(layer).filter((one) => one instanceof RNN && one.stateful) as RNN<boolean>[];
    // Layers may make weights only when they are called, and states only then know how many rows they are for.
    if (within(layer).some(({ built }) => !built) || stateful.some(({ states }) => states.length === 0))
      inferOutputs([{ shape: [batch, ...step], dtype }], ([one]) => listOf(layer.call(one)));
    const moving = training ? layer.weights.filter(({ trainable }) => !trainable) : [];
    return [...moving, ...stateful.flatMap(({ states }) => states)];
  }

  /** All steps as rows of one batch. */
  #atOnce({ x, mask, training }: Given): Tensor[] {
    const [batch, steps] = x.shape;
    const merged = (of: Tensor): Tensor => of.reshape([batch * steps, ...of.shape.slice(2)]);
    const split = (of: Tensor): Tensor => of.reshape([batch, steps, ...of.shape.slice(1)]);
    const outputs = listOf(this.layer.call(merged(x), { training, mask: mask && merged(mask) }));
    return outputs.map((output) => laidOut(partsOf(output), split));
  }

  /** One step after the other, each with what the one before left in the variables. */
  #stepByStep({ x, mask, training }: Given, variables: readonly Variable[]): Tensor[] {
    const kept: Tensor[] = [];
    const keep = (one: Tensor): number => kept.push(one) - 1;
    let parts: readonly Parts<number>[] = [];
    let losses: readonly number[] = [];
    const { outputs } = loop(
      (_, [one, maskOfOne]) => {
        const step = collectLosses(() => listOf(this.layer.call(one, { training, mask: maskOfOne })));
        parts = step.value.map((output) => mapParts(partsOf(output), keep));
        losses = step.losses.map(keep);
        return { state: [], outputs: kept };
      },
      {
        initial: [],
        over: (mask === undefined ? [x] : [x, mask]).map(stepsFirst),
        variables,
        drawEachStep: true,
      },
    );
    for (const place of losses) this.addLoss(outputs[place].sum());
    return parts.map((one) =>
      laidOut(
        mapParts(one, (place) => outputs[place]),
        stepsFirst,
      ),
    );
  }

  override computeMask(_inputs: Tensor, mask: Masks): Masks {
    return (mask as Tensor | undefined)?.rank === 2 ? mask : undefined;
  }
}

/** What a layer is given, all steps of it. */
interface Given {
  readonly x: Tensor;
  readonly mask: Tensor | undefined;
  readonly training: boolean;
}

/** An output, what stands before its head where that is something else, and its mask. */
interface Parts<T> {
  readonly head: Head;
  readonly output: T;
  readonly before: T | undefined;
  readonly mask: T | undefined;
}

function partsOf(output: Tensor): Parts<Tensor> {
  const before = beforeHeadOf(output);
  return {
    head: headOf(output),
    output,
    before: before === output ? undefined : before,
    mask: maskOf(output),
  };
}

const mapParts = <A, B>({ head, output, before, mask }: Parts<A>, fn: (one: A) => B): Parts<B> => ({
  head,
  output: fn(output),
  before: before === undefined ? undefined : fn(before),
  mask: mask === undefined ? undefined : fn(mask),
});

/** The output, as `layOut` has it, with its head and its mask. */
function laidOut(parts: Parts<Tensor>, layOut: (x: Tensor) => Tensor): Tensor {
  const { head, output, before, mask } = mapParts(parts, layOut);
  setHead(output, head, before ?? output);
  if (mask !== undefined) setMask(output, mask);
  return output;
}

/** A layer and all those inside it. */
const within = (layer: Layer): readonly Layer[] => [layer, ...layer.layers.flatMap(within)];

const listOf = (outputs: unknown): readonly Tensor[] =>
  Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor];
