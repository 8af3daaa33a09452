/**
 * Writes matrix products. The right operand is packed into panels of a tile's width, `[panel][inner][width]`, so that the
 * inner loop reads it straight through (`packing.ts`); a tile of rows by columns stays in registers over the inner loops
 * and leaves through the epilogue (`tiles.ts`). Where everything lies and what is packed is decided in `product-layout.ts`.
 */
import type { Product } from "../../compile/kernel.ts";
import { KernelFunction, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import { writePacking } from "./packing.ts";
import { ProductAddresses, ProductLayout } from "./product-layout.ts";
import { tileShapes } from "./tile-shapes.ts";
import { writeTiles } from "./tiles.ts";

/** The phases of a product, with a barrier between them: packing where the right operand is packed, then the tiles. */
export function writeProduct(context: ModuleContext, product: Product): WrittenKernel[] {
  const { tile } = context.features;
  const write = (name: string, body: (at: ProductAddresses) => number): WrittenKernel => {
    let units = 0;
    const func = context.module.func(
      ["i32", "i32", "i32"],
      [],
      (f) => {
        units = body(new ProductAddresses(new KernelFunction(context, f), product, tile));
      },
      `${name} ${extentsOf(product)}`,
    );
    return { func, units };
  };
  const packs = new ProductLayout(product, tileShapes[tile]).packsColumns;
  return [...(packs ? [write(`pack ${product.name}`, writePacking)] : []), write(product.name, writeTiles)];
}

/** Rows × columns × rounds, behind those of the batch where there is one: `8·4·128×128×32`. */
function extentsOf({ batch, m, n, inner }: Product): string {
  const rounds = inner.reduce((product, extent) => product * extent, 1);
  return [...batch, `${m}×${n}×${rounds}`].join("·");
}
