/** Numbers and lists as sentences have them. */

/** A share as a percentage: `98.2%`; so near 0 or 1 that it would be rounded to it, with more digits. */
export function percent(share: number): string {
  const extreme = (share > 0 && share < 0.001) || (share < 1 && share > 0.999);
  return `${(100 * share).toFixed(extreme ? 3 : 1)}%`;
}

/** A difference of shares: `1.6 percentage points`. */
export const points = (difference: number): string =>
  `${Number((100 * difference).toPrecision(3))} percentage points`;

/** A number with so many digits as matter. */
export function show(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  const short = Number(value.toPrecision(size >= 1e5 || size < 1e-3 ? 3 : 4));
  // Nobody counts zeros: 3.2e15, 1e-7.
  return size >= 1e7 || size < 1e-4 ? short.toExponential().replace("+", "") : String(short);
}

/** The first few of a list, and how many more there are. */
export function some(items: readonly unknown[], most = 5): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** Words as the beginning of a sentence. */
export const capital = (words: string): string => words[0].toUpperCase() + words.slice(1);

/** A sentence as the end of another. */
export const lowerFirst = (sentence: string): string => sentence[0].toLowerCase() + sentence.slice(1);

const irregular: Readonly<Record<string, string>> = { class: "classes" };

/** `1 row`, `2 rows`. */
export const count = (number: number, what: string): string =>
  `${number} ${number === 1 ? what : (irregular[what] ?? `${what}s`)}`;

/** A callback as its user knows it: by its place among the callbacks, and its class or what it does. */
export function calledBack(callback: object, place: number): string {
  const { name } = callback.constructor;
  const does = Object.keys(callback).filter((key) => key.startsWith("on"));
  return name === "Object" ? `callback ${place} (${does.join(", ")})` : `${name} (callback ${place})`;
}
