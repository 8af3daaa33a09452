/**
 * What becomes of the finished sums of a product: the stores of its epilogue. Everything is loaded and computed before the
 * first vector is stored, and vectors that lie side by side are stored one after the other: V8 makes one of two then.
 */
import { inOrder } from "../../compile/expr.ts";
import type { Expr } from "../../compile/kernel.ts";
import { accesses, type Copies, type Level, type PointWriter } from "./expressions.ts";
import type { Lane } from "./lanes.ts";
import type { ProductAddresses } from "./product-layout.ts";
import type { Sums } from "./row-blocks.ts";

/** Vectors of a row of totals that are taken together: a pair for V8, and few enough for its registers. */
const together = 2;

/** Rows and columns of totals, in locals: `[row, endRow)`, `[column, endColumn)`. The first two are moved. */
export interface Stretch {
  readonly row: number;
  readonly endRow: number;
  readonly column: number;
  readonly endColumn: number;
}

export class EpilogueWriter {
  private readonly at: ProductAddresses;
  private readonly points: PointWriter;
  private readonly exprs: readonly Expr[];
  private readonly touched: ReturnType<typeof accesses>;

  constructor(at: ProductAddresses, points: PointWriter) {
    const { stores, batch } = at.product;
    this.at = at;
    this.points = points;
    this.exprs = inOrder(stores.map((store) => store.value));
    this.touched = accesses(this.exprs, stores);
    points.resultLoops = Array.from({ length: batch.length + 2 }, (_, loop) => loop);
  }

  /** Computes what is the same everywhere inside the levels that are open. */
  hoist(): void {
    this.points.hoist(this.exprs, () => [[]]);
  }

  /** Opens levels one inside the other around `body`. */
  within(levels: readonly Level[], body: () => void): void {
    const [level, ...rest] = levels;
    if (level === undefined) body();
    else this.points.inside(level, this.touched, () => this.within(rest, body));
  }

  private get rowLoop(): number {
    return this.at.product.batch.length;
  }

  /** A tile's sums out of their registers, row by row. */
  fromRegisters(sums: Sums, columns: number, row: number, column: number): void {
    const levels: Level[] = [
      { loop: this.rowLoop, counter: row, vector: false },
      { loop: this.rowLoop + 1, counter: column, vector: true },
    ];
    const sumAt = (copies: Copies): number => sums[copies.at(-2) ?? 0][copies.at(-1) ?? 0];
    this.taking(sumAt, () =>
      this.within(levels, () =>
        sums.forEach((vectors, i) => this.vectors(vectors.length, (j) => Math.min(4, columns - 4 * j), i)),
      ),
    );
  }

  /** Totals out of memory, row after row; `totals` is a local with the address of the first. */
  fromTotals({ row, endRow, column, endColumn }: Stretch, totals: number): void {
    const { fn, product, totalStride } = this.at;
    const { f } = fn;
    const group = 4 * together;
    const whole = Math.floor(product.n / group) * group;
    const [line, from, at, stop] = Array.from({ length: 4 }, () => f.local("i32"));
    const sumAt = (copies: Copies): number => {
      const { local } = fn.lanes.fresh("float32");
      f.get(from)
        .load("v128.load", 16 * (copies.at(-1) ?? 0))
        .set(local);
      return local;
    };
    const vectorsHere = (count: number, lanes: number): void =>
      this.within([{ loop: this.rowLoop + 1, counter: at, vector: true }], () =>
        this.vectors(count, () => lanes, 0),
      );
    f.get(totals).set(line);
    f.get(endColumn).i32(whole).get(endColumn).i32(whole).op("i32.lt_u").op("select").set(stop);
    const rowHere = (): void => {
      this.hoist();
      f.get(column).set(at).get(line).set(from);
      if (whole > 0) {
        f.get(at).get(stop).op("i32.lt_u");
        f.if(() =>
          fn.countUp(at, { local: stop }, group, () => {
            vectorsHere(together, 4);
            f.get(from)
              .i32(4 * group)
              .op("i32.add")
              .set(from);
          }),
        );
      }
      if (whole < product.n) {
        f.get(endColumn).i32(product.n).op("i32.eq");
        f.if(() => {
          for (let start = whole; start < product.n; start += 4) {
            f.i32(start).set(at);
            vectorsHere(1, Math.min(4, product.n - start));
            f.get(from).i32(16).op("i32.add").set(from);
          }
        });
      }
      f.get(line).i32(totalStride).op("i32.add").set(line);
    };
    this.taking(sumAt, () =>
      fn.countUp(row, { local: endRow }, 1, () =>
        this.within([{ loop: this.rowLoop, counter: row, vector: false }], rowHere),
      ),
    );
    for (const local of [line, from, at, stop]) f.release(local);
  }

  /** The stores of `count` vectors of a row, the `copy`-th. */
  private vectors(count: number, lanesOf: (j: number) => number, copy: number): void {
    const { points } = this;
    const { stores, batch } = this.at.product;
    const outside = batch.map(() => 0);
    const each = (visit: (copies: Copies) => void): void => {
      for (let j = 0; j < count; j++) {
        points.validLanes = lanesOf(j);
        visit([...outside, copy, j]);
      }
    };
    for (const { value } of stores) each((copies) => points.value(value, copies));
    for (const { buffer, at, value } of stores)
      each((copies) => points.storeLane(buffer, at, points.value(value, copies), copies));
    points.validLanes = 4;
  }

  /** While `body` is written, sums are where `sumAt` says. */
  private taking(sumAt: (copies: Copies) => number, body: () => void): void {
    const { points } = this;
    points.product = (copies): Lane => ({ dtype: "float32", local: sumAt(copies) });
    body();
    points.product = undefined;
  }
}
