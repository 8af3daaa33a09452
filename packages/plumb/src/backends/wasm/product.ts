/**
 * Writes matrix products. The right operand is packed into panels of NR columns, `[panel][k][NR]`, so that the inner
 * loop reads it straight through; a tile of MR rows by NR columns stays in registers over all of k and leaves through
 * the epilogue. Every element is summed in the order of k, in blocks that depend on k alone: results do not depend on the
 * tiling.
 */
import { sizeOf } from "../../base/shape.ts";
import type { Operand, Product } from "../../compile/kernel.ts";
import type { Packing } from "../../compile/4-lower.ts";
import { inOrder } from "../../compile/expr.ts";
import { accesses, PointWriter, type Level } from "./expressions.ts";
import { KernelFunction, parameters, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import type { Lane } from "./lanes.ts";

/** Rows and vectors of a tile: 8 accumulators, 4 + 1 operands; V8 has 15 vector registers to give. */
const tileRows = 4;
const tileVectors = 2;
const panelWidth = 4 * tileVectors;
/** Rows that are done against one panel before the next is taken up: they stay in the second-level cache. */
const rowBlock = 64;

/** Products that one accumulator takes before its sum is added to a total. */
const sumBlock = 512;

/** Small right operands that lie row by row are read as they are; packing pays when panels are read many times. */
export const packing: Packing = ({ batch, m, n, k, b }) => {
  const straight = b.columns === 1 && n % panelWidth === 0;
  if (k === 0 || (straight && (m <= 2 * tileRows || k * n <= 4096))) return 0;
  const copies = b.batch.some((stride) => stride !== 0) ? sizeOf(batch) : 1;
  return copies * Math.ceil(n / panelWidth) * k * panelWidth;
};

/** The phases of a product, with a barrier between them: packing where there is any, then the tiles. */
export function writeProduct(context: ModuleContext, product: Product): WrittenKernel[] {
  const phases: WrittenKernel[] = [];
  const write = (name: string, body: (writer: ProductWriter) => number): void => {
    let units = 0;
    const func = context.module.func(
      ["i32", "i32", "i32"],
      [],
      (f) => {
        units = body(new ProductWriter(new KernelFunction(context, f), product));
      },
      name,
    );
    phases.push({ func, units });
  };
  if (product.packed !== undefined) write(`pack ${product.name}`, (writer) => writer.writePacking());
  write(product.name, (writer) => writer.writeTiles());
  return phases;
}

class ProductWriter {
  private readonly fn: KernelFunction;
  private readonly product: Product;
  private readonly panels: number;

  constructor(fn: KernelFunction, product: Product) {
    this.fn = fn;
    this.product = product;
    this.panels = Math.ceil(product.n / panelWidth);
  }

  private get packsBatch(): boolean {
    return this.product.b.batch.some((stride) => stride !== 0);
  }

  // Packing

  /** Units are panels, of each batch where the operand differs. */
  writePacking(): number {
    const { f } = this.fn;
    const { n, batch } = this.product;
    const unit = f.local("i32");
    f.get(parameters.begin).set(unit);
    this.fn.countUp(unit, { local: parameters.end }, 1, () => {
      const panel = f.local("i32");
      f.get(unit).i32(this.panels).op("i32.rem_u").set(panel);
      const batches = this.packsBatch ? this.batchCounters(unit, this.panels) : batch.map(() => undefined);
      const source = this.start(this.product.b, batches);
      this.fn.scaled(panel, panelWidth * this.product.b.columns * 4);
      f.get(source).op("i32.add").set(source);
      const target = f.local("i32");
      this.pushPacked(unit).set(target);
      const tail = n % panelWidth;
      if (tail === 0) return this.packPanel(source, target, panelWidth);
      f.get(panel)
        .i32(this.panels - 1)
        .op("i32.eq");
      f.if(
        () => this.packPanel(source, target, tail),
        () => this.packPanel(source, target, panelWidth),
      );
    });
    return this.panels * (this.packsBatch ? sizeOf(batch) : 1);
  }

  /** Pushes the address of packed panel number `unit`. */
  private pushPacked(unit: number): KernelFunction["f"] {
    const base = this.fn.base(this.product.packed as number);
    return this.fn
      .scaled(unit, this.product.k * panelWidth * 4)
      .get(base)
      .op("i32.add");
  }

  /** Copies `columns` columns of the operand into a panel, row by row, zeros behind them. */
  private packPanel(source: number, target: number, columns: number): void {
    const { f, lanes } = this.fn;
    const { k, b } = this.product;
    const left = f.local("i32");
    const vector = f.local("v128");
    const zero = lanes.constant(0, "float32").local;
    f.i32(k).set(left);
    f.loop((again) => {
      for (let j = 0; j < panelWidth; j += 4) {
        const valid = Math.min(4, columns - j);
        if (valid <= 0) f.get(zero).set(vector);
        else if (b.columns === 1 && valid === 4)
          f.get(source)
            .load("v128.load", 4 * j)
            .set(vector);
        else {
          f.get(zero).set(vector);
          for (let i = 0; i < valid; i++) {
            f.get(source)
              .i32((j + i) * b.columns * 4)
              .op("i32.add");
            f.get(vector).loadLane("v128.load32_lane", i).set(vector);
          }
        }
        f.get(target)
          .get(vector)
          .store("v128.store", 4 * j);
      }
      f.get(source)
        .i32(b.rows * 4)
        .op("i32.add")
        .set(source);
      f.get(target)
        .i32(panelWidth * 4)
        .op("i32.add")
        .set(target);
      f.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
    });
    f.release(left).release(vector);
  }

  // Tiles

  /** Units are blocks of rows, of each batch. */
  writeTiles(): number {
    const { f } = this.fn;
    const { m, batch } = this.product;
    const blocks = Math.ceil(m / rowBlock);
    const unit = f.local("i32");
    f.get(parameters.begin).set(unit);
    const exprs = inOrder(this.product.stores.map((store) => store.value));
    const points = new PointWriter(this.fn);
    points.resultLoops = [...batch.map((_, d) => d), batch.length, batch.length + 1];
    const touched = accesses(exprs, this.product.stores);
    points.hoist(exprs, () => [[]]);
    this.fn.countUp(unit, { local: parameters.end }, 1, () => {
      const batches = this.batchCounters(unit, blocks);
      const levels = batches.flatMap((counter, loop): Level[] =>
        counter === undefined ? [] : [{ loop, counter, vector: false }],
      );
      within(points, levels, touched, () => {
        points.hoist(exprs, () => [[]]);
        this.rowBlockAt(unit, blocks, batches, points, touched);
      });
    });
    return blocks * sizeOf(batch);
  }

  private rowBlockAt(
    unit: number,
    blocks: number,
    batches: Counters,
    points: PointWriter,
    touched: Touched,
  ): void {
    const { f } = this.fn;
    const { m, n } = this.product;
    const [firstRow, lastRow, row, column, panel] = ["i32", "i32", "i32", "i32", "i32"].map(() =>
      f.local("i32"),
    );
    f.get(unit).i32(blocks).op("i32.rem_u").i32(rowBlock).op("i32.mul").tee(firstRow);
    // Rows of whole tiles in this block; what is left over stands in the last one.
    f.i32(rowBlock)
      .op("i32.add")
      .tee(lastRow)
      .i32(m - (m % tileRows));
    f.get(lastRow)
      .i32(m - (m % tileRows))
      .op("i32.lt_u")
      .op("select")
      .set(lastRow);
    const a = this.start(this.product.a, batches);
    const b =
      this.product.packed === undefined ? this.start(this.product.b, batches) : this.packedStart(batches);
    const rest = m % tileRows;
    const panelsOf = (columns: number): void => {
      f.get(firstRow).set(row);
      const tile = (rows: number): void =>
        this.tile(rows, columns, { a, b, row, column, panel }, points, touched);
      if (m >= tileRows) {
        f.get(row).get(lastRow).op("i32.lt_u");
        f.if(() => this.fn.countUp(row, { local: lastRow }, tileRows, () => tile(tileRows)));
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
    f.i32(0).set(column).i32(0).set(panel);
    if (whole > 0) {
      this.fn.countUp(panel, whole, 1, () => {
        this.fn.scaled(panel, panelWidth).set(column);
        panelsOf(panelWidth);
      });
      f.i32(whole * panelWidth).set(column);
    }
    if (n % panelWidth > 0) panelsOf(n % panelWidth);
    for (const local of [firstRow, lastRow, row, column, panel, a, b]) f.release(local);
  }

  /** `rows` × `columns` accumulators over all of k, then the epilogue. */
  private tile(rows: number, columns: number, at: TileLocals, points: PointWriter, touched: Touched): void {
    const { f } = this.fn;
    const { a, k, batch } = this.product;
    const vectors = Math.ceil(columns / 4);
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local("v128")));
    const [left, right, count] = [f.local("i32"), f.local("i32"), f.local("i32")];
    this.fn
      .scaled(at.row, a.rows * 4)
      .get(at.a)
      .op("i32.add")
      .set(left);
    const panelBytes = this.product.packed === undefined ? panelWidth * 4 : k * panelWidth * 4;
    this.fn.scaled(at.panel, panelBytes).get(at.b).op("i32.add").set(right);
    f.i32(k).set(count);
    this.accumulate(k, sums, { left, right, count });
    for (const local of [left, right, count]) f.release(local);
    const levels: Level[] = [
      { loop: batch.length, counter: at.row, vector: false },
      { loop: batch.length + 1, counter: at.column, vector: true },
    ];
    points.product = (copies): Lane => ({
      dtype: "float32",
      local: sums[copies.at(-2) ?? 0][copies.at(-1) ?? 0],
    });
    within(points, levels, touched, () => {
      const outside = new Array<number>(points.depth - 2).fill(0);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < vectors; j++) {
          points.validLanes = Math.min(4, columns - 4 * j);
          for (const store of this.product.stores) points.store(store, [...outside, i, j]);
        }
      }
      points.validLanes = 4;
    });
    points.product = undefined;
    for (const sum of sums.flat()) f.release(sum);
  }

  /**
   * Sums `count` products into `sums`. Up to a block they run in one loop; beyond, block by block, each block's sums added
   * to totals, and so on: the error of n terms grows with the number of levels, not with n.
   */
  private accumulate(k: number, sums: number[][], at: { left: number; right: number; count: number }): void {
    const { f, lanes } = this.fn;
    const zero = lanes.constant(0, "float32").local;
    for (const sum of sums.flat()) f.get(zero).set(sum);
    if (k === 0) return;
    if (k <= sumBlock) return this.multiplyLoop(sums, at);
    let block = sumBlock;
    while (block * sumBlock < k) block *= sumBlock;
    const totals = sums.map((row) => row.map(() => f.local("v128")));
    for (const total of totals.flat()) f.get(zero).set(total);
    const rest = f.local("i32");
    f.get(at.count).set(rest);
    f.loop((again) => {
      f.get(rest).i32(block).get(rest).i32(block).op("i32.lt_u").op("select").set(at.count);
      f.get(rest).get(at.count).op("i32.sub").set(rest);
      this.accumulate(block, sums, at);
      totals.forEach((row, i) =>
        row.forEach((total, j) => f.get(total).get(sums[i][j]).op("f32x4.add").set(total)),
      );
      f.get(rest).brIf(again);
    });
    totals.forEach((row, i) => row.forEach((total, j) => f.get(total).set(sums[i][j]).release(total)));
    f.release(rest);
  }

  /** The innermost loop: `count` rows of the panel, at least one. Leaves both pointers behind what it read. */
  private multiplyLoop(sums: number[][], at: { left: number; right: number; count: number }): void {
    const { f } = this.fn;
    const { a, b, packed } = this.product;
    const splats = sums.map(() => f.local("v128"));
    const vector = f.local("v128");
    f.loop((again) => {
      splats.forEach((splat, i) => {
        if (a.rows >= 0)
          f.get(at.left)
            .load("v128.load32_splat", i * a.rows * 4)
            .set(splat);
        else
          f.get(at.left)
            .i32(i * a.rows * 4)
            .op("i32.add")
            .load("v128.load32_splat")
            .set(splat);
      });
      sums[0].forEach((_, j) => {
        f.get(at.right)
          .load("v128.load", 16 * j)
          .set(vector);
        sums.forEach((row, i) => this.multiplyAdd(row[j], splats[i], vector));
      });
      f.get(at.left)
        .i32(a.columns * 4)
        .op("i32.add")
        .set(at.left);
      f.get(at.right)
        .i32((packed === undefined ? b.rows : panelWidth) * 4)
        .op("i32.add")
        .set(at.right);
      f.get(at.count).i32(1).op("i32.sub").tee(at.count).brIf(again);
    });
    for (const local of [vector, ...splats]) f.release(local);
  }

  private multiplyAdd(sum: number, a: number, b: number): void {
    const { f, lanes } = this.fn;
    if (lanes.fused) f.get(a).get(b).get(sum).op("f32x4.relaxed_madd").set(sum);
    else f.get(sum).get(a).get(b).op("f32x4.mul").op("f32x4.add").set(sum);
  }

  // Addresses

  /** One counter per batch axis from a unit number whose lowest digit counts `inner` pieces; none for unit axes. */
  private batchCounters(unit: number, inner: number): Counters {
    const { f } = this.fn;
    const { batch } = this.product;
    let below = inner;
    const counters: (number | undefined)[] = batch.map(() => undefined);
    for (let d = batch.length - 1; d >= 0; d--) {
      if (batch[d] === 1) continue;
      const counter = f.local("i32");
      f.get(unit).i32(below).op("i32.div_u").i32(batch[d]).op("i32.rem_u").set(counter);
      counters[d] = counter;
      below *= batch[d];
    }
    return counters;
  }

  /** A local with the address of an operand's element 0 in the present batch. */
  private start(operand: Operand, batches: Counters): number {
    const { f } = this.fn;
    const local = f.local("i32");
    f.get(this.fn.base(operand.buffer))
      .i32(operand.base * 4)
      .op("i32.add")
      .set(local);
    batches.forEach((counter, d) => {
      if (counter === undefined || operand.batch[d] === 0) return;
      this.fn
        .scaled(counter, operand.batch[d] * 4)
        .get(local)
        .op("i32.add")
        .set(local);
    });
    return local;
  }

  /** The address of panel 0 in the present batch. */
  private packedStart(batches: Counters): number {
    const { f } = this.fn;
    const local = f.local("i32");
    f.get(this.fn.base(this.product.packed as number)).set(local);
    if (!this.packsBatch) return local;
    let below = this.panels * this.product.k * panelWidth * 4;
    for (let d = batches.length - 1; d >= 0; d--) {
      const counter = batches[d];
      if (counter === undefined) continue;
      this.fn.scaled(counter, below).get(local).op("i32.add").set(local);
      below *= this.product.batch[d];
    }
    return local;
  }
}

type Counters = readonly (number | undefined)[];
type Touched = ReturnType<typeof accesses>;

interface TileLocals {
  readonly a: number;
  readonly b: number;
  readonly row: number;
  readonly column: number;
  readonly panel: number;
}

/** Opens levels one inside the other around `body`. */
function within(points: PointWriter, levels: readonly Level[], touched: Touched, body: () => void): void {
  const [level, ...rest] = levels;
  if (level === undefined) body();
  else points.inside(level, touched, () => within(points, rest, touched, body));
}
