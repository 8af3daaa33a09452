/**
 * Pass 2: which nodes are computed together. Products, folds, scans, sorts and scatters each found a group, since they
 * need loops of their own; element-wise nodes and views are computed inside whoever reads them, or, where recomputing
 * would cost more than a store, once inside a group whose loops have their shape: the epilogue of the product or fold
 * they come from, or a map of their own.
 *
 * Folds over the same rows are one group, with what is computed from them at each row and at each point: a nest of
 * several stages, which goes over a row again while it is in the cache. A value that a later stage reads is stored there.
 *
 * Groups only ever read finished buffers of other groups, and their own members at the very point being computed.
 */
import { sameShape, sizeOf } from "../base/shape.ts";
import type { Graph, Node, Resident } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { siblings } from "../ops/loop.ts";
import { sameAffine } from "./affine.ts";
import { kept } from "./kept.ts";
import { loopInput } from "./loops.ts";
import { allAxes, counters, identity, isCheck, isLeaf, moving, movingAxes, withoutChecks } from "./nodes.ts";
import { anywhere, ReadWalk, type Read } from "./reads.ts";
import { across, atRow, pays, rowsOf, sameRows, type Place, type Rows } from "./rows.ts";

export interface Group {
  readonly id: number;
  readonly kind: "nest" | "product" | "scan" | "sort" | "scatter" | "place" | "loop";
  /** The node that founded it. */
  readonly anchor: Node;
  /** Extents of the loops over the result, unit axes left out; for a product all its axes. */
  outer: readonly number[];
  /** Extents of the axes that a product sums over. */
  readonly inner: readonly number[];
  /** How the points of a nest with folds fall into rows; `outer` are the loops over these. */
  rows: Rows | undefined;
  /** What it computes, in order, and where. */
  readonly members: Map<Node, Place>;
  /** Groups whose results it reads. */
  readonly needs: Set<Group>;
  /** What it reads of the program's leaves, and in which stage. */
  readonly leaves: (Read & { readonly stage: number })[];
}

export interface Grouping {
  readonly groups: readonly Group[];
  readonly groupOf: ReadonlyMap<Node, Group>;
  /** Computed values that someone outside their group reads: these need a buffer. */
  readonly shared: ReadonlySet<Node>;
}

const once: Place = { level: "row", stage: 0 };

/** Members of a group that are computed one from the other, each an expression of limited depth, at most. */
const chainLimit = 8;

/** Members that one map has, at most, when they only share what they read. */
const widest = 8;

export interface GroupingOptions {
  /** False puts every node in a group of its own: the plain program that fused ones are compared with. */
  readonly fuse: boolean;
}

export function group(graph: Graph, { fuse }: GroupingOptions): Grouping {
  const roots = rootsOf(graph);
  const order = topological([...graph.outputs, ...graph.effects]);
  const keep = kept(order, roots, fuse);
  const families = siblings(order);
  const waits = waitsOf(graph);
  for (;;) {
    const before = keep.size;
    const grouper = new Grouper(keep, families, waits, fuse);
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

/** What is assigned, the conditions that must have been looked at before, and all that these are computed from. */
interface Waits {
  readonly assigned: ReadonlyMap<Node, readonly Resident[]>;
  readonly conditions: readonly Node[];
  readonly awaited: ReadonlySet<Node>;
}

function waitsOf({ effects }: Graph): Waits {
  const valueOf = (effect: Node): Node => withoutChecks(effect.inputs[isCheck(effect) ? 1 : 0]);
  const conditions = effects.filter(isCheck).map(valueOf);
  const assigned = new Map<Node, Resident[]>();
  for (const effect of effects) {
    if (effect.binding?.kind !== "resident") continue;
    const value = valueOf(effect);
    assigned.set(value, [...(assigned.get(value) ?? []), effect.binding.resident]);
  }
  return { assigned, conditions, awaited: new Set(topological(conditions)) };
}

class Grouper {
  private readonly keep: Set<Node>;
  /** The results of one loop, which are computed together. */
  private readonly families: ReadonlyMap<Node, readonly Node[]>;
  private readonly waits: Waits;
  private readonly fuse: boolean;
  private readonly groups: Group[] = [];
  private readonly groupOf = new Map<Node, Group>();
  private readonly shared = new Set<Node>();
  private readonly chain = new Map<Node, number>();
  /** The groups that read a finished value of another. */
  private readonly readers = new Map<Node, Set<Group>>();

  constructor(keep: Set<Node>, families: ReadonlyMap<Node, readonly Node[]>, waits: Waits, fuse: boolean) {
    this.keep = keep;
    this.families = families;
    this.waits = waits;
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
        const source = node.inputs[0];
        const rows = rowsOf(node);
        const reads = this.reads(source, movingAxes(source));
        const { home, stage } = this.homeOfFold(reads, rows) ?? {
          home: this.found(
            "nest",
            node,
            across(rows).map((d) => rows.points[d]),
          ),
          stage: 0,
        };
        this.intoRows(home, rows);
        this.join(node, reads, home, { level: "row", stage: stage + 1 }, stage);
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
        this.join(node, anywhere(reads), this.found(node.op.kind, node, moving(node)));
        return;
      }
      case "loop": {
        const inputs = node.inputs.map(loopInput).filter((input) => input !== undefined);
        const home = this.found("loop", node, []);
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
        const found = this.homeOfPoint(node, reads) ?? this.besidePoint(node, reads);
        if (found === undefined) this.join(node, reads, this.found("nest", node, moving(node)));
        else this.join(node, reads, found.home, found.place);
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
    inner: readonly number[] = [],
  ): Group {
    const made: Group = {
      id: this.groups.length,
      kind,
      anchor,
      outer,
      inner,
      rows: undefined,
      members: new Map(),
      needs: new Set(),
      leaves: [],
    };
    this.groups.push(made);
    return made;
  }

  /** Members that a reader at this place is an expression of, one behind the other: not those that it finds stored. */
  private chainBefore(reads: readonly Read[], home: Group, stage: number): number {
    const before = reads.filter(({ node }) => {
      const place = home.members.get(node);
      return place !== undefined && (place.level === "row" || place.stage === stage);
    });
    return Math.max(0, ...before.map((read) => this.chain.get(read.node) ?? 0));
  }

  /** Makes `node` a member of `home`. A fold has its place when the stage is over in which it reads. */
  private join(node: Node, reads: readonly Read[], home: Group, place = once, stage = place.stage): void {
    home.members.set(node, place);
    this.chain.set(node, node.op.kind === "reduce" ? 0 : 1 + this.chainBefore(reads, home, stage));
    this.groupOf.set(node, home);
    for (const read of reads) {
      const source = this.groupOf.get(read.node);
      if (source === home) {
        const before = home.members.get(read.node) as Place;
        if (before.level === "point" && before.stage < stage) this.shared.add(read.node);
        continue;
      }
      if (isLeaf(read.node)) home.leaves.push({ ...read, stage });
      const readers = this.readers.get(read.node);
      if (readers === undefined) this.readers.set(read.node, new Set([home]));
      else readers.add(home);
      if (source === undefined) continue;
      home.needs.add(source);
      this.shared.add(read.node);
    }
  }

  /** Makes the group of a fold, or a map whose points it folds, one of rows. */
  private intoRows(home: Group, rows: Rows): void {
    if (home.rows !== undefined) return;
    home.rows = rows;
    home.outer = across(rows).map((d) => rows.points[d]);
    for (const member of home.members.keys()) home.members.set(member, { level: "point", stage: 0 });
  }

  /** The product, map or nest that this node can be computed in, because it has the same loops and reads it in step. */
  private homeOfPoint(node: Node, reads: readonly Read[]): { home: Group; place: Place } | undefined {
    if (!this.fuse || sizeOf(node.shape) === 0) return undefined;
    const extents = moving(node);
    for (const home of this.homesOf(reads)) {
      if (home.kind !== "nest" && home.kind !== "product") continue;
      const level = levelOf(extents, home);
      if (level === undefined) continue;
      const stage = this.stageOf(reads, home, level);
      if (stage === undefined || 1 + this.chainBefore(reads, home, stage) > chainLimit) continue;
      if (this.waits.assigned.has(node) && this.isAwaited(home)) continue;
      if (!this.waitsFor(reads, home)) return { home, place: { level, stage } };
    }
    return undefined;
  }

  /**
   * The group that a fold can be computed in: one over the same rows whose values it reads in step, a map of the points
   * that it folds, or one over the same rows that reads some of the same values: both ride on one pass.
   */
  private homeOfFold(reads: readonly Read[], rows: Rows): { home: Group; stage: number } | undefined {
    if (!this.fuse) return undefined;
    if (pays(rows)) {
      for (const home of this.homesOf(reads)) {
        if (home.kind !== "nest") continue;
        const fits = home.rows === undefined ? sameShape(home.outer, rows.points) : sameRows(home.rows, rows);
        if (!fits) continue;
        const stage = this.stageOf(reads, home, home.rows === undefined ? "row" : "point");
        if (stage !== undefined && !this.waitsFor(reads, home)) return { home, stage };
      }
    }
    const beside = this.readersOf(reads).find(
      (home) => home.rows !== undefined && sameRows(home.rows, rows) && !this.waitsFor(reads, home, true),
    );
    return beside && { home: beside, stage: 0 };
  }

  /** A map over the same loops that reads some of the same values, of which it has nothing else to wait for. */
  private besidePoint(node: Node, reads: readonly Read[]): { home: Group; place: Place } | undefined {
    if (!this.fuse || sizeOf(node.shape) === 0) return undefined;
    const extents = moving(node);
    const home = this.readersOf(reads).find(
      (reader) =>
        reader.kind === "nest" &&
        reader.rows === undefined &&
        sameShape(reader.outer, extents) &&
        reader.members.size < widest &&
        this.writesInStep(node, reads, reader) &&
        !this.waitsFor(reads, reader, true),
    );
    return home && { home, place: once };
  }

  /** True when `home` can write over variables still, with this member too. */
  private writesInStep(node: Node, reads: readonly Read[], home: Group): boolean {
    const { assigned, awaited } = this.waits;
    const members = [...home.members.keys()];
    const written = new Set([node, ...members].flatMap((member) => assigned.get(member) ?? []));
    if (written.size === 0) return true;
    if (assigned.has(node) ? this.isAwaited(home) : awaited.has(node)) return false;
    const own = identity(node, movingAxes(node));
    return [...reads, ...home.leaves].every(
      ({ node: { binding }, at }) =>
        binding?.kind !== "resident" ||
        !written.has(binding.resident) ||
        (at !== undefined && sameAffine(at, own)),
    );
  }

  /** The groups that read some of the same values, whole ones, the latest first. */
  private readersOf(reads: readonly Read[]): Group[] {
    const found = new Set(
      reads.flatMap(({ node }) => (sizeOf(node.shape) > 1 ? [...(this.readers.get(node) ?? [])] : [])),
    );
    return [...found].sort((a, b) => b.id - a.id);
  }

  /** The groups whose members are read, the latest first. */
  private homesOf(reads: readonly Read[]): Group[] {
    const homes = new Set(
      reads.map(({ node }) => this.groupOf.get(node)).filter((home) => home !== undefined),
    );
    return [...homes].sort((a, b) => b.id - a.id);
  }

  /** True when a check must be looked at that needs what this group computes: nothing assigned can be computed in it. */
  private isAwaited(home: Group): boolean {
    return this.waits.conditions.some((condition) => {
      const source = this.groupOf.get(condition);
      return source !== undefined && reaches(source, home);
    });
  }

  /** True when one of these values, not its own unless told, cannot be had before `home` is done. */
  private waitsFor(reads: readonly Read[], home: Group, beside = false): boolean {
    return this.homesOf(reads).some((source) => (beside || source !== home) && reaches(source, home));
  }

  /** The first stage of `home` in which all of its members that are read here are there; none if one is read elsewhere. */
  private stageOf(reads: readonly Read[], home: Group, level: Place["level"]): number | undefined {
    let stage = 0;
    for (const { node, at } of reads) {
      const place = home.members.get(node);
      if (place === undefined) continue;
      if (level === "row" && place.level === "point") return undefined;
      const own =
        level === "point" && place.level === "row"
          ? atRow(node, home.rows as Rows)
          : identity(node, movingAxes(node));
      if (at === undefined || !sameAffine(at, own)) return undefined;
      stage = Math.max(stage, place.stage);
    }
    return stage;
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

/** Whether a value of these extents has an element for each row of a group, or one for each point. */
function levelOf(extents: readonly number[], { kind, outer, rows }: Group): Place["level"] | undefined {
  const loops = kind === "product" ? outer.filter((extent) => extent !== 1) : outer;
  if (sameShape(extents, loops)) return "row";
  return rows !== undefined && sameShape(extents, rows.points) && pays(rows) ? "point" : undefined;
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
