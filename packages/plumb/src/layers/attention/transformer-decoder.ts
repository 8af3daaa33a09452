import type { Tensor } from "../../tensor/index.ts";
import type { CallOptions, Inputs, LayerSample, Masks } from "../layer.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";
import { Transformer } from "./transformer.ts";

/** What goes with one call of `TransformerDecoder`. `mask` is a list where the input is: of the steps of both. */
export interface TransformerDecoderCallOptions extends CallOptions {
  /** Each step sees itself and those before it. Default true. */
  readonly useCausalMask?: boolean;
  /** Which step sees which of its own sequence, bool, broadcasts to `[batch, heads, steps, steps]`. Default all. */
  readonly decoderAttentionMask?: Tensor;
  /** Which step sees which of the encoder's, bool, broadcasts to `[batch, heads, steps, steps read]`. Default all. */
  readonly encoderAttentionMask?: Tensor;
}

/**
 * A block of a transformer that writes a sequence: every step attends to itself and those before it, then to what an
 * encoder has read, if it is given that, and goes through a small network by itself; all add to what comes in, and sums
 * (or, with `normalizeFirst`, what goes in) are normalized.
 *
 * Called on a sequence `[batch, steps, features]`, as in a model of language alone, or on a list, `[sequence, encoded]`,
 * the second `[batch, steps read, features read]`. Output `[batch, steps, features]`. Steps that a mask leaves out are
 * seen by none; the mask of the sequence goes on with the output. Call options: `useCausalMask` (true unless told),
 * `decoderAttentionMask`, `encoderAttentionMask`, `mask`, `training`. Taken by place: the width of the network between
 * its two layers, and the number of heads, which divides the features.
 *
 * Inside, in the order of their weights: `self_attention`, `self_attention_layer_norm`, `cross_attention` and
 * `cross_attention_layer_norm` where something is read, `feedforward_layer_norm`, `feedforward_intermediate_dense`,
 * `feedforward_output_dense`. Errors: PL4004 for options that are none; PL4006 for inputs that are no sequences, have
 * features that the heads do not divide, or come with an encoder's output where the layer was built without, or the
 * other way round. Vaswani et al., Attention Is All You Need, 2017; KerasHub's layer of the same name.
 *
 * @example
 * const x = random.normal([2, 5, 16]);
 * new TransformerDecoder(64, 4, { normalizeFirst: true }).call(x).shape; // [2, 5, 16]
 */
export class TransformerDecoder extends Transformer {
  static override readonly className: string = "TransformerDecoder";
  static override readonly callOptions: readonly string[] = [
    "useCausalMask",
    "decoderAttentionMask",
    "encoderAttentionMask",
  ];
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { intermediateDim: 5, numHeads: 2, activation: "gelu", normalizeFirst: true },
      inputs: [2, 3, 4],
    },
    {
      options: { intermediateDim: 3, numHeads: 1, activation: "tanh" },
      inputs: [
        [1, 2, 3],
        [1, 4, 2],
      ],
    },
  ];
  protected parts!: {
    readonly self: ReturnType<Transformer["makeAttention"]>;
    readonly cross: ReturnType<Transformer["makeAttention"]> | undefined;
    readonly network: ReturnType<Transformer["makeNetwork"]>;
  };

  protected override needs(inputShape: InputShape): string | undefined {
    const { inputShape: built } = this;
    const [sequence, encoded] = listOf(inputShape);
    if (isShapeList(inputShape) && inputShape.length > 2) return "a sequence, or [sequence, encoded]";
    const [wasSequence, wasEncoded] = built === undefined ? [] : listOf(built);
    const wrong = this.needsOfSequence(sequence, wasSequence);
    if (wrong !== undefined) return wrong;
    if (built !== undefined && (wasEncoded === undefined) !== (encoded === undefined))
      return wasEncoded === undefined
        ? "the sequence alone, for which it was built"
        : "[sequence, encoded], for which it was built";
    if (encoded !== undefined && (encoded.length !== 3 || encoded[2] === null))
      return "an encoded sequence of three axes: [batch, steps, features]";
    return undefined;
  }

  override build(inputShape: InputShape): void {
    const [sequence, encoded] = listOf(inputShape);
    this.parts = {
      self: this.makeAttention("self_attention", sequence, sequence),
      cross: encoded && this.makeAttention("cross_attention", sequence, encoded),
      network: this.makeNetwork(sequence),
    };
  }

  override computeMask(_inputs: Inputs, mask: Masks): Masks {
    return Array.isArray(mask) ? (mask as readonly (Tensor | undefined)[])[0] : mask;
  }

  override call(inputs: Inputs, options: TransformerDecoderCallOptions = {}): Tensor {
    const { useCausalMask = true, decoderAttentionMask, encoderAttentionMask, training = false } = options;
    const [x, encoded] = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
    const [mask, encodedMask] = (Array.isArray(options.mask) ? options.mask : [options.mask]) as readonly (
      Tensor | undefined
    )[];
    const { self, cross, network } = this.parts;
    const alone = this.attend(x, self, undefined, {
      training,
      useCausalMask,
      attentionMask: decoderAttentionMask,
      mask: [mask, mask],
    });
    const read =
      cross === undefined
        ? alone
        : this.attend(alone, cross, encoded, {
            training,
            attentionMask: encoderAttentionMask,
            mask: [mask, encodedMask],
          });
    return this.feedForward(read, network, training);
  }
}

const listOf = (shape: InputShape): readonly BatchShape[] => (isShapeList(shape) ? shape : [shape]);
