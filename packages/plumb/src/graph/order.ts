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
  const entered = new Set<Node>();
  const left = new Set<Node>();
  const stack: Node[] = [...roots].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    if (entered.has(node)) {
      stack.pop();
      if (left.has(node)) continue;
      left.add(node);
      order.push(node);
    } else {
      entered.add(node);
      const inputs = needs(node);
      for (let i = inputs.length - 1; i >= 0; i--) if (!entered.has(inputs[i])) stack.push(inputs[i]);
    }
  }
  return order;
}

/** What a node is computed from; nothing, once its value is known. */
export const inputsOf = (node: Node): readonly Node[] => (node.value === undefined ? node.inputs : []);
