/** The pipeline from a closed graph to a program: simplify, group, schedule, lower, plan memory. */
import type { Graph, Node } from "../graph/node.ts";
import { withOrigin } from "../graph/origin.ts";
import { view } from "../ops/view.ts";
import { g, makeNode } from "../ops/builder.ts";
import { expandComposites } from "../ops/composite.ts";
import { simplify } from "./1-simplify.ts";
import { group } from "./2-group.ts";
import { schedule } from "./3-schedule.ts";
import { lower, type Packing } from "./4-lower.ts";
import { planMemory } from "./5-memory.ts";
import type { Kernel, Program } from "./kernel.ts";
import { isCheck, isLeaf, withoutChecks } from "./nodes.ts";

export interface CompileOptions {
  readonly packing: Packing;
  /** False leaves the graph as it is written; for comparing. */
  readonly simplify?: boolean;
  /** False computes every node by a kernel of its own; for comparing. */
  readonly fuse?: boolean;
  /** Leaves that are the same at every run of the program: those of a loop's step that do not change. */
  readonly steady?: ReadonlySet<Node>;
  /** Is told of each kernel, and of what it computes. */
  readonly made?: (kernel: Kernel, nodes: readonly Node[]) => void;
}

/**
 * Compiles a closed graph whose leaves are `inputs` in this order (a graph may leave some of them unread).
 * Everything that depends on the structure alone is decided here; running a program decides nothing.
 */
export function compile(graph: Graph, inputs: readonly Node[], options: CompileOptions): Program {
  const primitive = withoutComposites(graph);
  const simple = options.simplify === false ? primitive : simplify(primitive);
  const closed = withCopies(simple);
  const grouping = group(closed, { fuse: options.fuse !== false });
  const plan = schedule(closed, grouping);
  const lowered = lower(closed, inputs, grouping, plan, {
    packing: options.packing,
    compileStep: (step, leaves, same) => compile(step, leaves, { ...options, steady: same }),
    steady: options.steady ?? new Set(),
    made: options.made,
  });
  return planMemory(lowered);
}

function withoutComposites({ outputs, effects }: Graph): Graph {
  const parts = expandComposites(g, [...outputs, ...effects]);
  return { outputs: parts.slice(0, outputs.length), effects: parts.slice(outputs.length) };
}

/** A leaf that is itself wanted, or assigned, is copied: a view of the same shape stands for the copy. */
function withCopies(graph: Graph): Graph {
  const copied = (node: Node): Node => {
    const source = withoutChecks(node);
    return isLeaf(source)
      ? withOrigin(node.origin, () => makeNode(view.reshape, [source], { shape: source.shape }))
      : node;
  };
  return {
    outputs: graph.outputs.map(copied),
    effects: graph.effects.map((effect) =>
      isCheck(effect)
        ? effect
        : makeNode(effect.op, [copied(effect.inputs[0])], effect.attrs, effect.binding),
    ),
  };
}
