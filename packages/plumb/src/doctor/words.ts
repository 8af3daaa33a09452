/** Numbers and lists as sentences have them. */

/** A share as a percentage: `98.2%`; so near 0 or 1 that it would be rounded to it, with more digits. */
export function percent(share: number): string {
  const extreme = (share > 0 && share < 0.001) || (share < 1 && share > 0.999);
  return `${(100 * share).toFixed(extreme ? 3 : 1)}%`;
}

/** A number with so many digits as matter. */
export function show(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** The first few of a list, and how many more there are. */
export function some(items: readonly unknown[], most = 5): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

const irregular: Readonly<Record<string, string>> = { class: "classes" };

/** `1 row`, `2 rows`. */
export const count = (number: number, what: string): string =>
  `${number} ${number === 1 ? what : (irregular[what] ?? `${what}s`)}`;
