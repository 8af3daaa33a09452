/**
 * Writes nests. Two ways to use the four lanes: along the last outer loop ("columns": maps, and folds whose lines lie
 * side by side), where every lane folds a line of its own; or along the last inner loop ("rows"), where the lanes of one
 * line are put together at the end.
 */
import { sizeOf } from "../../base/shape.ts";
import type { Expr, Fold, Nest, Stage } from "../../compile/kernel.ts";
import { inOrder, rootsOfStage } from "../../compile/expr.ts";
import { accesses, PointWriter, type Copies } from "./expressions.ts";
import { accumulator, blockRounds, type Accumulator } from "./folds.ts";
import {
  kernelFunction,
  parameters,
  seat,
  type KernelFunction,
  type ModuleContext,
  type WrittenKernel,
} from "./kernel-function.ts";
import { costOf } from "./work.ts";

/** Vectors done together, so that one chain of dependent instructions does not leave the machine waiting. */
const maxCopies = 4;
/** Above this many instructions per vector, unrolling fills the registers and gains nothing. */
const unrollBudget = 48;

export function writeNest(context: ModuleContext, nest: Nest): WrittenKernel {
  const written = kernelFunction(context, nest, nest.name, (fn) => new NestWriter(fn, nest).write());
  return hasLongFolds(nest) ? { ...written, seats: seat.count } : written;
}

/** Rounds of a fold from which its accumulators are led through memory in the end, so that V8 may pair them. */
const longFold = 128;

/** True when some folds of a nest lead their accumulators through the memory of the thread. */
export const hasLongFolds = ({ stages }: Nest): boolean => stages.some(isLong);

const isLong = ({ inner, folds }: Stage): boolean => folds.length > 0 && sizeOf(inner) >= longFold;

class NestWriter {
  private readonly fn: KernelFunction;
  private readonly nest: Nest;
  private readonly points: PointWriter;
  private readonly rows: boolean;
  /** All values and places of each stage, and how many vectors of it are done together. */
  private readonly stages: readonly StageToWrite[];
  private readonly accesses: ReturnType<typeof accesses>;

  constructor(fn: KernelFunction, nest: Nest) {
    this.fn = fn;
    this.nest = nest;
    this.points = new PointWriter(fn);
    this.points.resultLoops = nest.outer.map((_, d) => d);
    const exprs = nest.stages.map((stage) => inOrder(rootsOfStage(stage)));
    this.accesses = accesses(
      exprs.flat(),
      nest.stages.flatMap((stage) => stage.stores),
    );
    this.rows = this.prefersRows();
    this.stages = nest.stages.map((stage, i) => ({
      stage,
      exprs: exprs[i],
      copies: this.chooseCopies(stage, exprs[i]),
    }));
  }

  /** Writes the function and returns its number of units. */
  write(): number {
    const { outer } = this.nest;
    this.hoistOutside();
    if (this.rows) return this.outerLoops(outer, 0, () => this.stagesHere());
    if (outer.length === 0) {
      this.stagesHere();
      return 1;
    }
    return this.outerLoops(outer.slice(0, -1), 0, undefined);
  }

  // Choices

  /** Lanes go where memory is contiguous; a fold with nothing outside it has only its own loop to offer. */
  private prefersRows(): boolean {
    const folding = this.nest.stages.find((stage) => stage.inner.length > 0);
    if (folding === undefined) return false;
    const { outer } = this.nest;
    if (outer.length === 0) return true;
    const last = outer.length - 1;
    const innermost = outer.length + folding.inner.length - 1;
    const loads = this.accesses.filter(({ at }) => (at.coefficients[innermost] ?? 0) !== 0);
    const along = loads.filter(({ at }) => at.coefficients[innermost] === 1).length;
    const across = loads.filter(({ at }) => at.coefficients[last] === 1 || !at.coefficients[last]).length;
    return along >= across;
  }

  private chooseCopies({ inner }: Stage, exprs: readonly Expr[]): number {
    const { outer } = this.nest;
    const extent = (this.rows ? inner[inner.length - 1] : outer[outer.length - 1]) ?? 1;
    // What is the same along the vectors is computed before them.
    const vector = this.rows ? outer.length + inner.length - 1 : outer.length - 1;
    const cost = exprs.reduce(
      (sum, expr) => sum + (this.points.changesAlong(expr, vector) ? costOf(expr) : 0),
      0,
    );
    let copies = maxCopies;
    while (copies > 1 && (copies * 4 > extent || copies * cost > unrollBudget * 2)) copies /= 2;
    return copies;
  }

  /** In columns, the stages stand inside the loop over the vectors. */
  private get columnCopies(): number {
    return Math.min(...this.stages.map(({ copies }) => copies));
  }

  // Loops

  private hoistOutside(): void {
    for (const { exprs } of this.stages) this.points.hoist(exprs, () => [[]]);
  }

  /** The outer loops from `d` on; the first is the one that threads share. Returns the number of units. */
  private outerLoops(extents: readonly number[], d: number, body: (() => void) | undefined): number {
    const { f } = this.fn;
    if (d === extents.length) {
      if (body !== undefined) {
        body();
        return 1;
      }
      return this.columns(d);
    }
    const counter = f.local("i32");
    const limit = d === 0 ? { local: parameters.end } : extents[d];
    if (d === 0) f.get(parameters.begin).set(counter);
    else f.i32(0).set(counter);
    this.fn.countUp(counter, limit, 1, () => {
      this.points.inside({ loop: d, counter, vector: false }, this.accesses, () => {
        this.hoistHere();
        this.outerLoops(extents, d + 1, body);
      });
    });
    f.release(counter);
    return extents[0];
  }

  private hoistHere(): void {
    for (const { exprs } of this.stages) this.points.hoist(exprs, () => [[]]);
  }

  /** The vector loop over the last outer extent: whole groups of copies, single vectors, a tail of fewer lanes. */
  private columns(d: number): number {
    const { f } = this.fn;
    const extent = this.nest.outer[d];
    const together = this.columnCopies;
    const group = 4 * together;
    const groups = Math.floor(extent / group);
    const units = Math.ceil(extent / group);
    const shared = d === 0;
    const counter = f.local("i32");
    const level = { loop: d, counter, vector: true };
    const vectorsHere = (copies: number, lanes: number): void => {
      this.points.validLanes = lanes;
      this.points.inside(level, this.accesses, () => this.stagesHere(copies));
      this.points.validLanes = 4;
    };
    const rest = (): void => {
      for (let start = groups * group; start < extent; start += 4) {
        f.i32(start).set(counter);
        vectorsHere(1, Math.min(4, extent - start));
      }
    };
    if (!shared) {
      if (groups > 0) {
        f.i32(0).set(counter);
        this.fn.countUp(counter, groups * group, group, () => vectorsHere(together, 4));
      }
      rest();
      f.release(counter);
      return 1;
    }
    if (groups > 0) {
      // Threads share whole groups; whoever has the last unit does what is left over.
      const stop = f.local("i32");
      f.get(parameters.end).i32(groups).get(parameters.end).i32(groups).op("i32.lt_u").op("select");
      f.i32(group).op("i32.mul").set(stop);
      f.get(parameters.begin).i32(group).op("i32.mul").tee(counter).get(stop).op("i32.lt_u");
      f.if(() => this.fn.countUp(counter, { local: stop }, group, () => vectorsHere(together, 4)));
      f.release(stop);
    }
    if (units > groups) f.get(parameters.end).i32(units).op("i32.eq").if(rest);
    f.release(counter);
    return units;
  }

  // Stages

  private stagesHere(columns = 1): void {
    for (const { stage, exprs, copies } of this.stages) {
      if (stage.inner.length > 0 || stage.folds.length > 0)
        this.innerLoops(stage, exprs, this.rows ? copies : columns);
      else this.finishingStage(stage, columns);
    }
  }

  private finishingStage(stage: Stage, copies: number): void {
    for (const pair of this.pairsOf(copies)) this.points.storeAll(stage.stores, pair);
  }

  /** The copy of the innermost open level; others have one. */
  private copiesAt(copy: number): Copies {
    const copies = new Array<number>(this.points.depth).fill(0);
    if (copies.length > 0) copies[this.vectorDepth()] = copy;
    return copies;
  }

  /** Where the vector level stands among the open ones. */
  private vectorDepth(): number {
    return this.rows ? this.points.depth - 1 : Math.max(0, this.nest.outer.length - 1);
  }

  private innerLoops(stage: Stage, exprs: readonly Expr[], copies: number): void {
    const first = this.nest.outer.length;
    const folds = stage.folds.map((fold) => ({
      fold,
      total: accumulator(this.fn, fold, copies, isLong(stage)),
    }));
    this.hoistCopies(exprs, copies);
    for (const { total } of folds) total.start();
    if (!stage.inner.includes(0)) this.innerLoop(stage, exprs, folds, copies, first, 0);
    for (const { fold, total } of folds) {
      if (!this.rows) total.settle();
      const result = total.finish(!this.rows);
      this.points.finishFold(fold, (at) => result(this.rows ? 0 : (at[this.vectorDepth()] ?? 0)));
    }
  }

  /** What the deeper loops do not change, in every copy that differs. */
  private hoistCopies(exprs: readonly Expr[], copies: number): void {
    const depth = this.vectorDepth();
    const all = Array.from({ length: copies }, (_, copy) => this.copiesAt(copy));
    this.points.hoist(exprs, (levels) => (!this.rows && levels.includes(depth) ? all : [[]]));
  }

  private innerLoop(
    stage: Stage,
    exprs: readonly Expr[],
    folds: readonly FoldTotal[],
    copies: number,
    first: number,
    d: number,
  ): void {
    const { f } = this.fn;
    const extent = stage.inner[d];
    const last = d === stage.inner.length - 1;
    const vector = this.rows && last;
    if (vector) return this.vectorLoop(stage, folds, copies, first + d);
    if (d === stage.inner.length) return this.takeHere(stage, folds, copies, 4);
    const counter = f.local("i32");
    const body = (): void => {
      this.points.inside({ loop: first + d, counter, vector: false }, this.accesses, () => {
        if (!last) this.hoistCopies(exprs, copies);
        if (last) this.takeHere(stage, folds, copies, this.points.validLanes);
        else this.innerLoop(stage, exprs, folds, copies, first, d + 1);
      });
    };
    f.i32(0).set(counter);
    if (last && extent > blockRounds && folds.length > 0) {
      const stop = f.local("i32");
      this.fn.f.loop((again) => {
        this.stopAfter(counter, blockRounds, extent, stop);
        this.fn.countUp(counter, { local: stop }, 1, body);
        for (const { total } of folds) total.settle();
        for (const { total } of folds) total.block();
        f.get(counter).i32(extent).op("i32.lt_u").brIf(again);
      });
      f.release(stop);
    } else {
      this.fn.countUp(counter, extent, 1, () => {
        body();
        if (!last && blockEnds(stage.inner, d)) for (const { total } of folds) total.block();
      });
    }
    f.release(counter);
  }

  /** `stop = min(counter + rounds, limit)`. */
  private stopAfter(counter: number, distance: number, limit: number, stop: number): void {
    const { f } = this.fn;
    f.get(counter).i32(distance).op("i32.add").tee(stop).i32(limit);
    f.get(stop).i32(limit).op("i32.lt_u").op("select").set(stop);
  }

  /** The last inner loop of a row, four lanes wide. */
  private vectorLoop(stage: Stage, folds: readonly FoldTotal[], copies: number, loop: number): void {
    const { f } = this.fn;
    const extent = stage.inner[stage.inner.length - 1];
    const group = 4 * copies;
    const main = Math.floor(extent / group) * group;
    const counter = f.local("i32");
    const level = { loop, counter, vector: true };
    const here = (count: number, lanes: number): void => {
      this.points.validLanes = lanes;
      this.points.inside(level, this.accesses, () => this.takeHere(stage, folds, count, lanes));
      this.points.validLanes = 4;
    };
    f.i32(0).set(counter);
    if (main > 0) {
      const block = blockRounds * group;
      if (main > block && folds.length > 0) {
        const stop = f.local("i32");
        f.loop((again) => {
          this.stopAfter(counter, block, main, stop);
          this.fn.countUp(counter, { local: stop }, group, () => here(copies, 4));
          for (const { total } of folds) total.settle();
          for (const { total } of folds) total.block();
          f.get(counter).i32(main).op("i32.lt_u").brIf(again);
        });
        f.release(stop);
      } else {
        this.fn.countUp(counter, main, group, () => here(copies, 4));
        for (const { total } of folds) total.settle();
      }
    }
    for (let start = main; start < extent; start += 4) {
      f.i32(start).set(counter);
      here(1, Math.min(4, extent - start));
    }
    f.release(counter);
    if (stage.inner.length > 1) for (const { total } of folds) total.block();
  }

  /** One point (or vector, or group of vectors) of a stage: what is folded is taken in, what is stored is stored. */
  private takeHere(stage: Stage, folds: readonly FoldTotal[], copies: number, lanes: number): void {
    for (const pair of this.pairsOf(copies)) {
      for (const { fold, total } of folds) {
        for (const at of pair) {
          const value = this.points.value(fold.value, at);
          const position = fold.position && this.points.value(fold.position, at);
          total.take(at[this.vectorDepth()] ?? 0, value, this.rows ? lanes : 4, position);
        }
      }
      this.points.storeAll(stage.stores, pair);
    }
  }

  /** The copies of the innermost open level, two by two: what becomes one operation where vectors are fused. */
  private pairsOf(copies: number): Copies[][] {
    const all = Array.from({ length: copies }, (_, copy) => this.copiesAt(copy));
    return all.flatMap((_, i) => (i % 2 === 0 ? [all.slice(i, i + 2)] : []));
  }
}

interface StageToWrite {
  readonly stage: Stage;
  readonly exprs: readonly Expr[];
  readonly copies: number;
}

interface FoldTotal {
  readonly fold: Fold;
  readonly total: Accumulator;
}

/** True for the loop whose rounds are each about a block long. */
function blockEnds(inner: readonly number[], d: number): boolean {
  const below = inner.slice(d + 1).reduce((product, extent) => product * extent, 1);
  return below <= blockRounds && below * inner[d] > blockRounds;
}
