import { describe, expect, test } from "vitest";
import { backends } from "../../test/support/backends.ts";
import { expectWithinUlp } from "../../test/support/compare.ts";
import { dataNode, drawInput } from "../../test/support/samples.ts";
import { gradients } from "../autodiff/reverse.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { interpret } from "../interpret/interpret.ts";
import { g } from "./builder.ts";
import { convolution } from "./convolution.ts";

const attrs = { stride: [1, 1], dilation: [1, 1], low: [1, 0], high: [1, 0], groups: 1 };
const drawn = (shape: readonly number[], stream: number): Node => {
  const spec = { shape, dtype: "float32" } as const;
  return dataNode(spec, drawInput({ ...spec, range: [0.1, 2] }, stream));
};

/** The gradient of a filter from all images at once, whose results are `side` squared, and the sum of those from each alone. */
function filterGradients(batch: number, side: number, channels: number): { whole: Node; apart: Node } {
  const size = [side, side + 2];
  const image = drawn([batch, ...size, channels], 1);
  const filter = drawn([3, 3, channels, 4], 2);
  const seed = drawn([batch, side, side, 4], 3);
  const gradient = (x: Node, dy: Node): Node => {
    const y = g.node(convolution, [x, filter], attrs);
    return gradients(g.sum(g.mul(y, dy), [0, 1, 2, 3]), [filter], g)[0] as Node;
  };
  const one = (x: Node, i: number): Node => {
    const start = x.shape.map((_, axis) => (axis === 0 ? i : 0));
    return g.slice(x, start, [1, ...x.shape.slice(1)], [1, 1, 1, 1]);
  };
  const alone = Array.from({ length: batch }, (_, i) => gradient(one(image, i), one(seed, i)));
  return { whole: gradient(image, seed), apart: alone.reduce((sum, each) => g.add(sum, each)) };
}

/** Runs of images that the filter's gradient is summed over: the batch of its contraction. */
const runsIn = (node: Node): number[] =>
  topological([node]).flatMap(({ op, attrs: { batch }, shape }) =>
    op.kind === "contract" && batch === 1 ? [shape[0]] : [],
  );

describe("the gradient of a filter over a batch of images", () => {
  test.each([
    ["each image a run", 4, 16, 1, 4],
    ["a number of images that only itself divides", 5, 16, 3, 5],
    ["runs of several images", 8, 8, 3, 2],
    ["too few places for runs", 7, 8, 2, 1],
  ])("%s", (_title, batch, side, channels, runs) => {
    const { whole, apart } = filterGradients(batch, side, channels);
    expect(runsIn(whole)).toEqual([runs]);
    const [expected] = interpret([apart]);
    for (const { name, evaluate } of backends) {
      expectWithinUlp(
        evaluate([whole])[0],
        expected,
        { what: name, shape: whole.shape, dtype: "float32" },
        40,
      );
    }
  });
});
