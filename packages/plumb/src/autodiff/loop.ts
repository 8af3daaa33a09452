/**
 * The gradient of a loop is a loop that runs the other way. Its states are the gradients of the states; in each step it
 * takes what arrived at this step's outputs, and gives the gradient of this step's slices.
 *
 * What it needs of the forward steps is stacked by the forward loop, as further results of it, or computed again where
 * that is cheap (`chooseStacked`). What a step adds to the gradient of a value that all steps share is, where it is a
 * product of two values of the step, not added up step by step: the factors are stacked, and one contraction over all
 * steps follows the loop (`Totals`).
 */
import { isFloat } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Builder } from "../graph/op.ts";
import { topological } from "../graph/order.ts";
import { dependentOn, replaced } from "../graph/rewrite.ts";
import { contractionOverSteps, linearOperands, viewOfEach } from "../ops/linear.ts";
import { callOf, parameterLike, resultOf, scanCount, stateCount, type LoopCall } from "../ops/loop.ts";

/** Work (in vector instructions) of one op that counts as cheap, and of all that compute one value again. */
const cheapOp = 4;
const cheapValue = 12;

/** The gradient of Σ dy · y over the pairs of `seeds` by each of the sources. */
type PullBack = (
  seeds: ReadonlyMap<Node, Node>,
  sources: readonly Node[],
  g: Builder,
) => readonly (Node | null)[];

/** A leaf of a step, and what it stands for outside: a stack for a slice, the value itself for what all steps share. */
interface Given {
  readonly leaf: Node;
  readonly outside: Node;
}

/** Sums up what arrives at a node from several sides. */
class Arrivals<K> extends Map<K, Node> {
  arrive(g: Builder, at: K, dy: Node): void {
    const sum = this.get(at);
    this.set(at, sum === undefined ? dy : g.add(sum, dy));
  }
}

/**
 * The gradients of a loop's inputs, given those of its results (`dys`, in the order of `family`); null where there is
 * none, or where `wants` does not ask for it.
 */
export function loopGradient(
  g: Builder,
  family: readonly Node[],
  dys: readonly (Node | undefined)[],
  wants: (input: Node) => boolean,
  pullBack: PullBack,
): (Node | null)[] {
  const call = callOf(family[0]);
  const { parameters, states } = call.recurrence;
  const firstConstant = stateCount(call) + scanCount(call);
  const sources = activeParameters(call, wants);
  const carried = sources.filter((i) => i < stateCount(call));

  // At a state arrives what the step behind it passes back, and after the last step what came from outside; at an output
  // what came from outside at this step.
  const seeds = new Arrivals<Node>();
  const last = new Arrivals<number>();
  const fromBehind = carried.map((k) => parameterLike(parameters[k]));
  carried.forEach((k, n) => seeds.arrive(g, states[k], fromBehind[n]));
  const arrived: Given[] = [];
  family.forEach(({ body }, i) => {
    const [result, dy] = [body!.result, dys[i]];
    if (dy === undefined) return;
    if (typeof result === "number") return last.arrive(g, result, dy);
    const leaf = parameterLike(result);
    arrived.push({ leaf, outside: dy });
    seeds.arrive(g, result, leaf);
  });

  const found = pullBack(
    seeds,
    sources.map((i) => parameters[i]),
    g,
  );
  const forward = forwardValues(call, found, [...fromBehind, ...arrived.map(({ leaf }) => leaf)]);
  const gradientOf = new Map(sources.map((i, n) => [i, forward.roots[n]]));
  const backward = new BackwardLoop(
    g,
    call,
    carried.map((k, n) => ({
      leaf: fromBehind[n],
      start: last.get(k) ?? g.constant(0, parameters[k]),
      next: withoutNegligible(g, gradientOf.get(k) ?? g.constant(0, parameters[k])),
    })),
    [...arrived, ...forward.slices],
    forward.constants,
    [...gradientOf].flatMap(([i, root]) => (i >= firstConstant && root ? [root] : [])),
    [...gradientOf.values()].filter((root) => root !== null),
  );
  return call.inputs.map((_, i) => {
    if (i < stateCount(call)) return carried.includes(i) ? backward.state(carried.indexOf(i)) : null;
    const root = gradientOf.get(i);
    if (!root) return null;
    return i < firstConstant ? backward.stackOf(root) : backward.total(root);
  });
}

/** What is smaller than this has no say in any update: 2^−100, about 10^−30. */
const negligible = 2 ** -100;

/**
 * A gradient that fades over many steps is 0 before it comes among the subnormal numbers, with which processors compute
 * many times as slowly: an LSTM of 1,000 steps took 14 times as long. Products of what is left with weights stay normal
 * too, which a bound at 2^−126 does not reach (it left a factor of 3).
 */
function withoutNegligible(g: Builder, x: Node): Node {
  if (x.dtype !== "float32") return x;
  const small = g.logicalAnd(g.less(x, g.constant(negligible, x)), g.less(g.constant(-negligible, x), x));
  return g.where(small, g.constant(0, x), x);
}

/**
 * The parameters that gradients flow to, in their order: those of wanted inputs, and states that are computed from them
 * in any number of steps.
 */
function activeParameters(
  { inputs, recurrence: { parameters, states } }: LoopCall,
  wants: (input: Node) => boolean,
): number[] {
  const active = new Set(
    parameters.flatMap((leaf, i) => (isFloat(leaf.dtype) && wants(inputs[i]) ? [i] : [])),
  );
  const order = topological(states);
  for (;;) {
    const before = active.size;
    const reached = dependents(
      order,
      [...active].map((i) => parameters[i]),
    );
    states.forEach((next, k) => reached.has(next) && active.add(k));
    if (active.size === before) return [...active].sort((a, b) => a - b);
  }
}

/** The nodes through which some source can be reached, sources included: gradients flow through these only. */
export function dependents(order: readonly Node[], sources: readonly Node[]): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of order) {
    if (isFloat(node.dtype) && node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

// What the forward steps computed

interface ForwardValues {
  /** What was asked for, on leaves of the backward step. */
  readonly roots: readonly (Node | null)[];
  readonly slices: readonly Given[];
  readonly constants: readonly Given[];
}

/**
 * The same gradients on leaves of their own. Whatever in them depends on nothing that `arrives` could be computed by the
 * forward step: it comes in as a slice of what the forward loop stacks, or is computed again from such.
 */
function forwardValues(
  call: LoopCall,
  gradients: readonly (Node | null)[],
  arriving: readonly Node[],
): ForwardValues {
  const { parameters } = call.recurrence;
  const states = parameters.slice(0, stateCount(call));
  const slices = parameters.slice(states.length, states.length + scanCount(call));
  const constants = parameters.slice(states.length + slices.length);

  const present = gradients.filter((root) => root !== null);
  const order = topological(present);
  const backward = dependentOn(arriving, order);
  const moving = dependentOn([...states, ...slices], order);
  const read = new Set<Node>();
  const reads = (node: Node): void => {
    if (moving.has(node) && !backward.has(node)) read.add(node);
  };
  for (const node of order) if (backward.has(node)) node.inputs.forEach(reads);
  present.forEach(reads);

  const stacked = call.attrs.recompute
    ? states
    : chooseStacked(
        order.filter((node) => read.has(node)),
        new Set(slices),
        moving,
      );
  const own = ([node, outside]: readonly [Node, Node]): Given & { node: Node } => ({
    node,
    outside,
    leaf: parameterLike(node),
  });
  const ownSlices = [
    ...stacked.map((node) => [node, resultOf(call, node)] as const),
    ...slices.map((leaf, i) => [leaf, call.inputs[states.length + i]] as const),
  ].map(own);
  const ownConstants = constants
    .map((leaf, i) => [leaf, call.inputs[states.length + slices.length + i]] as const)
    .map(own);
  const instead = new Map([...ownSlices, ...ownConstants].map(({ node, leaf }) => [node, leaf]));
  const renewed = replaced(present, instead);
  return {
    roots: gradients.map((root) => (root === null ? null : renewed[present.indexOf(root)])),
    slices: ownSlices,
    constants: ownConstants,
  };
}

/**
 * Which values of the forward step to stack so that all of `read` (inputs before users) can be had: first what is dear to
 * compute, then what is no cheap element-wise function of what is there by then. Slices are there anyway.
 */
function chooseStacked(
  read: readonly Node[],
  slices: ReadonlySet<Node>,
  moving: ReadonlySet<Node>,
): readonly Node[] {
  const stacked = new Set<Node>();
  const isThere = (node: Node): boolean => stacked.has(node) || slices.has(node) || !moving.has(node);
  const work = (node: Node, budget: number): number => {
    if (isThere(node)) return 0;
    let total = costOf(node);
    for (const input of node.inputs) {
      if (total > budget) return Infinity;
      total += work(input, budget - total);
    }
    return total;
  };
  /** The value itself, or what it is a view of, whichever has fewer elements. */
  const stack = (node: Node): void => {
    const base = underViews(node);
    stacked.add(sizeOf(base.shape) <= sizeOf(node.shape) ? base : node);
  };
  for (const node of read) {
    const base = underViews(node);
    if (!isThere(base) && costOf(base) > cheapOp) stack(node);
  }
  for (const node of read) if (work(node, cheapValue) > cheapValue) stack(node);
  return [...stacked];
}

/** Work of computing a node again from its inputs: none for views, all there is for what needs loops or is a leaf. */
function costOf({ op }: Node): number {
  if (op.kind === "view") return 0;
  return op.kind === "elementwise" ? (op.cost ?? 1) : Infinity;
}

function underViews(node: Node): Node {
  let base = node;
  while (base.op.kind === "view") base = base.inputs[0];
  return base;
}

// The loop that runs back

interface BackwardState extends Omit<Given, "outside"> {
  readonly start: Node;
  readonly next: Node;
}

/** How the sum of a value over all steps is had. */
type Way =
  /** What it is linear in is summed. */
  | "through"
  /** One contraction of stacks. */
  | "contraction"
  /** It is stacked anyway. */
  | "stack"
  /** Step by step, in a state of the backward loop. */
  | "state";

class BackwardLoop {
  private readonly g: Builder;
  private readonly call: LoopCall;
  private readonly outsides: ReadonlyMap<Node, Node>;
  private readonly moving: ReadonlySet<Node>;
  /** What the factors of contractions are stacked as. */
  private readonly factors = new Set<Node>();
  private readonly looked = new Set<Node>();
  private readonly free = new Map<Node, boolean>();
  private readonly ways = new Map<Node, Way>();
  /** Values that are summed in a state, and which one. */
  private readonly sums = new Map<Node, number>();
  private readonly known = new Map<Node, Node>();

  /** @param summed values whose sums over all steps will be asked for; `roots` are those, and all that is asked for */
  constructor(
    g: Builder,
    { attrs }: LoopCall,
    states: readonly BackwardState[],
    slices: readonly Given[],
    constants: readonly Given[],
    summed: readonly Node[],
    roots: readonly Node[],
  ) {
    this.g = g;
    this.outsides = new Map(slices.map(({ leaf, outside }) => [leaf, outside]));
    const order = topological([...states.map(({ next }) => next), ...roots]);
    this.moving = dependentOn(
      [...states, ...slices].map(({ leaf }) => leaf),
      order,
    );
    for (const value of summed) this.noteFactors(value, attrs.recompute === true);
    for (const value of summed) this.choose(value);

    const sums = [...this.sums.keys()].map((value) => ({ value, leaf: parameterLike(value) }));
    const read = new Set(order);
    const isRead = ({ leaf }: Given): boolean => read.has(leaf);
    const [along, whole] = [slices.filter(isRead), constants.filter(isRead)];
    sums.forEach(({ value }, i) => this.sums.set(value, states.length + i));
    this.call = {
      inputs: [
        ...states.map(({ start }) => start),
        ...sums.map(({ value }) => g.constant(0, value)),
        ...[...along, ...whole].map(({ outside }) => outside),
      ],
      attrs: { ...attrs, scans: along.length, reverse: !attrs.reverse },
      recurrence: {
        parameters: [...states, ...sums, ...along, ...whole].map(({ leaf }) => leaf),
        states: [...states.map(({ next }) => next), ...sums.map(({ value, leaf }) => g.add(leaf, value))],
      },
    };
  }

  /** What the n-th state is after the last step back: the gradient of where the forward loop started. */
  state(n: number): Node {
    return resultOf(this.call, n);
  }

  /** The values of a node in all steps, along a new axis 0. */
  stackOf(node: Node): Node {
    const outside = this.outsides.get(node);
    if (outside !== undefined) return outside;
    const under = this.seenThrough(node);
    const view = under && viewOfEach(this.g, node, this.stackOf(under));
    return view ?? resultOf(this.call, node);
  }

  /** The sum of a node over all steps. */
  total(node: Node): Node {
    let total = this.known.get(node);
    if (total === undefined) this.known.set(node, (total = this.sumOf(node)));
    return total;
  }

  private sumOf(node: Node): Node {
    const { g } = this;
    switch (this.ways.get(node) as Way) {
      case "through": {
        const operands = linearOperands(node) as readonly Node[];
        return g.node(
          node.op,
          operands.map((operand) => this.total(operand)),
          node.attrs,
        );
      }
      case "contraction":
        return contractionOverSteps(g, node, (factor) => this.stackOf(factor)) as Node;
      case "stack":
        return g.sum(this.stackOf(node), [0]);
      case "state":
        return resultOf(this.call, this.sums.get(node) as number);
    }
  }

  /** The operand of a view whose stack is as good as that of the view: it is no larger, or there anyway. */
  private seenThrough(node: Node): Node | undefined {
    if (node.op.kind !== "view") return undefined;
    const [under] = node.inputs;
    return sizeOf(under.shape) <= sizeOf(node.shape) || this.outsides.has(underViews(under))
      ? under
      : undefined;
  }

  /** What has to be stacked so that a node is: itself, or what it is a view of. */
  private stackedFor(node: Node): Node {
    const under = this.seenThrough(node);
    return under === undefined ? node : this.stackedFor(under);
  }

  /** Finds the contractions among the terms of a sum. Where values are computed again to save memory none is stacked. */
  private noteFactors(node: Node, frugal: boolean): void {
    if (this.looked.has(node)) return;
    this.looked.add(node);
    const operands = linearOperands(node);
    if (operands !== undefined) for (const operand of operands) this.noteFactors(operand, frugal);
    if (node.op.kind !== "contract" || !node.inputs.every((factor) => this.moving.has(factor))) return;
    const factors = node.inputs.map((factor) => this.stackedFor(factor));
    if (frugal && !factors.every((factor) => this.outsides.has(factor))) return;
    this.ways.set(node, "contraction");
    for (const factor of factors) this.factors.add(factor);
  }

  /** Decides how a value is summed: by what is free where there is such a thing, else where it has fewest elements. */
  private choose(node: Node): void {
    if (this.ways.has(node)) return;
    const operands = linearOperands(node) ?? [];
    const size = (value: Node): number => sizeOf(value.shape);
    if (this.isStacked(node)) {
      this.ways.set(node, "stack");
    } else if (
      operands.some((operand) => this.isFree(operand)) ||
      (operands.length === 1 && size(operands[0]) < size(node))
    ) {
      this.ways.set(node, "through");
      for (const operand of operands) this.choose(operand);
    } else {
      this.ways.set(node, "state");
      this.sums.set(node, 0);
    }
  }

  private isStacked(node: Node): boolean {
    const stacked = this.stackedFor(node);
    return this.outsides.has(stacked) || this.factors.has(stacked);
  }

  /** True where the sum of a node, or some part of it, takes no state. */
  private isFree(node: Node): boolean {
    let free = this.free.get(node);
    if (free === undefined) {
      free =
        this.ways.get(node) === "contraction" ||
        this.isStacked(node) ||
        (linearOperands(node) ?? []).some((operand) => this.isFree(operand));
      this.free.set(node, free);
    }
    return free;
  }
}
