import type { Node } from "./node.ts";
import { inputsOf, topological } from "./order.ts";

/** The same values computed from other nodes in the place of some, which have the same shape and dtype. */
export function replaced(roots: readonly Node[], instead: ReadonlyMap<Node, Node>): Node[] {
  const renewed = new Map<Node, Node>(instead);
  const inputs = (node: Node): readonly Node[] => (instead.has(node) ? [] : inputsOf(node));
  for (const node of topological(roots, inputs)) {
    if (renewed.has(node)) continue;
    const same = inputsOf(node).every((input) => renewed.get(input) === input);
    renewed.set(node, same ? node : { ...node, inputs: node.inputs.map((input) => renewed.get(input)!) });
  }
  return roots.map((root) => renewed.get(root)!);
}

/** The nodes of `order` (inputs before users) that are computed from some of `leaves`, those leaves included. */
export function dependentOn(leaves: Iterable<Node>, order: readonly Node[]): Set<Node> {
  const found = new Set(leaves);
  for (const node of order) if (inputsOf(node).some((input) => found.has(input))) found.add(node);
  return found;
}
