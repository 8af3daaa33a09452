// @ts-nocheck: see start.mjs
import { jax } from "./start.mjs";

const { lax, nn, numpy: np } = jax;

/** Its layout is channels before pixels, in images, kernels, and so in what the flattened image is multiplied with. */
export function weightsOf({ conv1, conv2, head }) {
  const conv = ({ kernel, bias }) => ({
    kernel: kernel.transpose([3, 2, 0, 1]),
    bias: bias.reshape([1, -1, 1, 1]),
  });
  const kernel = head.kernel.reshape([5, 5, 64, 10]).transpose([2, 0, 1, 3]).reshape([1600, 10]);
  return { conv1: conv(conv1), conv2: conv(conv2), head: { kernel, bias: head.bias } };
}

export function logitsOf({ conv1, conv2, head }, x) {
  const block = (h, { kernel, bias }) =>
    lax.reduceWindow(
      nn.relu(lax.conv(h, kernel, [1, 1], "VALID").add(bias)),
      np.max,
      [1, 1, 2, 2],
      [1, 1, 2, 2],
    );
  const [batch, height, width, channels] = x.shape;
  const pooled = block(block(x.reshape([batch, channels, height, width]), conv1), conv2);
  return np.matmul(pooled.reshape([batch, -1]), head.kernel).add(head.bias);
}
