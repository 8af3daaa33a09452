/**
 * Pass 1: the same graph with less to do. Equal nodes become one, nodes of constants become constants, and each op
 * record is asked for the identities it knows (x · 1, a transpose of a transpose). Every rewrite keeps every bit of the
 * result, NaN and infinities included: a diagnosis of NaN must not depend on what was simplified away.
 */
import { hostArray } from "../base/dtype.ts";
import type { Attrs, AttrValue, Body, Graph, Node, Recurrence } from "../graph/node.ts";
import type { Op } from "../graph/op.ts";
import { g } from "../ops/builder.ts";
import { topological } from "../graph/order.ts";
import { withOrigin } from "../graph/origin.ts";

export function simplify(graph: Graph): Graph {
  const renamed = new Map<Node, Node>();
  const known = new Map<string, Node>();
  const numbers = new Numbering();

  const unique = (node: Node): Node => {
    if (node.binding !== undefined) return node; // leaves and effects are themselves
    const inputs = node.inputs.map((input) => numbers.of(input)).join(",");
    const body = node.body === undefined ? "" : numbers.ofBody(node.body);
    const key = `${numbers.ofOp(node.op)}|${inputs}|${node.dtype}|${node.shape.join(",")}|${attrsKey(node.attrs)}|${body}`;
    const twin = known.get(key);
    if (twin !== undefined) return twin;
    known.set(key, node);
    return node;
  };

  const rewrite = (node: Node): Node => {
    const inputs = node.inputs.map((input) => renamed.get(input) ?? input);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    let current = same ? node : g.node(node.op, inputs, node.attrs, node.binding, node.body);
    for (;;) {
      const simpler = folded(current) ?? current.op.simplify?.(g, current);
      if (simpler === undefined) return unique(current);
      // Nodes that a rule made anew have inputs that were simplified already, or are its own: visit only those.
      current = renamed.get(simpler) ?? simpler;
    }
  };

  const roots = [...graph.outputs, ...graph.effects];
  for (const node of topological(roots))
    renamed.set(
      node,
      withOrigin(node.origin, () => rewrite(node)),
    );
  const renamedOf = (node: Node): Node => renamed.get(node) ?? node;
  return { outputs: graph.outputs.map(renamedOf), effects: graph.effects.map(renamedOf) };
}

/** A constant, where the node is a view or an element-wise function of nothing but constants. */
function folded(node: Node): Node | undefined {
  const { op, inputs } = node;
  if (op.kind !== "elementwise" && op.kind !== "view") return undefined;
  if (!inputs.every((input) => input.op.kind === "source" && input.op.form === "constant")) return undefined;
  const values = inputs.map((input) => input.attrs.value as number);
  if (op.kind === "view") return g.constant(values[0], node);
  const meaning = node.dtype === "int32" ? (op.intMeaning ?? op.meaning) : op.meaning;
  const cell = hostArray(node.dtype, 1);
  cell[0] = meaning(...values);
  return g.constant(cell[0], node);
}

/** Small numbers for nodes and op records, so that equality of structure is equality of short strings. */
class Numbering {
  private readonly nodes = new Map<Node, number>();
  private readonly ops = new Map<Op, number>();
  private readonly recurrences = new Map<Recurrence, number>();

  of(node: Node): number {
    return numbered(this.nodes, node);
  }

  ofOp(op: Op): number {
    return numbered(this.ops, op);
  }

  /** Which loop, and which result of it: the step is simplified when it is compiled. */
  ofBody({ recurrence, result }: Body): string {
    const which = typeof result === "number" ? `state ${result}` : this.of(result);
    return `${numbered(this.recurrences, recurrence)} ${which}`;
  }
}

function numbered<T>(map: Map<T, number>, key: T): number {
  let number = map.get(key);
  if (number === undefined) {
    number = map.size;
    map.set(key, number);
  }
  return number;
}

/** Attributes as text that tells NaN, the infinities and the zeros apart, which JSON does not, and takes less time. */
function attrsKey(attrs: Attrs): string {
  let key = "";
  for (const [name, value] of Object.entries(attrs)) key += `${name}:${valueKey(value)};`;
  return key;
}

function valueKey(value: AttrValue | readonly number[]): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  return typeof value === "object" ? `[${value.map(valueKey).join(",")}]` : `${typeof value} ${value}`;
}
