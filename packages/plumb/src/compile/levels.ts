/**
 * Which work stands side by side. A program is a list of levels: what is in one level needs nothing from the rest of it, so
 * that threads go from one piece to the next without waiting, and between two levels they meet. Packing the right operand of
 * a product is a piece of its own, and so is looking at a check.
 */
import { bytesOf } from "../base/dtype.ts";
import type { Lowered } from "./4-lower.ts";
import { inArena, type PlannedBuffer } from "./buffers.ts";
import { readsOf, writesOf } from "./expr.ts";
import type { Kernel, Step } from "./kernel.ts";

/** A step of the program that is to come, and the buffers that it touches. */
export interface Task {
  readonly step: Exclude<Step, { kind: "barrier" }>;
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
}

/** All that a program does, in an order in which it may be done. */
export function tasksOf({ kernels, guards, guardsAt, packedOnce }: Lowered): Task[] {
  const checks = guards.map(({ buffer, check }): Task => ({
    step: { kind: "guard", buffer, check },
    reads: new Set([buffer]),
    writes: new Set(),
  }));
  const tasks = kernels.map((kernel) => tasksOfKernel(kernel, packedOnce));
  return [...tasks.slice(0, guardsAt), checks, ...tasks.slice(guardsAt)].flat();
}

function tasksOfKernel(kernel: Kernel, packedOnce: readonly number[]): Task[] {
  const task: Task = { step: { kind: "kernel", kernel }, reads: readsOf(kernel), writes: writesOf(kernel) };
  if (kernel.kind !== "product" || kernel.packed === undefined || !kernel.packsAhead) return [task];
  if (packedOnce.includes(kernel.packed)) return [task];
  const packing: Task = {
    step: { kind: "pack", kernel },
    reads: new Set([kernel.b.buffer]),
    writes: new Set([kernel.packed]),
  };
  return [packing, task];
}

/** For each task those before it that must be done first: they touch what it touches, and one of both writes there. */
function needsOf(tasks: readonly Task[], buffers: readonly PlannedBuffer[]): number[][] {
  const writers = new Map<unknown, number[]>();
  const readers = new Map<unknown, number[]>();
  const listOf = (lists: Map<unknown, number[]>, key: unknown): number[] => {
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    return list;
  };
  // The old value of a variable and its new one lie in the same place.
  const placeOf = (buffer: number): unknown => buffers[buffer].variable ?? buffer;
  const checks: number[] = [];
  return tasks.map(({ step, reads, writes }, i) => {
    const needs = new Set<number>();
    for (const buffer of reads) for (const writer of listOf(writers, placeOf(buffer))) needs.add(writer);
    for (const buffer of writes) {
      const place = placeOf(buffer);
      for (const other of [...listOf(writers, place), ...listOf(readers, place)]) needs.add(other);
      // Nothing is assigned before all checks have passed.
      if (buffers[buffer].place.kind === "assigned") for (const check of checks) needs.add(check);
    }
    for (const buffer of reads) listOf(readers, placeOf(buffer)).push(i);
    for (const buffer of writes) {
      writers.set(placeOf(buffer), [i]);
      readers.set(placeOf(buffer), []);
    }
    if (step.kind === "guard") checks.push(i);
    return [...needs].filter((need) => need !== i);
  });
}

/** The level of each task where they stay in this order: a new one begins where a task needs another of the last. */
export function levelsInOrder(tasks: readonly Task[], buffers: readonly PlannedBuffer[]): number[] {
  const levels: number[] = [];
  let level = 0;
  needsOf(tasks, buffers).forEach((needs, i) => {
    if (needs.some((need) => levels[need] === level)) level++;
    levels[i] = level;
  });
  return levels;
}

/**
 * The level of each task where there are as few of them as can be: a task comes as soon as what it needs is there; one
 * that takes more memory than it may set free (packing a weight) as late as those allow that need it.
 */
export function fewestLevels(tasks: readonly Task[], buffers: readonly PlannedBuffer[]): number[] {
  const needs = needsOf(tasks, buffers);
  const levels: number[] = [];
  let checked = 0;
  tasks.forEach(({ step }, i) => {
    levels[i] = needs[i].reduce((level, need) => Math.max(level, levels[need] + 1), 0);
    // Of several checks that fail the first is reported: none is looked at before one that comes earlier.
    if (step.kind === "guard") levels[i] = checked = Math.max(levels[i], checked);
  });
  const latest = tasks.map(() => Infinity);
  for (let i = tasks.length - 1; i >= 0; i--) {
    if (latest[i] < Infinity && takesMemory(tasks[i], buffers)) levels[i] = latest[i];
    for (const need of needs[i]) latest[need] = Math.min(latest[need], levels[i] - 1);
  }
  return levels;
}

function takesMemory({ reads, writes }: Task, buffers: readonly PlannedBuffer[]): boolean {
  const bytesIn = (touched: ReadonlySet<number>): number =>
    [...touched].reduce(
      (sum, i) => sum + (inArena(buffers[i]) ? buffers[i].length * bytesOf[buffers[i].dtype] : 0),
      0,
    );
  return bytesIn(writes) > bytesIn(reads);
}
