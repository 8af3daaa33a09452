import type { Node } from "./node.ts";

/**
 * The nodes that `roots` need, inputs before users, each once, in an order that depends on the graph alone. Evaluated
 * nodes are leaves, unless `needs` says otherwise. Iterative, so that depth is no limit.
 */
export function topological(
  roots: readonly Node[],
  needs: (node: Node) => readonly Node[] = inputsOf,
): Node[] {
  const order: Node[] = [];
  /** The nodes that were met: true for those that stand in the order. */
  const met = new Map<Node, boolean>();
  const stack: Node[] = [...roots].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    const placed = met.get(node);
    if (placed === undefined) {
      met.set(node, false);
      const inputs = needs(node);
      for (let i = inputs.length - 1; i >= 0; i--) if (!met.has(inputs[i])) stack.push(inputs[i]);
    } else {
      stack.pop();
      if (placed) continue;
      met.set(node, true);
      order.push(node);
    }
  }
  return order;
}

/** What a node is computed from; nothing, once its value is known. */
export const inputsOf = (node: Node): readonly Node[] => (node.value === undefined ? node.inputs : []);
