/** How a product is laid out: the size of its tiles, its panels, and where everything lies. */
import { sizeOf } from "../../base/shape.ts";
import type { Packing } from "../../compile/4-lower.ts";
import type { Operand, Product } from "../../compile/kernel.ts";
import type { KernelFunction } from "./kernel-function.ts";

/** Rows and vectors of a tile: 8 accumulators, 4 + 1 operands; V8 has 15 vector registers to give. */
export const tileRows = 4;
const tileVectors = 2;
export const panelWidth = 4 * tileVectors;

/** Rows that are done against one panel before the next is taken up: they stay in the second-level cache. */
export const rowBlock = 64;
/** Products that one accumulator takes before its sum is added to a total. */
export const sumBlock = 512;
/** Rounds up to which rows are packed: sums of more take more levels of totals than the two that packed blocks have. */
const mostPackedRounds = 2 ** 22;
/** Scratch that packed rows may take, in words. */
const mostRowWords = 2 ** 20;

type Arranged = Parameters<Packing>[0];

export const packing: Packing = (product) => columnWords(product) + rowWords(product);

/** Words of the packed right operand. Small ones that lie row by row are read as they are, unless rows are packed. */
function columnWords(product: Arranged): number {
  const { batch, m, n, inner, b } = product;
  const k = sizeOf(inner);
  const straight = b.line === 1 && inner.length === 1 && n % panelWidth === 0;
  if (k === 0 || (straight && (m <= 2 * tileRows || k * n <= 4096) && rowWords(product) === 0)) return 0;
  const copies = sizeOf(packedAxes(b, batch).map((d) => batch[d]));
  return copies * Math.ceil(n / panelWidth) * k * panelWidth;
}

/**
 * Words for the blocks of rows, one per unit: none where rows lie in the order of the inner loops. Where they lie across
 * (the gradient of a weight), every round would touch a line of the cache for four numbers of it; a block of rows is then
 * packed, so many rounds at a time, and meets all panels before the next. It pays where there are some.
 */
function rowWords({ batch, m, n, inner, a }: Arranged): number {
  const k = sizeOf(inner);
  if (a.line !== 1 || a.inner[a.inner.length - 1] === 1 || n <= panelWidth) return 0;
  if (k < sumBlock / 8 || k > mostPackedRounds) return 0;
  const units = sizeOf(batch) * Math.ceil(m / rowBlock);
  const words = (units * rowUnitBytes(m, n, k)) / 4;
  return words > mostRowWords ? 0 : words;
}

/** Rounds of a block of rows: blocks and their number grow alike beyond the square of a block of sums. */
export const roundsOfBlock = (k: number): number => Math.min(k, Math.max(sumBlock, Math.ceil(Math.sqrt(k))));

/** Bytes of a packed tile of rows. Off the powers of two, so that the tiles' rounds do not all meet in one set of the cache. */
export const rowTileBytes = (k: number): number => roundsOfBlock(k) * tileRows * 4 + 64;

/** Tiles in the largest block of rows. */
export const tilesOfBlock = (m: number): number => Math.ceil(Math.min(m, rowBlock) / tileRows);

/** Bytes of a unit: its packed rows, and behind them the totals of its sums if there is more than one block of rounds. */
function rowUnitBytes(m: number, n: number, k: number): number {
  const totals = k > roundsOfBlock(k) ? Math.ceil(n / panelWidth) * panelWidth * tileRows * 4 : 0;
  return tilesOfBlock(m) * (rowTileBytes(k) + totals);
}

/** The batch axes along which the right operand differs: there is a set of panels for each of their points. */
const packedAxes = (b: Operand, batch: readonly number[]): number[] =>
  batch.flatMap((_, d) => (b.batch[d] === 0 ? [] : [d]));

/** One counter per batch axis; none for axes that are not counted. */
export type Counters = readonly (number | undefined)[];

/** Where the parts of a product lie. */
export class ProductAddresses {
  readonly fn: KernelFunction;
  readonly product: Product;
  /** Panels of one set. */
  readonly panels: number;
  readonly panelBytes: number;
  /** The batch axes that sets of panels are made for. */
  readonly packedAxes: readonly number[];
  readonly packsColumns: boolean;
  readonly packsRows: boolean;

  constructor(fn: KernelFunction, product: Product) {
    this.fn = fn;
    this.product = product;
    this.panels = Math.ceil(product.n / panelWidth);
    this.panelBytes = sizeOf(product.inner) * panelWidth * 4;
    this.packedAxes = packedAxes(product.b, product.batch);
    this.packsColumns = columnWords(product) > 0;
    this.packsRows = rowWords(product) > 0;
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

  /** A local with the address of the packed rows of a unit. */
  rowsStart(unit: number): number {
    const { m, n, inner } = this.product;
    const local = this.fn.f.local("i32");
    this.fn
      .scaled(unit, rowUnitBytes(m, n, sizeOf(inner)))
      .get(this.packedBase)
      .op("i32.add")
      .i32(columnWords(this.product) * 4)
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
