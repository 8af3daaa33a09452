import { Dense, Input, Layer, LayerNormalization, MultiHeadAttention, Sequential } from "plumb-ml";

/** @typedef {import("plumb-ml").Tensor} Tensor */

class Block extends Layer {
  /** @param {number} width @param {number} heads @param {number} epsilon */
  constructor(width, heads, epsilon) {
    super();
    this.norm1 = new LayerNormalization({ epsilon });
    this.attention = new MultiHeadAttention(heads, width / heads);
    this.norm2 = new LayerNormalization({ epsilon });
    this.up = new Dense(4 * width, { activation: "gelu" });
    this.down = new Dense(width);
  }

  /** @param {Tensor} x  @returns {Tensor} */
  call(x) {
    const normal = this.norm1.call(x);
    const mixed = this.attention.call([normal, normal], { useCausalMask: true });
    const h = x.add(/** @type {Tensor} */ (mixed)); // a list only when asked for the scores too
    return h.add(this.down.call(this.up.call(this.norm2.call(h))));
  }
}

/** @param {import("../../lib/task.mjs").Task} task */
export const modelOf = ({ input, classes, heads, normEpsilon }) =>
  new Sequential([
    Input({ shape: input.slice(1) }),
    new Block(input[input.length - 1], heads, normEpsilon),
    new Dense(classes),
  ]);
