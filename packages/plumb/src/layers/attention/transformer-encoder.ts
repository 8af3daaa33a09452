import type { Tensor } from "../../tensor/index.ts";
import type { CallOptions, LayerSample } from "../layer.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";
import { Transformer } from "./transformer.ts";

/** What goes with one call of `TransformerEncoder`. */
export interface TransformerEncoderCallOptions extends CallOptions {
  /** Which step sees which, bool, broadcasts to `[batch, heads, steps, steps]`. Default: each sees all. */
  readonly attentionMask?: Tensor;
}

/**
 * A block of a transformer that reads a sequence: every step attends to all, then goes through a small network by itself;
 * both add to what comes in, and sums (or, with `normalizeFirst`, what goes in) are normalized.
 *
 * Input and output `[batch, steps, features]`. Steps that a mask leaves out are seen by none; the mask goes on with the
 * output. Call options: `attentionMask`, `mask`, `training`. Taken by place: the width of the network between its two
 * layers, and the number of heads, which divides the features.
 *
 * Inside, in the order of their weights: `self_attention`, `self_attention_layer_norm`, `feedforward_layer_norm`,
 * `feedforward_intermediate_dense`, `feedforward_output_dense`. Errors: PL4004 for options that are none; PL4006 for an
 * input that is no sequence, or has features that the heads do not divide. Vaswani et al., Attention Is All You Need,
 * 2017; KerasHub's layer of the same name.
 *
 * @example
 * const x = random.normal([2, 5, 16]);
 * new TransformerEncoder(64, 4, { normalizeFirst: true }).call(x).shape; // [2, 5, 16]
 */
export class TransformerEncoder extends Transformer {
  static override readonly className: string = "TransformerEncoder";
  static override readonly takesList: boolean = false;
  static override readonly callOptions: readonly string[] = ["attentionMask"];
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { intermediateDim: 5, numHeads: 2, activation: "gelu", normalizeFirst: true },
      inputs: [2, 3, 4],
    },
    { options: { intermediateDim: 1, numHeads: 1, activation: "tanh" }, inputs: [1, 1, 3] },
  ];
  protected parts!: {
    readonly self: ReturnType<Transformer["makeAttention"]>;
    readonly network: ReturnType<Transformer["makeNetwork"]>;
  };

  protected override needs(inputShape: InputShape): string | undefined {
    if (isShapeList(inputShape)) return "one sequence, not a list";
    return this.needsOfSequence(inputShape, this.inputShape as BatchShape | undefined);
  }

  override build(inputShape: BatchShape): void {
    this.parts = {
      self: this.makeAttention("self_attention", inputShape, inputShape),
      network: this.makeNetwork(inputShape),
    };
  }

  override call(x: Tensor, options: TransformerEncoderCallOptions = {}): Tensor {
    const { attentionMask, mask, training = false } = options;
    const seen = mask as Tensor | undefined;
    const attended = this.attend(x, this.parts.self, undefined, {
      training,
      attentionMask,
      mask: [seen, seen],
    });
    return this.feedForward(attended, this.parts.network, training);
  }
}
