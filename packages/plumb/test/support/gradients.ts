/** Gradients against central differences of the float64 meaning. */
import { expect } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { isFloat, type HostArray } from "../../src/base/dtype.ts";
import { sameShape, sizeOf } from "../../src/base/shape.ts";
import { checkGraph } from "../../src/graph/check.ts";
import type { Binding, Node } from "../../src/graph/node.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import { g } from "../../src/ops/builder.ts";
import { expectClose } from "./compare.ts";
import { dataNode, drawWeights } from "./samples.ts";

/** One number that depends on every element of `nodes`, each with a weight of its own. */
export function weighted(nodes: readonly Node[]): Node {
  const totals = nodes.map((node, k) => {
    const weights = dataNode(node, drawWeights(node.shape, k));
    return g.sum(g.mul(node, weights), [...node.shape.keys()]);
  });
  return totals.reduce((sum, total) => g.add(sum, total));
}

/** What a leaf with data is worth. */
const ownData = (binding: Binding): HostArray =>
  binding.kind === "scalar" ? Float64Array.of(binding.value) : (binding as Binding & { kind: "data" }).data;

/**
 * Compares the gradient graph of the scalar `target` with central differences of `target` itself, in float64.
 *
 * @param valueOf what leaves are worth that hold no data of their own: variables
 */
export function expectGradient(
  target: Node,
  leaves: readonly Node[],
  what: string,
  valueOf: (binding: Binding) => HostArray = ownData,
): void {
  const sources = leaves.filter((leaf) => isFloat(leaf.dtype));
  const found = gradients(target, sources, g);
  checkGraph([target, ...found.filter((dx) => dx !== null)]);
  sources.forEach((source, k) => {
    const dx = found[k];
    const subject = { what: `${what} with respect to input ${k}`, shape: source.shape, dtype: source.dtype };
    if (dx !== null) {
      expect(dx.dtype, subject.what).toBe(source.dtype);
      expect(sameShape(dx.shape, source.shape), `${subject.what}: shape`).toBe(true);
    }
    const analytic = dx === null ? new Float64Array(sizeOf(source.shape)) : interpret([dx], valueOf)[0];
    const numeric = centralDifferences(target, source, valueOf);
    // Differences of float64 numbers of the size of the target, over a step of 1e-5, keep that many digits.
    const noise = Math.abs(interpret([target], valueOf)[0][0]) * 1e-3;
    const scale = Math.max(noise, ...numeric.map(Math.abs), 1e-3);
    expectClose(analytic, numeric, subject, 2e-7, scale);
  });
}

function centralDifferences(
  target: Node,
  source: Node,
  valueOf: (binding: Binding) => HostArray,
): Float64Array {
  const { binding } = source;
  const at = Float64Array.from(valueOf(binding as Binding));
  const isSource = (asked: Binding): boolean =>
    asked === binding ||
    (asked.kind === "resident" && binding?.kind === "resident" && asked.resident === binding.resident);
  const lookup = (asked: Binding): HostArray => (isSource(asked) ? at : valueOf(asked));
  return at.map((_, i) => {
    const x = at[i];
    const h = 1e-5 * Math.max(1, Math.abs(x));
    at[i] = x + h;
    const above = interpret([target], lookup)[0][0];
    at[i] = x - h;
    const below = interpret([target], lookup)[0][0];
    at[i] = x;
    return (above - below) / (2 * h);
  });
}
