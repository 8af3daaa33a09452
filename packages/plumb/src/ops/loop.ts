/**
 * A step repeated: its states go from one step to the next, and other values of it can be stacked. One recurrence makes
 * several nodes, one per result that somebody wants.
 */
import { PlumbError } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import type { Attrs, Node, Recurrence, Spec } from "../graph/node.ts";
import type { LoopOp } from "../graph/op.ts";
import { topological } from "../graph/order.ts";
import { dependentOn, replaced } from "../graph/rewrite.ts";
import { makeNode } from "./builder.ts";
import { flagAttr, numberAttr, showSpec } from "./rules.ts";
import { parameter } from "./source.ts";

const sameSpec = (a: Spec, b: Spec): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

export const loop: LoopOp = {
  kind: "loop",
  name: "loop",
  doc: "a step that is repeated: the last value of a state of it, or all values of another node of it",
  arity: "many",
  infer: (inputs, attrs, body) => {
    if (body === undefined) throw new Error("a loop without a step");
    const { recurrence, result } = body;
    const { parameters, states } = recurrence;
    const count = numberAttr(attrs, "count");
    const runsAlong = (i: number): boolean =>
      i >= states.length && i < states.length + numberAttr(attrs, "scans");
    parameters.forEach((leaf, i) => {
      const expected = runsAlong(i) ? { shape: [count, ...leaf.shape], dtype: leaf.dtype } : leaf;
      if (inputs[i] === undefined || !sameSpec(inputs[i], expected)) {
        throw new Error(`input ${i} of a loop is no ${showSpec(expected)}`);
      }
    });
    states.forEach((next, i) => requireSameState(i, parameters[i], next));
    return typeof result === "number"
      ? { shape: inputs[result].shape, dtype: inputs[result].dtype }
      : { shape: [count, ...result.shape], dtype: result.dtype };
  },
  samples: [],
};

function requireSameState(number: number, before: Spec, after: Spec): void {
  if (sameSpec(before, after)) return;
  throw new PlumbError("PL1012", {
    asked: `a loop whose state ${number} is ${showSpec(before)} before a step and ${showSpec(after)} after it`,
    why: "one compiled step serves all steps, so a state keeps its shape and its dtype",
    fix: sameShape(before.shape, after.shape)
      ? `cast what the step returns: next.cast("${before.dtype}"), or start with a ${after.dtype} state`
      : "start with a state of the shape that the step gives, or reshape what it gives",
  });
}

/** A loop before it is said which of its results is meant. */
export interface LoopCall {
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly recurrence: Recurrence;
}

/** One result of a loop: the last value of a state, or a node of the step stacked. */
export const resultOf = ({ inputs, attrs, recurrence }: LoopCall, result: number | Node): Node =>
  makeNode(loop, inputs, attrs, undefined, { recurrence, result });

/** The loop that a node is a result of. */
export function callOf({ op, inputs, attrs, body }: Node): LoopCall {
  if (body === undefined) throw new Error(`${op.name} is no loop`);
  return { inputs, attrs, recurrence: body.recurrence };
}

export const stateCount = ({ recurrence }: LoopCall): number => recurrence.states.length;
export const scanCount = ({ attrs }: LoopCall): number => numberAttr(attrs, "scans");

/** For each loop node among `nodes`, all of them that are results of the same loop, itself included. */
export function siblings(nodes: readonly Node[]): Map<Node, readonly Node[]> {
  const families = new Map<Recurrence, Node[][]>();
  const found = new Map<Node, readonly Node[]>();
  for (const node of nodes) {
    if (node.body === undefined) continue;
    const { recurrence } = node.body;
    const alike = families.get(recurrence) ?? [];
    families.set(recurrence, alike);
    let family = alike.find(([other]) => sameLoop(other, node));
    if (family === undefined) alike.push((family = []));
    family.push(node);
    found.set(node, family);
  }
  return found;
}

const sameLoop = (a: Node, b: Node): boolean =>
  flagAttr(a.attrs, "reverse") === flagAttr(b.attrs, "reverse") &&
  a.inputs.every((input, i) => input === b.inputs[i]);

/** A leaf for a value inside a loop. */
export const parameterLike = ({ shape, dtype }: Spec): Node =>
  makeNode(parameter, [], { shape, dtype }, { kind: "parameter" });

/**
 * The graph of a step made self-contained: what `roots` read that no leaf of the step leads to is the same in every step;
 * it is computed once outside, and each such value becomes one more parameter.
 */
export function enclosed(
  leaves: readonly Node[],
  roots: readonly Node[],
): { readonly constants: readonly Node[]; readonly parameters: readonly Node[]; readonly roots: Node[] } {
  const order = topological(roots);
  const inside = dependentOn(leaves, order);
  const captured = new Map<Node, Node>();
  const capture = (node: Node): void => {
    if (inside.has(node)) return;
    const base = underViews(node);
    if (!isStructure(base) && !captured.has(base)) captured.set(base, parameterLike(base));
  };
  for (const node of order) if (inside.has(node)) node.inputs.forEach(capture);
  roots.forEach(capture);
  return {
    constants: [...captured.keys()],
    parameters: [...captured.values()],
    roots: replaced(roots, captured),
  };
}

const isStructure = ({ op, value }: Node): boolean =>
  op.kind === "source" && op.form !== "bound" && value === undefined;

/**
 * What is taken into the step where it reads `node`: the value under its views, which cost nothing inside. A reshape of a
 * view may have to be copied; that is done once, outside.
 */
function underViews(node: Node): Node {
  let base = node;
  while (base.op.kind === "view" && base.value === undefined) {
    const [input] = base.inputs;
    if (base.op.keepsOrder && input.op.kind === "view" && !input.op.keepsOrder) break;
    base = input;
  }
  return base;
}

export const loops = { loop };
