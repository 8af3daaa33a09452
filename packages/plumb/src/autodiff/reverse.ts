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
import { backwardOf, withOrigin } from "../graph/origin.ts";
import { sumOf } from "../ops/linear.ts";
import { siblings } from "../ops/loop.ts";
import { dependents, loopGradient } from "./loop.ts";

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
  return pulledBack(new Map([[target, seed]]), sources, g);
}

/**
 * The gradient of something by each of `sources`, given its gradient by each of `seeds`: of Σ dy · y over the pairs.
 * Null where no seed depends on a source.
 */
function pulledBack(seeds: ReadonlyMap<Node, Node>, sources: readonly Node[], g: Builder): (Node | null)[] {
  // Through evaluated nodes too: that a value was read on the way does not make it a constant.
  const order = topological([...seeds.keys()], (node) => node.inputs);
  const wanted = dependents(order, sources);
  const families = siblings(order);
  const found = new Map<Node, Node[]>();
  for (const [node, dy] of seeds) if (wanted.has(node)) found.set(node, [dy]);

  // Users before inputs: when a node's turn comes, everything that uses it has already contributed.
  for (const node of order.reverse()) {
    const { inputs } = node;
    if (!inputs.some((input) => wanted.has(input))) continue;
    const contributions = withOrigin(backwardOf(node.origin), () =>
      contributionsOf(node, families.get(node)),
    );
    contributions?.forEach((contribution, i) => {
      const input = inputs[i];
      if (!contribution || !wanted.has(input)) return;
      const others = found.get(input);
      if (others === undefined) found.set(input, [contribution]);
      else others.push(contribution);
    });
  }
  return sources.map((source) => arrivedAt(source) ?? null);

  /** All that was contributed to a node, as one. */
  function arrivedAt(node: Node): Node | undefined {
    const terms = found.get(node);
    if (terms === undefined || terms.length === 1) return terms?.[0];
    const sum = sumOf(g, terms);
    found.set(node, [sum]);
    return sum;
  }

  /** The gradient of each input of a node, as far as there is one. */
  function contributionsOf(
    node: Node,
    family: readonly Node[] | undefined,
  ): readonly (Node | null)[] | undefined {
    if (family !== undefined) {
      // The results of a loop are differentiated together, when the last of them has its turn.
      if (family[0] !== node || !family.some((result) => found.has(result))) return undefined;
      const dys = family.map(arrivedAt);
      return loopGradient(g, family, dys, (input) => wanted.has(input), pulledBack);
    }
    const dy = arrivedAt(node);
    return dy === undefined ? undefined : node.op.gradient?.(g, node, dy);
  }
}

function seedFor(target: Node, g: Builder): Node {
  if (isFloat(target.dtype)) return g.constant(1, target);
  throw new PlumbError("PL1008", {
    asked: `the gradient of a ${target.dtype} ${showShape(target.shape)}`,
    why: "only float values change smoothly",
    fix: "differentiate the float value that it was computed from",
  });
}
