import { sameShape, showShape } from "../base/shape.ts";
import type { Body, Node } from "./node.ts";
import type { Op } from "./op.ts";
import { topological } from "./order.ts";

/**
 * Throws unless every node that `roots` need is what its record says: the number of inputs, the shape and dtype that the
 * shape rule gives, and a binding where the op needs one. A failure is a fault of whoever built the graph (a gradient
 * rule, a rewrite of the compiler), not of the user.
 */
export function checkGraph(roots: readonly Node[]): void {
  for (const node of topological(roots)) if (node.value === undefined) checkNode(node);
}

function checkNode(node: Node): void {
  const { op, inputs, attrs, shape, dtype, binding, body } = node;
  const fail = (what: string): never => {
    throw new Error(`${op.name} node: ${what}`);
  };
  if (op.arity !== "many" && inputs.length !== op.arity) {
    fail(`${inputs.length} inputs where the record says ${op.arity}`);
  }
  const inferred = op.infer(inputs, attrs, body);
  if (inferred.dtype !== dtype || !sameShape(inferred.shape, shape)) {
    const [claimed, ruled] = [{ shape, dtype }, inferred].map(
      (spec) => `${spec.dtype} ${showShape(spec.shape)}`,
    );
    fail(`claims ${claimed} where the shape rule says ${ruled}`);
  }
  if (needsBinding(op) && binding === undefined) fail("is bound to nothing");
  if (body !== undefined) checkStep(body, fail);
}

/** The step of a loop is a graph too; its leaves that stand for something are its parameters. */
function checkStep(
  { recurrence: { parameters, states }, result }: Body,
  fail: (what: string) => never,
): void {
  const roots = typeof result === "number" ? states : [...states, result];
  checkGraph(roots);
  const given = new Set(parameters);
  const stranger = topological(roots).find(
    (node) => node.op.kind === "source" && node.op.form === "bound" && !given.has(node),
  );
  if (stranger !== undefined) fail(`its step reads a ${stranger.op.name} that is no parameter of it`);
}

/** Effects act on something, and every leaf whose value is not structure stands for something. */
const needsBinding = (op: Op): boolean =>
  op.kind === "effect" || (op.kind === "source" && op.form === "bound");
