/**
 * Pass 2: which nodes are computed together. Products, folds, scans, sorts and scatters each found a group, since they
 * need loops of their own; element-wise nodes and views are computed inside whoever reads them, or, where recomputing
 * would cost more than a store, once inside a group whose loops have their shape: the epilogue of the product or fold
 * they come from, or a map of their own.
 *
 * Groups only ever read finished buffers of other groups, and their own members at the very point being computed.
 */
import { sizeOf } from "../base/shape.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { siblings } from "../ops/loop.ts";
import { sameAffine } from "./affine.ts";
import { kept } from "./kept.ts";
import { loopInput } from "./loops.ts";
import { allAxes, counters, identity, isCheck, isLeaf, moving, movingAxes, withoutChecks } from "./nodes.ts";
import { anywhere, ReadWalk, type Read } from "./reads.ts";

export interface Group {
  readonly id: number;
  readonly kind: "nest" | "product" | "scan" | "sort" | "scatter" | "place" | "loop";
  /** The node that founded it. */
  readonly anchor: Node;
  /** Extents of the loops over the result, unit axes left out; for a product all its axes. */
  readonly outer: readonly number[];
  /** Extents of the loops folded away. */
  readonly inner: readonly number[];
  /** What it computes, in order. */
  readonly members: Node[];
  /** Groups whose results it reads. */
  readonly needs: Set<Group>;
  /** What it reads of the program's leaves. */
  readonly leaves: Read[];
}

export interface Grouping {
  readonly groups: readonly Group[];
  readonly groupOf: ReadonlyMap<Node, Group>;
  /** Computed values that someone outside their group reads: these need a buffer. */
  readonly shared: ReadonlySet<Node>;
}

/** Members of a group that are computed one from the other, each an expression of limited depth, at most. */
const chainLimit = 8;

export interface GroupingOptions {
  /** False puts every node in a group of its own: the plain program that fused ones are compared with. */
  readonly fuse: boolean;
}

export function group(graph: Graph, { fuse }: GroupingOptions): Grouping {
  const roots = rootsOf(graph);
  const order = topological([...graph.outputs, ...graph.effects]);
  const keep = kept(order, roots, fuse);
  const families = siblings(order);
  for (;;) {
    const before = keep.size;
    const grouper = new Grouper(keep, families, fuse);
    for (const node of order) if (grouper.isKept(node)) grouper.place(node);
    for (const root of roots) grouper.share(root);
    // A node that had to be finished only once its readers were met: groups made before would compute it again. Start
    // over, so that everybody agrees on what is finished.
    if (keep.size === before) return grouper.result();
  }
}

/** The values that must stand in a buffer at the end: outputs, assigned values, conditions of checks. */
export function rootsOf(graph: Graph): Node[] {
  return [
    ...graph.outputs.map(withoutChecks),
    ...graph.effects.map((effect) => withoutChecks(isCheck(effect) ? effect.inputs[1] : effect.inputs[0])),
  ];
}

class Grouper {
  private readonly keep: Set<Node>;
  /** The results of one loop, which are computed together. */
  private readonly families: ReadonlyMap<Node, readonly Node[]>;
  private readonly fuse: boolean;
  private readonly groups: Group[] = [];
  private readonly groupOf = new Map<Node, Group>();
  private readonly shared = new Set<Node>();
  private readonly chain = new Map<Node, number>();

  constructor(keep: Set<Node>, families: ReadonlyMap<Node, readonly Node[]>, fuse: boolean) {
    this.keep = keep;
    this.families = families;
    this.fuse = fuse;
  }

  isKept(node: Node): boolean {
    return this.keep.has(node);
  }

  result(): Grouping {
    return { groups: this.groups, groupOf: this.groupOf, shared: this.shared };
  }

  share(node: Node): void {
    this.shared.add(node);
  }

  /** Gives a kept node its group; its inputs have theirs. */
  place(node: Node): void {
    if (this.isFinished(node)) return;
    switch (node.op.kind) {
      case "reduce": {
        const axes = node.attrs.axes as readonly number[];
        const source = node.inputs[0];
        const extents = source.shape;
        const isInner = (axis: number): boolean => axes.includes(axis);
        const outerAxes = extents.map((_, axis) => axis).filter((axis) => !isInner(axis));
        const loops = [...outerAxes, ...axes].filter((axis) => extents[axis] !== 1);
        const reads = this.reads(source, loops);
        const outer = outerAxes.filter((axis) => extents[axis] !== 1).map((axis) => extents[axis]);
        const inner = axes.filter((axis) => extents[axis] !== 1).map((axis) => extents[axis]);
        this.join(
          node,
          anywhere(reads),
          this.besideFold(node, reads) ?? this.found("nest", node, outer, inner),
        );
        return;
      }
      case "contract": {
        const [a, b] = node.inputs.map((input) => input.shape);
        const { inner } = node.op.form(node.attrs, a, b);
        const reads = node.inputs.flatMap((input) => this.reads(input, allAxes(input)));
        const home = this.found("product", node, node.shape, a.slice(a.length - inner));
        this.join(node, anywhere(reads), home);
        return;
      }
      case "scan":
      case "sort":
      case "scatter":
      case "place": {
        const reads = node.inputs.flatMap((input) => this.reads(input, movingAxes(input)));
        this.join(node, anywhere(reads), this.found(node.op.kind, node, moving(node), []));
        return;
      }
      case "loop": {
        const inputs = node.inputs.map(loopInput).filter((input) => input !== undefined);
        const home = this.found("loop", node, [], []);
        for (const member of this.families.get(node) as readonly Node[]) {
          this.join(
            member,
            inputs.map((input) => ({ node: input, at: undefined })),
            home,
          );
        }
        return;
      }
      case "elementwise":
      case "view":
      case "gather":
      case "random":
      case "source": {
        const reads = this.readsInside(node, movingAxes(node));
        const home = this.fuse ? this.epilogueHome(node, reads) : undefined;
        this.join(node, reads, home ?? this.found("nest", node, moving(node), []));
        return;
      }
      case "composite":
        throw new Error(`${node.op.name} should have been expanded`);
      case "effect":
        return;
    }
  }

  private found(
    kind: Group["kind"],
    anchor: Node,
    outer: readonly number[],
    inner: readonly number[],
  ): Group {
    const made: Group = {
      id: this.groups.length,
      kind,
      anchor,
      outer,
      inner,
      members: [],
      needs: new Set(),
      leaves: [],
    };
    this.groups.push(made);
    return made;
  }

  /** How many members of a group stand one behind the other before a reader of these values. */
  private chainBefore(reads: readonly Read[], home: Group): number {
    const before = reads.filter((read) => this.groupOf.get(read.node) === home);
    return Math.max(0, ...before.map((read) => this.chain.get(read.node) ?? 0));
  }

  private join(node: Node, reads: readonly Read[], home: Group): void {
    home.members.push(node);
    this.chain.set(node, 1 + this.chainBefore(reads, home));
    this.groupOf.set(node, home);
    for (const read of reads) {
      if (isLeaf(read.node)) home.leaves.push(read);
      const source = this.groupOf.get(read.node);
      if (source === undefined || source === home) continue;
      home.needs.add(source);
      this.shared.add(read.node);
    }
  }

  /** The product, fold or map that this node can be computed in, because it has the same loops and reads it in step. */
  private epilogueHome(node: Node, reads: readonly Read[]): Group | undefined {
    if (sizeOf(node.shape) === 0) return undefined;
    const extents = moving(node);
    const own = identity(node, movingAxes(node));
    const sources = new Set(
      reads.map((read) => this.groupOf.get(read.node)).filter((source) => source !== undefined),
    );
    const candidates = [...sources].sort((a, b) => b.id - a.id);
    return candidates.find((home) => {
      if (home.kind !== "nest" && home.kind !== "product") return false;
      const loops = home.kind === "product" ? home.outer.filter((extent) => extent !== 1) : home.outer;
      if (loops.length !== extents.length || loops.some((extent, d) => extent !== extents[d])) return false;
      if (1 + this.chainBefore(reads, home) > chainLimit) return false;
      const inStep = reads.every(
        ({ node: source, at }) =>
          this.groupOf.get(source) !== home || (at !== undefined && sameAffine(at, own)),
      );
      return inStep && [...sources].every((source) => source === home || !reaches(source, home));
    });
  }

  /** A fold over the same loops that reads some of the same values: both ride on one pass. */
  private besideFold(node: Node, reads: readonly Read[]): Group | undefined {
    if (!this.fuse || node.op.kind !== "reduce") return undefined;
    const axes = node.attrs.axes as readonly number[];
    const { shape } = node.inputs[0];
    const sources = new Set(
      reads.map((read) => this.groupOf.get(read.node)).filter((source) => source !== undefined),
    );
    const values = new Set(reads.map((read) => read.node));
    return this.groups.find((home) => {
      const { anchor } = home;
      if (anchor.op.kind !== "reduce") return false;
      const sameLoops =
        String(anchor.attrs.axes) === String(axes) && String(anchor.inputs[0].shape) === String(shape);
      if (!sameLoops || ![...sources].every((source) => source !== home && !reaches(source, home)))
        return false;
      const theirs = this.reads(anchor.inputs[0], movingAxes(anchor.inputs[0]));
      return theirs.some((read) => values.has(read.node));
    });
  }

  /** Reads of finished values that computing `node` takes, with one loop per axis in `axes`. */
  private reads(node: Node, axes: readonly number[]): Read[] {
    const source = withoutChecks(node);
    return this.isFinished(source)
      ? [{ node: source, at: identity(source, axes) }]
      : this.readsInside(source, axes);
  }

  private isFinished(node: Node): boolean {
    return isLeaf(node) || this.groupOf.has(node);
  }

  private readsInside(node: Node, axes: readonly number[]): Read[] {
    for (;;) {
      const extents = axes.map((axis) => node.shape[axis]);
      const walk = new ReadWalk(extents, (candidate) => candidate !== node && this.isFinished(candidate));
      const blocked = walk.from(node, counters(node, axes));
      if (blocked === undefined) return walk.found;
      // A view that no affine expression follows: what lies under it is computed first, in a place of its own.
      this.keep.add(blocked);
      this.place(blocked);
    }
  }
}

/** True when `from` needs `to`, directly or through others. */
function reaches(from: Group, to: Group): boolean {
  const seen = new Set<Group>();
  const stack = [from];
  while (stack.length > 0) {
    const next = stack.pop() as Group;
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    stack.push(...next.needs);
  }
  return false;
}
