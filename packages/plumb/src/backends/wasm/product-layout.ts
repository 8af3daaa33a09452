/** How a product is laid out: its tiles, its panels, its units, and where everything lies. */
import { sizeOf } from "../../base/shape.ts";
import type { Packing } from "../../compile/4-lower.ts";
import type { Affine } from "../../compile/affine.ts";
import { inOrder } from "../../compile/expr.ts";
import type { Operand, Product } from "../../compile/kernel.ts";
import type { KernelFunction } from "./kernel-function.ts";
import { tileShapes, type TileName, type TileShape } from "./tile-shapes.ts";

/** Rows that are done against one panel before the next is taken up: they stay in the second-level cache. */
const rowBlock = 64;
/** Units that a product falls into if there is work enough for them, and multiplications that are enough for one. */
const manyUnits = 32;
const unitWork = 2 ** 19;
/**
 * Units that pack their rows: the least rows that they are split into, the columns up to which their totals stay in the
 * second-level cache, and those below which packing once more for the columns beside them would cost too much.
 */
const leastRowBlock = 24;
const mostColumns = 1024;
const leastColumns = 256;
/** Threads that have room of their own for packed rows and totals. Any others leave the product to these. */
const mostSeats = 16;
/** Products that one accumulator takes before its sum is added to a total. */
export const sumBlock = 512;
/** Rounds up to which sums in blocks have two levels: a block's, and the total. */
const mostFlatRounds = sumBlock ** 2;
/** Rounds up to which rows are packed: sums of more take more levels of totals than the two that packed blocks have. */
const mostPackedRounds = 2 ** 22;
/** Rows that right operands are not packed for: each panel would be written in order to be read once or twice. */
const fewRows = 8;
/**
 * Columns that rows are never packed for, for the same reason, and those from which they are for any number of rounds that
 * is worth it. Between them they are packed for so many rounds that their lines do not stay in the first-level cache.
 */
const fewColumns = 32;
const manyColumns = 128;
const leastRounds = 64;
const manyRounds = 256;
/** Elements of a right operand that stays in the first-level cache however it lies. */
const smallOperand = 4096;

type Arranged = Parameters<Packing>[0];

/** The scratch that products want in tiles of this shape. */
export const packingFor =
  (tile: TileName): Packing =>
  (product) => {
    if (sizeOf(product.batch) * product.m * product.n === 0) return { words: 0, ahead: false };
    const { words, packsColumns } = new ProductLayout(product, tileShapes[tile]);
    return { words, ahead: packsColumns };
  };

/** Rounds of a block of packed rows: blocks and their number grow alike beyond the square of a block of sums. */
export const roundsOfBlock = (k: number): number => Math.min(k, Math.max(sumBlock, Math.ceil(Math.sqrt(k))));

/** The batch axes along which the right operand differs: there is a set of panels for each of their points. */
const packedAxes = (b: Operand, batch: readonly number[]): number[] =>
  batch.flatMap((_, d) => (b.batch[d] === 0 ? [] : [d]));

/**
 * Rows lie across the inner loops (the gradient of a weight): every round would touch a line of the cache for a few
 * numbers of it. A block of rows is then packed, so many rounds at a time, and meets all panels before the next. Decided
 * without a look at the tiles, since the blocks decide how sums are rounded.
 */
function packsRows({ n, inner, a }: Arranged): boolean {
  const k = sizeOf(inner);
  if (a.line !== 1 || a.inner[a.inner.length - 1] === 1) return false;
  return k >= (n > manyColumns ? leastRounds : manyRounds) && n > fewColumns && k <= mostPackedRounds;
}

/** Operations up to this cost are single instructions, which V8 knows in both widths. */
const plainCost = 8;

/** True for epilogues that load, compute and store side by side, in plain instructions. */
function staysPaired({ batch, stores }: Arranged): boolean {
  const columns = batch.length + 1;
  const isSideBySide = ({ coefficients }: Affine): boolean => coefficients[columns] === 1;
  return (
    stores.every(({ at }) => isSideBySide(at)) &&
    inOrder(stores.map(({ value }) => value)).every((expr) => {
      if (expr.dtype !== "float32" && expr.dtype !== "bool") return false;
      if (expr.kind === "load") return isSideBySide(expr.at) || !expr.at.coefficients[columns];
      if (expr.kind === "apply") return (expr.op.cost ?? 1) <= plainCost;
      return expr.kind === "constant" || expr.kind === "product";
    })
  );
}

/**
 * A tile for `m` rows: the accumulators that few rows leave over go to columns, twice or four times as many. Sums in less than
 * some eight accumulators wait for each other, and an operand that is read as it lies wants to be read in long pieces.
 */
function fitted(tile: TileShape, m: number): TileShape {
  const times = 2 ** Math.floor(Math.log2(Math.max(1, tile.rows / m)));
  return times === 1 ? tile : { rows: m, vectors: tile.vectors * times, holds: "rows" };
}

/** What follows from a product and the shape of its tiles. */
export class ProductLayout {
  readonly product: Arranged;
  readonly tile: TileShape;
  /** Products in an element's sum. */
  readonly rounds: number;
  /** Columns of a panel. */
  readonly panelWidth: number;
  /** Panels of one set, and bytes of each. */
  readonly panels: number;
  readonly panelBytes: number;
  /** The batch axes that sets of panels are made for. */
  readonly packedAxes: readonly number[];
  readonly packsRows: boolean;
  readonly packsColumns: boolean;
  /** Rounds that all tiles of a unit do against one panel before any does the next ones: a panel's part stays in cache. */
  readonly roundsAtOnce: number;

  /** Tiles below each other: the first `largeTiles` have a row more than the `smallRows` of the others. */
  readonly rowTiles: number;
  readonly smallRows: number;
  readonly largeTiles: number;
  /** Units below each other in a batch, and side by side; tiles and panels in each but the last. */
  readonly rowUnits: number;
  readonly columnUnits: number;
  readonly tilesOfUnit: number;
  readonly panelsOfUnit: number;
  /**
   * True where finished sums go through memory on their way to the epilogue: V8 makes pairs of a tile's vectors only if
   * all that is made of them comes in pairs too, as far as it knows how.
   */
  readonly spills: boolean;

  constructor(product: Arranged, shape: TileShape) {
    const { m, n, inner, batch, b } = product;
    const tile = fitted(shape, m);
    this.product = product;
    this.tile = tile;
    this.rounds = sizeOf(inner);
    this.panelWidth = 4 * tile.vectors;
    this.panels = Math.ceil(n / this.panelWidth);
    this.panelBytes = this.rounds * this.panelWidth * 4;
    this.packedAxes = packedAxes(b, batch);
    this.packsRows = packsRows(product);
    // A panel is read row by row, up to a vector behind its last column: as the operand lies, if rows of it lie side by side.
    const isSmall = m <= fewRows || n === 1 || this.rounds * n <= smallOperand;
    const isStraight = (b.line === 1 || n === 1) && (inner.length === 1 || !this.packsRows);
    this.packsColumns = this.rounds > 0 && !(isSmall && isStraight);

    this.rowTiles = Math.ceil(m / tile.rows);
    this.smallRows = Math.floor(m / this.rowTiles);
    this.largeTiles = m % this.rowTiles;
    const isLong = inner.length === 1 && this.rounds > sumBlock && this.rounds <= mostFlatRounds;
    this.roundsAtOnce = this.packsRows
      ? roundsOfBlock(this.rounds)
      : isLong && this.packsColumns && this.rowTiles > 1
        ? sumBlock
        : this.rounds;

    const copies = sizeOf(batch);
    const wanted = Math.min(manyUnits, Math.floor((copies * m * n * this.rounds) / unitWork));
    const times = (units: number): number => Math.max(1, Math.ceil(wanted / (copies * units)));
    let below = Math.ceil(m / rowBlock);
    let beside = this.packsRows ? Math.ceil(n / mostColumns) : 1;
    if (this.packsRows) {
      below = Math.max(below, Math.min(below * times(below * beside), Math.floor(m / leastRowBlock)));
      beside = Math.max(beside, Math.min(beside * times(below * beside), Math.floor(n / leastColumns)));
    } else beside = times(below);
    this.tilesOfUnit = Math.ceil(this.rowTiles / below);
    this.panelsOfUnit = Math.ceil(this.panels / beside);
    this.rowUnits = Math.ceil(this.rowTiles / this.tilesOfUnit);
    this.columnUnits = Math.ceil(this.panels / this.panelsOfUnit);

    this.spills = shape.vectors > 2 && !staysPaired(product);
  }

  get units(): number {
    return this.rowUnits * this.columnUnits * sizeOf(this.product.batch);
  }

  /** Rows of the largest tiles. */
  get mostRows(): number {
    return this.smallRows + (this.largeTiles > 0 ? 1 : 0);
  }

  /** True where sums are finished in one go, and no totals wait in memory. */
  get isWhole(): boolean {
    return this.roundsAtOnce === this.rounds;
  }

  /** Bytes of a packed tile of rows. Off the powers of two, so that the tiles' rounds do not all meet in one set of the cache. */
  get rowTileBytes(): number {
    return this.roundsAtOnce * this.mostRows * 4 + 64;
  }

  /** True where sums, finished or not, wait in memory. */
  get hasTotals(): boolean {
    return !this.isWhole || this.spills;
  }

  /**
   * Rows and columns of the totals: of one tile where sums only pass through, of one panel's tiles where all rows meet a
   * block of a panel, and of all the unit where all panels meet a block of rows.
   */
  private get totalRows(): number {
    return this.isWhole ? this.mostRows : Math.min(this.tilesOfUnit, this.rowTiles) * this.mostRows;
  }

  private get totalColumns(): number {
    const panels = this.packsRows && !this.isWhole ? Math.min(this.panelsOfUnit, this.panels) : 1;
    return panels * this.panelWidth;
  }

  /** Bytes from one row of totals to the next; off the powers of two where rows are long. */
  get totalStride(): number {
    const { totalColumns, panelWidth } = this;
    return totalColumns * 4 + (totalColumns > panelWidth ? 64 : 0);
  }

  /** Where totals stand behind the start of a thread's room: after the packed rows. */
  get totalsAt(): number {
    return this.packsRows ? Math.min(this.tilesOfUnit, this.rowTiles) * this.rowTileBytes : 0;
  }

  /** Threads that take part, and bytes that each has to itself, in whole lines of the cache; no limit where they need none. */
  get seats(): number {
    return Math.min(this.units, mostSeats);
  }

  get seatBytes(): number {
    const totals = this.hasTotals ? this.totalRows * this.totalStride : 0;
    return Math.ceil((this.totalsAt + totals) / 64) * 64;
  }

  /** Words of the packed right operand. */
  get columnWords(): number {
    if (!this.packsColumns) return 0;
    const { batch } = this.product;
    return sizeOf(this.packedAxes.map((d) => batch[d])) * this.panels * this.rounds * this.panelWidth;
  }

  /** All scratch. */
  get words(): number {
    return this.columnWords + (this.seats * this.seatBytes) / 4;
  }
}

/** One counter per batch axis; none for axes that are not counted. */
export type Counters = readonly (number | undefined)[];

/** Where the parts of a product lie. */
export class ProductAddresses extends ProductLayout {
  readonly fn: KernelFunction;
  declare readonly product: Product;

  constructor(fn: KernelFunction, product: Product, tile: TileName) {
    super(product, tileShapes[tile]);
    this.fn = fn;
  }

  /** Counters for `axes`, from a unit number whose lowest digit counts `below` pieces. */
  counters(unit: number, below: number, axes: readonly number[]): Counters {
    const { f } = this.fn;
    const { batch } = this.product;
    const counters: (number | undefined)[] = batch.map(() => undefined);
    let digit = below;
    for (const d of [...axes].reverse()) {
      const counter = f.local("i32");
      f.get(unit).i32(digit).op("i32.div_u").i32(batch[d]).op("i32.rem_u").set(counter);
      counters[d] = counter;
      digit *= batch[d];
    }
    return counters;
  }

  /** A local with the address of an operand's element 0 in the present batch. */
  start(operand: Operand, counters: Counters): number {
    const base = this.fn.base(operand.buffer);
    return this.sumOf(base, operand.base * 4, (d) => operand.batch[d] * 4, counters);
  }

  /** A local with the address of panel 0 in the present batch. */
  packedStart(counters: Counters): number {
    const { batch } = this.product;
    const strides = batch.map(() => 0);
    let stride = this.panels * this.panelBytes;
    for (const d of [...this.packedAxes].reverse()) {
      strides[d] = stride;
      stride *= batch[d];
    }
    return this.sumOf(this.packedBase, 0, (d) => strides[d], counters);
  }

  get packedBase(): number {
    return this.fn.base(this.product.packed as number);
  }

  /** A local with the address of what this thread has to itself, if that is anything. */
  seatStart(): number {
    const { f } = this.fn;
    const local = f.local("i32");
    if (this.seatBytes === 0) return local;
    f.globalGet(this.fn.thread).i32(this.seatBytes).op("i32.mul");
    f.get(this.packedBase).op("i32.add");
    f.i32(this.columnWords * 4)
      .op("i32.add")
      .set(local);
    return local;
  }

  private sumOf(base: number, offset: number, stride: (d: number) => number, counters: Counters): number {
    const { f } = this.fn;
    const local = f.local("i32");
    f.get(base).i32(offset).op("i32.add").set(local);
    counters.forEach((counter, d) => {
      if (counter === undefined || stride(d) === 0) return;
      this.fn.scaled(counter, stride(d)).get(local).op("i32.add").set(local);
    });
    return local;
  }
}
