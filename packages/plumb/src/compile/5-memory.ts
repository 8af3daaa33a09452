/**
 * Pass 5: where every intermediate buffer lives in the arena, and where threads must meet. Buffers whose lives do not
 * overlap share bytes; offsets are found by first fit in order of size, largest first. What a nest stores at each point
 * takes the place of what it loads there and nobody loads later.
 */
import { bytesOf } from "../base/dtype.ts";
import type { Lowered } from "./4-lower.ts";
import type { PlannedBuffer } from "./buffers.ts";
import { sameAffine } from "./affine.ts";
import { inOrder, readsOf, rootsOfStage, writesOf } from "./expr.ts";
import type { Buffer, Kernel, Nest, Program, Step, Store } from "./kernel.ts";

/** Buffers start on cache lines. */
const alignment = 64;
/** Vectors read past the end of a row, by at most this much. */
const slack = 64;

export function planMemory(lowered: Lowered): Program {
  const { buffers, kernels, guardsAt, guards, outputs, packedOnce } = lowered;
  const uses = kernels.map((kernel) => ({ reads: readsOf(kernel), writes: writesOf(kernel) }));
  const lives = buffers.map((): Life => ({ first: Infinity, last: -Infinity }));
  const touch = (buffer: number, time: number): void => {
    lives[buffer].first = Math.min(lives[buffer].first, time);
    lives[buffer].last = Math.max(lives[buffer].last, time);
  };
  uses.forEach(({ reads, writes }, time) => {
    for (const buffer of [...reads, ...writes]) touch(buffer, time);
  });
  buffers.forEach(({ place }, buffer) => {
    if (place.kind === "input") touch(buffer, -1);
  });
  for (const buffer of outputs) touch(buffer, kernels.length);
  for (const { buffer } of guards) touch(buffer, guardsAt);
  // What is packed once must still be there at the next run: it shares its bytes with nobody.
  for (const buffer of packedOnce) for (const time of [-1, kernels.length]) touch(buffer, time);

  const { offsets, bytes } = fit(buffers, lives, inPlace(kernels, buffers, lives));
  const placed = buffers.map((buffer, i): Buffer => ({ ...buffer, place: placeOf(buffer, offsets[i]) }));
  const overlaps = (a: number, b: number): boolean => a === b || rangesMeet(placed[a], placed[b]);
  return {
    buffers: placed,
    steps: stepsOf(kernels, uses, guards, guardsAt, overlaps),
    arenaBytes: bytes,
    outputs,
    packedOnce,
  };
}

interface Life {
  first: number;
  last: number;
}

export const paddedBytes = (buffer: Pick<PlannedBuffer, "dtype" | "length">): number =>
  Math.ceil((buffer.length * bytesOf[buffer.dtype] + slack) / alignment) * alignment;

const inArena = (buffer: PlannedBuffer): boolean =>
  buffer.place.kind === "intermediate" || buffer.place.kind === "input";

function placeOf({ place }: PlannedBuffer, offset: number): Buffer["place"] {
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
  kernels: readonly Kernel[],
  buffers: readonly PlannedBuffer[],
  lives: readonly Life[],
): Map<number, number> {
  const found = new Map<number, number>();
  kernels.forEach((kernel, time) => {
    if (kernel.kind !== "nest") return;
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
          isDoneWith(kernel, buffer, store),
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
  const bySize = buffers
    .map((_, i) => i)
    .filter((i) => inArena(buffers[i]) && lives[i].first !== Infinity && !before.has(i))
    .sort((a, b) => paddedBytes(buffers[b]) - paddedBytes(buffers[a]) || a - b);
  const done: number[] = [];
  let bytes = 0;
  for (const i of bySize) {
    const size = paddedBytes(buffers[i]);
    const rivals = done
      .filter((j) => whole[j].first <= whole[i].last && whole[i].first <= whole[j].last)
      .sort((a, b) => offsets[a] - offsets[b]);
    let offset = 0;
    for (const j of rivals) {
      if (offset + size <= offsets[j]) break;
      offset = Math.max(offset, offsets[j] + paddedBytes(buffers[j]));
    }
    offsets[i] = offset;
    bytes = Math.max(bytes, offset + size);
    done.push(i);
  }
  for (const buffer of before.keys()) offsets[buffer] = offsets[firstOf(buffer)];
  return { offsets, bytes };
}

function rangesMeet(a: Buffer, b: Buffer): boolean {
  const [from, to] = [arenaOffset(a), arenaOffset(b)];
  if (from === undefined || to === undefined) {
    // Two names for one variable: its old value and its new one.
    return from === undefined && to === undefined && a.place.kind !== b.place.kind;
  }
  return from < to + paddedBytes({ ...b }) && to < from + paddedBytes({ ...a });
}

const arenaOffset = ({ place }: Buffer): number | undefined =>
  place.kind === "arena" || place.kind === "input" ? place.offset : undefined;

/** Kernels in order, with a barrier wherever one touches what another wrote, or writes what another read, since the last. */
function stepsOf(
  kernels: readonly Kernel[],
  uses: readonly { reads: ReadonlySet<number>; writes: ReadonlySet<number> }[],
  guards: Lowered["guards"],
  guardsAt: number,
  overlaps: (a: number, b: number) => boolean,
): Step[] {
  const steps: Step[] = [];
  let read = new Set<number>();
  let written = new Set<number>();
  const meet = (): void => {
    if (read.size + written.size > 0) steps.push({ kind: "barrier" });
    read = new Set();
    written = new Set();
  };
  const clashes = (mine: ReadonlySet<number>, theirs: ReadonlySet<number>): boolean =>
    [...mine].some((a) => [...theirs].some((b) => overlaps(a, b)));
  const guard = (): void => {
    if (guards.length > 0) meet();
    for (const { buffer, check } of guards) {
      steps.push({ kind: "guard", buffer, check });
      read.add(buffer);
    }
  };
  kernels.forEach((kernel, position) => {
    if (position === guardsAt) guard();
    const { reads, writes } = uses[position];
    if (clashes(reads, written) || clashes(writes, written) || clashes(writes, read)) meet();
    steps.push({ kind: "kernel", kernel });
    for (const buffer of reads) read.add(buffer);
    for (const buffer of writes) written.add(buffer);
  });
  if (guardsAt >= kernels.length) guard();
  return steps;
}
