/**
 * Rows of a linear map too large to keep. A head of 50,000 classes gives 400 MB of logits for 2,048 tokens, and a loss
 * wants one number of each row: here a block of rows is made, used, and made again for the gradient.
 */
import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { contract, elementwise, view } from "../ops/index.ts";
import { concat, loop, Tensor, zeros } from "../tensor/index.ts";

/** x · kernel + bias: `[rows, inputs]`, `[inputs, units]`, `[units]`. */
export interface Linear {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias?: Tensor;
}

/** Elements of a result from which it is not kept: 256 MB. Making it again costs one product more than keeping it. */
const tooLarge = 2 ** 26;
/** Elements of one block, about: 16 MB. Each block reads the kernel once, and adds to its gradient once. */
const perBlock = 2 ** 22;
/** Rows of a block come in multiples of what products do together. */
const rowsTogether = 16;

/** The linear map that gives `x` as it was recorded, `[…, units]`, where it is too large to keep; undefined otherwise. */
export function largeLinear(x: Tensor): Linear | undefined {
  if (sizeOf(x.shape) < tooLarge) return undefined;
  const sums = underReshapes(x.node);
  const product = productOf(sums);
  if (product !== undefined) return product;
  if (sums.op !== elementwise.add || sums.value !== undefined) return undefined;
  const [left, right] = sums.inputs;
  for (const [term, other] of [
    [left, right],
    [right, left],
  ]) {
    const linear = productOf(underReshapes(term));
    const bias = other.op === view.broadcast ? other.inputs[0] : undefined;
    if (linear === undefined || bias === undefined) continue;
    const units = x.shape[x.rank - 1];
    // The same in every row: nothing but the last axis has an extent.
    if (sizeOf(bias.shape) === units && bias.shape[bias.shape.length - 1] === units)
      return { ...linear, bias: new Tensor(bias).reshape([units]) };
  }
  return undefined;
}

function underReshapes(node: Node): Node {
  while (node.op === view.reshape && node.value === undefined) [node] = node.inputs;
  return node;
}

function productOf({ op, inputs, value }: Node): Linear | undefined {
  const isProduct = op === contract.matmul && value === undefined && inputs[0].shape.length === 2;
  return isProduct ? { x: new Tensor(inputs[0]), kernel: new Tensor(inputs[1]) } : undefined;
}

/**
 * `each` of blocks of rows of `[rows, units]` and of `along` (`[rows]`): one value per row, `[rows]`. Only one block is
 * there at a time, in gradients too.
 */
export function inBlocks(
  { x, kernel, bias }: Linear,
  along: Tensor,
  each: (rows: Tensor, along: Tensor) => Tensor,
): Tensor {
  const [count, inputs] = x.shape;
  const rows = rowsTogether * Math.max(1, Math.floor(perBlock / kernel.shape[1] / rowsTogether));
  const blocks = Math.ceil(count / rows);
  const missing = blocks * rows - count;
  const whole = (values: Tensor): Tensor =>
    missing === 0 ? values : concat([values, zeros([missing, ...values.shape.slice(1)], values.dtype)], 0);
  const { outputs } = loop(
    (_, [block, own]) => {
      const product = block.matmul(kernel);
      return { state: [], outputs: [each(bias === undefined ? product : product.add(bias), own)] };
    },
    {
      initial: [],
      over: [whole(x).reshape([blocks, rows, inputs]), whole(along).reshape([blocks, rows])],
      recompute: true,
    },
  );
  return outputs[0].reshape([blocks * rows]).slice([0], [count]);
}
