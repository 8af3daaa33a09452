/** Nested arrays and plain objects, as functions take and return them. */

const isPlain = (x: unknown): x is Record<string, unknown> => {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
};

/** What stands at the ends of nested arrays and plain objects, in order; a bare value is its own only leaf. */
export function leavesOf(tree: unknown): unknown[] {
  const leaves: unknown[] = [];
  const walk = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(walk);
    else if (isPlain(item)) Object.values(item).forEach(walk);
    else leaves.push(item);
  };
  walk(tree);
  return leaves;
}

/** The same nesting with every leaf replaced, in the order of `leavesOf`. */
export function replaceLeaves(tree: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((item) => replaceLeaves(item, replace));
  if (isPlain(tree)) {
    return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, replaceLeaves(item, replace)]));
  }
  return replace(tree);
}

/** A nesting to compare others with: which leaves vary, and what the fixed ones are. */
export type Pattern<L> =
  | { readonly kind: "array"; readonly items: readonly Pattern<L>[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly items: readonly Pattern<L>[] }
  | { readonly kind: "leaf"; readonly leaf: L };

export function patternOf<L>(tree: unknown, leaf: (value: unknown) => L): Pattern<L> {
  if (Array.isArray(tree)) return { kind: "array", items: tree.map((item) => patternOf(item, leaf)) };
  if (isPlain(tree)) {
    return {
      kind: "object",
      keys: Object.keys(tree),
      items: Object.values(tree).map((item) => patternOf(item, leaf)),
    };
  }
  return { kind: "leaf", leaf: leaf(tree) };
}

/** Whether a nesting has the form of the pattern and `accepts` takes each leaf. */
export function matches<L>(
  pattern: Pattern<L>,
  tree: unknown,
  accepts: (leaf: L, value: unknown) => boolean,
): boolean {
  switch (pattern.kind) {
    case "leaf":
      return accepts(pattern.leaf, tree);
    case "array":
      return (
        Array.isArray(tree) &&
        tree.length === pattern.items.length &&
        pattern.items.every((item, i) => matches(item, tree[i], accepts))
      );
    case "object": {
      if (!isPlain(tree)) return false;
      const keys = Object.keys(tree);
      return (
        keys.length === pattern.keys.length &&
        pattern.keys.every((key, i) => key === keys[i] && matches(pattern.items[i], tree[key], accepts))
      );
    }
  }
}
