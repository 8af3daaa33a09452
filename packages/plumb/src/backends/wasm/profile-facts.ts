/**
 * What a kernel does according to its plan: operations, and bytes that it must read and write. Each element counts once,
 * however often a loop comes back to it, since it is in the cache then; so does what a nest stores in one stage and reads
 * again in a later one.
 */
import { bytesOf } from "../../base/dtype.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Affine } from "../../compile/affine.ts";
import { inOrder, partsOf, rootsOfStage } from "../../compile/expr.ts";
import type { Buffer, Expr, Kernel, Loop, Operand, Product, Stage, Store } from "../../compile/kernel.ts";
import type { KernelFacts } from "../backend.ts";
import { costOf } from "./work.ts";

/** Which part of a kernel: products may pack their right operand first. */
export type Part = "pack" | "all";

type Work = Pick<KernelFacts, "multiplyAdds" | "operations" | "bytesRead" | "bytesWritten">;
type Facts = Pick<KernelFacts, "name" | "ops" | "extents"> & Work;

/** What one call does. */
export function factsOf(kernel: Exclude<Kernel, Loop>, buffers: readonly Buffer[], part: Part): Facts {
  if (kernel.kind === "product") return part === "pack" ? packing(kernel, buffers) : product(kernel, buffers);
  const { name } = kernel;
  const touched = new Touched(buffers);
  switch (kernel.kind) {
    case "nest": {
      let operations = 0;
      const ops = new Set<string>();
      for (const stage of kernel.stages) {
        const extents = [...kernel.outer, ...stage.inner];
        operations += operationsOf(rootsOfStage(stage), extents) + sizeOf(extents) * stage.folds.length;
        for (const op of opsOfStage(stage)) ops.add(op);
        touched.loads(rootsOfStage(stage), extents);
        touched.stores(stage.stores, extents);
      }
      return {
        name,
        ops: [...ops],
        extents: [...kernel.outer, ...kernel.stages[0].inner],
        multiplyAdds: 0,
        operations,
        ...touched.bytes,
      };
    }
    case "scan":
    case "sort": {
      const { outer, extent, inner, source, target } = kernel;
      const elements = outer * extent * inner;
      touched.read(source, elements);
      touched.write(target, elements);
      // A sort compares each element with one on each of log₂ levels.
      const perElement = kernel.kind === "scan" ? 1 : Math.ceil(Math.log2(extent + 1));
      const facts = { name, ops: [name], extents: [outer, extent, inner], multiplyAdds: 0 };
      return { ...facts, operations: elements * perElement, ...touched.bytes };
    }
    case "scatter": {
      const { loops, update, index, target, at } = kernel;
      const roots = [update, index];
      touched.loads(roots, loops);
      const elements = pointsOf(loops, [at, ...affinesIn([index])]);
      touched.read(target, elements);
      touched.write(target, elements);
      const operations = operationsOf(roots, loops) + sizeOf(loops);
      const ops = [...new Set([name, ...appliedIn(roots)])];
      return { name, ops, extents: loops, multiplyAdds: 0, operations, ...touched.bytes };
    }
    case "fill":
      touched.write(kernel.buffer, kernel.length);
      return {
        name,
        ops: [name],
        extents: [kernel.length],
        multiplyAdds: 0,
        operations: 0,
        ...touched.bytes,
      };
  }
}

function product(kernel: Product, buffers: readonly Buffer[]): Facts {
  const { name, batch, m, n, inner, a, b, stores } = kernel;
  const loops = [...batch, m, n];
  const rounds = sizeOf(inner);
  const values = stores.map(({ value }) => value);
  const touched = new Touched(buffers);
  touched.read(a.buffer, elementsOf(a, batch, m, inner));
  touched.read(b.buffer, elementsOf(b, batch, n, inner));
  touched.loads(values, loops);
  touched.stores(stores, loops);
  return {
    name,
    ops: [...new Set([name.split("+")[0], ...appliedIn(values)])],
    extents: [...batch, m, n, rounds],
    multiplyAdds: sizeOf(loops) * rounds,
    operations: operationsOf(values, loops),
    ...touched.bytes,
  };
}

/** The right operand of a product, laid out for its tiles. */
function packing({ name, batch, n, inner, b }: Product, buffers: readonly Buffer[]): Facts {
  const copies = batch.filter((_, d) => b.batch[d] !== 0);
  const elements = sizeOf(copies) * n * sizeOf(inner);
  const touched = new Touched(buffers);
  touched.read(b.buffer, elementsOf(b, batch, n, inner));
  return {
    name: `pack ${name}`,
    ops: ["pack"],
    extents: [...copies, n, sizeOf(inner)],
    multiplyAdds: 0,
    operations: 0,
    bytesRead: touched.bytes.bytesRead,
    bytesWritten: elements * bytesOf.float32,
  };
}

/** Elements that an operand has for loops along which it moves. */
function elementsOf(
  operand: Operand,
  batch: readonly number[],
  lines: number,
  inner: readonly number[],
): number {
  const strides = [...operand.batch, operand.line, ...operand.inner];
  return sizeOf([...batch, lines, ...inner].filter((_, d) => strides[d] !== 0));
}

/** The places that a value is read from, by itself and by what it is computed from. */
const affinesIn = (roots: readonly Expr[]): Affine[] =>
  inOrder(roots).flatMap((expr) => ("at" in expr ? [expr.at] : []));

/** How many points loops have, those aside along which nothing moves. */
const pointsOf = (extents: readonly number[], places: readonly Affine[]): number =>
  sizeOf(extents.filter((_, d) => places.some(({ coefficients }) => (coefficients[d] ?? 0) !== 0)));

/** Operations of some values over loops; one that does not change along a loop is computed once for it. */
function operationsOf(roots: readonly Expr[], extents: readonly number[]): number {
  const moves = new Map<Expr, readonly boolean[]>();
  let total = 0;
  for (const expr of inOrder(roots)) {
    const parts = partsOf(expr).map((part) => moves.get(part) ?? []);
    const along = extents.map(
      (_, d) =>
        parts.some((part) => part[d]) ||
        ("at" in expr && (expr.at.coefficients[d] ?? 0) !== 0) ||
        // What a fold or a product gives changes with everything around it.
        expr.kind === "folded" ||
        expr.kind === "product",
    );
    moves.set(expr, along);
    if (expr.kind === "apply" || expr.kind === "random" || expr.kind === "convert") {
      total += costOf(expr) * sizeOf(extents.filter((_, d) => along[d]));
    }
  }
  return total;
}

const opsOfStage = (stage: Stage): string[] => [
  ...appliedIn(rootsOfStage(stage)),
  ...stage.folds.map(({ op }) => op.name),
];

function appliedIn(roots: readonly Expr[]): string[] {
  return inOrder(roots).flatMap((expr) => {
    if (expr.kind === "apply" || expr.kind === "random") return [expr.op.name];
    return expr.kind === "gather" ? ["gather"] : [];
  });
}

/** Elements of buffers that a kernel reads and writes. */
class Touched {
  private readonly buffers: readonly Buffer[];
  private readonly places = new Set<string>();
  private readonly elementsRead = new Map<number, number>();
  private readonly elementsWritten = new Map<number, number>();

  constructor(buffers: readonly Buffer[]) {
    this.buffers = buffers;
  }

  read(buffer: number, elements: number): void {
    this.elementsRead.set(buffer, (this.elementsRead.get(buffer) ?? 0) + elements);
  }

  write(buffer: number, elements: number): void {
    this.elementsWritten.set(buffer, (this.elementsWritten.get(buffer) ?? 0) + elements);
  }

  loads(roots: readonly Expr[], extents: readonly number[]): void {
    for (const expr of inOrder(roots)) {
      if (expr.kind !== "load" && expr.kind !== "gather") continue;
      // What an earlier stage stored is still in the cache, and so is what was read at the same place before.
      if (this.elementsWritten.has(expr.buffer)) continue;
      const index = expr.kind === "gather" ? affinesIn([expr.index]) : [];
      const place = `${expr.kind} ${expr.buffer} ${expr.at.base} ${expr.at.coefficients.join()} ${extents.join()}`;
      if (this.places.has(place)) continue;
      this.places.add(place);
      this.read(expr.buffer, pointsOf(extents, [expr.at, ...index]));
    }
  }

  stores(stores: readonly Store[], extents: readonly number[]): void {
    for (const { buffer, at } of stores) this.write(buffer, pointsOf(extents, [at]));
  }

  get bytes(): { readonly bytesRead: number; readonly bytesWritten: number } {
    return { bytesRead: this.sum(this.elementsRead), bytesWritten: this.sum(this.elementsWritten) };
  }

  /** No more than a buffer holds: windows that overlap read its elements several times. */
  private sum(elements: ReadonlyMap<number, number>): number {
    return [...elements].reduce((sum, [buffer, count]) => {
      const { length, dtype } = this.buffers[buffer];
      return sum + Math.min(length, count) * bytesOf[dtype];
    }, 0);
  }
}
