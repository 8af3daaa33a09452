/** Merges neighbouring loops of a nest that every access walks as one, so that dense work is one long loop. */
import type { Affine } from "./affine.ts";
import { inOrder, rootsOfStage } from "./expr.ts";
import type { Expr, Fold, Nest, Stage, Store } from "./kernel.ts";

export function coalesce(nest: Nest): Nest {
  const outerRank = nest.outer.length;
  const accesses = nest.stages.flatMap(accessesOf);
  const outer = merge(nest.outer, accesses, 0);
  const inner = merge(innerOf(nest), accesses, outerRank);
  const kept = [...outer.kept, ...inner.kept.map((d) => d + outerRank)];
  const moved = new Moved(kept);
  const stages = nest.stages.map((stage) =>
    moved.stage(stage, stage.inner.length === 0 ? [] : inner.extents),
  );
  return { ...nest, outer: outer.extents, stages };
}

/** The loops along a row, which all stages that have any have in common. */
const innerOf = ({ stages }: Nest): readonly number[] =>
  stages.find(({ inner }) => inner.length > 0)?.inner ?? [];

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

/** Stages whose loop i counts what loop `kept[i]` counted before; -1 for a loop that nothing depends on. */
export class Moved {
  private readonly kept: readonly number[];
  private readonly known = new Map<Expr, Expr>();
  private readonly folds = new Map<Fold, Fold>();

  constructor(kept: readonly number[]) {
    this.kept = kept;
  }

  /** Stages in order: what is folded in one is spoken of in later ones. */
  stage(stage: Stage, inner: readonly number[]): Stage {
    const folds = stage.folds.map((fold): Fold => ({
      ...fold,
      value: this.expr(fold.value),
      position: fold.position && this.expr(fold.position),
    }));
    const stores = this.stores(stage.stores);
    stage.folds.forEach((fold, i) => this.folds.set(fold, folds[i]));
    return { inner, folds, stores };
  }

  stores(stores: readonly Store[]): Store[] {
    return stores.map((store) => ({ ...store, at: this.affine(store.at), value: this.expr(store.value) }));
  }

  private affine({ base, coefficients }: Affine): Affine {
    return { base, coefficients: this.kept.map((d) => (d < 0 ? 0 : coefficients[d])) };
  }

  private expr(expr: Expr): Expr {
    let result = this.known.get(expr);
    if (result === undefined) this.known.set(expr, (result = this.rewritten(expr)));
    return result;
  }

  private rewritten(expr: Expr): Expr {
    switch (expr.kind) {
      case "load":
      case "counter":
        return { ...expr, at: this.affine(expr.at) };
      case "gather":
        return { ...expr, at: this.affine(expr.at), index: this.expr(expr.index) };
      case "apply":
        return { ...expr, args: expr.args.map((arg) => this.expr(arg)) };
      case "convert":
        return { ...expr, value: this.expr(expr.value) };
      case "random": {
        const [key0, key1, counter] = expr.key.map((key) => this.expr(key));
        return { ...expr, key: [key0, key1, counter], element: this.expr(expr.element) };
      }
      case "folded":
        return { ...expr, fold: this.folds.get(expr.fold) ?? expr.fold };
      case "constant":
      case "product":
        return expr;
    }
  }
}
