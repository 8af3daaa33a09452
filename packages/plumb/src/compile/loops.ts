/**
 * Loops: the step becomes a graph of its own, compiled by the same passes. States are residents of it that it assigns,
 * slices and what is the same in every step are residents that it reads, and what is stacked it assigns too; the loop
 * around it says where they all lie in each step.
 */
import type { Graph, Node, Resident, Spec } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { replaced } from "../graph/rewrite.ts";
import { g, makeNode } from "../ops/builder.ts";
import { assign } from "../ops/effect.ts";
import { callOf, scanCount, stateCount, type LoopCall } from "../ops/loop.ts";
import { resident } from "../ops/source.ts";
import { withoutChecks } from "./nodes.ts";

/** A leaf of a step, and which input of the loop it stands for. */
export interface StepInput {
  readonly leaf: Node;
  readonly input: number;
  /** True for a slice, which is another one in every step. */
  readonly moves: boolean;
}

/** What an assignment of a step writes: a state, or this step's place in the stack that is member `stack` of the group. */
export type StepTarget = { readonly state: number } | { readonly stack: number };

/** The step of a loop as a graph that can be compiled. */
export interface Step {
  readonly graph: Graph;
  readonly inputs: readonly StepInput[];
  readonly targets: readonly StepTarget[];
  /** The states that change, which therefore need a place beside what they start from. */
  readonly states: readonly number[];
}

/**
 * An input of a loop as the loop reads it, row by row: what lies under checks and views that keep the order. Undefined for
 * one number everywhere, which becomes a part of the step.
 */
export function loopInput(node: Node): Node | undefined {
  const base = underOrder(node);
  return isConstant(base) ? undefined : base;
}

function underOrder(node: Node): Node {
  let base = withoutChecks(node);
  while (base.op.kind === "view" && base.op.keepsOrder) base = withoutChecks(base.inputs[0]);
  return base;
}

const isConstant = ({ op }: Node): boolean => op.kind === "source" && op.form === "constant";

/** The number that an input of a loop is everywhere, if it is one. */
export function constantInput(node: Node): number | undefined {
  const base = underOrder(node);
  return isConstant(base) ? (base.attrs.value as number) : undefined;
}

/** The step behind the results of one loop, without what none of them needs. */
export function stepOf(family: readonly Node[]): Step {
  const call = callOf(family[0]);
  const { parameters, states } = call.recurrence;
  const results = family.map((node) => node.body!.result);
  const stacked = results.filter((result) => typeof result !== "number");
  const needed = statesNeeded(
    call,
    results.filter((result) => typeof result === "number"),
    stacked,
  );
  const changing = needed.filter((k) => states[k] !== parameters[k]);
  const read = new Set(topological([...changing.map((k) => states[k]), ...stacked]));
  const instead = new Map<Node, Node>();
  const inputs: StepInput[] = [];
  parameters.forEach((leaf, input) => {
    if (!read.has(leaf)) return;
    const moves = input >= stateCount(call) && input < stateCount(call) + scanCount(call);
    const value = changing.includes(input) ? undefined : constantInput(call.inputs[input]);
    const stand = value === undefined ? residentLike(leaf, input) : g.constant(value, leaf);
    instead.set(leaf, stand);
    if (value === undefined) inputs.push({ leaf: stand, input, moves });
  });
  const values = replaced([...changing.map((k) => states[k]), ...stacked], instead);
  const stacks = [...results.keys()].filter((i) => typeof results[i] !== "number");
  const targets: StepTarget[] = [
    ...changing.map((state) => ({ state })),
    ...stacks.map((stack) => ({ stack })),
  ];
  const effects = values.map((value, i) => {
    const before = i < changing.length ? instead.get(parameters[changing[i]]) : undefined;
    const { binding } = before ?? residentLike(value, parameters.length + i);
    return makeNode(assign, [value], {}, binding);
  });
  return { graph: { outputs: [], effects }, inputs, targets, states: changing };
}

function residentLike({ shape, dtype }: Spec, id: number): Node {
  const place: Resident = { id, shape, dtype };
  return makeNode(resident, [], { shape, dtype }, { kind: "resident", resident: place });
}

/** The states that are asked for, and those that these or the stacked values are computed from, in any number of steps. */
function statesNeeded(
  { recurrence: { parameters, states } }: LoopCall,
  asked: readonly number[],
  stacked: readonly Node[],
): number[] {
  const needed = new Set(asked);
  for (;;) {
    const before = needed.size;
    const read = new Set(topological([...[...needed].map((k) => states[k]), ...stacked]));
    states.forEach((_, k) => read.has(parameters[k]) && needed.add(k));
    if (needed.size === before) return [...needed].sort((a, b) => a - b);
  }
}
