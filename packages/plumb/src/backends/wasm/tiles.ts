/**
 * The tiles of a product. Every element is summed in the order of the inner loops, in blocks that depend on their extents
 * alone: results do not depend on the tiling.
 */
import { sizeOf } from "../../base/shape.ts";
import { inOrder } from "../../compile/expr.ts";
import { accesses, PointWriter, type Level } from "./expressions.ts";
import { parameters } from "./kernel-function.ts";
import type { Lane } from "./lanes.ts";
import {
  panelWidth,
  rowBlock,
  sumBlock,
  tileRows,
  type Counters,
  type ProductAddresses,
} from "./product-layout.ts";
import { RowBlocks } from "./row-blocks.ts";

/** Units are blocks of rows, of each batch. Returns their number. */
export function writeTiles(at: ProductAddresses): number {
  return new TileWriter(at).write();
}

/** Where a tile stands, in locals. */
interface TilePlace {
  readonly a: number;
  readonly b: number;
  readonly row: number;
  readonly column: number;
  readonly panel: number;
  /** Where packed rows stand, if they are packed. */
  readonly packed: RowBlocks | undefined;
}

/** What the inner loops move: pointers to both operands, and the rounds that are left. */
interface Walk {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

type Sums = readonly (readonly number[])[];

class TileWriter {
  private readonly at: ProductAddresses;
  private readonly points: PointWriter;
  private readonly touched: ReturnType<typeof accesses>;

  constructor(at: ProductAddresses) {
    this.at = at;
    const { stores, batch } = at.product;
    const exprs = inOrder(stores.map((store) => store.value));
    this.touched = accesses(exprs, stores);
    this.points = new PointWriter(at.fn);
    this.points.resultLoops = Array.from({ length: batch.length + 2 }, (_, loop) => loop);
  }

  write(): number {
    const { fn, product } = this.at;
    const { f } = fn;
    const { m, batch } = product;
    const blocks = Math.ceil(m / rowBlock);
    const exprs = inOrder(product.stores.map((store) => store.value));
    const axes = batch.map((_, d) => d);
    const unit = f.local("i32");
    f.get(parameters.begin).set(unit);
    this.points.hoist(exprs, () => [[]]);
    fn.countUp(unit, { local: parameters.end }, 1, () => {
      const counters = this.at.counters(unit, blocks, axes);
      const levels = axes.map((loop): Level => ({ loop, counter: counters[loop] as number, vector: false }));
      this.within(levels, () => {
        this.points.hoist(exprs, () => [[]]);
        this.rows(unit, blocks, counters);
      });
    });
    return blocks * sizeOf(batch);
  }

  /** One block of rows against all panels. */
  private rows(unit: number, blocks: number, counters: Counters): void {
    const { fn, product } = this.at;
    const { f } = fn;
    const { m, n } = product;
    const [firstRow, lastRow, row, column, panel] = Array.from({ length: 5 }, () => f.local("i32"));
    const rest = m % tileRows;
    // Rows of whole tiles in this block; what is left over stands in the last one.
    f.get(unit).i32(blocks).op("i32.rem_u").i32(rowBlock).op("i32.mul").set(firstRow);
    f.get(firstRow)
      .i32(rowBlock)
      .op("i32.add")
      .tee(lastRow)
      .i32(m - rest);
    f.get(lastRow)
      .i32(m - rest)
      .op("i32.lt_u")
      .op("select")
      .set(lastRow);
    const a = this.at.start(product.a, counters);
    const b = this.at.packsColumns ? this.at.packedStart(counters) : this.at.start(product.b, counters);
    const packed = this.at.packsRows ? new RowBlocks(this.at, a, firstRow, unit) : undefined;
    const panelsOf = (columns: number): void => {
      f.get(firstRow).set(row);
      const tile = (rows: number): void => this.tile(rows, columns, { a, b, row, column, panel, packed });
      if (m >= tileRows) {
        f.get(row).get(lastRow).op("i32.lt_u");
        f.if(() => fn.countUp(row, { local: lastRow }, tileRows, () => tile(tileRows)));
      }
      if (rest > 0) {
        f.get(unit)
          .i32(blocks)
          .op("i32.rem_u")
          .i32(blocks - 1)
          .op("i32.eq");
        f.if(() => {
          f.i32(m - rest).set(row);
          tile(rest);
        });
      }
    };
    const whole = Math.floor(n / panelWidth);
    const panels = (): void => {
      f.i32(0).set(column).i32(0).set(panel);
      if (whole > 0) {
        fn.countUp(panel, whole, 1, () => {
          fn.scaled(panel, panelWidth).set(column);
          panelsOf(panelWidth);
        });
        f.i32(whole * panelWidth).set(column);
      }
      if (n % panelWidth > 0) panelsOf(n % panelWidth);
    };
    if (packed === undefined) panels();
    else packed.each(panels);
    for (const local of [firstRow, lastRow, row, column, panel, a, b]) f.release(local);
  }

  /** `rows` × `columns` accumulators over all inner loops, then the epilogue. */
  private tile(rows: number, columns: number, place: TilePlace): void {
    const { f } = this.at.fn;
    const vectors = Math.ceil(columns / 4);
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local("v128")));
    const { packed } = place;
    if (packed === undefined) {
      this.sums(sums, place);
      this.epilogue(sums, columns, place);
    } else {
      const { left, right, count } = packed.walk(place.row, place.panel, place.b);
      this.zero(sums);
      this.multiplyLoop(sums, { left, right, count }, tileRows * 4);
      for (const local of [left, right, count]) f.release(local);
      packed.total(sums, place.row, place.panel, () => this.epilogue(sums, columns, place));
    }
    for (const sum of sums.flat()) f.release(sum);
  }

  /** What becomes of the finished sums. */
  private epilogue(sums: Sums, columns: number, place: TilePlace): void {
    const { stores, batch } = this.at.product;
    this.points.product = (copies): Lane => ({
      dtype: "float32",
      local: sums[copies.at(-2) ?? 0][copies.at(-1) ?? 0],
    });
    const levels: Level[] = [
      { loop: batch.length, counter: place.row, vector: false },
      { loop: batch.length + 1, counter: place.column, vector: true },
    ];
    this.within(levels, () => {
      const outside = batch.map(() => 0);
      sums.forEach((row, i) =>
        row.forEach((_, j) => {
          this.points.validLanes = Math.min(4, columns - 4 * j);
          this.points.storeAll(stores, [...outside, i, j]);
        }),
      );
      this.points.validLanes = 4;
    });
    this.points.product = undefined;
  }

  // Sums

  /** All inner loops, from operands as they lie. */
  private sums(sums: Sums, place: TilePlace): void {
    const { fn, product, panelBytes, packsColumns } = this.at;
    const { f } = fn;
    const { a, inner } = product;
    const walk: Walk = { left: f.local("i32"), right: f.local("i32"), count: f.local("i32") };
    fn.scaled(place.row, a.line * 4)
      .get(place.a)
      .op("i32.add")
      .set(walk.left);
    const panelStep = packsColumns ? panelBytes : panelWidth * 4;
    fn.scaled(place.panel, panelStep).get(place.b).op("i32.add").set(walk.right);
    f.i32(inner[0]).set(walk.count);
    this.accumulate(0, inner[0], sums, walk);
    for (const local of [walk.left, walk.right, walk.count]) f.release(local);
  }

  /**
   * Sums over `walk.count` rounds (at most `rounds`) of inner loop `d` and all loops inside it. Up to a block they go
   * straight into the accumulators; beyond, block by block, each block's sums added to totals, and so on: the error of n
   * terms grows with the number of levels, not with n.
   */
  private accumulate(d: number, rounds: number, sums: Sums, walk: Walk): void {
    const { inner } = this.at.product;
    this.zero(sums);
    if (sizeOf(inner) === 0) return;
    const within = sizeOf(inner.slice(d + 1));
    if (rounds * within <= sumBlock) return this.rounds(d, sums, walk);
    if (within > sumBlock) {
      this.inBlocks(1, sums, walk, () => {
        this.inside(d, walk, (deeper) => this.accumulate(d + 1, inner[d + 1], sums, deeper));
      });
      return;
    }
    let block = Math.max(1, Math.floor(sumBlock / within));
    while (block * sumBlock < rounds) block *= sumBlock;
    this.inBlocks(block, sums, walk, () => this.accumulate(d, block, sums, walk));
  }

  /** Runs `body` for `block` rounds at a time until `walk.count` is used up, and adds up the sums that it leaves. */
  private inBlocks(block: number, sums: Sums, { count }: Walk, body: () => void): void {
    const { f } = this.at.fn;
    const totals = sums.map((row) => row.map(() => f.local("v128")));
    this.zero(totals);
    const rest = f.local("i32");
    f.get(count).set(rest);
    f.loop((again) => {
      f.get(rest).i32(block).get(rest).i32(block).op("i32.lt_u").op("select").set(count);
      f.get(rest).get(count).op("i32.sub").set(rest);
      body();
      totals.forEach((row, i) =>
        row.forEach((total, j) => f.get(total).get(sums[i][j]).op("f32x4.add").set(total)),
      );
      f.get(rest).brIf(again);
    });
    totals.forEach((row, i) => row.forEach((total, j) => f.get(total).set(sums[i][j]).release(total)));
    f.release(rest);
  }

  /** `walk.count` rounds of loop `d`, straight into the accumulators. */
  private rounds(d: number, sums: Sums, walk: Walk): void {
    const { f } = this.at.fn;
    const { inner, a } = this.at.product;
    if (d === inner.length - 1) return this.multiplyLoop(sums, walk, a.inner[d] * 4);
    const rest = f.local("i32");
    f.get(walk.count).set(rest);
    f.loop((again) => {
      this.inside(d, walk, (deeper) => this.rounds(d + 1, sums, deeper));
      f.get(rest).i32(1).op("i32.sub").tee(rest).brIf(again);
    });
    f.release(rest);
  }

  /** One round of loop `d`: the loop inside it from start to end, then the left pointer on to the next round. */
  private inside(d: number, walk: Walk, body: (deeper: Walk) => void): void {
    const { fn, product } = this.at;
    const { f } = fn;
    const { inner, a } = product;
    const count = f.local("i32");
    f.i32(inner[d + 1]).set(count);
    body({ ...walk, count });
    f.release(count);
    f.get(walk.left)
      .i32((a.inner[d] - a.inner[d + 1] * inner[d + 1]) * 4)
      .op("i32.add")
      .set(walk.left);
  }

  /**
   * The innermost loop: `count` rows of the panel, at least one, and as many rounds of the left operand, `stepA` bytes
   * apart. Leaves both pointers behind what it read.
   */
  private multiplyLoop(sums: Sums, { left, right, count }: Walk, stepA: number): void {
    const { f, lanes } = this.at.fn;
    const { a, b } = this.at.product;
    const splats = sums.map(() => f.local("v128"));
    const vector = f.local("v128");
    const stepB = (this.at.packsColumns ? panelWidth : b.inner[b.inner.length - 1]) * 4;
    f.loop((again) => {
      splats.forEach((splat, i) => {
        const offset = i * a.line * 4;
        f.get(left);
        if (offset < 0) f.i32(offset).op("i32.add");
        f.load("v128.load32_splat", Math.max(0, offset)).set(splat);
      });
      sums[0].forEach((_, j) => {
        f.get(right)
          .load("v128.load", 16 * j)
          .set(vector);
        sums.forEach((row, i) => {
          if (lanes.fused) f.get(splats[i]).get(vector).get(row[j]).op("f32x4.relaxed_madd").set(row[j]);
          else f.get(row[j]).get(splats[i]).get(vector).op("f32x4.mul").op("f32x4.add").set(row[j]);
        });
      });
      f.get(left).i32(stepA).op("i32.add").set(left);
      f.get(right).i32(stepB).op("i32.add").set(right);
      f.get(count).i32(1).op("i32.sub").tee(count).brIf(again);
    });
    for (const local of [vector, ...splats]) f.release(local);
  }

  private zero(sums: Sums): void {
    const { f, lanes } = this.at.fn;
    const zero = lanes.constant(0, "float32").local;
    for (const sum of sums.flat()) f.get(zero).set(sum);
  }

  /** Opens levels one inside the other around `body`. */
  private within(levels: readonly Level[], body: () => void): void {
    const [level, ...rest] = levels;
    if (level === undefined) body();
    else this.points.inside(level, this.touched, () => this.within(rest, body));
  }
}
