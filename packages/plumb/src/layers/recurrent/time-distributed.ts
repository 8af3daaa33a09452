import { PlumbError } from "../../base/errors.ts";
import { showValue } from "../../base/parameters.ts";
import { stack, type Tensor } from "../../tensor/index.ts";
import { Dense } from "../core/dense.ts";
import { beforeHeadOf, headOf, setHead } from "../heads.ts";
import { Layer, type CallOptions, type LayerOptions, type LayerSample, type Masks } from "../layer.ts";
import { maskOf, setMask } from "../masks.ts";
import { RNN } from "./rnn.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";

/**
 * Applies a layer to every step of a sequence by itself, with the same weights.
 *
 * Input `[batch, steps, …]`, output `[batch, steps, …]` with each step as the layer gives it. All steps go through the
 * layer at once, as rows of one batch `[batch · steps, …]`. A layer that keeps something from call to call (batch
 * normalization while training, a stateful recurrent layer) is called on one step after the other, as in Keras.
 *
 * A mask `[batch, steps]` goes on to the output. One with more axes goes to the layer, as the mask `[batch · steps, …]` of
 * its input; where the layer has its own (`Embedding`), the output has that.
 *
 * Errors: PL4004 for what is no layer, PL4006 for an input without an axis of steps, and those of the layer.
 *
 * @example
 * new TimeDistributed(new Dense(4)).call(ones([2, 5, 3])).shape; // [2, 5, 4]
 */
export class TimeDistributed extends Layer {
  static override readonly className: string = "TimeDistributed";
  static override readonly byPlace: readonly string[] = ["layer"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { layer: new Dense(2, { activation: "tanh" }) }, inputs: [2, 3, 4] },
    { options: { layer: new Dense(1) }, inputs: [1, 1, 2, 3] },
  ];
  readonly layer: Layer;

  constructor(layer: Layer, options: LayerOptions = {}) {
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

  override call(x: Tensor, { training, mask }: CallOptions = {}): Tensor | readonly Tensor[] {
    const [batch, steps] = x.shape;
    const oneByOne = remembers(this.layer, training === true);
    const cut = (of: Tensor): readonly Tensor[] =>
      oneByOne
        ? [...Array(steps).keys()].map((t) => of.slice([0, t], [batch, 1]).squeeze(1))
        : [of.reshape([batch * steps, ...of.shape.slice(2)])];
    const join = (parts: readonly Tensor[]): Tensor =>
      oneByOne ? stack(parts, 1) : parts[0].reshape([batch, steps, ...parts[0].shape.slice(1)]);
    const ofInputs = mask as Tensor | undefined;
    const masks = ofInputs !== undefined && ofInputs.rank > 2 ? cut(ofInputs) : [];
    const given = cut(x).map((part, i) => listOf(this.layer.call(part, { training, mask: masks[i] })));
    const outputs = given[0].map((_, k) =>
      joined(
        given.map((one) => one[k]),
        join,
      ),
    );
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  override computeMask(_inputs: Tensor, mask: Masks): Masks {
    return (mask as Tensor | undefined)?.rank === 2 ? mask : undefined;
  }
}

/** Whether one call of a layer changes what the next one gives. */
const remembers = (layer: Layer, training: boolean): boolean =>
  (training && layer.weights.some(({ trainable }) => !trainable)) || isStateful(layer);

const isStateful = (layer: Layer): boolean =>
  (layer instanceof RNN && layer.stateful) || layer.layers.some(isStateful);

const listOf = (outputs: unknown): readonly Tensor[] =>
  Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor];

/** Parts as one tensor, which has the head and the mask of the parts. */
function joined(parts: readonly Tensor[], join: (parts: readonly Tensor[]) => Tensor): Tensor {
  const output = join(parts);
  const before = parts.map(beforeHeadOf);
  setHead(output, headOf(parts[0]), before[0] === parts[0] ? output : join(before));
  const masks = parts.flatMap((part) => maskOf(part) ?? []);
  if (masks.length === parts.length) setMask(output, join(masks));
  return output;
}
