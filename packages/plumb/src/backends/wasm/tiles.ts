/**
 * The tiles of a product. Every element is summed in the order of the inner loops, in blocks that depend on their extents
 * alone: results do not depend on the tiling.
 */
import { sizeOf } from "../../base/shape.ts";
import { inOrder } from "../../compile/expr.ts";
import { accesses, PointWriter, type Copies, type Level } from "./expressions.ts";
import { parameters } from "./kernel-function.ts";
import type { Lane } from "./lanes.ts";
import { sumBlock, type Counters, type ProductAddresses } from "./product-layout.ts";
import { keepSums, RoundBlocks, RowPacker, takeSums, type Sums, type Unit } from "./row-blocks.ts";

/** Units are blocks of rows, and of columns where there are few of those, of each batch. Returns their number. */
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
  /** The rounds at hand, where they are done in blocks, and where the tile's packed rows and its totals are. */
  readonly blocks: RoundBlocks | undefined;
  readonly packedRows: number;
  readonly totals: number;
}

/** What the inner loops move: pointers to both operands, and the rounds that are left. */
interface Walk {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

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
    const { fn, product, rowUnits, columnUnits, units } = this.at;
    const { f } = fn;
    const { batch, stores } = product;
    const exprs = inOrder(stores.map((store) => store.value));
    const axes = batch.map((_, d) => d);
    const unit = f.local("i32");
    f.get(parameters.begin).set(unit);
    this.points.hoist(exprs, () => [[]]);
    fn.countUp(unit, { local: parameters.end }, 1, () => {
      const counters = this.at.counters(unit, rowUnits * columnUnits, axes);
      const levels = axes.map((loop): Level => ({ loop, counter: counters[loop] as number, vector: false }));
      this.within(levels, () => {
        this.points.hoist(exprs, () => [[]]);
        this.unit(unit, counters);
      });
    });
    return units;
  }

  /** A block of rows against a run of panels. */
  private unit(number: number, counters: Counters): void {
    const { at } = this;
    const { product, packsRows, packsColumns, isWhole } = at;
    const { f } = at.fn;
    const unit = this.rowsOf(number);
    const a = at.start(product.a, counters);
    const b = packsColumns ? at.packedStart(counters) : at.start(product.b, counters);
    const [row, column, panel, packedRows, totals] = Array.from({ length: 5 }, () => f.local("i32"));
    const blocks = packsRows || !isWhole ? new RoundBlocks(at) : undefined;
    const place: TilePlace = { a, b, row, column, panel, blocks, packedRows, totals };
    if (blocks === undefined) this.panels(number, place, (columns) => this.tiles(columns, unit, place));
    else if (packsRows) {
      const packer = new RowPacker(at, unit, a);
      blocks.each(() => {
        packer.pack(blocks);
        this.panels(number, place, (columns) => this.tiles(columns, unit, place));
      });
      packer.release();
    } else {
      this.panels(number, place, (columns) => blocks.each(() => this.tiles(columns, unit, place)));
    }
    blocks?.release();
    for (const local of [row, column, panel, packedRows, totals, a, b, ...Object.values(unit)])
      f.release(local as number);
  }

  /** The rows of a unit, in locals. */
  private rowsOf(number: number): Unit {
    const { at } = this;
    const { f } = at.fn;
    const { columnUnits, rowUnits, tilesOfUnit, rowTiles, smallRows, largeTiles } = at;
    const [tile, firstRow, smallFrom, endRow] = Array.from({ length: 4 }, () => f.local("i32"));
    const least = (push: () => void, bound: number): void => {
      push();
      f.i32(bound);
      push();
      f.i32(bound).op("i32.lt_u").op("select");
    };
    const setRow = (row: number): void => {
      at.fn.scaled(tile, smallRows);
      if (largeTiles > 0) {
        least(() => f.get(tile), largeTiles);
        f.op("i32.add");
      }
      f.set(row);
    };
    f.get(number).i32(columnUnits).op("i32.div_u").i32(rowUnits).op("i32.rem_u");
    f.i32(tilesOfUnit).op("i32.mul").set(tile);
    setRow(firstRow);
    f.get(tile).i32(tilesOfUnit).op("i32.add").set(tile);
    least(() => f.get(tile), rowTiles);
    f.set(tile);
    setRow(endRow);
    if (largeTiles > 0) {
      // The large tiles' end, brought into the unit.
      least(() => f.get(endRow), largeTiles * (smallRows + 1));
      f.set(smallFrom);
      f.get(smallFrom).get(firstRow).get(smallFrom).get(firstRow).op("i32.gt_u").op("select").set(smallFrom);
    } else f.get(firstRow).set(smallFrom);
    f.release(tile);
    return { start: at.unitStart(number), firstRow, smallFrom, endRow };
  }

  /** Runs `body` for each panel of the unit, which is told its columns. */
  private panels(number: number, { panel, column }: TilePlace, body: (columns: number) => void): void {
    const { fn, product, panelWidth, panelsOfUnit, columnUnits } = this.at;
    const { f } = fn;
    const whole = Math.floor(product.n / panelWidth);
    const rest = product.n % panelWidth;
    if (whole > 0) {
      const end = f.local("i32");
      const each = (): void =>
        fn.countUp(panel, { local: end }, 1, () => {
          fn.scaled(panel, panelWidth).set(column);
          body(panelWidth);
        });
      f.get(number).i32(columnUnits).op("i32.rem_u").i32(panelsOfUnit).op("i32.mul").tee(panel);
      f.i32(panelsOfUnit).op("i32.add").tee(end).i32(whole);
      f.get(end).i32(whole).op("i32.lt_u").op("select").set(end);
      f.get(panel).get(end).op("i32.lt_u").if(each);
      f.release(end);
    }
    if (rest === 0) return;
    f.get(number)
      .i32(columnUnits)
      .op("i32.rem_u")
      .i32(columnUnits - 1)
      .op("i32.eq");
    f.if(() => {
      f.i32(whole).set(panel);
      f.i32(whole * panelWidth).set(column);
      body(rest);
    });
  }

  /** All tiles of the unit against one panel. */
  private tiles(columns: number, { start, firstRow, smallFrom, endRow }: Unit, place: TilePlace): void {
    const { fn, packsRows, largeTiles, smallRows, totalsAt, totalsOfTile, totalBytes, rowTileBytes } =
      this.at;
    const { f } = fn;
    const { row, panel, packedRows, totals } = place;
    f.get(firstRow).set(row);
    if (packsRows) f.get(start).set(packedRows);
    if (totalsOfTile > 0) {
      f.get(start).i32(totalsAt).op("i32.add");
      if (totalsOfTile > 1) fn.scaled(panel, totalBytes).op("i32.add");
      f.set(totals);
    }
    const tilesOf = (rows: number, end: number): void =>
      fn.countUp(row, { local: end }, rows, () => {
        this.tile(rows, columns, place);
        if (packsRows) f.get(packedRows).i32(rowTileBytes).op("i32.add").set(packedRows);
        if (totalsOfTile > 0)
          f.get(totals)
            .i32(totalsOfTile * totalBytes)
            .op("i32.add")
            .set(totals);
      });
    if (largeTiles === 0) return tilesOf(smallRows, endRow);
    f.get(row).get(smallFrom).op("i32.lt_u");
    f.if(() => tilesOf(smallRows + 1, smallFrom));
    f.get(row).get(endRow).op("i32.lt_u");
    f.if(() => tilesOf(smallRows, endRow));
  }

  /** `rows` × `columns` accumulators over the rounds at hand, and after the last ones the epilogue. */
  private tile(rows: number, columns: number, place: TilePlace): void {
    const { f } = this.at.fn;
    const vectors = Math.ceil(columns / 4);
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local("v128")));
    const { blocks, totals } = place;
    if (blocks === undefined) this.sums(sums, place);
    else {
      const walk = this.walkFrom(place, blocks);
      this.zero(sums);
      this.multiplyLoop(sums, walk);
      this.releaseWalk(walk);
    }
    const { isWhole, spills } = this.at;
    const keep = (): void => keepSums(this.at, sums, totals);
    const finish = (): void => {
      if (spills) takeSums(this.at, sums, totals);
      this.epilogue(sums, columns, place);
    };
    if (blocks !== undefined && !isWhole) {
      blocks.add(sums, totals);
      if (spills) keep();
      blocks.last(finish, spills ? undefined : keep);
    } else {
      if (spills) keep();
      finish();
    }
    for (const sum of sums.flat()) f.release(sum);
  }

  /**
   * What becomes of the finished sums. Row by row, everything is loaded and computed before the first vector is stored,
   * and vectors that lie side by side are stored one after the other: V8 makes one of two then.
   */
  private epilogue(sums: Sums, columns: number, place: TilePlace): void {
    const { stores, batch } = this.at.product;
    const { points } = this;
    points.product = (copies): Lane => ({
      dtype: "float32",
      local: sums[copies.at(-2) ?? 0][copies.at(-1) ?? 0],
    });
    const levels: Level[] = [
      { loop: batch.length, counter: place.row, vector: false },
      { loop: batch.length + 1, counter: place.column, vector: true },
    ];
    this.within(levels, () => {
      const outside = batch.map(() => 0);
      sums.forEach((row, i) => {
        const each = (visit: (copies: Copies) => void): void =>
          row.forEach((_, j) => {
            points.validLanes = Math.min(4, columns - 4 * j);
            visit([...outside, i, j]);
          });
        for (const { value } of stores) each((copies) => points.value(value, copies));
        for (const { buffer, at, value } of stores)
          each((copies) => points.storeLane(buffer, at, points.value(value, copies), copies));
      });
      points.validLanes = 4;
    });
    points.product = undefined;
  }

  // Where operands are

  /** The start of a tile's operands. */
  private walkFrom({ a, b, row, panel, packedRows }: TilePlace, blocks?: RoundBlocks): Walk {
    const { fn, product, packsRows, rounds } = this.at;
    const { f } = fn;
    const [left, right, count] = Array.from({ length: 3 }, () => f.local("i32"));
    const later = (step: number): void => {
      if (blocks !== undefined) fn.scaled(blocks.done, step).op("i32.add");
    };
    if (packsRows) f.get(packedRows).set(left);
    else {
      fn.scaled(row, product.a.line * 4)
        .get(a)
        .op("i32.add");
      later(this.stepA);
      f.set(left);
    }
    fn.scaled(panel, this.panelStep).get(b).op("i32.add");
    later(this.stepB);
    f.set(right);
    if (blocks === undefined) f.i32(rounds).set(count);
    else f.get(blocks.count).set(count);
    return { left, right, count };
  }

  private releaseWalk({ left, right, count }: Walk): void {
    this.at.fn.f.release(left).release(right).release(count);
  }

  /** Bytes from panel to panel, and from round to round on both sides. */
  private get panelStep(): number {
    const { packsColumns, panelBytes, panelWidth } = this.at;
    return packsColumns ? panelBytes : panelWidth * 4;
  }

  private get stepA(): number {
    const { packsRows, mostRows, product } = this.at;
    return (packsRows ? mostRows : (product.a.inner.at(-1) as number)) * 4;
  }

  private get stepB(): number {
    const { packsColumns, panelWidth, product } = this.at;
    return (packsColumns ? panelWidth : (product.b.inner.at(-1) as number)) * 4;
  }

  // Sums

  /** All inner loops, from operands as they lie. */
  private sums(sums: Sums, place: TilePlace): void {
    const { inner } = this.at.product;
    const walk = this.walkFrom(place);
    this.at.fn.f.i32(inner[0]).set(walk.count);
    this.accumulate(0, inner[0], sums, walk);
    this.releaseWalk(walk);
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
    const { inner } = this.at.product;
    if (d === inner.length - 1) return this.multiplyLoop(sums, walk);
    const rest = f.local("i32");
    f.get(walk.count).set(rest);
    f.loop((again) => {
      this.inside(d, walk, (deeper) => this.rounds(d + 1, sums, deeper));
      f.get(rest).i32(1).op("i32.sub").tee(rest).brIf(again);
    });
    f.release(rest);
  }

  /** One round of loop `d`: the loop inside it from start to end, then the pointers on to the next round; packed operands follow by themselves. */
  private inside(d: number, walk: Walk, body: (deeper: Walk) => void): void {
    const { fn, product, packsColumns } = this.at;
    const { f } = fn;
    const { inner, a, b } = product;
    const count = f.local("i32");
    f.i32(inner[d + 1]).set(count);
    body({ ...walk, count });
    f.release(count);
    const on = (pointer: number, strides: readonly number[]): void => {
      const gap = (strides[d] - strides[d + 1] * inner[d + 1]) * 4;
      if (gap !== 0) f.get(pointer).i32(gap).op("i32.add").set(pointer);
    };
    on(walk.left, a.inner);
    if (!packsColumns) on(walk.right, b.inner);
  }

  /**
   * The innermost loop: `count` rounds, at least one. Leaves both pointers behind what it read. Nothing is unrolled: every
   * distinct offset of a splat costs a register.
   */
  private multiplyLoop(sums: Sums, { left, right, count }: Walk): void {
    const { tile, fn, product } = this.at;
    const { f, lanes } = fn;
    const loadRow = (i: number): void => {
      const offset = i * product.a.line * 4;
      f.get(left);
      if (offset < 0) f.i32(offset).op("i32.add");
      f.load("v128.load32_splat", Math.max(0, offset));
    };
    const loadColumns = (j: number): void => void f.get(right).load("v128.load", 16 * j);
    const take = (sum: number, row: number, columns: number): void => {
      if (lanes.fused) f.get(row).get(columns).get(sum).op("f32x4.relaxed_madd").set(sum);
      else f.get(sum).get(row).get(columns).op("f32x4.mul").op("f32x4.add").set(sum);
    };
    const held = (tile.holds === "rows" ? sums : sums[0]).map(() => f.local("v128"));
    const passing = f.local("v128");
    f.loop((again) => {
      if (tile.holds === "rows") {
        held.forEach((row, i) => {
          loadRow(i);
          f.set(row);
        });
        sums[0].forEach((_, j) => {
          loadColumns(j);
          f.set(passing);
          sums.forEach((row, i) => take(row[j], held[i], passing));
        });
      } else {
        held.forEach((columns, j) => {
          loadColumns(j);
          f.set(columns);
        });
        sums.forEach((row, i) => {
          loadRow(i);
          f.set(passing);
          row.forEach((sum, j) => take(sum, passing, held[j]));
        });
      }
      f.get(left).i32(this.stepA).op("i32.add").set(left);
      f.get(right).i32(this.stepB).op("i32.add").set(right);
      f.get(count).i32(1).op("i32.sub").tee(count).brIf(again);
    });
    for (const local of [passing, ...held]) f.release(local);
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
