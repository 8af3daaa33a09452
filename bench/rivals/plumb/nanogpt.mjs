import { Layer, LayerNormalization, PositionEmbedding, ReversibleEmbedding } from "plumb-ml";
import { Block } from "./transformer.mjs";

/** @typedef {import("plumb-ml").Tensor} Tensor */

class GPT extends Layer {
  /** @param {import("../../lib/task.mjs").Training} task */
  constructor({ input, classes, weights, heads, normEpsilon }) {
    super();
    const width = weights.tokens.embeddings.shape[1];
    const count = Object.keys(weights).filter((name) => name.endsWith(".query")).length;
    this.tokens = new ReversibleEmbedding(classes, width);
    this.positions = new PositionEmbedding(input[1]);
    this.blocks = Array.from({ length: count }, () => new Block(width, heads, normEpsilon, false));
    this.norm = new LayerNormalization({ epsilon: normEpsilon, center: false });
  }

  /** @param {Tensor} x  @returns {Tensor} */
  call(x) {
    const vectors = this.tokens.call(x);
    const h = this.blocks.reduce(
      (value, block) => block.call(value),
      vectors.add(this.positions.call(vectors)),
    );
    return this.tokens.call(this.norm.call(h), { reverse: true });
  }
}

/** @param {import("../../lib/task.mjs").Training} task */
export const modelOf = (task) => new GPT(task);
