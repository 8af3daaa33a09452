/** What the text of each column reads as, counted over all rows: from this, kinds and header are decided. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { ask } from "./duckdb.ts";
import { fromText, tried } from "./kinds.ts";
import type { Kind } from "./table.ts";

/** What the values of a text cell read as. */
export interface Survey {
  /** Rows with a value. */
  readonly filled: number;
  /** Of those, how many read as each kind. */
  readonly fits: Readonly<Record<Tried, number>>;
}
type Tried = (typeof tried)[number];

/** The survey of the rows that are left when those of `b` are taken from `a`. */
export const minus = (a: Survey, b: Survey): Survey => ({
  filled: a.filled - b.filled,
  fits: Object.fromEntries(tried.map((kind) => [kind, a.fits[kind] - b.fits[kind]])) as Record<Tried, number>,
});

/** The kind that all values read as, where there is one; the first of them where there is no value. */
export const kindIn = ({ filled, fits }: Survey): Tried | undefined =>
  tried.find((kind) => fits[kind] === filled);

/** Counts, over all rows of `from`, how many values each text cell has and how many of them read as each kind. */
export async function survey(
  connection: DuckDBConnection,
  cells: readonly string[],
  from: string,
): Promise<Survey[]> {
  const count = async (
    kinds: readonly Kind[],
    among: readonly string[],
  ): Promise<Record<string, unknown>> => {
    if (among.length === 0) return {};
    const counts = among.flatMap((cell) =>
      kinds.map((kind) => `count(${fromText[kind](cell)})::double as ${cell}_${kind}`),
    );
    return (await ask(connection, `select ${counts.join(", ")} from ${from}`))[0];
  };
  const [asNumber, ...others] = tried;
  const first = await count(["text", asNumber], cells);
  // A column of numbers, or of numbers below a name, is nothing else; looking for dates in it would take longest.
  const open = cells.filter(
    (cell) => Number(first[`${cell}_text`]) - Number(first[`${cell}_${asNumber}`]) > 1,
  );
  const few = cells.filter((cell) => !open.includes(cell) && Number(first[`${cell}_text`]) < 3);
  const second = await count(others, [...open, ...few]);
  return cells.map((cell) => {
    const fit = (kind: Tried): number => Number((kind === asNumber ? first : second)[`${cell}_${kind}`] ?? 0);
    const fits = Object.fromEntries(tried.map((kind) => [kind, fit(kind)])) as Record<Tried, number>;
    return { filled: Number(first[`${cell}_text`]), fits };
  });
}
