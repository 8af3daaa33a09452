/**
 * Writes the values of a kernel at the points its loops stand at. Each loop is a level; a value is computed at the
 * innermost level it depends on, so that what does not change inside a loop is computed before it. A level may stand for
 * several points at once ("copies": unrolled vectors, rows of a tile), and one level is the vector level, whose copies
 * are four elements wide.
 */
import { bytesOf, type DType } from "../../base/dtype.ts";
import type { Affine } from "../../compile/affine.ts";
import { partsOf } from "../../compile/expr.ts";
import type { Expr, Fold, Store } from "../../compile/kernel.ts";
import type { KernelFunction } from "./kernel-function.ts";
import type { Lane } from "./lanes.ts";

/** One loop around the points: its counter is affine loop `loop`. */
export interface Level {
  readonly loop: number;
  /** The local with the counter of copy 0. */
  readonly counter: number;
  /** Distance of the copies, in elements: 4 on the vector level, 1 on others. */
  readonly vector: boolean;
}

/** Which copy of each level is meant; levels without an entry have one. */
export type Copies = readonly number[];

interface Access {
  readonly buffer: number;
  readonly at: Affine;
  readonly key: string;
}

/** Values and addresses that hold inside one loop body, and in what it contains. */
interface Frame {
  readonly values: Map<Expr, Map<number, Lane>>;
  /** Counters in all lanes, by their coefficients: what copies of a counter have in common. */
  readonly counters: Map<string, Lane>;
  readonly pointers: Map<string, number>;
}

const copyStride = 64;

export class PointWriter {
  private readonly fn: KernelFunction;
  private readonly levels: Level[] = [];
  private readonly frames: Frame[] = [{ values: new Map(), counters: new Map(), pointers: new Map() }];
  private readonly levelOfExpr = new Map<Expr, readonly number[]>();
  private readonly resultsOfExpr = new Map<Expr, ReadonlySet<Fold | "product">>();
  private readonly folded = new Map<Fold, (copies: Copies) => Lane>();
  /** Given for the epilogue of a product: the accumulator at a copy. */
  product: ((copies: Copies) => Lane) | undefined;
  /** How many of the four lanes of the vector level are real: fewer in the tail of a row. */
  validLanes = 4;

  constructor(fn: KernelFunction) {
    this.fn = fn;
  }

  get depth(): number {
    return this.levels.length;
  }

  /** Opens a level for the code that `body` writes. The counter must be set. */
  inside(level: Level, accesses: readonly Access[], body: () => void): void {
    this.levels.push(level);
    this.frames.push({ values: new Map(), counters: new Map(), pointers: new Map() });
    for (const access of accesses) if (access.at.coefficients[level.loop]) this.pointer(access);
    this.fn.lanes.body(body);
    for (const local of this.frames.pop()?.pointers.values() ?? []) this.fn.f.release(local);
    this.levels.pop();
  }

  /** A fold's result, for expressions written from now on. */
  finishFold(fold: Fold, lane: (copies: Copies) => Lane): void {
    this.folded.set(fold, lane);
  }

  /**
   * Computes here whatever of `exprs` depends on nothing deeper than the present level, in every copy that differs. What is
   * the same in all lanes, and read by what is computed deeper, is laid out as such.
   */
  hoist(exprs: readonly Expr[], copiesOf: (levels: readonly number[]) => readonly Copies[]): void {
    const ready = new Set(exprs.filter((expr) => this.isReady(expr)));
    const readDeeper = new Set(exprs.flatMap((expr) => (ready.has(expr) ? [] : partsOf(expr))));
    for (const expr of ready) {
      const levels = this.levelsOf(expr);
      const isSame = !levels.some((level) => this.levels[level].vector) && isComputed(expr);
      for (const copies of copiesOf(levels)) {
        const key = this.copyKey(expr, copies);
        if (this.known(expr, key) !== undefined) continue;
        const lane = this.compute(expr, copies);
        this.keep(expr, key, isSame && readDeeper.has(expr) ? this.fn.lanes.splat(lane) : lane);
      }
    }
  }

  /** True when all loops that the value depends on are open and all folds in it are finished. */
  isReady(expr: Expr): boolean {
    const open = new Set(this.levels.map((level) => level.loop));
    for (const loop of this.loopsOf(expr)) if (!open.has(loop)) return false;
    return this.foldsReady(expr);
  }

  value(expr: Expr, copies: Copies): Lane {
    const key = this.copyKey(expr, copies);
    return this.known(expr, key) ?? this.keep(expr, key, this.compute(expr, copies));
  }

  private known(expr: Expr, key: number): Lane | undefined {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const known = this.frames[i].values.get(expr)?.get(key);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  private keep(expr: Expr, key: number, lane: Lane): Lane {
    const { values } = this.frames[this.frames.length - 1];
    let perCopy = values.get(expr);
    if (perCopy === undefined) values.set(expr, (perCopy = new Map()));
    perCopy.set(key, lane);
    return lane;
  }

  /**
   * Values at some copies of the points to their places: all are computed before the first is stored, since one of them
   * may overwrite a variable that another reads the old value of, and stored array by array: V8 makes one wide store of two
   * that are neighbours, and one wide operation of whatever leads to both, if no load stands between.
   */
  storeAll(stores: readonly Store[], copies: readonly Copies[]): void {
    for (const at of copies) for (const { value } of stores) this.value(value, at);
    for (const { buffer, at: place, value } of stores) {
      for (const at of copies) this.storeLane(buffer, place, this.value(value, at), at);
    }
  }

  storeLane(buffer: number, at: Affine, lane: Lane, copies: Copies): void {
    const { pointer, offset, step } = this.address({ buffer, at, key: accessKey(buffer, at) }, copies);
    const count = this.vectorLevel === undefined ? 1 : this.validLanes;
    this.put(lane, count, pointer, offset, step);
  }

  /** `count` dense elements at the address in a local, as a value. */
  loadFrom(pointer: number, dtype: DType, count: number): Lane {
    const lane = this.fn.lanes.fresh(dtype);
    this.get(lane, pointer, 0, count === 1 ? 0 : bytesOf[dtype]);
    return lane;
  }

  /** The first `count` elements of a value to the address in a local, densely. */
  storeTo(pointer: number, lane: Lane, count: number): void {
    this.put(lane, count, pointer, 0, bytesOf[lane.dtype]);
  }

  /** Stores `count` elements, `step` bytes apart. */
  private put(lane: Lane, count: number, pointer: number, offset: number, step: number): void {
    const { f } = this.fn;
    const bytes = bytesOf[lane.dtype];
    const dense = step === bytes;
    if (count === 4 && dense) {
      f.get(pointer).get(lane.local).store("v128.store", offset);
      if (lane.high !== undefined)
        f.get(pointer)
          .get(lane.high)
          .store("v128.store", offset + 16);
      return;
    }
    for (let i = 0; i < count;) {
      const wide = lane.high === undefined && dense && i % 2 === 0 && i + 1 < count;
      this.plus(pointer, dense ? 0 : i * step);
      const there = offset + (dense ? i * bytes : 0);
      f.get(lane.high !== undefined && i >= 2 ? lane.high : lane.local);
      if (lane.high !== undefined) f.storeLane("v128.store64_lane", i % 2, there);
      else if (wide) f.storeLane("v128.store64_lane", i / 2, there);
      else f.storeLane("v128.store32_lane", i, there);
      i += wide ? 2 : 1;
    }
  }

  /** Loads four elements, `step` bytes apart (0: the same one four times). */
  private get(lane: Lane, pointer: number, offset: number, step: number): void {
    const { f } = this.fn;
    if (step === 0) {
      f.get(pointer).load(lane.high === undefined ? "v128.load32_splat" : "v128.load64_splat", offset);
      if (lane.high === undefined) f.set(lane.local);
      else f.tee(lane.local).set(lane.high);
    } else if (step === bytesOf[lane.dtype]) {
      f.get(pointer).load("v128.load", offset).set(lane.local);
      if (lane.high !== undefined)
        f.get(pointer)
          .load("v128.load", offset + 16)
          .set(lane.high);
    } else {
      this.loadLanes(lane, (i) => {
        this.plus(pointer, i * step);
        return offset;
      });
    }
  }

  private get vectorLevel(): number | undefined {
    const level = this.levels.findIndex(({ vector }) => vector);
    return level < 0 ? undefined : level;
  }

  // Dependencies

  /** True when the value differs from round to round of a loop. */
  changesAlong(expr: Expr, loop: number): boolean {
    return this.loopsOf(expr).includes(loop);
  }

  /** The open levels that a value differs along. */
  private levelsOf(expr: Expr): readonly number[] {
    const loops = this.loopsOf(expr);
    return this.levels.map((_, i) => i).filter((i) => loops.includes(this.levels[i].loop));
  }

  /** Which copies are meant of the levels that the value differs along, as one number. */
  private copyKey(expr: Expr, copies: Copies): number {
    const loops = this.loopsOf(expr);
    let key = 0;
    for (let i = 0; i < this.levels.length; i++)
      if (loops.includes(this.levels[i].loop)) key = key * copyStride + (copies[i] ?? 0) + 1;
    return key;
  }

  private loopsOf(expr: Expr): readonly number[] {
    let loops = this.levelOfExpr.get(expr);
    if (loops === undefined) {
      const found = new Set<number>();
      if ("at" in expr) expr.at.coefficients.forEach((c, d) => c !== 0 && found.add(d));
      for (const part of partsOf(expr)) for (const loop of this.loopsOf(part)) found.add(loop);
      if (expr.kind === "folded" || expr.kind === "product")
        for (const loop of this.resultLoops) found.add(loop);
      loops = [...found];
      this.levelOfExpr.set(expr, loops);
    }
    return loops;
  }

  /** The loops over results: folds and products differ along all of them. */
  resultLoops: readonly number[] = [];

  /** True when every fold under the value is finished, and the product is there if it is read. */
  private foldsReady(expr: Expr): boolean {
    for (const result of this.resultsUnder(expr)) {
      if (result === "product" ? this.product === undefined : !this.folded.has(result)) return false;
    }
    return true;
  }

  private resultsUnder(expr: Expr): ReadonlySet<Fold | "product"> {
    let results = this.resultsOfExpr.get(expr);
    if (results === undefined) {
      const found = new Set<Fold | "product">();
      if (expr.kind === "folded") found.add(expr.fold);
      if (expr.kind === "product") found.add("product");
      for (const part of partsOf(expr)) for (const result of this.resultsUnder(part)) found.add(result);
      this.resultsOfExpr.set(expr, (results = found));
    }
    return results;
  }

  // Addresses

  private pointer(access: Access): number {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const known = this.frames[i].pointers.get(access.key);
      if (known !== undefined && this.pointsAt(i, access)) return known;
    }
    return this.makePointer(access, this.levels.length);
  }

  /** A pointer made in frame i is good here when no level opened since moves it. */
  private pointsAt(frame: number, { at }: Access): boolean {
    return this.levels.slice(frame).every((level) => !at.coefficients[level.loop]);
  }

  /** The address at the counters of the first `depth` levels, kept in the frame of the deepest that moves it. */
  private makePointer(access: Access, depth: number): number {
    while (depth > 0 && !access.at.coefficients[this.levels[depth - 1].loop]) depth--;
    const frame = this.frames[depth];
    const known = frame.pointers.get(access.key);
    if (known !== undefined) return known;
    const { f } = this.fn;
    if (depth === 0) {
      const start = this.startOf(access);
      frame.pointers.set(access.key, start);
      return start;
    }
    const before = this.makePointer(access, depth - 1);
    const level = this.levels[depth - 1];
    const local = f.local("i32");
    f.get(before);
    this.fn
      .scaled(level.counter, access.at.coefficients[level.loop] * this.fn.bytesOf(access.buffer))
      .op("i32.add");
    f.set(local);
    frame.pointers.set(access.key, local);
    return local;
  }

  private startOf({ buffer, at }: Access): number {
    // A backward walk starts high: its base goes into the pointer, since an offset is added after the wrap.
    const base = this.fn.base(buffer);
    if (at.coefficients.every((c) => c >= 0)) return base;
    const { f } = this.fn;
    const local = f.prologue.local("i32");
    f.prologue
      .get(base)
      .i32(at.base * this.fn.bytesOf(buffer))
      .op("i32.add")
      .set(local);
    return local;
  }

  /** Where copy `copies` of an access lies: a local, a constant offset, and the step from lane to lane in bytes. */
  private address(access: Access, copies: Copies): { pointer: number; offset: number; step: number } {
    const { at, buffer } = access;
    const bytes = this.fn.bytesOf(buffer);
    let offset = at.coefficients.every((c) => c >= 0) ? at.base * bytes : 0;
    let pointer = this.pointer(access);
    let step = 0;
    this.levels.forEach((level, i) => {
      const coefficient = at.coefficients[level.loop] ?? 0;
      offset += (copies[i] ?? 0) * (level.vector ? 4 : 1) * coefficient * bytes;
      if (level.vector) step = coefficient * bytes;
    });
    if (offset < 0 || (step < 0 && offset !== 0)) {
      const local = this.fn.f.local("i32");
      this.plus(pointer, offset);
      this.fn.f.set(local);
      pointer = local;
      offset = 0;
    }
    return { pointer, offset, step };
  }

  /** Pushes `local + distance`. */
  private plus(local: number, distance: number): void {
    this.fn.f.get(local);
    if (distance !== 0) this.fn.f.i32(distance).op("i32.add");
  }

  // Values

  private compute(expr: Expr, copies: Copies): Lane {
    const { lanes } = this.fn;
    switch (expr.kind) {
      case "constant":
        return lanes.constant(expr.value, expr.dtype);
      case "load":
        return this.load(expr.buffer, expr.at, copies);
      case "counter":
        return this.counter(expr.at, copies);
      case "convert":
        return lanes.convert(this.value(expr.value, copies), expr.dtype);
      case "gather":
        return this.gather(expr, copies);
      case "apply": {
        const { op, attrs, dtype } = expr;
        const args = expr.args.map((arg) => this.value(arg, copies));
        return lanes.scope(() => op.wasm(lanes, args, { attrs, dtype, shape: [] }));
      }
      case "random": {
        const [key0, key1, counter] = expr.key.map((key) => this.value(key, copies));
        const element = this.value(expr.element, copies);
        return lanes.scope(() => expr.op.wasm(lanes, key0, key1, counter, element));
      }
      case "folded": {
        const lane = this.folded.get(expr.fold);
        if (lane === undefined) throw new Error("a fold was read before it was finished");
        return lane(copies);
      }
      case "product":
        if (this.product === undefined) throw new Error("a product was read outside its epilogue");
        return this.product(copies);
    }
  }

  private load(buffer: number, at: Affine, copies: Copies): Lane {
    const { pointer, offset, step } = this.address({ buffer, at, key: accessKey(buffer, at) }, copies);
    const lane = this.fn.lanes.fresh(this.fn.dtypeOf(buffer));
    this.get(lane, pointer, offset, step);
    return lane;
  }

  /** Fills a value lane by lane; `push` leaves the address of element i on the stack and returns the offset to add. */
  private loadLanes(lane: Lane, push: (i: number) => number): void {
    const { f } = this.fn;
    const put = (i: number, local: number, perVector: number): void => {
      const offset = push(i);
      const wide = perVector === 2;
      if (i % perVector === 0) f.load(wide ? "v128.load64_splat" : "v128.load32_splat", offset);
      else f.get(local).loadLane(wide ? "v128.load64_lane" : "v128.load32_lane", i % perVector, offset);
      f.set(local);
    };
    for (let i = 0; i < this.validLanes; i++) {
      if (lane.high === undefined) put(i, lane.local, 4);
      else put(i, i < 2 ? lane.local : lane.high, 2);
    }
  }

  private counter(at: Affine, copies: Copies): Lane {
    const { lanes } = this.fn;
    let base = at.base;
    let ramp = 0;
    this.levels.forEach((level, i) => {
      const coefficient = at.coefficients[level.loop] ?? 0;
      base += (copies[i] ?? 0) * (level.vector ? 4 : 1) * coefficient;
      if (level.vector) ramp = coefficient;
    });
    const places = lanes.integers([base, base + ramp, base + 2 * ramp, base + 3 * ramp]);
    return lanes.add(this.countersHere(at), places);
  }

  /** The part of a counter that its copies and lanes have in common. */
  private countersHere(at: Affine): Lane {
    const { f, lanes } = this.fn;
    const { counters } = this.frames[this.frames.length - 1];
    const key = at.coefficients.join();
    const known = counters.get(key);
    if (known !== undefined) return known;
    const lane = lanes.fresh("int32");
    f.i32(0);
    for (const level of this.levels) {
      const coefficient = at.coefficients[level.loop] ?? 0;
      if (coefficient !== 0) this.fn.scaled(level.counter, coefficient).op("i32.add");
    }
    f.op("i32x4.splat").set(lane.local);
    counters.set(key, lane);
    return lane;
  }

  private gather(expr: Extract<Expr, { kind: "gather" }>, copies: Copies): Lane {
    const { f, lanes } = this.fn;
    const { buffer, at, stride, extent, dtype } = expr;
    const index = this.value(expr.index, copies);
    const bytes = this.fn.bytesOf(buffer);
    const zero = lanes.constant(0, "int32");
    const inside = lanes.and(
      lanes.greaterEqual(index, zero),
      lanes.less(index, lanes.constant(extent, "int32")),
    );
    const safe = lanes.and(index, lanes.bitcast(inside, "int32"));
    const lane = lanes.fresh(dtype);
    const { pointer, offset, step } = this.address({ buffer, at, key: accessKey(buffer, at) }, copies);
    const vector = this.vectorLevel;
    const perLane = vector !== undefined && this.loopsOf(expr.index).includes(this.levels[vector].loop);
    // Where a larger index lies lower, the base goes in first: an offset is added after the wrap.
    const lead = stride < 0 ? offset : 0;
    const pushElement = (i: number): void => {
      this.plus(pointer, i * step + lead);
      f.get(safe.local)
        .lane("i32x4.extract_lane", perLane ? i : 0)
        .i32(stride * bytes)
        .op("i32.mul")
        .op("i32.add");
    };
    if (extent === 0) {
      f.get(zero.local).set(lane.local);
      if (lane.high !== undefined) f.get(zero.local).set(lane.high);
    } else if (perLane || (step !== 0 && step !== bytes)) {
      this.loadLanes(lane, (i) => {
        pushElement(i);
        return offset - lead;
      });
    } else {
      const there = f.local("i32");
      pushElement(0);
      f.set(there);
      this.get(lane, there, offset - lead, step);
      f.release(there);
    }
    const missing = lanes.constant(dtype === "float32" || dtype === "float64" ? NaN : 0, dtype);
    return lanes.select(inside, lane, missing);
  }
}

/** False for what is laid out in all lanes as it is loaded. */
const isComputed = ({ kind }: Expr): boolean => kind !== "load" && kind !== "constant" && kind !== "counter";

const accessKey = (buffer: number, at: Affine): string => {
  const start = at.coefficients.some((c) => c < 0) ? at.base : 0;
  return `${buffer}:${start}:${at.coefficients.join(",")}`;
};

/** The memory that values and stores touch, each place once. */
export function accesses(exprs: readonly Expr[], stores: readonly Store[]): Access[] {
  const found = new Map<string, Access>();
  const add = (buffer: number, at: Affine): void => {
    const key = accessKey(buffer, at);
    if (!found.has(key)) found.set(key, { buffer, at, key });
  };
  for (const expr of exprs) if (expr.kind === "load" || expr.kind === "gather") add(expr.buffer, expr.at);
  for (const store of stores) add(store.buffer, store.at);
  return [...found.values()];
}
