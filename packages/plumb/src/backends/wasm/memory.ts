/**
 * The engine's one memory and its allocator. Blocks start on cache lines and are followed by room for a vector read past
 * their end. Free blocks are kept in address order and merge with their neighbours; the smallest that fits is taken.
 * Addresses are unsigned: the memory may grow to 4 GB, or to less where it is shared and the host does not set so much
 * aside. Views are made afresh after it grew.
 */
import { PlumbError } from "../../base/errors.ts";
import type { Block } from "../backend.ts";

const page = 65_536;
const mostPages = 65_536;
const leastPages = 1_024;
const alignment = 64;
/** Vectors read past the end of a block by less than this. */
const slack = 64;

interface Range {
  start: number;
  end: number;
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  private readonly maximumPages: number;
  private readonly free: Range[] = [];
  private readonly sizes = new Map<number, number>();
  private view: Float32Array;
  private words: Int32Array;
  private doubles: Float64Array;
  /** Bytes in blocks now. */
  used = 0;

  constructor({ shared = false } = {}) {
    [this.memory, this.maximumPages] = reserve(shared);
    const { buffer } = this.memory;
    this.view = new Float32Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.free.push({ start: alignment, end: buffer.byteLength });
  }

  /** Bytes that could still be allocated if the host gives all that can be addressed. */
  get room(): number {
    return this.maximumPages * page - this.used;
  }

  get floats(): Float32Array {
    this.refresh();
    return this.view;
  }

  get integers(): Int32Array {
    this.refresh();
    return this.words;
  }

  get float64s(): Float64Array {
    this.refresh();
    return this.doubles;
  }

  allocate(bytes: number): Block {
    const size = Math.ceil((bytes + slack) / alignment) * alignment;
    let best = this.bestFit(size);
    if (best < 0) {
      this.grow(size, bytes);
      best = this.bestFit(size);
    }
    const range = this.free[best];
    const address = range.start;
    range.start += size;
    if (range.start === range.end) this.free.splice(best, 1);
    this.sizes.set(address, size);
    this.used += size;
    return { address, bytes };
  }

  release(block: Block): void {
    const size = this.sizes.get(block.address);
    if (size === undefined) return;
    this.sizes.delete(block.address);
    this.used -= size;
    this.giveBack({ start: block.address, end: block.address + size });
  }

  private refresh(): void {
    const { buffer } = this.memory;
    if (this.view.buffer === buffer) return;
    this.view = new Float32Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  private bestFit(size: number): number {
    let best = -1;
    this.free.forEach(({ start, end }, i) => {
      const fits = end - start >= size;
      if (fits && (best < 0 || end - start < this.free[best].end - this.free[best].start)) best = i;
    });
    return best;
  }

  /** Makes room for a block: a quarter more than there is, at least, so that growing stays rare. */
  private grow(size: number, asked: number): void {
    const before = this.memory.buffer.byteLength;
    const last = this.free[this.free.length - 1];
    const atEnd = last !== undefined && last.end === before ? before - last.start : 0;
    const needed = Math.ceil((size - atEnd) / page);
    const generous = Math.min(
      Math.max(needed, Math.ceil(before / page / 4)),
      this.maximumPages - before / page,
    );
    for (const pages of new Set([generous, needed])) {
      if (pages < needed || before / page + pages > this.maximumPages) continue;
      try {
        this.memory.grow(pages);
      } catch {
        continue;
      }
      this.giveBack({ start: before, end: this.memory.buffer.byteLength });
      return;
    }
    throw new PlumbError("PL7001", {
      asked: `a block of ${asked} bytes in the engine's memory`,
      arrived: `${this.used} bytes are in use and ${before} are reserved`,
      why: "the host gives no more; WebAssembly addresses 4 GB at most",
      fix: "use a smaller batch or fewer rows at a time, or dispose() of variables that are no longer needed",
    });
  }

  private giveBack(range: Range): void {
    let i = this.free.findIndex(({ start }) => start > range.start);
    if (i < 0) i = this.free.length;
    const before = this.free[i - 1];
    const after = this.free[i];
    if (before !== undefined && before.end === range.start) {
      before.end = range.end;
      if (after !== undefined && after.start === before.end) {
        before.end = after.end;
        this.free.splice(i, 1);
      }
    } else if (after !== undefined && after.start === range.end) {
      after.start = range.start;
    } else {
      this.free.splice(i, 0, range);
    }
  }
}

/** A memory and its maximum in pages. The whole of a shared memory is set aside at once: less is asked for where that fails. */
function reserve(shared: boolean): [WebAssembly.Memory, number] {
  for (let maximum = mostPages; ; maximum /= 2) {
    try {
      return [new WebAssembly.Memory({ initial: 16, maximum, shared }), maximum];
    } catch (error) {
      if (maximum <= leastPages) throw error;
    }
  }
}
