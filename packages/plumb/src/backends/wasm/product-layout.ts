/** How a product is laid out: the size of its tiles, its panels, and where everything lies. */
import { sizeOf } from "../../base/shape.ts";
import type { Packing } from "../../compile/4-lower.ts";
import type { Operand, Product } from "../../compile/kernel.ts";
import type { KernelFunction } from "./kernel-function.ts";

/** Rows and vectors of a tile: 8 accumulators, 4 + 1 operands; V8 has 15 vector registers to give. */
export const tileRows = 4;
const tileVectors = 2;
export const panelWidth = 4 * tileVectors;

/** Small right operands that lie row by row are read as they are; packing pays when panels are read many times. */
export const packing: Packing = ({ batch, m, n, inner, b }) => {
  const k = sizeOf(inner);
  const straight = b.line === 1 && inner.length === 1 && n % panelWidth === 0;
  if (k === 0 || (straight && (m <= 2 * tileRows || k * n <= 4096))) return 0;
  const copies = sizeOf(packedAxes(b, batch).map((d) => batch[d]));
  return copies * Math.ceil(n / panelWidth) * k * panelWidth;
};

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

  constructor(fn: KernelFunction, product: Product) {
    this.fn = fn;
    this.product = product;
    this.panels = Math.ceil(product.n / panelWidth);
    this.panelBytes = sizeOf(product.inner) * panelWidth * 4;
    this.packedAxes = packedAxes(product.b, product.batch);
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
