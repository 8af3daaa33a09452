/**
 * Pass 3: the order of the groups, and when assignments land. A value is written straight over the variable it is
 * assigned to when everybody who reads the old value runs before; otherwise into memory of its own, copied at the end.
 * Nothing is written before every check has passed.
 */
import type { Graph, Node, Resident } from "../graph/node.ts";
import { sameAffine } from "./affine.ts";
import type { Group, Grouping } from "./2-group.ts";
import { identity, isCheck, movingAxes, withoutChecks } from "./nodes.ts";
import type { Place } from "./rows.ts";

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

  const home = (node: Node): Group => grouping.groupOf.get(node) as Group;
  for (const assign of assigns) if (!readsInStep(home(assign.value), assign)) assign.inPlace = false;

  const order: Group[] = [];
  const waiting = new Set(grouping.groups);
  let guardsAt: number | undefined;
  const guarding = new Set(
    guards.map(({ condition }) => grouping.groupOf.get(condition)).filter((group) => group !== undefined),
  );

  while (waiting.size > 0) {
    const next = nextReady(waiting, assigns, guarding, home);
    if (next === undefined) {
      // A ring: somebody needs both the old and the new value. Compute one of them beside its variable.
      const blocked = assigns.find((assign) => assign.inPlace && waiting.has(home(assign.value)));
      if (blocked === undefined) throw new Error("the groups of a program wait for each other");
      blocked.inPlace = false;
      continue;
    }
    if (guardsAt === undefined && assigns.some((assign) => assign.inPlace && home(assign.value) === next)) {
      guardsAt = order.length;
    }
    waiting.delete(next);
    order.push(next);
  }
  return { order, guardsAt: guardsAt ?? order.length, guards, assigns };
}

/** The first waiting group whose needs are met and whose writes hurt nobody who still waits. */
function nextReady(
  waiting: ReadonlySet<Group>,
  assigns: readonly Assign[],
  guarding: ReadonlySet<Group>,
  home: (node: Node) => Group,
): Group | undefined {
  const writes = (group: Group): Assign[] =>
    assigns.filter((assign) => assign.inPlace && home(assign.value) === group);
  const guardWaits = [...guarding].some((group) => waiting.has(group));
  for (const group of waiting) {
    if ([...group.needs].some((need) => waiting.has(need))) continue;
    const written = writes(group);
    if (written.length > 0) {
      if (guardWaits) continue;
      const residents = new Set(written.map((assign) => assign.resident));
      const readers = [...waiting].filter((other) => other !== group && readsAny(other, residents));
      if (readers.length > 0) continue;
    }
    return group;
  }
  return undefined;
}

const readsAny = (group: Group, residents: ReadonlySet<Resident>): boolean =>
  group.leaves.some(({ node }) => node.binding?.kind === "resident" && residents.has(node.binding.resident));

/**
 * True when the group that computes the new value reads the old one, if at all, only at the element it is writing, and
 * not in a later stage.
 */
function readsInStep(group: Group, { value, resident }: Assign): boolean {
  const own = identity(value, movingAxes(value));
  const { level, stage: at } = group.members.get(value) as Place;
  const written = level === "row" ? Infinity : at; // what rows have one of is stored after all stages
  return group.leaves.every(
    ({ node, at: read, stage }) =>
      node.binding?.kind !== "resident" ||
      node.binding.resident !== resident ||
      (read !== undefined && sameAffine(read, own) && stage <= written),
  );
}
