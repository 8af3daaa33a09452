/**
 * How long a kernel takes on one thread, roughly: what decides whether it is worth waking others for. Counted in
 * instructions of four lanes; only the order of magnitude matters, and results never depend on it.
 */
import { bytesOf } from "../../base/dtype.ts";
import { sizeOf } from "../../base/shape.ts";
import { inOrder, partsOf, rootsOfStage } from "../../compile/expr.ts";
import type { Expr, Kernel, Loop, Product, Store } from "../../compile/kernel.ts";

/** Nanoseconds of an instruction of four lanes, loads and address arithmetic counted in; of a multiply-add in a tile. */
const instruction = 0.4;
const multiplyAdd = 0.2;

/** Instructions of one value, those of its parts left out. */
export function costOf(expr: Expr): number {
  switch (expr.kind) {
    case "apply":
      return expr.op.cost ?? 1;
    case "random":
      return 80;
    case "gather":
      return 12;
    default:
      return partsOf(expr).length > 0 ? 1 : 0.5;
  }
}

const costOfAll = (roots: readonly Expr[]): number =>
  inOrder(roots).reduce((sum, expr) => sum + costOf(expr), 0);
const costOfStores = (stores: readonly Store[]): number =>
  costOfAll(stores.map(({ value }) => value)) + stores.length;

/** Nanoseconds of each phase of a kernel: a product packs first if it has two. */
export function workOf(kernel: Exclude<Kernel, Loop>, phases: number): number[] {
  if (kernel.kind === "product") {
    const tiles = workOfTiles(kernel);
    return phases === 1 ? [tiles] : [workOfPacking(kernel), tiles];
  }
  return [instruction * instructionsOf(kernel)];
}

const workOfTiles = ({ batch, m, n, inner, stores }: Product): number => {
  const elements = sizeOf(batch) * m * n;
  return (elements / 4) * (multiplyAdd * sizeOf(inner) + instruction * costOfStores(stores));
};

const workOfPacking = ({ batch, n, inner, b }: Product): number => {
  const copies = sizeOf(batch.filter((_, d) => b.batch[d] !== 0));
  return ((copies * n * sizeOf(inner)) / 4) * instruction * (b.line === 1 ? 2 : 6);
};

function instructionsOf(kernel: Exclude<Kernel, Loop | Product>): number {
  switch (kernel.kind) {
    case "nest": {
      const perPoint = kernel.stages.map(
        (stage) =>
          sizeOf(stage.inner) * (costOfAll(rootsOfStage(stage)) + stage.stores.length + stage.folds.length),
      );
      return (sizeOf(kernel.outer) * perPoint.reduce((sum, cost) => sum + cost, 0)) / 4;
    }
    case "scan":
      return kernel.outer * kernel.extent * kernel.inner * 4;
    case "sort":
      return kernel.outer * kernel.extent * kernel.inner * 20 * Math.ceil(Math.log2(kernel.extent + 1));
    case "scatter":
      return sizeOf(kernel.loops) * costOfAll([kernel.update, kernel.index]);
    case "fill":
      return (kernel.length * bytesOf[kernel.dtype]) / 16;
  }
}
