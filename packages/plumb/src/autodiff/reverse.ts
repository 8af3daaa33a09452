/**
 * Reverse-mode differentiation, graph to graph: the gradients are nodes like any others, built by the rules of the op
 * records, so that they can be compiled together with the forward pass and differentiated again.
 */
import { isFloat } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Builder } from "../graph/op.ts";
import { topological } from "../graph/order.ts";

/**
 * The gradient of `target` with respect to each of `sources`; null where `target` does not depend on it (or only
 * through ops without a gradient: comparisons, argmax, floor …).
 *
 * @param seed the gradient of whatever is differentiated with respect to `target`; ones unless given, which for a
 *   target of several elements gives the gradient of their sum
 * @throws PL1008 when `target` is int32 or bool
 */
export function gradients(
  target: Node,
  sources: readonly Node[],
  g: Builder,
  seed: Node = seedFor(target, g),
): (Node | null)[] {
  // Through evaluated nodes too: that a value was read on the way does not make it a constant.
  const order = topological([target], (node) => node.inputs);
  const wanted = dependents(order, sources);
  const found = new Map<Node, Node>();
  if (wanted.has(target)) found.set(target, seed);

  // Users before inputs: when a node's turn comes, everything that uses it has already contributed.
  for (const node of order.reverse()) {
    const dy = found.get(node);
    if (dy === undefined || node.op.gradient === undefined) continue;
    const { inputs } = node;
    if (!inputs.some((input) => wanted.has(input))) continue;
    const contributions = node.op.gradient(g, node, dy);
    inputs.forEach((input, i) => {
      const contribution = contributions[i];
      if (!contribution || !wanted.has(input)) return;
      const sum = found.get(input);
      found.set(input, sum === undefined ? contribution : g.add(sum, contribution));
    });
  }
  return sources.map((source) => found.get(source) ?? null);
}

function seedFor(target: Node, g: Builder): Node {
  if (isFloat(target.dtype)) return g.constant(1, target);
  throw new PlumbError("PL1008", {
    asked: `the gradient of a ${target.dtype} ${showShape(target.shape)}`,
    why: "only float values change smoothly",
    fix: "differentiate the float value that it was computed from",
  });
}

/** The nodes through which some source can be reached, sources included: gradients flow through these only. */
function dependents(order: readonly Node[], sources: readonly Node[]): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of order) {
    if (isFloat(node.dtype) && node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}
