/** Numbers and tables as text for a terminal. */

/** Four significant digits, and no more zeros than a reader needs: `0.9808`, `1234`, `4.213e-7`. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e15) return Math.round(value).toLocaleString("en-US");
  if (size < 1e-4 || size >= 1e15) return value.toExponential(3);
  return size < 1 ? value.toFixed(4) : value.toPrecision(4);
}

export const showCount = (count: number): string => count.toLocaleString("en-US");

/** `1 row`, `12 rows`. */
export const plural = (count: number, noun: string): string =>
  `${showCount(count)} ${noun}${count === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;

/** Lines of columns, two spaces apart: the first column to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd(),
  );
}

/** At most `length` characters, the last an ellipsis where something was cut. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Lines of at most `width` characters, broken at spaces; a longer word is broken after an underscore, or anywhere. */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  const pieces = text
    .split(/(?<= )|(?<=_)/)
    .flatMap((piece) => piece.match(new RegExp(`.{1,${width}}`, "gu")) ?? []);
  for (const piece of pieces) {
    const joined = lines[lines.length - 1] + piece;
    if (joined.trimEnd().length <= width) lines[lines.length - 1] = joined;
    else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd());
}
