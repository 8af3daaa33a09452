/** Merges neighbouring loops of a nest that every access walks as one, so that dense work is one long loop. */
import type { Affine } from "./affine.ts";
import { inOrder, rootsOfStage } from "./expr.ts";
import type { Expr, Fold, Nest, Stage, Store } from "./kernel.ts";

export function coalesce(nest: Nest): Nest {
  const outerRank = nest.outer.length;
  const shared = nest.stages.flatMap((stage) => accessesOf(stage));
  const outer = merge(nest.outer, shared, 0);
  const stages = nest.stages.map((stage) => {
    const inner = merge(stage.inner, accessesOf(stage), outerRank);
    const kept = [...outer.kept, ...inner.kept.map((d) => d + outerRank)];
    return rewriteStage(stage, inner.extents, kept);
  });
  // An epilogue speaks of folds of an earlier stage: the same objects must stand in both.
  return { ...nest, outer: outer.extents, stages: relinked(nest.stages, stages) };
}

/** Which loops remain (the last of each run that merges), and their extents. `first` is the number of the first loop. */
function merge(
  extents: readonly number[],
  accesses: readonly Affine[],
  first: number,
): { extents: number[]; kept: number[] } {
  const merged: number[] = [];
  const kept: number[] = [];
  extents.forEach((extent, d) => {
    const before = first + d - 1;
    const joins =
      d > 0 &&
      accesses.every(({ coefficients }) => coefficients[before] === coefficients[before + 1] * extent);
    if (joins) {
      merged[merged.length - 1] *= extent;
      kept[kept.length - 1] = d;
    } else {
      merged.push(extent);
      kept.push(d);
    }
  });
  return { extents: merged, kept };
}

/** Every use of the loop counters. */
export function accessesOf(stage: Stage): Affine[] {
  const used = inOrder(rootsOfStage(stage)).flatMap((expr) => ("at" in expr ? [expr.at] : []));
  return [...used, ...stage.stores.map((store) => store.at)];
}

/** A stage whose loop i counts what loop `kept[i]` counted before; -1 for a loop that nothing depends on. */
export function rewriteStage(stage: Stage, inner: readonly number[], kept: readonly number[]): Stage {
  const moved = (at: Affine): Affine => ({
    base: at.base,
    coefficients: kept.map((d) => (d < 0 ? 0 : at.coefficients[d])),
  });
  const known = new Map<Expr, Expr>();
  const rewrite = (expr: Expr): Expr => {
    let result = known.get(expr);
    if (result === undefined) known.set(expr, (result = rewritten(expr, moved, rewrite)));
    return result;
  };
  return {
    inner,
    folds: stage.folds.map((fold): Fold => ({
      ...fold,
      value: rewrite(fold.value),
      position: fold.position && rewrite(fold.position),
    })),
    stores: stage.stores.map((store): Store => ({
      ...store,
      at: moved(store.at),
      value: rewrite(store.value),
    })),
  };
}

function rewritten(expr: Expr, moved: (at: Affine) => Affine, rewrite: (expr: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "load":
    case "counter":
      return { ...expr, at: moved(expr.at) };
    case "gather":
      return { ...expr, at: moved(expr.at), index: rewrite(expr.index) };
    case "apply":
      return { ...expr, args: expr.args.map(rewrite) };
    case "convert":
      return { ...expr, value: rewrite(expr.value) };
    case "random": {
      const [key0, key1, counter] = expr.key.map(rewrite);
      return { ...expr, key: [key0, key1, counter], element: rewrite(expr.element) };
    }
    case "constant":
    case "folded":
    case "product":
      return expr;
  }
}

/** The stages with every reference to an old fold replaced by its rewritten twin. */
function relinked(before: readonly Stage[], after: readonly Stage[]): Stage[] {
  const twins = new Map<Fold, Fold>();
  before.forEach((stage, s) => stage.folds.forEach((fold, i) => twins.set(fold, after[s].folds[i])));
  if (twins.size === 0) return [...after];
  const known = new Map<Expr, Expr>();
  const relink = (expr: Expr): Expr => {
    let result = known.get(expr);
    if (result !== undefined) return result;
    if (expr.kind === "folded") result = { ...expr, fold: twins.get(expr.fold) ?? expr.fold };
    else result = rewritten(expr, (at) => at, relink);
    known.set(expr, result);
    return result;
  };
  return after.map((stage) => ({
    ...stage,
    stores: stage.stores.map((store): Store => ({ ...store, value: relink(store.value) })),
  }));
}
