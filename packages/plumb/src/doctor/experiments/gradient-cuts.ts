/** Where the way of the gradient from a loss to the weights is cut. */
import { isFloat } from "../../base/dtype.ts";
import type { Node } from "../../graph/node.ts";
import { inputsOf, topological } from "../../graph/order.ts";
import { asTensor } from "../../tensor/index.ts";
import type { ModelSubject } from "../subjects/model.ts";
import type { FirstLook } from "./first-look.ts";
import { tracedLoss } from "./traced-rows.ts";

/** An operation through which no gradient goes. */
export interface Cut {
  readonly op: string;
  /** The layer that it was computed for, or "loss". */
  readonly part: string;
}

/**
 * The operations that the loss hangs on and that weights lead to, but that hand no gradient on: comparisons, argmax,
 * rounding, stopGradient, a cast to whole numbers. Of the weights with these names; those nearest to the loss, each kind once.
 */
export function gradientCuts(
  subject: ModelSubject,
  { x, y }: FirstLook,
  names: ReadonlySet<string>,
): readonly Cut[] {
  const cuts = new Map<string, Cut>();
  const program = tracedLoss(subject, x, y, (loss) => {
    const weights = subject.model.trainableVariables
      .filter(({ name }) => names.has(name))
      .map((variable) => asTensor(variable).node);
    for (const node of cutNodes(loss.node, weights)) {
      const cut = { op: node.op.name, part: node.origin?.name ?? "loss" };
      cuts.set(`${cut.op} ${cut.part}`, cut);
    }
    return loss;
  });
  program.dispose();
  return [...cuts.values()];
}

/** Nodes without a gradient that stand between the loss and the weights, seen from the loss. */
function cutNodes(loss: Node, weights: readonly Node[]): readonly Node[] {
  const leads = new Set<Node>(weights);
  for (const node of topological([loss], inputsOf))
    if (node.inputs.some((input) => leads.has(input))) leads.add(node);
  const cuts: Node[] = [];
  const met = new Set<Node>([loss]);
  const open = [loss];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!leads.has(node) || weights.includes(node)) continue;
    if (!isFloat(node.dtype) || (node.op.gradient === undefined && node.op.kind !== "loop")) {
      cuts.push(node);
      continue;
    }
    for (const input of node.inputs)
      if (!met.has(input)) {
        met.add(input);
        open.push(input);
      }
  }
  return cuts;
}
