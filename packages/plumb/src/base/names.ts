/** How names are written and looked up: one class name, from which every accepted spelling follows. */

/** `SparseCategoricalCrossentropy` → `sparse_categorical_crossentropy`, `KLDivergence` → `kl_divergence`; Keras's rule. */
export const snakeCase = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** `MeanSquaredError` and `mean_squared_error` → `meanSquaredError`, `KLDivergence` → `klDivergence`. */
export const camelCase = (name: string): string =>
  snakeCase(name).replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The snake_case of a camelCase name, as a type: names complete in both spellings. */
export type SnakeCase<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : S;

/** The camelCase of a snake_case name, as a type. */
export type CamelCase<S extends string> = S extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : S;

/** Every spelling under which a record is found: class name, snake_case, camelCase, and its aliases. */
export const spellings = (name: string, aliases: readonly string[] = []): readonly string[] => [
  ...new Set([name, snakeCase(name), camelCase(name), ...aliases]),
];

/** What something is called: its class name, and short names beside it. */
export interface Named {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** The members of a room by every spelling of their names. Written down at the first question, not when it is imported. */
export function inEverySpelling<T>(
  members: () => Iterable<readonly [Named, T]>,
): () => ReadonlyMap<string, T> {
  let written: ReadonlyMap<string, T> | undefined;
  return () =>
    (written ??= new Map(
      [...members()].flatMap(([{ name, aliases }, member]) =>
        spellings(name, aliases).map((spelling) => [spelling, member] as const),
      ),
    ));
}

/**
 * The candidate whose initials `name` is (`lr` is `learningRate`), or the one that is fewest edits away; undefined when none
 * is close (a third of its letters).
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const listed = [...candidates];
  const abbreviated = listed.find(
    (candidate) => name.length > 1 && initials(candidate) === name.toLowerCase(),
  );
  if (abbreviated !== undefined) return abbreviated;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of listed) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `learningRate` → `lr`. */
const initials = (name: string): string =>
  snakeCase(name)
    .split("_")
    .map((word) => word.charAt(0))
    .join("");

/** Levenshtein's distance: insertions, deletions and replacements that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** `did you mean "mse"? ` where a candidate is close, otherwise nothing. For the fix of a "no such …" error. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const candidate = nearest(name, candidates);
  return candidate === undefined ? "" : `Did you mean "${candidate}"? `;
}
