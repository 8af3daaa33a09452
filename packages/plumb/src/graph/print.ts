import { showShape } from "../base/shape.ts";
import type { AttrValue, Binding, Node } from "./node.ts";
import { inputsOf, topological } from "./order.ts";

/**
 * A graph as a listing, one node per line, inputs before users; the roots are named at the end.
 *
 * @example
 *     %0 = data : float32 [32, 10]
 *     %1 = sum(%0) axes=[1] keepDims=false : float32 [32]
 *     return %1
 */
export function printGraph(roots: readonly Node[]): string {
  const names = new Map<Node, string>();
  const lines = topological(roots).map((node, i) => {
    names.set(node, `%${i}`);
    const inputs = inputsOf(node).map((input) => names.get(input));
    const call = inputs.length === 0 ? nameOf(node) : `${nameOf(node)}(${inputs.join(", ")})`;
    const attrs = Object.entries(node.attrs)
      .filter(([key]) => !(key === "shape" || key === "dtype"))
      .map(([key, value]) => `${key}=${showAttr(value)}`);
    return `%${i} = ${[call, ...attrs].join(" ")} : ${node.dtype} ${showShape(node.shape)}`;
  });
  return [...lines, `return ${roots.map((root) => names.get(root)).join(", ")}`].join("\n");
}

const nameOf = (node: Node): string =>
  node.value !== undefined ? "value" : node.op.name + (node.binding ? showBinding(node.binding) : "");

function showBinding(binding: Binding): string {
  switch (binding.kind) {
    case "scalar":
      return ` ${binding.value}`;
    case "resident":
      return ` #${binding.resident.id}`;
    case "argument":
      return ` #${binding.index}`;
    case "data":
    case "draw":
    case "check":
      return "";
  }
}

const showAttr = (value: AttrValue): string =>
  Array.isArray(value) ? `[${value.map(showAttr).join(", ")}]` : String(value);
