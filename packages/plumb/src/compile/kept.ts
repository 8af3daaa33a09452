/** Which nodes are computed in a place of their own, rather than inside each of their readers. */
import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { loopInput } from "./loops.ts";
import { isCheck, isLeaf, isPointwise, withoutChecks } from "./nodes.ts";

/** Work (in vector instructions) up to which a value with several readers is computed again rather than stored. */
const recomputeLimit = 4;

/** Work and depth of one expression beyond which it is cut in two: code stays small, and so do the stacks that walk it. */
const costLimit = 400;
const depthLimit = 60;

/** Which nodes get a place of their own to be computed in. */
export function kept(order: readonly Node[], roots: readonly Node[], fuse: boolean): Set<Node> {
  const keep = new Set<Node>(roots);
  const readers = new Map<Node, number>();
  for (const node of order) {
    for (const input of new Set(node.inputs.map(withoutChecks)))
      readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  const assigned = new Set(
    order.flatMap(({ op, binding }) =>
      op.kind === "effect" && binding?.kind === "resident" ? [binding.resident] : [],
    ),
  );
  /** What reads, where it is computed in its readers, the old value of a variable that is assigned a new one. */
  const old = new Set<Node>();
  const isOld = (input: Node): boolean =>
    isLeaf(input)
      ? input.binding?.kind === "resident" && assigned.has(input.binding.resident)
      : old.has(input) && !keep.has(input);
  /** True for a value that can be stored instead of one that it is computed from. */
  const takesPlace = ({ shape, inputs }: Node): boolean =>
    inputs
      .map(withoutChecks)
      .some((input) => !isLeaf(input) && keep.has(input) && sizeOf(input.shape) === sizeOf(shape));
  const costs = new Map<Node, number>();
  const depths = new Map<Node, number>();
  for (const node of order) {
    if (isCheck(node) || node.op.kind === "effect") continue;
    if (!isPointwise(node)) {
      keep.add(node);
      const { kind } = node.op;
      // A product packs its operands, and scans and sorts walk theirs: they read buffers, through views at most.
      if (kind === "contract") for (const input of node.inputs) keepUnderViews(input, keep);
      if (kind === "scan" || kind === "sort") keep.add(withoutChecks(node.inputs[0]));
      // The step of a loop is a program of its own, which finds its inputs in memory.
      if (kind === "loop") for (const input of node.inputs) keepRows(input, keep);
      continue;
    }
    if (isLeaf(node) || node.op.kind === "source") continue;
    if (node.op.kind === "gather") keepUnderViews(node.inputs[0], keep);
    if (!fuse && node.op.kind !== "view") {
      keep.add(node);
      continue;
    }
    const own = node.op.kind === "elementwise" ? (node.op.cost ?? 1) : node.op.kind === "view" ? 0 : 8;
    const inlined = node.inputs.map(withoutChecks).filter((input) => !keep.has(input));
    const cost = inlined.reduce((sum, input) => sum + (costs.get(input) ?? 0), own);
    const depth = 1 + Math.max(0, ...inlined.map((input) => depths.get(input) ?? 0));
    costs.set(node, cost);
    depths.set(node, depth);
    if (node.inputs.map(withoutChecks).some(isOld)) old.add(node);
    // A product and its bias: stored in the product's place they take no more room, and nobody reads the old bias later,
    // when it may have to be written over.
    const isWorth = cost > recomputeLimit || (old.has(node) && takesPlace(node));
    const isSharedWork = (readers.get(node) ?? 0) > 1 && isWorth && node.op.kind !== "view";
    if (isSharedWork || cost > costLimit || depth > depthLimit) keep.add(node);
  }
  return keep;
}

function keepUnderViews(node: Node, keep: Set<Node>): void {
  let base = withoutChecks(node);
  while (base.op.kind === "view" && !keep.has(base)) base = withoutChecks(base.inputs[0]);
  if (!isLeaf(base)) keep.add(base);
}

function keepRows(node: Node, keep: Set<Node>): void {
  const rows = loopInput(node);
  if (rows !== undefined && !isLeaf(rows)) keep.add(rows);
}
