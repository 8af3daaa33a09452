/** What is linear: how sums are made, and what can trade places with a sum over the steps of a loop. */
import type { Node } from "../graph/node.ts";
import type { Builder } from "../graph/op.ts";
import { add, neg } from "./elementwise.ts";
import { concat, pad } from "./place.ts";
import { sum } from "./reduce.ts";
import { listAttr, numberAttr } from "./rules.ts";
import { broadcast, reshape, slice, transpose } from "./view.ts";
import { windows } from "./windows.ts";

/**
 * The operands that a node is linear in, if it has no others: it is a sum of two, a view, a fold by sum, zeros laid around
 * or between, the negative. Summed over steps, it is the same node of the operands' sums.
 */
export function linearOperands({ op, inputs, attrs }: Node): readonly Node[] | undefined {
  const linear =
    op === add ||
    op === neg ||
    op === sum ||
    op.kind === "view" ||
    (op.kind === "place" && Object.is(op.fill(attrs), 0));
  return linear ? inputs : undefined;
}

/** The sum of values of one shape. Those that lie among zeros side by side, and fill the whole, are joined instead. */
export function sumOf(g: Builder, terms: readonly Node[]): Node {
  const whole = sideBySide(terms);
  if (whole === undefined) return terms.reduce((sum, term) => g.add(sum, term));
  const joined = g.node(
    concat,
    whole.parts.map(({ inputs }) => inputs[0]),
    { axis: whole.axis },
  );
  return sumOf(g, [joined, ...terms.filter((term) => !whole.parts.includes(term))]);
}

/** Terms that are zeros but for a stretch along one axis, where the stretches follow each other from end to end. */
function sideBySide(terms: readonly Node[]): { axis: number; parts: readonly Node[] } | undefined {
  const stretches = terms.flatMap((term) => {
    if (term.op !== pad || term.value !== undefined || numberAttr(term.attrs, "value") !== 0) return [];
    const [low, high] = [listAttr(term.attrs, "low"), listAttr(term.attrs, "high")];
    const axes = [...low.keys()].filter((axis) => low[axis] + high[axis] > 0);
    const dense = listAttr(term.attrs, "gap").every((gap) => gap === 0);
    return dense && axes.length === 1 ? [{ term, axis: axes[0], start: low[axes[0]] }] : [];
  });
  for (const { axis } of stretches.filter(({ start }) => start === 0)) {
    const parts: Node[] = [];
    let end = 0;
    for (;;) {
      const next = stretches.find((stretch) => stretch.axis === axis && stretch.start === end);
      if (next === undefined || next.term.inputs[0].shape[axis] === 0) break;
      parts.push(next.term);
      end += next.term.inputs[0].shape[axis];
    }
    if (parts.length > 1 && end === terms[0].shape[axis]) return { axis, parts };
  }
  return undefined;
}

/**
 * The view of each element along axis 0 of `stack`, which holds one operand of `view` after the other; undefined where
 * that is no view itself.
 */
export function viewOfEach(g: Builder, view: Node, stack: Node): Node | undefined {
  const { op, attrs, inputs, shape } = view;
  const [count] = stack.shape;
  switch (op) {
    case reshape:
      return g.reshape(stack, [count, ...shape]);
    case broadcast: {
      const lead = shape.slice(inputs[0].shape.length).map(() => 1);
      return g.broadcast(g.reshape(stack, [count, ...lead, ...inputs[0].shape]), [count, ...shape]);
    }
    case transpose:
      return g.transpose(stack, [0, ...listAttr(attrs, "permutation").map((axis) => axis + 1)]);
    case slice:
      return g.slice(
        stack,
        [0, ...listAttr(attrs, "start")],
        [count, ...listAttr(attrs, "size")],
        [1, ...listAttr(attrs, "step")],
      );
    case windows:
      return g.windows(stack, numberAttr(attrs, "first") + 1, {
        size: listAttr(attrs, "size"),
        stride: listAttr(attrs, "stride"),
        dilation: listAttr(attrs, "dilation"),
      });
    default:
      return undefined;
  }
}

/**
 * Σ over steps of a contraction of two operands that are stacked along axis 0: one contraction, with the steps as one more
 * axis that is summed over. Undefined where the node is no contraction.
 */
export function contractionOverSteps(
  g: Builder,
  node: Node,
  stackOf: (operand: Node) => Node,
): Node | undefined {
  const { op, attrs, inputs } = node;
  if (op.kind !== "contract") return undefined;
  const [a, b] = inputs;
  const { batch, inner } = op.form(attrs, a.shape, b.shape);
  // Steps go from the front to before the inner axes.
  const behind = (stack: Node, before: number): Node => {
    const axes = [...stack.shape.keys()].slice(1);
    return g.transpose(stack, [...axes.slice(0, before), 0, ...axes.slice(before)]);
  };
  return g.contract(behind(stackOf(a), a.shape.length - inner), behind(stackOf(b), batch), {
    batch,
    inner: inner + 1,
  });
}
