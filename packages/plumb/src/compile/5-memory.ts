/**
 * Pass 5: where every intermediate buffer lives in the arena, from the first level that touches it to the last. Buffers
 * whose lives do not overlap share bytes; offsets are found by first fit in order of size, largest first. What a nest stores
 * at each point takes the place of what it loads there and nobody loads later.
 */
import { bytesOf } from "../base/dtype.ts";
import type { Lowered } from "./4-lower.ts";
import { inArena, type PlannedBuffer } from "./buffers.ts";
import { sameAffine } from "./affine.ts";
import { inOrder, readsOf, rootsOfStage } from "./expr.ts";
import type { Buffer, Nest, Program, Step, Store } from "./kernel.ts";
import { fewestLevels, levelsInOrder, tasksOf, type Task } from "./levels.ts";

/** Buffers start on cache lines. */
const alignment = 64;
/** Vectors read past the end of a row, by at most this much. */
const slack = 64;

/** Memory that fewer levels may cost beside what the order of the kernels needs: so many parts of it, and so many bytes. */
const dearer = 9 / 8;
const little = 2 ** 18;

/** Plans for as few levels as there can be, unless that keeps much more alive together than the order of the kernels does. */
export function planMemory(lowered: Lowered): Program {
  const tasks = tasksOf(lowered);
  const wide = plan(lowered, tasks, fewestLevels(tasks, lowered.buffers));
  if (wide.arenaBytes <= little) return wide;
  const narrow = plan(lowered, tasks, levelsInOrder(tasks, lowered.buffers));
  return wide.arenaBytes <= dearer * narrow.arenaBytes + little ? wide : narrow;
}

function plan(lowered: Lowered, tasks: readonly Task[], levels: readonly number[]): Program {
  const { buffers, outputs, packedOnce } = lowered;
  const end = 1 + levels.reduce((most, level) => Math.max(most, level), -1);
  const lives = buffers.map((): Life => ({ first: Infinity, last: -Infinity }));
  const touch = (buffer: number, time: number): void => {
    lives[buffer].first = Math.min(lives[buffer].first, time);
    lives[buffer].last = Math.max(lives[buffer].last, time);
  };
  tasks.forEach(({ reads, writes }, i) => {
    for (const touched of [reads, writes]) for (const buffer of touched) touch(buffer, levels[i]);
  });
  buffers.forEach(({ place }, buffer) => {
    if (place.kind === "input") touch(buffer, -1);
  });
  for (const buffer of outputs) touch(buffer, end);
  // What is packed once must still be there at the next run: it shares its bytes with nobody.
  for (const buffer of packedOnce) for (const time of [-1, end]) touch(buffer, time);

  const { offsets, bytes } = fit(buffers, lives, inPlace(tasks, levels, buffers, lives));
  return {
    buffers: buffers.map(({ dtype, length, place }, i) => ({
      dtype,
      length,
      place: placeOf(place, offsets[i]),
    })),
    steps: stepsOf(tasks, levels, end),
    arenaBytes: bytes,
    outputs,
    packedOnce,
  };
}

/** What is in a level stands together, checks first, in their order; between levels there is a barrier. */
function stepsOf(tasks: readonly Task[], levels: readonly number[], end: number): Step[] {
  const byLevel = Array.from({ length: end }, (): { checks: Step[]; others: Step[] } => ({
    checks: [],
    others: [],
  }));
  tasks.forEach(({ step }, i) => {
    const { checks, others } = byLevel[levels[i]];
    (step.kind === "guard" ? checks : others).push(step);
  });
  return byLevel.flatMap(({ checks, others }, level): Step[] => [
    ...(level === 0 ? [] : [{ kind: "barrier" } as const]),
    ...checks,
    ...others,
  ]);
}

interface Life {
  first: number;
  last: number;
}

export const paddedBytes = (buffer: Pick<PlannedBuffer, "dtype" | "length">): number =>
  Math.ceil((buffer.length * bytesOf[buffer.dtype] + slack) / alignment) * alignment;

function placeOf(place: PlannedBuffer["place"], offset: number): Buffer["place"] {
  switch (place.kind) {
    case "input":
      return { kind: "input", slot: place.slot, offset };
    case "intermediate":
      return { kind: "arena", offset };
    case "resident":
    case "assigned":
      return place;
  }
}

/** Buffers that lie where another lay whose life they end, and which. */
function inPlace(
  tasks: readonly Task[],
  levels: readonly number[],
  buffers: readonly PlannedBuffer[],
  lives: readonly Life[],
): Map<number, number> {
  const found = new Map<number, number>();
  const isReadBeside = (buffer: number, task: number): boolean =>
    tasks.some(({ reads }, other) => other !== task && levels[other] === levels[task] && reads.has(buffer));
  tasks.forEach(({ step }, i) => {
    if (step.kind !== "kernel" || step.kernel.kind !== "nest") return;
    const { kernel } = step;
    const time = levels[i];
    const taken = new Set<number>();
    for (const store of storesIn(kernel)) {
      const after = store.buffer;
      if (buffers[after].place.kind !== "intermediate" || lives[after].first !== time) continue;
      const before = [...readsOf(kernel)].find(
        (buffer) =>
          buffer !== after &&
          !taken.has(buffer) &&
          inArena(buffers[buffer]) &&
          lives[buffer].last === time &&
          buffers[buffer].length === buffers[after].length &&
          bytesOf[buffers[buffer].dtype] === bytesOf[buffers[after].dtype] &&
          isDoneWith(kernel, buffer, store) &&
          !isReadBeside(buffer, i),
      );
      if (before === undefined) continue;
      found.set(after, before);
      taken.add(before);
    }
  });
  return found;
}

interface StoreInStage extends Store {
  readonly stage: number;
}

const storesIn = ({ stages }: Nest): StoreInStage[] =>
  stages.flatMap(({ stores }, stage) => stores.map((store) => ({ ...store, stage })));

/** True when a buffer is touched only at the element that `store` writes, and for the last time when it is computed. */
function isDoneWith({ stages }: Nest, buffer: number, { stage: last, at, value }: StoreInStage): boolean {
  return stages.every((stage, s) => {
    const stored = stage.stores.some((store) => store.buffer === buffer);
    const reads = inOrder(rootsOfStage(stage)).filter((expr) => "buffer" in expr && expr.buffer === buffer);
    if (reads.length === 0) return !stored || s < last;
    // What is computed once may be used after the store; another load of the element would find the new value.
    const [read] = reads;
    const inTime = s < last || (s === last && !stored && inOrder([value]).includes(read));
    return inTime && reads.length === 1 && read.kind === "load" && sameAffine(read.at, at);
  });
}

function fit(
  buffers: readonly PlannedBuffer[],
  lives: readonly Life[],
  before: ReadonlyMap<number, number>,
): { offsets: number[]; bytes: number } {
  const firstOf = (buffer: number): number => {
    for (let i = buffer; ;) {
      const next = before.get(i);
      if (next === undefined) return i;
      i = next;
    }
  };
  const whole = lives.map((life) => ({ ...life }));
  for (const buffer of before.keys()) {
    const first = whole[firstOf(buffer)];
    first.last = Math.max(first.last, lives[buffer].last);
  }
  const offsets = new Array<number>(buffers.length).fill(0);
  const sizes = buffers.map(paddedBytes);
  const bySize = buffers
    .map((_, i) => i)
    .filter((i) => inArena(buffers[i]) && lives[i].first !== Infinity && !before.has(i))
    .sort((a, b) => sizes[b] - sizes[a] || a - b);
  /** Those that have their offsets, the lowest first. */
  const placed: number[] = [];
  let bytes = 0;
  for (const i of bySize) {
    const { first, last } = whole[i];
    let offset = 0;
    for (const j of placed) {
      if (whole[j].first > last || whole[j].last < first) continue;
      if (offset + sizes[i] <= offsets[j]) break;
      offset = Math.max(offset, offsets[j] + sizes[j]);
    }
    offsets[i] = offset;
    bytes = Math.max(bytes, offset + sizes[i]);
    placed.splice(1 + placed.findLastIndex((j) => offsets[j] <= offset), 0, i);
  }
  for (const buffer of before.keys()) offsets[buffer] = offsets[firstOf(buffer)];
  return { offsets, bytes };
}
