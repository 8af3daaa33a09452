/**
 * Writes matrix products. The right operand is packed into panels of NR columns, `[panel][inner][NR]`, so that the inner
 * loop reads it straight through (`packing.ts`); a tile of MR rows by NR columns stays in registers over all inner loops
 * and leaves through the epilogue (`tiles.ts`).
 */
import type { Product } from "../../compile/kernel.ts";
import { KernelFunction, type ModuleContext, type WrittenKernel } from "./kernel-function.ts";
import { writePacking } from "./packing.ts";
import { ProductAddresses } from "./product-layout.ts";
import { writeTiles } from "./tiles.ts";

/** The phases of a product, with a barrier between them: packing where there is any, then the tiles. */
export function writeProduct(context: ModuleContext, product: Product): WrittenKernel[] {
  const phases: WrittenKernel[] = [];
  const write = (name: string, body: (at: ProductAddresses) => number): void => {
    let units = 0;
    const func = context.module.func(
      ["i32", "i32", "i32"],
      [],
      (f) => {
        units = body(new ProductAddresses(new KernelFunction(context, f), product));
      },
      name,
    );
    phases.push({ func, units });
  };
  if (product.packed !== undefined) write(`pack ${product.name}`, writePacking);
  write(product.name, writeTiles);
  return phases;
}
