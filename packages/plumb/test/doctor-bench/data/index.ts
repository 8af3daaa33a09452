/** All sets by name, and which of them rules may be tuned on. */
import type { DataSet, Task } from "./data-set.ts";
import { madeSets } from "./made.ts";
import { otherSets } from "./other.ts";
import { realSets } from "./real.ts";

export type { DataSet, Task };

const byName = (a: DataSet, b: DataSet): number => (a.name < b.name ? -1 : 1);

export const dataSets: readonly DataSet[] = [...realSets, ...madeSets, ...otherSets].sort(byName);

const groupOf = ({ kind, task }: DataSet): string => (kind === "table" ? task : kind);

/**
 * Whether nothing may be tuned on it. In the order of their names every second set of a group is held out: tables by their
 * task, images, sequences, signals, and texts.
 */
export const isHeldOut = (set: DataSet): boolean =>
  dataSets.filter((other) => groupOf(other) === groupOf(set)).indexOf(set) % 2 === 1;
