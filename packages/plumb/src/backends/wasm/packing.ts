/** Copies the right operand of a product into panels, zeros behind the last column. */
import { sizeOf } from "../../base/shape.ts";
import { parameters } from "./kernel-function.ts";
import type { ProductAddresses } from "./product-layout.ts";

/** Columns that are packed side by side: rows of the operand are read in pieces that memory delivers at full speed. */
const columnsAtOnce = 64;

/** Units are panels side by side, of each batch where the operand differs. Returns their number. */
export function writePacking(at: ProductAddresses): number {
  const { fn, product, panels, panelBytes, panelWidth, packedAxes } = at;
  const { f } = fn;
  const together = product.b.line === 1 ? Math.max(1, columnsAtOnce / panelWidth) : 1;
  const groups = Math.ceil(panels / together);
  const unit = f.local("i32");
  f.get(parameters.begin).set(unit);
  fn.countUp(unit, { local: parameters.end }, 1, () => {
    const [group, target] = [f.local("i32"), f.local("i32")];
    f.get(unit).i32(groups).op("i32.rem_u").set(group);
    const source = at.start(product.b, at.counters(unit, groups, packedAxes));
    fn.scaled(group, together * panelWidth * product.b.line * 4)
      .get(source)
      .op("i32.add")
      .set(source);
    f.get(unit)
      .i32(groups)
      .op("i32.div_u")
      .i32(panels * panelBytes)
      .op("i32.mul");
    fn.scaled(group, together * panelBytes)
      .op("i32.add")
      .get(at.packedBase)
      .op("i32.add")
      .set(target);
    const whole = Math.min(product.n, together * panelWidth);
    const tail = product.n - (groups - 1) * whole;
    const write = (columns: number): void => new PanelWriter(at, source, target, columns).write();
    if (tail === whole) return write(whole);
    f.get(group)
      .i32(groups - 1)
      .op("i32.eq");
    f.if(
      () => write(tail),
      () => write(whole),
    );
  });
  return groups * sizeOf(packedAxes.map((d) => product.batch[d]));
}

/** Writes row after row of `columns` columns, in the order of the inner loops. Moves both pointers. */
class PanelWriter {
  private readonly at: ProductAddresses;
  private readonly source: number;
  private readonly target: number;
  private readonly columns: number;

  constructor(at: ProductAddresses, source: number, target: number, columns: number) {
    this.at = at;
    this.source = source;
    this.target = target;
    this.columns = columns;
  }

  write(): void {
    this.loop(0);
  }

  private loop(d: number): void {
    const { inner, b } = this.at.product;
    const last = inner.length - 1;
    if (d < last) {
      this.times(inner[d], () => {
        this.loop(d + 1);
        this.move(this.source, (b.inner[d] - b.inner[d + 1] * inner[d + 1]) * 4);
      });
      return;
    }
    const step = b.inner[d] * 4;
    // Rounds that lie side by side are read four at a time, and turned.
    const turned = step === 4 && b.line !== 1 ? Math.floor(inner[d] / 4) : 0;
    if (turned > 0) {
      this.times(turned, () => {
        this.square();
        this.move(this.source, 4 * step);
      });
    }
    this.times(inner[d] - 4 * turned, () => {
      this.row();
      this.move(this.source, step);
    });
  }

  private times(count: number, body: () => void): void {
    if (count === 0) return;
    const { f } = this.at.fn;
    const left = f.local("i32");
    f.i32(count).set(left);
    f.loop((again) => {
      body();
      f.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
    });
    f.release(left);
  }

  private move(pointer: number, bytes: number): void {
    if (bytes !== 0) this.at.fn.f.get(pointer).i32(bytes).op("i32.add").set(pointer);
  }

  /** Pushes the address of a column in the present round; `offset` is what its load is to add. */
  private column(j: number): { offset: number } {
    const { f } = this.at.fn;
    const distance = j * this.at.product.b.line * 4;
    f.get(this.source);
    if (distance >= 0) return { offset: distance };
    f.i32(distance).op("i32.add");
    return { offset: 0 };
  }

  /** One round, panel by panel: all of a panel's vectors are loaded before the first is stored, so that V8 pairs them. */
  private row(): void {
    const { fn, product, panelWidth, panelBytes } = this.at;
    const { f, lanes } = fn;
    const zero = lanes.constant(0, "float32").local;
    const vectors = Array.from({ length: panelWidth / 4 }, () => f.local("v128"));
    for (let first = 0; first < this.columns; first += panelWidth) {
      vectors.forEach((vector, i) => {
        const j = first + 4 * i;
        const valid = Math.min(4, this.columns - j);
        if (product.b.line === 1 && valid === 4) {
          f.get(this.source)
            .load("v128.load", 4 * j)
            .set(vector);
          return;
        }
        f.get(zero).set(vector);
        for (let lane = 0; lane < valid; lane++) {
          const { offset } = this.column(j + lane);
          f.get(vector).loadLane("v128.load32_lane", lane, offset).set(vector);
        }
      });
      vectors.forEach((vector, i) => {
        f.get(this.target)
          .get(vector)
          .store("v128.store", (first / panelWidth) * panelBytes + 16 * i);
      });
    }
    this.move(this.target, panelWidth * 4);
    for (const vector of vectors) f.release(vector);
  }

  /** Four rounds: squares of four by four, columns becoming rows. */
  private square(): void {
    const { fn, panelWidth } = this.at;
    const { f, lanes } = fn;
    const zero = lanes.constant(0, "float32").local;
    const [a, b, c, d] = Array.from({ length: 4 }, () => f.local("v128"));
    const halves = Array.from({ length: 4 }, () => f.local("v128"));
    for (let j = 0; j < panelWidth; j += 4) {
      [a, b, c, d].forEach((vector, i) => {
        if (j + i < this.columns) {
          const { offset } = this.column(j + i);
          f.load("v128.load", offset).set(vector);
        } else f.get(zero).set(vector);
      });
      const [low01, high01, low23, high23] = halves;
      const pick = (first: number, second: number, picked: readonly number[], into: number): void => {
        f.get(first).get(second).shuffle(picked).set(into);
      };
      pick(a, b, words(0, 4, 1, 5), low01);
      pick(a, b, words(2, 6, 3, 7), high01);
      pick(c, d, words(0, 4, 1, 5), low23);
      pick(c, d, words(2, 6, 3, 7), high23);
      const store = (round: number, first: number, second: number, picked: readonly number[]): void => {
        f.get(this.target).get(first).get(second).shuffle(picked);
        f.store("v128.store", (round * panelWidth + j) * 4);
      };
      store(0, low01, low23, words(0, 1, 4, 5));
      store(1, low01, low23, words(2, 3, 6, 7));
      store(2, high01, high23, words(0, 1, 4, 5));
      store(3, high01, high23, words(2, 3, 6, 7));
    }
    this.move(this.target, 4 * panelWidth * 4);
    for (const local of [a, b, c, d, ...halves]) f.release(local);
  }
}

/** Byte selectors for `i8x16.shuffle`: words 0-3 of the first operand, 4-7 of the second. */
const words = (...picked: number[]): number[] =>
  picked.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));
