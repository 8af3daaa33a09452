/**
 * What a unit of tiles keeps in memory. Totals of sums that are not finished, where rounds are done in blocks; and rows of
 * the left operand that lie across the inner loops, packed: `[tile][round][rows]`, for a block of rounds at a time.
 */
import type { ProductAddresses } from "./product-layout.ts";

/** Where a unit stands, in locals. */
export interface Unit {
  /** The address of what the thread has to itself. */
  readonly start: number;
  /** Its first row, and the first of its small tiles; where that is none of its rows, its end. */
  readonly firstRow: number;
  readonly smallFrom: number;
  readonly endRow: number;
  /** Its panels. */
  readonly firstPanel: number;
  readonly endPanel: number;
}

/** The accumulators of a tile: rows of vectors, in locals. */
export type Sums = readonly (readonly number[])[];

/** Visits the accumulators with their places in a tile's totals. */
function eachSum(
  { totalStride }: ProductAddresses,
  sums: Sums,
  visit: (sum: number, offset: number) => void,
): void {
  sums.forEach((row, i) => row.forEach((sum, j) => visit(sum, i * totalStride + 16 * j)));
}

/** Sums to the totals of their tile. */
export function keepSums(at: ProductAddresses, sums: Sums, totals: number): void {
  eachSum(at, sums, (sum, offset) => at.fn.f.get(totals).get(sum).store("v128.store", offset));
}

/** Rounds, block after block. */
export class RoundBlocks {
  private readonly at: ProductAddresses;
  /** Locals: rounds done before this block, and in it. */
  readonly done: number;
  readonly count: number;

  constructor(at: ProductAddresses) {
    this.at = at;
    [this.done, this.count] = [at.fn.f.local("i32"), at.fn.f.local("i32")];
  }

  /** Runs `body` for each block. */
  each(body: () => void): void {
    const { rounds, roundsAtOnce } = this.at;
    const { f } = this.at.fn;
    f.i32(0).set(this.done);
    f.loop((again) => {
      f.i32(rounds).get(this.done).op("i32.sub").tee(this.count).i32(roundsAtOnce);
      f.get(this.count).i32(roundsAtOnce).op("i32.lt_u").op("select").set(this.count);
      body();
      f.get(this.done).get(this.count).op("i32.add").tee(this.done).i32(rounds).op("i32.lt_u").brIf(again);
    });
  }

  /** Adds the totals of the blocks before this one, if there are any, to its sums. */
  add(sums: Sums, totals: number): void {
    const { f } = this.at.fn;
    if (this.at.isWhole) return;
    f.get(this.done).if(() =>
      eachSum(this.at, sums, (sum, offset) =>
        f.get(totals).load("v128.load", offset).get(sum).op("f32x4.add").set(sum),
      ),
    );
  }

  /** Runs `finish` in the last block, and `otherwise` in those before it. */
  last(finish: () => void, otherwise?: () => void): void {
    if (this.at.isWhole) return finish();
    this.at.fn.f.get(this.done).get(this.count).op("i32.add").i32(this.at.rounds).op("i32.eq");
    this.at.fn.f.if(finish, otherwise);
  }

  release(): void {
    this.at.fn.f.release(this.done).release(this.count);
  }
}

/** Writes the packing of a unit's rows, one block of rounds at a time. */
export class RowPacker {
  private readonly at: ProductAddresses;
  private readonly unit: Unit;
  /** Locals: the first row's element in the next round, and what is left of each inner loop but the outermost. */
  private readonly source: number;
  private readonly left: readonly number[];

  /** `a` holds the address of row 0. */
  constructor(at: ProductAddresses, unit: Unit, a: number) {
    const { f } = at.fn;
    this.at = at;
    this.unit = unit;
    this.source = f.local("i32");
    at.fn.scaled(unit.firstRow, 4).get(a).op("i32.add").set(this.source);
    this.left = at.product.inner.slice(1).map((extent) => {
      const local = f.local("i32");
      f.i32(extent).set(local);
      return local;
    });
  }

  /** The rounds of a block. */
  pack({ count }: RoundBlocks): void {
    const { fn, smallRows, largeTiles, mostRows } = this.at;
    const { f } = fn;
    const [round, from, line, target, row] = Array.from({ length: 5 }, () => f.local("i32"));
    f.get(count).set(round);
    f.get(this.unit.start).set(line);
    f.loop((next) => {
      f.get(this.source).set(from).get(line).set(target).get(this.unit.firstRow).set(row);
      if (largeTiles > 0) this.tiles(smallRows + 1, { row, end: this.unit.smallFrom, from, target });
      this.tiles(smallRows, { row, end: this.unit.endRow, from, target });
      this.step();
      f.get(line)
        .i32(mostRows * 4)
        .op("i32.add")
        .set(line);
      f.get(round).i32(1).op("i32.sub").tee(round).brIf(next);
    });
    for (const local of [round, from, line, target, row]) f.release(local);
  }

  /** One round of the tiles of `rows` rows each that end before row `end`. */
  private tiles(
    rows: number,
    { row, end, from, target }: { row: number; end: number; from: number; target: number },
  ): void {
    const { fn, rowTileBytes } = this.at;
    const { f } = fn;
    f.get(row).get(end).op("i32.lt_u");
    f.if(() =>
      fn.countUp(row, { local: end }, rows, () => {
        // A tile of fewer than four rows is followed by what its next round overwrites.
        f.get(target).get(from).load("v128.load", 0).store("v128.store", 0);
        if (rows > 4) {
          const rest = 4 * (rows - 4);
          f.get(target).get(from).load("v128.load", rest).store("v128.store", rest);
        }
        f.get(from)
          .i32(rows * 4)
          .op("i32.add")
          .set(from);
        f.get(target).i32(rowTileBytes).op("i32.add").set(target);
      }),
    );
  }

  /** The source one round on: the innermost loop counts down, and where it ends, the one around it. */
  private step(): void {
    const { f } = this.at.fn;
    const { inner, a } = this.at.product;
    const down = (d: number): void => {
      const walked = d === inner.length - 1 ? 0 : a.inner[d + 1] * inner[d + 1];
      f.get(this.source)
        .i32((a.inner[d] - walked) * 4)
        .op("i32.add")
        .set(this.source);
      if (d === 0) return;
      const left = this.left[d - 1];
      f.get(left).i32(1).op("i32.sub").tee(left).op("i32.eqz");
      f.if(() => {
        f.i32(inner[d]).set(left);
        down(d - 1);
      });
    };
    down(inner.length - 1);
  }

  release(): void {
    for (const local of [this.source, ...this.left]) this.at.fn.f.release(local);
  }
}
