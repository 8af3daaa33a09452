import { Dense, Input, Layer, LayerNormalization, MultiHeadAttention, Sequential } from "plumb-ml";

/** @typedef {import("plumb-ml").Tensor} Tensor */

/** Pre-norm, causal, with a feed-forward of four times the width; with biases or without any. */
export class Block extends Layer {
  /** @param {number} width @param {number} heads @param {number} epsilon @param {boolean} useBias */
  constructor(width, heads, epsilon, useBias) {
    super();
    this.norm1 = new LayerNormalization({ epsilon, center: useBias });
    this.attention = new MultiHeadAttention(heads, width / heads, { useBias });
    this.norm2 = new LayerNormalization({ epsilon, center: useBias });
    this.up = new Dense(4 * width, { activation: "gelu", useBias });
    this.down = new Dense(width, { useBias });
  }

  /** @param {Tensor} x  @returns {Tensor} */
  call(x) {
    const normal = this.norm1.call(x);
    const mixed = this.attention.call([normal, normal], { useCausalMask: true });
    const h = x.add(/** @type {Tensor} */ (mixed)); // a list only when asked for the scores too
    return h.add(this.down.call(this.up.call(this.norm2.call(h))));
  }
}

/** @param {import("../../lib/task.mjs").Training} task */
export const modelOf = ({ input, classes, heads, normEpsilon }) =>
  new Sequential([
    Input({ shape: input.slice(1) }),
    new Block(input[input.length - 1], heads, normEpsilon, true),
    new Dense(classes),
  ]);
