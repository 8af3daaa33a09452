/**
 * What a value was computed from, remembered after its graph was let go. Only numbers are kept, not the leaves they stand
 * for, so that remembering holds no memory; it lets `gradients` say that a path is gone rather than leave it out.
 */
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";

/** Beyond this many leaves a value is taken to depend on everything. */
const mostLeaves = 256;

const numbers = new WeakMap<object, number>();
let count = 0;

/** The number of a leaf: of the variable, where it stands for one. */
function numberOf(leaf: Node): number {
  const thing = leaf.binding?.kind === "resident" ? leaf.binding.resident : leaf;
  let number = numbers.get(thing);
  if (number === undefined) numbers.set(thing, (number = count++));
  return number;
}

const origins = new WeakMap<Node, ReadonlySet<number> | "everything">();

/** Remembers for a leaf what the graph behind `node`, whose value it holds, was computed from. */
export function rememberOrigins(leaf: Node, node: Node): void {
  const found = new Set<number>();
  for (const each of topological([node], ({ inputs }) => inputs)) {
    if (each.inputs.length > 0 || each.op.kind !== "source" || each.op.form !== "bound") continue;
    const before = origins.get(each);
    if (before === "everything" || found.size > mostLeaves) return void origins.set(leaf, "everything");
    for (const number of before ?? []) found.add(number);
    found.add(numberOf(each));
  }
  origins.set(leaf, found);
}

/** True when a path along which gradients run, from `target` back to one of the leaves `sources`, was let go. */
export function isCut(target: Node, sources: readonly Node[]): boolean {
  const wanted = sources.map(numberOf);
  const passing = ({ op, inputs }: Node): readonly Node[] =>
    op.gradient === undefined && op.kind !== "loop" ? [] : inputs;
  return topological([target], passing).some((node) => {
    const from = origins.get(node);
    if (from === undefined || sources.includes(node)) return false;
    return from === "everything" || wanted.some((number) => from.has(number));
  });
}
