/**
 * Writes matrix products. The right operand is packed into panels of a tile's width, `[panel][inner][width]`, so that the
 * inner loop reads it straight through (`packing.ts`); a tile of rows by columns stays in registers over the inner loops
 * and leaves through the epilogue (`tiles.ts`). Where everything lies and what is packed is decided in `product-layout.ts`.
 */
import type { Product } from "../../compile/kernel.ts";
import { kernelFunction, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import { writePacking } from "./packing.ts";
import { ProductAddresses, ProductLayout } from "./product-layout.ts";
import { tileShapes } from "./tile-shapes.ts";
import { writeTiles } from "./tiles.ts";

/** The phases of a product, with a barrier between them: packing where the right operand is packed, then the tiles. */
export function writeProduct(context: ModuleContext, product: Product): WrittenKernel[] {
  const { tile } = context.features;
  const write = (name: string, body: (at: ProductAddresses) => number): WrittenKernel =>
    kernelFunction(context, product, `${name} ${extentsOf(product)}`, (fn) =>
      body(new ProductAddresses(fn, product, tile)),
    );
  const { packsColumns, seatBytes, seats } = new ProductLayout(product, tileShapes[tile]);
  const pack = packsColumns ? [write(`pack ${product.name}`, writePacking)] : [];
  const tiles = write(product.name, writeTiles);
  return [...pack, seatBytes > 0 ? { ...tiles, seats } : tiles];
}

/** Rows × columns × rounds, behind those of the batch where there is one: `8·4·128×128×32`. */
function extentsOf({ batch, m, n, inner }: Product): string {
  const rounds = inner.reduce((product, extent) => product * extent, 1);
  return [...batch, `${m}×${n}×${rounds}`].join("·");
}
