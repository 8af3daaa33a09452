/**
 * Pass 3: the order of the groups, and when assignments land. A value is written straight over the variable it is
 * assigned to when everybody who reads the old value runs before; otherwise into memory of its own, copied at the end.
 * Nothing is written before every check has passed.
 */
import { bytesOf } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Graph, Node, Resident } from "../graph/node.ts";
import { sameAffine } from "./affine.ts";
import type { Group, Grouping } from "./2-group.ts";
import { identity, isCheck, movingAxes, withoutChecks } from "./nodes.ts";
import { atRow, type Place } from "./rows.ts";

export interface Schedule {
  readonly order: readonly Group[];
  /** Position in `order` before which the checks are looked at. */
  readonly guardsAt: number;
  readonly guards: readonly { readonly condition: Node; readonly check: number }[];
  readonly assigns: readonly Assign[];
}

export interface Assign {
  /** Its position among the assigns of the graph. */
  readonly index: number;
  readonly value: Node;
  readonly resident: Resident;
  /** False: computed beside and copied at the end. */
  inPlace: boolean;
}

export function schedule(graph: Graph, grouping: Grouping): Schedule {
  const checks = graph.effects.filter(isCheck);
  const guards = checks.map((node, check) => ({ condition: withoutChecks(node.inputs[1]), check }));
  const assigns = graph.effects
    .filter((effect) => !isCheck(effect))
    .map((effect, index): Assign => {
      if (effect.binding?.kind !== "resident") throw new Error("an assign without a target");
      return {
        index,
        value: withoutChecks(effect.inputs[0]),
        resident: effect.binding.resident,
        inPlace: true,
      };
    });

  const home = (assign: Assign): Group => grouping.groupOf.get(assign.value) as Group;
  for (const assign of assigns) if (!readsInStep(home(assign), assign)) assign.inPlace = false;

  const guarding = guards.flatMap(({ condition }) => grouping.groupOf.get(condition) ?? []);
  const queue = new Queue(grouping.groups, guarding, assigns, home);
  const order: Group[] = [];
  let guardsAt: number | undefined;
  while (!queue.isEmpty) {
    const next = queue.take();
    if (next === undefined) {
      queue.openRing();
      continue;
    }
    if (guardsAt === undefined && assigns.some((assign) => assign.inPlace && home(assign) === next)) {
      guardsAt = order.length;
    }
    order.push(next);
  }
  return { order, guardsAt: guardsAt ?? order.length, guards, assigns };
}

/** The groups that have no place in the order yet, and what each of them waits for. */
class Queue {
  private readonly waiting: Set<Group>;
  private readonly guarding: readonly Group[];
  private readonly assigns: readonly Assign[];
  private readonly home: (assign: Assign) => Group;
  private readonly readers = new Map<Resident, Group[]>();

  constructor(
    groups: readonly Group[],
    guarding: readonly Group[],
    assigns: readonly Assign[],
    home: (assign: Assign) => Group,
  ) {
    this.waiting = new Set(groups);
    this.guarding = guarding;
    this.assigns = assigns;
    this.home = home;
    for (const group of groups)
      for (const resident of residentsOf(group)) {
        const known = this.readers.get(resident);
        if (known === undefined) this.readers.set(resident, [group]);
        else known.push(group);
      }
  }

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  /** Takes out the first group whose needs are met and whose writes hurt nobody who still waits, if there is one. */
  take(): Group | undefined {
    for (const group of this.waiting) {
      if ([...group.needs].some((need) => this.waiting.has(need))) continue;
      if (this.writesOf(group).some((assign) => this.before(assign).length > 0)) continue;
      this.waiting.delete(group);
      return group;
    }
    return undefined;
  }

  /**
   * Where all wait, there are rings: somebody needs the old value of a variable, and the new one. One of the assignments
   * that make up a ring is computed beside its variable from now on: one without which its group is in no ring, if there
   * is one, and of these the one of the fewest bytes.
   */
  openRing(): void {
    const closing = this.assigns.filter((assign) => {
      const from = this.home(assign);
      if (!assign.inPlace || !this.waiting.has(from)) return false;
      return this.before(assign).some((group) => group === from || this.waitsFor(group, from));
    });
    if (closing.length === 0) throw new Error("the groups of a program wait for each other");
    const opening = closing.filter((assign) => !this.waitsFor(this.home(assign), this.home(assign), assign));
    const [beside] = (opening.length > 0 ? opening : closing).sort(
      (a, b) => bytesIn(a.value) - bytesIn(b.value),
    );
    beside.inPlace = false;
  }

  /** The assignments in place that a group makes. */
  private writesOf(group: Group): Assign[] {
    return this.assigns.filter((assign) => assign.inPlace && this.home(assign) === group);
  }

  /** Who must be done before an assignment in place: all checks, and all who read the old value. */
  private before(assign: Assign): Group[] {
    const home = this.home(assign);
    const readers = (this.readers.get(assign.resident) ?? []).filter((group) => group !== home);
    return [...this.guarding, ...readers].filter((group) => this.waiting.has(group));
  }

  /** Whether `from` waits for `to`, directly or through others; `without`: if that assignment were made beside. */
  private waitsFor(from: Group, to: Group, without?: Assign): boolean {
    const seen = new Set<Group>();
    const stack = [from];
    for (;;) {
      const group = stack.pop();
      if (group === undefined) return false;
      const writes = this.writesOf(group).filter((assign) => assign !== without);
      const needs = [...group.needs].filter((need) => this.waiting.has(need));
      for (const next of [...needs, ...writes.flatMap((assign) => this.before(assign))]) {
        if (next === to) return true;
        if (seen.has(next)) continue;
        seen.add(next);
        stack.push(next);
      }
    }
  }
}

const bytesIn = ({ dtype, shape }: Node): number => bytesOf[dtype] * sizeOf(shape);

/** The variables of which a group reads the old values. */
const residentsOf = (group: Group): Set<Resident> =>
  new Set(
    group.leaves.flatMap(({ node: { binding } }) => (binding?.kind === "resident" ? [binding.resident] : [])),
  );

/**
 * True when the group that computes the new value reads the old one, if at all, only at the element it is writing, and
 * not in a later stage. What a row has one of may be read at all of its points: it is stored when the row is done.
 */
function readsInStep(group: Group, { value, resident }: Assign): boolean {
  const { level, stage: at } = group.members.get(value) as Place;
  const places = [identity(value, movingAxes(value))];
  if (level === "row" && group.rows !== undefined) places.push(atRow(value, group.rows));
  const written = level === "row" ? Infinity : at;
  return group.leaves.every(
    ({ node, at: read, stage }) =>
      node.binding?.kind !== "resident" ||
      node.binding.resident !== resident ||
      (read !== undefined && places.some((own) => sameAffine(read, own)) && stage <= written),
  );
}
