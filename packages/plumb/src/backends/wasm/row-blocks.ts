/**
 * Rows of the left operand that lie across the inner loops, packed: `[tile][round][4 rows]`, for a block of rounds at a
 * time. All panels meet the block before the next one is packed, and sums that are not finished wait behind the rows.
 */
import { sizeOf } from "../../base/shape.ts";
import {
  panelWidth,
  rowBlock,
  roundsOfBlock,
  rowTileBytes,
  tileRows,
  tilesOfBlock,
  type ProductAddresses,
} from "./product-layout.ts";

/** Bytes of the totals of a tile. */
const totalBytes = tileRows * panelWidth * 4;

export class RowBlocks {
  private readonly at: ProductAddresses;
  /** Locals: the address of the packed rows, the first row, the first element of that row, rounds done and in this block. */
  private readonly packed: number;
  private readonly firstRow: number;
  private readonly source: number;
  private readonly done: number;
  private readonly count: number;
  private readonly rounds: number;
  private readonly rowTileBytes: number;

  constructor(at: ProductAddresses, a: number, firstRow: number, unit: number) {
    const { f } = at.fn;
    const rounds = sizeOf(at.product.inner);
    this.at = at;
    this.firstRow = firstRow;
    this.rounds = rounds;
    this.rowTileBytes = rowTileBytes(rounds);
    this.packed = at.rowsStart(unit);
    [this.source, this.done, this.count] = Array.from({ length: 3 }, () => f.local("i32"));
    at.fn.scaled(firstRow, 4).get(a).op("i32.add").set(this.source);
  }

  private get isWhole(): boolean {
    return this.rounds === roundsOfBlock(this.rounds);
  }

  /** Packs block after block, and runs `body` on each. */
  each(body: () => void): void {
    const { f } = this.at.fn;
    const left = this.at.product.inner.map((extent) => {
      const local = f.local("i32");
      f.i32(extent).set(local);
      return local;
    });
    const tiles = f.local("i32");
    f.i32(this.at.product.m).get(this.firstRow).op("i32.sub").tee(tiles).i32(rowBlock);
    f.get(tiles).i32(rowBlock).op("i32.lt_u").op("select");
    f.i32(tileRows - 1)
      .op("i32.add")
      .i32(tileRows)
      .op("i32.div_u")
      .set(tiles);
    f.i32(0).set(this.done);
    f.loop((again) => {
      f.i32(this.rounds).get(this.done).op("i32.sub").tee(this.count).i32(roundsOfBlock(this.rounds));
      f.get(this.count).i32(roundsOfBlock(this.rounds)).op("i32.lt_u").op("select").set(this.count);
      this.pack(tiles, left);
      body();
      f.get(this.done)
        .get(this.count)
        .op("i32.add")
        .tee(this.done)
        .i32(this.rounds)
        .op("i32.lt_u")
        .brIf(again);
    });
    for (const local of [tiles, ...left, this.source, this.done, this.count, this.packed]) f.release(local);
  }

  /** The rounds of a block. `left` counts what is left of each inner loop, on from block to block. */
  private pack(tiles: number, left: readonly number[]): void {
    const { f } = this.at.fn;
    const [round, from, target, tile] = Array.from({ length: 4 }, () => f.local("i32"));
    f.get(this.count).set(round);
    f.get(this.packed).set(target);
    f.loop((next) => {
      f.get(this.source).set(from).get(tiles).set(tile);
      f.loop((again) => {
        f.get(target).get(from).load("v128.load", 0).store("v128.store", 0);
        f.get(from)
          .i32(tileRows * 4)
          .op("i32.add")
          .set(from);
        f.get(target).i32(this.rowTileBytes).op("i32.add").set(target);
        f.get(tile).i32(1).op("i32.sub").tee(tile).brIf(again);
      });
      this.step(left);
      // Back to the first tile, one round on.
      this.at.fn.scaled(tiles, this.rowTileBytes).set(tile);
      f.get(target)
        .get(tile)
        .op("i32.sub")
        .i32(tileRows * 4)
        .op("i32.add")
        .set(target);
      f.get(round).i32(1).op("i32.sub").tee(round).brIf(next);
    });
    for (const local of [round, from, target, tile]) f.release(local);
  }

  /** The source one round on: the innermost loop counts down, and where it ends, the one around it. */
  private step(left: readonly number[]): void {
    const { f } = this.at.fn;
    const { inner, a } = this.at.product;
    const down = (d: number): void => {
      const walked = d === inner.length - 1 ? 0 : a.inner[d + 1] * inner[d + 1];
      f.get(this.source)
        .i32((a.inner[d] - walked) * 4)
        .op("i32.add")
        .set(this.source);
      f.get(left[d]).i32(1).op("i32.sub").tee(left[d]).op("i32.eqz");
      f.if(() => {
        f.i32(inner[d]).set(left[d]);
        if (d > 0) down(d - 1);
      });
    };
    down(inner.length - 1);
  }

  /** Where a tile of this block begins on both sides, and its rounds, in locals. `b` is the address of panel 0. */
  walk(row: number, panel: number, b: number): { left: number; right: number; count: number } {
    const { fn, panelBytes } = this.at;
    const { f } = fn;
    const [left, right, count] = Array.from({ length: 3 }, () => f.local("i32"));
    this.tileOffset(row, this.rowTileBytes);
    f.get(this.packed).op("i32.add").set(left);
    fn.scaled(panel, panelBytes).get(b).op("i32.add");
    fn.scaled(this.done, panelWidth * 4)
      .op("i32.add")
      .set(right);
    f.get(this.count).set(count);
    return { left, right, count };
  }

  /** Adds the sums of this block to those before it, and runs `finish` on what the last block makes of them. */
  total(sums: readonly (readonly number[])[], row: number, panel: number, finish: () => void): void {
    if (this.isWhole) return finish();
    const { fn, panels, product } = this.at;
    const { f } = fn;
    const address = f.local("i32");
    this.tileOffset(row, panels * totalBytes);
    fn.scaled(panel, totalBytes).op("i32.add").get(this.packed).op("i32.add");
    f.i32(tilesOfBlock(product.m) * this.rowTileBytes)
      .op("i32.add")
      .set(address);
    const each = (visit: (sum: number, offset: number) => void): void =>
      sums.forEach((line, i) => line.forEach((sum, j) => visit(sum, (i * panelWidth + 4 * j) * 4)));
    f.get(this.done).if(() =>
      each((sum, offset) => f.get(address).load("v128.load", offset).get(sum).op("f32x4.add").set(sum)),
    );
    f.get(this.done).get(this.count).op("i32.add").i32(this.rounds).op("i32.eq");
    f.if(finish, () => each((sum, offset) => f.get(address).get(sum).store("v128.store", offset)));
    f.release(address);
  }

  /** Pushes how far the tile of a row lies behind the first of the block, tiles being `bytes` long. */
  private tileOffset(row: number, bytes: number): void {
    const { f } = this.at.fn;
    f.get(row).get(this.firstRow).op("i32.sub").i32(tileRows).op("i32.div_u").i32(bytes).op("i32.mul");
  }
}
