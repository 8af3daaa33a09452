/**
 * Accumulators of one fold: vectors that each loop round adds to, and what makes one value of them at the end.
 *
 * Long float32 sums run in short blocks whose totals are added up in float64: the error of a block is bounded by its
 * length, and the totals add nothing that float32 could see. Everything happens in an order that depends on shapes
 * alone.
 */
import { isFloat, type DType } from "../../base/dtype.ts";
import type { Fold } from "../../compile/kernel.ts";
import type { FoldInParts } from "../../graph/op.ts";
import type { KernelFunction } from "./kernel-function.ts";
import type { Lane } from "./lanes.ts";

/** Additions to one float32 accumulator before it is emptied into the float64 total. */
export const blockRounds = 64;

export interface Accumulator {
  /** Sets the accumulators; before the loops. */
  start(): void;
  /** Takes in a vector, of which the first `valid` lanes count; `position` is where its lanes stand in the fold. */
  take(copy: number, value: Lane, valid: number, position: Lane | undefined): void;
  /**
   * The end of a loop. Stores the accumulators of a long one side by side, and loads them again: V8 begins at two such stores
   * when it looks for what may be one wide operation, and finds the loop that led to them.
   */
  settle(): void;
  /** The end of a block. */
  block(): void;
  /** One value per lane (lanewise), or one value in all lanes. */
  finish(lanewise: boolean): (copy: number) => Lane;
}

export function accumulator(fn: KernelFunction, fold: Fold, copies: number, isLong: boolean): Accumulator {
  return fold.op.fold.form === "index"
    ? new BestIndex(fn, fold, copies)
    : new Combined(fn, fold, copies, isLong);
}

const lowest: Record<DType, number> = { float32: -Infinity, float64: -Infinity, int32: -(2 ** 31), bool: 0 };
const highest: Record<DType, number> = { float32: Infinity, float64: Infinity, int32: 2 ** 31 - 1, bool: 1 };

/** Copies a value into the locals of another. */
function assign(fn: KernelFunction, to: Lane, from: Lane): void {
  fn.f.get(from.local).set(to.local);
  if (to.high !== undefined) fn.f.get(from.high ?? from.local).set(to.high);
}

/** Lane i of the result is lane (i + by) mod 4. */
function rotate(fn: KernelFunction, lane: Lane, by: 1 | 2): Lane {
  const { f, lanes } = fn;
  const turned = lanes.fresh(lane.dtype);
  const bytes = (first: number): number[] => Array.from({ length: 16 }, (_, i) => (first + i) % 32);
  if (lane.high === undefined) {
    f.get(lane.local)
      .get(lane.local)
      .shuffle(bytes(4 * by).map((b) => b % 16))
      .set(turned.local);
  } else if (by === 2) {
    f.get(lane.high)
      .set(turned.local)
      .get(lane.local)
      .set(turned.high as number);
  } else {
    f.get(lane.local).get(lane.high).shuffle(bytes(8)).set(turned.local);
    f.get(lane.high)
      .get(lane.local)
      .shuffle(bytes(8))
      .set(turned.high as number);
  }
  return turned;
}

/** `value` in the first `valid` lanes, `filler` in the others. */
function masked(fn: KernelFunction, value: Lane, filler: Lane, valid: number): Lane {
  if (valid === 4) return value;
  const { f, lanes } = fn;
  const mask = lanes.fresh("bool");
  const bits = Int32Array.from({ length: 4 }, (_, lane) => (lane < valid ? -1 : 0));
  f.v128(new Uint8Array(bits.buffer)).set(mask.local);
  return lanes.select(mask, value, filler);
}

class Combined implements Accumulator {
  private readonly fn: KernelFunction;
  private readonly fold: Fold;
  private readonly way: FoldInParts;
  /** Whether accumulators go through memory before they are read. */
  private readonly pairs: boolean;
  private readonly identity: (dtype: DType) => Lane;
  /** Of each copy. */
  private readonly parts: readonly (readonly Lane[])[];
  private readonly totals: readonly (readonly Lane[])[] | undefined;

  constructor(fn: KernelFunction, fold: Fold, copies: number, isLong: boolean) {
    const { op, dtype } = fold;
    if (op.fold.form !== "combine") throw new Error(`${op.name} does not combine`);
    const { wasm, identity, wide, parts } = op.fold;
    const { lanes } = fn;
    this.fn = fn;
    this.fold = fold;
    this.pairs = isLong && dtype !== "float64" && copies % 2 === 0;
    this.way =
      parts !== undefined && dtype === "float32"
        ? parts
        : { of: (_w, x) => [x], join: (w, [a], [b]) => [wasm(w, a, b)], result: (_w, [x]) => x };
    this.identity = (type) => lanes.constant(identity(type), type);
    const fresh = (x: Lane): Lane[] => this.way.of(lanes, x).map((part) => lanes.fresh(part.dtype));
    this.parts = Array.from({ length: copies }, () => fresh(this.identity(dtype)));
    if (wide && dtype === "float32") this.totals = this.parts.map(() => fresh(this.identity("float64")));
  }

  start(): void {
    for (const parts of this.parts) this.assign(parts, this.nothing(this.fold.dtype));
    for (const total of this.totals ?? []) this.assign(total, this.nothing("float64"));
  }

  take(copy: number, value: Lane, valid: number): void {
    const counted = masked(this.fn, value, this.identity(value.dtype), valid);
    this.add(this.parts[copy], this.way.of(this.fn.lanes, counted));
  }

  settle(): void {
    if (!this.pairs) return;
    const { f } = this.fn;
    const seat = this.fn.seatHere();
    this.parts[0].forEach((_, part) => {
      this.parts.forEach((parts, copy) =>
        f
          .get(seat)
          .get(parts[part].local)
          .store("v128.store", 16 * copy),
      );
      this.parts.forEach((parts, copy) =>
        f
          .get(seat)
          .load("v128.load", 16 * copy)
          .set(parts[part].local),
      );
    });
  }

  block(): void {
    this.totals?.forEach((total, copy) => {
      const parts = this.parts[copy];
      this.add(
        total,
        parts.map((part) => this.fn.lanes.convert(part, "float64")),
      );
      this.assign(parts, this.nothing(this.fold.dtype));
    });
  }

  finish(lanewise: boolean): (copy: number) => Lane {
    this.block();
    const finals = this.totals ?? this.parts;
    if (lanewise) {
      const results = finals.map((final) => this.result(final));
      return (copy) => results[copy];
    }
    const [all, ...others] = finals;
    for (const other of others) this.add(all, other);
    for (const by of [2, 1] as const) {
      this.add(
        all,
        all.map((part) => rotate(this.fn, part, by)),
      );
    }
    const result = this.result(all);
    return () => result;
  }

  private nothing(dtype: DType): readonly Lane[] {
    return this.way.of(this.fn.lanes, this.identity(dtype));
  }

  private result(parts: readonly Lane[]): Lane {
    const { lanes } = this.fn;
    return lanes.scope(() => lanes.convert(this.way.result(lanes, parts), this.fold.dtype));
  }

  /** to = to joined with more. */
  private add(to: readonly Lane[], more: readonly Lane[]): void {
    const { lanes } = this.fn;
    lanes.scope(() => {
      this.assign(to, this.way.join(lanes, to, more));
      return to[0];
    });
  }

  private assign(to: readonly Lane[], from: readonly Lane[]): void {
    to.forEach((lane, i) => assign(this.fn, lane, from[i]));
  }
}

class BestIndex implements Accumulator {
  private readonly fn: KernelFunction;
  private readonly beats: (candidate: Lane, best: Lane) => Lane;
  private readonly worst: Lane;
  private readonly best: Lane[];
  private readonly index: Lane[];

  constructor(fn: KernelFunction, { op, value }: Fold, copies: number) {
    if (op.fold.form !== "index") throw new Error(`${op.name} does not give an index`);
    const { wasm, better } = op.fold;
    const { lanes } = fn;
    this.fn = fn;
    // NaN beats every number, so that it is found where it first stands.
    this.beats = (candidate, best) =>
      lanes.scope(() => {
        const isBetter = wasm(lanes, candidate, best);
        if (!isFloat(candidate.dtype)) return isBetter;
        return lanes.or(isBetter, lanes.and(lanes.notEqual(candidate, candidate), lanes.equal(best, best)));
      });
    this.worst = lanes.constant((better(1, 0) ? lowest : highest)[value.dtype], value.dtype);
    this.best = Array.from({ length: copies }, () => lanes.fresh(value.dtype));
    this.index = this.best.map(() => lanes.fresh("int32"));
  }

  /** Index 0 stands until something is better than the worst: of nothing but worsts, the first wins. */
  start(): void {
    for (const best of this.best) assign(this.fn, best, this.worst);
    for (const index of this.index) assign(this.fn, index, this.fn.lanes.constant(0, "int32"));
  }

  take(copy: number, value: Lane, valid: number, position: Lane | undefined): void {
    if (position === undefined) throw new Error("a fold that gives an index needs positions");
    const { lanes } = this.fn;
    const candidate = masked(this.fn, value, this.worst, valid);
    const mask = this.beats(candidate, this.best[copy]);
    assign(this.fn, this.best[copy], lanes.select(mask, candidate, this.best[copy]));
    assign(this.fn, this.index[copy], lanes.select(mask, position, this.index[copy]));
  }

  settle(): void {}

  block(): void {}

  finish(lanewise: boolean): (copy: number) => Lane {
    if (lanewise) return (copy) => this.index[copy];
    let current = { best: this.best[0], index: this.index[0] };
    for (let copy = 1; copy < this.best.length; copy++) {
      current = this.winner(current, { best: this.best[copy], index: this.index[copy] });
    }
    for (const by of [2, 1] as const) {
      const turned = { best: rotate(this.fn, current.best, by), index: rotate(this.fn, current.index, by) };
      current = this.winner(current, turned);
    }
    const { index } = current;
    return () => index;
  }

  /** Per lane the better of two, the one that stands earlier where neither is better. */
  private winner(a: Candidate, b: Candidate): Candidate {
    const { lanes } = this.fn;
    const loses = this.beats(a.best, b.best);
    const wins = this.beats(b.best, a.best);
    const earlier = lanes.andNot(lanes.less(b.index, a.index), loses);
    const take = lanes.or(wins, earlier);
    return { best: lanes.select(take, b.best, a.best), index: lanes.select(take, b.index, a.index) };
  }
}

interface Candidate {
  readonly best: Lane;
  readonly index: Lane;
}
