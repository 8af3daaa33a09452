/** Ops made of other ops, for the sake of their gradients. Compiler and interpreter see the parts, autodiff the whole. */
import type { Node } from "../graph/node.ts";
import type { Builder } from "../graph/op.ts";
import { topological } from "../graph/order.ts";
import { withOrigin } from "../graph/origin.ts";
import { convolution, convolutionTranspose } from "./convolution.ts";
import { maxPool, sumPool } from "./pooling.ts";

export const composite = { convolution, convolutionTranspose, maxPool, sumPool };

/** The same values with every composite replaced by its parts. */
export function expandComposites(g: Builder, roots: readonly Node[]): readonly Node[] {
  const order = topological(roots);
  if (!order.some(({ op }) => op.kind === "composite")) return roots;
  const parts = new Map<Node, Node>();
  const partsOf = (node: Node): Node => {
    const known = parts.get(node);
    if (known !== undefined) return known;
    if (node.value !== undefined) return node;
    const inputs = node.inputs.map(partsOf);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const renewed = same ? node : g.node(node.op, inputs, node.attrs, node.binding, node.body);
    const expanded = renewed.op.kind === "composite" ? partsOf(renewed.op.expand(g, renewed)) : renewed;
    parts.set(node, expanded);
    return expanded;
  };
  // Inputs first, so that the recursion above goes no deeper than one composite.
  for (const node of order) withOrigin(node.origin, () => partsOf(node));
  return roots.map(partsOf);
}
