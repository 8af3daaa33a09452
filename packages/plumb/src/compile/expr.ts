/** Walking the values of a kernel. */
import type { Expr, Kernel, Stage } from "./kernel.ts";

/** What a value is computed from, at the same point. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "apply":
      return expr.args;
    case "convert":
      return [expr.value];
    case "gather":
      return [expr.index];
    case "random":
      return [...expr.key, expr.element];
    case "constant":
    case "load":
    case "counter":
    case "folded":
    case "product":
      return [];
  }
}

/** All values under `roots`, parts first, each once. */
export function inOrder(roots: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  const order: Expr[] = [];
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    partsOf(expr).forEach(visit);
    order.push(expr);
  };
  roots.forEach(visit);
  return order;
}

/** The values of a stage that nothing else in it is computed from: what it folds and what it stores. */
export const rootsOfStage = ({ folds, stores }: Stage): Expr[] => [
  ...folds.flatMap(({ value, position }) => (position === undefined ? [value] : [value, position])),
  ...stores.map(({ value }) => value),
];

export function writesOf(kernel: Kernel): Set<number> {
  switch (kernel.kind) {
    case "nest":
      return new Set(kernel.stages.flatMap((stage) => stage.stores.map((store) => store.buffer)));
    case "product": {
      const stored = kernel.stores.map((store) => store.buffer);
      return new Set(kernel.packed === undefined ? stored : [...stored, kernel.packed]);
    }
    case "scan":
    case "scatter":
      return new Set([kernel.target]);
    case "sort":
      return new Set([kernel.target, kernel.scratch]);
    case "fill":
      return new Set([kernel.buffer]);
    case "loop":
      return new Set([...kernel.targets.map(({ buffer }) => buffer), kernel.scratch]);
  }
}

export function readsOf(kernel: Kernel): Set<number> {
  const loadedBy = (roots: readonly Expr[]): number[] =>
    inOrder(roots).flatMap((expr) => (expr.kind === "load" || expr.kind === "gather" ? [expr.buffer] : []));
  switch (kernel.kind) {
    case "nest":
      return new Set(loadedBy(kernel.stages.flatMap(rootsOfStage)));
    case "product": {
      const { a, b, stores } = kernel;
      return new Set([a.buffer, b.buffer, ...loadedBy(stores.map((store) => store.value))]);
    }
    case "scan":
    case "sort":
      return new Set([kernel.source]);
    case "scatter":
      return new Set([kernel.target, ...loadedBy([kernel.update, kernel.index])]);
    case "fill":
      return new Set();
    case "loop":
      return new Set(kernel.inputs.map(({ buffer }) => buffer));
  }
}
