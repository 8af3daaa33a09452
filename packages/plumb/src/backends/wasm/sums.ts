/**
 * The sums of a tile. Every element is summed in the order of the inner loops, in blocks that depend on their extents alone:
 * results do not depend on the tiling.
 */
import { sizeOf } from "../../base/shape.ts";
import { sumBlock, type ProductAddresses } from "./product-layout.ts";
import type { RoundBlocks, Sums } from "./row-blocks.ts";

/** Where a tile stands, in locals. */
export interface TilePlace {
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

export class SumWriter {
  private readonly at: ProductAddresses;

  constructor(at: ProductAddresses) {
    this.at = at;
  }

  /** Sums over the rounds at hand, where they are done in blocks; else over all inner loops, from operands as they lie. */
  write(sums: Sums, place: TilePlace): void {
    const { inner } = this.at.product;
    const { blocks } = place;
    const walk = this.walkFrom(place, blocks);
    if (blocks === undefined) {
      this.at.fn.f.i32(inner[0]).set(walk.count);
      this.accumulate(0, inner[0], sums, walk);
    } else {
      this.zero(sums);
      this.multiplyLoop(sums, walk);
    }
    this.releaseWalk(walk);
  }

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
}
