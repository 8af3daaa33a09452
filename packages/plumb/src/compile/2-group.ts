/**
 * Pass 2: which nodes are computed together. Products, folds, scans, sorts and scatters each found a group, since they
 * need loops of their own; element-wise nodes and views are computed inside whoever reads them, or, where recomputing
 * would cost more than a store, once inside a group whose loops have their shape: the epilogue of the product or fold
 * they come from, or a map of their own.
 *
 * Groups only ever read finished buffers of other groups, and their own members at the very point being computed.
 */
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { Graph, Node } from "../graph/node.ts";
import {
  AffineAlgebra,
  NotAffine,
  affineAdd,
  affineConstant,
  affineCounter,
  affineScale,
  affineWiden,
  flatOffset,
  sameAffine,
  type Affine,
} from "./affine.ts";
import { topological } from "../graph/order.ts";

export interface Group {
  readonly id: number;
  readonly kind: "nest" | "product" | "scan" | "sort" | "scatter" | "place";
  /** The node that founded it. */
  readonly anchor: Node;
  /** Extents of the loops over the result, unit axes left out; for a product batch…, m, n. */
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

/** Work (in vector instructions) up to which a value with several readers is computed again rather than stored. */
const recomputeLimit = 4;

/** Work and depth of one expression beyond which it is cut in two: code stays small, and so do the stacks that walk it. */
const costLimit = 400;
const depthLimit = 60;

export interface GroupingOptions {
  /** False puts every node in a group of its own: the plain program that fused ones are compared with. */
  readonly fuse: boolean;
}

export function group(graph: Graph, { fuse }: GroupingOptions): Grouping {
  const roots = rootsOf(graph);
  const order = topological([...graph.outputs, ...graph.effects]);
  const keep = kept(order, roots, fuse);
  for (;;) {
    const before = keep.size;
    const grouper = new Grouper(keep, fuse);
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

export const isCheck = (node: Node): boolean => node.binding?.kind === "check";

/** A check passes its first input through; the condition is looked at by a guard in the program. */
export function withoutChecks(node: Node): Node {
  while (isCheck(node)) node = node.inputs[0];
  return node;
}

export const isLeaf = (node: Node): boolean => node.op.kind === "source" && node.op.form === "bound";

/** True for nodes that can be computed at a single point from points of their inputs. */
const isPointwise = (node: Node): boolean => {
  switch (node.op.kind) {
    case "elementwise":
    case "view":
    case "gather":
    case "random":
    case "source":
      return true;
    case "reduce":
    case "scan":
    case "sort":
    case "place":
    case "contract":
    case "scatter":
    case "effect":
      return false;
  }
};

/** Which nodes get a place of their own to be computed in. */
function kept(order: readonly Node[], roots: readonly Node[], fuse: boolean): Set<Node> {
  const keep = new Set<Node>(roots);
  const readers = new Map<Node, number>();
  for (const node of order) {
    for (const input of new Set(node.inputs.map(withoutChecks)))
      readers.set(input, (readers.get(input) ?? 0) + 1);
  }
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
    const isSharedWork = (readers.get(node) ?? 0) > 1 && cost > recomputeLimit && node.op.kind !== "view";
    if (isSharedWork || cost > costLimit || depth > depthLimit) keep.add(node);
  }
  return keep;
}

function keepUnderViews(node: Node, keep: Set<Node>): void {
  let base = withoutChecks(node);
  while (base.op.kind === "view" && !keep.has(base)) base = withoutChecks(base.inputs[0]);
  if (!isLeaf(base)) keep.add(base);
}

/** One read of a finished value. */
export interface Read {
  readonly node: Node;
  /** Which element, as a function of the reader's loops over its result; undefined when that is no such function. */
  readonly at: Affine | undefined;
}

class Grouper {
  private readonly keep: Set<Node>;
  private readonly fuse: boolean;
  private readonly groups: Group[] = [];
  private readonly groupOf = new Map<Node, Group>();
  private readonly shared = new Set<Node>();

  constructor(keep: Set<Node>, fuse: boolean) {
    this.keep = keep;
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
        const [m, k] = node.inputs[0].shape.slice(-2);
        const outer = [...node.shape.slice(0, -2), m, node.shape[node.shape.length - 1]];
        const reads = node.inputs.flatMap((input) => this.reads(input, allAxes(input)));
        this.join(node, anywhere(reads), this.found("product", node, outer, [k]));
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

  private join(node: Node, reads: readonly Read[], home: Group): void {
    home.members.push(node);
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

/** Collects the finished values under a node, with the offsets at which they are read. */
class ReadWalk {
  readonly found: Read[] = [];
  private readonly algebra: AffineAlgebra;
  private readonly isFinished: (node: Node) => boolean;
  private readonly seen = new Set<string>();
  private readonly numbers = new Map<Node, number>();

  constructor(extents: readonly number[], isFinished: (node: Node) => boolean) {
    this.algebra = new AffineAlgebra(extents);
    this.isFinished = isFinished;
  }

  /** Undefined when all went well, or the node that has to be finished first. */
  from(node: Node, at: readonly Affine[]): Node | undefined {
    const source = withoutChecks(node);
    const loops = this.algebra.extents.length;
    if (this.isFinished(source)) {
      this.found.push({ node: source, at: flatOffset(at, stridesOf(source.shape), loops) });
      return undefined;
    }
    let number = this.numbers.get(source);
    if (number === undefined) this.numbers.set(source, (number = this.numbers.size));
    const key = `${number}@${at.map((c) => `${c.base}+${c.coefficients.join(",")}`).join(";")}`;
    if (this.seen.has(key)) return undefined;
    this.seen.add(key);
    const { op, attrs, inputs, shape } = source;
    switch (op.kind) {
      case "source":
        return undefined;
      case "elementwise":
        return firstOf(inputs, (input) => this.from(input, at));
      case "random":
        return firstOf(inputs, (input) => this.from(input, []));
      case "view": {
        const input = withoutChecks(inputs[0]);
        if (op.keepsOrder && this.isFinished(input)) {
          this.found.push({ node: input, at: flatOffset(at, stridesOf(shape), loops) });
          return undefined;
        }
        try {
          return this.from(input, op.read(this.algebra, at, { attrs, shape }, input.shape));
        } catch (error) {
          if (error instanceof NotAffine) return input;
          throw error;
        }
      }
      case "gather": {
        const [x, indices] = inputs.map(withoutChecks);
        const blocked = this.from(indices, op.indexAt(at, attrs, x.shape, indices.shape));
        if (blocked !== undefined) return blocked;
        // The index found there is one more counter, so that views between the gather and x are followed for any index.
        const wider = new ReadWalk([...this.algebra.extents, x.shape[op.axis(attrs)]], this.isFinished);
        const index = affineCounter(loops, loops + 1);
        const unfinished = wider.from(x, op.read(at.map(affineWiden), index, attrs, x.shape, indices.shape));
        this.found.push(...anywhere(wider.found));
        return unfinished;
      }
      case "reduce":
      case "scan":
      case "sort":
      case "place":
      case "contract":
      case "scatter":
      case "effect":
        throw new Error(`${op.name} was not finished before its readers`);
    }
  }
}

function firstOf<T>(items: readonly T[], visit: (item: T) => Node | undefined): Node | undefined {
  for (const item of items) {
    const blocked = visit(item);
    if (blocked !== undefined) return blocked;
  }
  return undefined;
}

/** Reads made inside loops of their own, so not in step with the result. */
const anywhere = (reads: readonly Read[]): Read[] => reads.map(({ node }) => ({ node, at: undefined }));

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

const allAxes = (node: Node): number[] => node.shape.map((_, axis) => axis);
export const movingAxes = (node: Node): number[] => allAxes(node).filter((axis) => node.shape[axis] !== 1);
const moving = (node: Node): number[] => node.shape.filter((extent) => extent !== 1);

/** The coordinates of `node` when loop d counts axis `axes[d]` and the other axes stand at 0. */
export function counters(node: Node, axes: readonly number[]): Affine[] {
  return node.shape.map((_, axis) => {
    const d = axes.indexOf(axis);
    return d < 0 ? affineConstant(0, axes.length) : affineCounter(d, axes.length);
  });
}

/** The flat offset of `node`'s own element under those loops. */
export function identity(node: Node, axes: readonly number[]): Affine {
  const strides = stridesOf(node.shape);
  return axes.reduce(
    (sum, axis, d) => affineAdd(sum, affineScale(affineCounter(d, axes.length), strides[axis])),
    affineConstant(0, axes.length),
  );
}
