import { showShape } from "../base/shape.ts";
import type { AttrValue, Binding, Body, Node, Recurrence } from "./node.ts";
import { inputsOf, topological } from "./order.ts";

/**
 * A graph as a listing, one node per line, inputs before users; the roots are named at the end. The steps of loops follow,
 * each a listing of its own; `loop #0[2]` is made of the third value that step #0 returns.
 *
 * @example
 *     %0 = data : float32 [32, 10]
 *     %1 = sum(%0) axes=[1] keepDims=false : float32 [32]
 *     return %1
 */
export function printGraph(roots: readonly Node[]): string {
  const names = new Map<Node, string>();
  const steps = new Map<Recurrence, Node[]>();
  const lines = topological(roots).map((node, i) => {
    names.set(node, `%${i}`);
    const inputs = inputsOf(node).map((input) => names.get(input));
    const step = node.body === undefined ? "" : showBody(node.body, steps);
    const name = nameOf(node) + step;
    const call = inputs.length === 0 ? name : `${name}(${inputs.join(", ")})`;
    const attrs = Object.entries(node.attrs)
      .filter(([key]) => !(key === "shape" || key === "dtype"))
      .map(([key, value]) => `${key}=${showAttr(value)}`);
    return `%${i} = ${[call, ...attrs].join(" ")} : ${node.dtype} ${showShape(node.shape)}`;
  });
  lines.push(`return ${roots.map((root) => names.get(root)).join(", ")}`);
  [...steps.values()].forEach((results, number) => {
    lines.push(
      `step #${number}:`,
      ...printGraph(results)
        .split("\n")
        .map((line) => `    ${line}`),
    );
  });
  return lines.join("\n");
}

/** Which step a loop repeats, and which of its values, as they are listed in `steps`, the node is made of. */
function showBody({ recurrence, result }: Body, steps: Map<Recurrence, Node[]>): string {
  let results = steps.get(recurrence);
  if (results === undefined) steps.set(recurrence, (results = [...recurrence.states]));
  if (typeof result !== "number" && !results.includes(result)) results.push(result);
  const place = typeof result === "number" ? result : results.indexOf(result);
  return ` #${[...steps.keys()].indexOf(recurrence)}[${place}]`;
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
    case "parameter":
    case "check":
      return "";
  }
}

const showAttr = (value: AttrValue): string =>
  Array.isArray(value) ? `[${value.map(showAttr).join(", ")}]` : String(value);
