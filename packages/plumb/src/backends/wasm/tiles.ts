/**
 * The tiles of a product: units of them, panels of a unit, tiles against a panel. What is inside a tile is written by
 * `sums.ts`, and what becomes of it by `epilogue.ts`.
 */
import { EpilogueWriter } from "./epilogue.ts";
import { PointWriter, type Level } from "./expressions.ts";
import { parameters } from "./kernel-function.ts";
import type { Counters, ProductAddresses } from "./product-layout.ts";
import { keepSums, RoundBlocks, RowPacker, type Unit } from "./row-blocks.ts";
import { SumWriter, type TilePlace } from "./sums.ts";

/** Units are blocks of rows, and of columns where there are few of those, of each batch. Returns their number. */
export function writeTiles(at: ProductAddresses): number {
  return new TileWriter(at).write();
}

class TileWriter {
  private readonly at: ProductAddresses;
  private readonly sums: SumWriter;
  private readonly end: EpilogueWriter;

  constructor(at: ProductAddresses) {
    this.at = at;
    this.sums = new SumWriter(at);
    this.end = new EpilogueWriter(at, new PointWriter(at.fn));
  }

  write(): number {
    const { fn, product, rowUnits, columnUnits, units } = this.at;
    const { f } = fn;
    const axes = product.batch.map((_, d) => d);
    const [unit, start] = [f.local("i32"), this.at.seatStart()];
    f.get(parameters.begin).set(unit);
    this.end.hoist();
    fn.countUp(unit, { local: parameters.end }, 1, () => {
      const counters = this.at.counters(unit, rowUnits * columnUnits, axes);
      const levels = axes.map((loop): Level => ({ loop, counter: counters[loop] as number, vector: false }));
      this.end.within(levels, () => {
        this.end.hoist();
        this.unit(this.unitOf(unit, start), counters);
      });
    });
    return units;
  }

  /** A block of rows against a run of panels. */
  private unit(unit: Unit, counters: Counters): void {
    const { at } = this;
    const { product, packsRows, packsColumns, isWhole } = at;
    const { f } = at.fn;
    const a = at.start(product.a, counters);
    const b = packsColumns ? at.packedStart(counters) : at.start(product.b, counters);
    const [row, column, panel, packedRows, totals] = Array.from({ length: 5 }, () => f.local("i32"));
    const blocks = packsRows || !isWhole ? new RoundBlocks(at) : undefined;
    const place: TilePlace = { a, b, row, column, panel, blocks, packedRows, totals };
    if (blocks === undefined) this.panels(unit, place, (columns) => this.tiles(columns, unit, place));
    else if (packsRows) {
      const packer = new RowPacker(at, unit, a);
      blocks.each(() => {
        packer.pack(blocks);
        this.panels(unit, place, (columns) => this.tiles(columns, unit, place));
      });
      packer.release();
    } else {
      this.panels(unit, place, (columns) => blocks.each(() => this.tiles(columns, unit, place)));
    }
    blocks?.release();
    const { firstRow, smallFrom, endRow, firstPanel, endPanel } = unit;
    for (const local of [row, column, panel, packedRows, totals, a, b]) f.release(local);
    for (const local of [firstRow, smallFrom, endRow, firstPanel, endPanel]) f.release(local);
  }

  /** A unit, in locals. */
  private unitOf(number: number, start: number): Unit {
    const { at } = this;
    const { f } = at.fn;
    const { columnUnits, rowUnits, tilesOfUnit, panelsOfUnit, rowTiles, panels } = at;
    const { smallRows, largeTiles } = at;
    const [tile, firstRow, smallFrom, endRow, firstPanel, endPanel] = Array.from({ length: 6 }, () =>
      f.local("i32"),
    );
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
    f.get(number).i32(columnUnits).op("i32.rem_u").i32(panelsOfUnit).op("i32.mul").tee(firstPanel);
    f.i32(panelsOfUnit).op("i32.add").set(endPanel);
    least(() => f.get(endPanel), panels);
    f.set(endPanel);
    return { start, firstRow, smallFrom, endRow, firstPanel, endPanel };
  }

  /** Runs `body` for each panel of the unit, which is told its columns. */
  private panels(
    { firstPanel, endPanel }: Unit,
    { panel, column }: TilePlace,
    body: (columns: number) => void,
  ): void {
    const { fn, product, panelWidth, panels } = this.at;
    const { f } = fn;
    const rest = product.n % panelWidth;
    f.get(firstPanel).set(panel);
    fn.countUp(panel, { local: endPanel }, 1, () => {
      fn.scaled(panel, panelWidth).set(column);
      if (rest === 0) return body(panelWidth);
      if (panels === 1) return body(rest);
      f.get(panel)
        .i32(panels - 1)
        .op("i32.lt_u");
      f.if(
        () => body(panelWidth),
        () => body(rest),
      );
    });
  }

  /** All tiles of the unit against one panel. */
  private tiles(columns: number, unit: Unit, place: TilePlace): void {
    const { fn, packsRows, hasTotals, isWhole, largeTiles, smallRows } = this.at;
    const { totalsAt, totalStride, rowTileBytes, panelWidth } = this.at;
    const { f } = fn;
    const { start, firstRow, smallFrom, endRow, firstPanel } = unit;
    const { row, panel, packedRows, totals } = place;
    f.get(firstRow).set(row);
    if (packsRows) f.get(start).set(packedRows);
    if (hasTotals) {
      f.get(start).i32(totalsAt).op("i32.add");
      if (packsRows && !isWhole) {
        f.get(panel)
          .get(firstPanel)
          .op("i32.sub")
          .i32(panelWidth * 4)
          .op("i32.mul")
          .op("i32.add");
      }
      f.set(totals);
    }
    const tilesOf = (rows: number, end: number): void =>
      fn.countUp(row, { local: end }, rows, () => {
        this.tile(rows, columns, place);
        if (packsRows) f.get(packedRows).i32(rowTileBytes).op("i32.add").set(packedRows);
        if (!isWhole)
          f.get(totals)
            .i32(rows * totalStride)
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
    const { blocks, totals, row, column } = place;
    this.sums.write(sums, place);
    blocks?.add(sums, totals);
    const keep = (): void => keepSums(this.at, sums, totals);
    const atEnd = (finish: () => void, otherwise?: () => void): void =>
      blocks === undefined ? finish() : blocks.last(finish, otherwise);
    if (this.at.spills) {
      keep();
      atEnd(() => this.finishTile(rows, columns, place));
    } else atEnd(() => this.end.fromRegisters(sums, columns, row, column), keep);
    for (const sum of sums.flat()) f.release(sum);
  }

  /** The epilogue of a tile whose sums are in memory. */
  private finishTile(rows: number, columns: number, { row, column, totals }: TilePlace): void {
    const { f } = this.at.fn;
    const [from, endRow, endColumn] = Array.from({ length: 3 }, () => f.local("i32"));
    f.get(row).tee(from).i32(rows).op("i32.add").set(endRow);
    f.get(column).i32(columns).op("i32.add").set(endColumn);
    this.end.fromTotals({ row: from, endRow, column, endColumn }, totals);
    for (const local of [from, endRow, endColumn]) f.release(local);
  }
}
