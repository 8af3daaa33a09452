/** How a field is read: which strings mean "missing", and what makes a column one of numbers, truths or dates. */
import { quoteText } from "./duckdb.ts";
import type { Kind } from "./table.ts";

/** Fields that stand for a missing value, spaces around them aside: pandas' list without its oldest spellings, and `?`. */
export const missingMarkers: readonly string[] =
  ",?,#N/A,#NA,<NA>,N/A,NA,n/a,NULL,null,None,NaN,nan,-NaN,-nan".split(",");

const marker = missingMarkers.map((text) => text.replaceAll("?", "\\?")).join("|");

/**
 * SQL: the field trimmed, NULL where it marks a missing value. A pattern and no `IN`: DuckDB turns a list that long into
 * a join, which for a table of 1,000 columns is 1,000 joins and takes gigabytes.
 */
export const cleaned = (field: string): string =>
  `nullif(regexp_replace(trim(${field}), ${quoteText(`^(${marker})$`)}, ''), '')`;

/** SQL for each kind: the value of a cleaned text field as DOUBLE or VARCHAR, NULL where it is none of that kind. */
export const fromText: Readonly<Record<Kind, (field: string) => string>> = {
  number: (field) => `try_cast(${field} as double)`,
  boolean: (field) =>
    `(case when lower(${field}) in ('true', '1') then 1.0 when lower(${field}) in ('false', '0') then 0.0 end)::double`,
  date: (field) => `(epoch(try_cast(${field} as timestamp)) / 86400.0)::double`,
  text: (field) => field,
};

/** SQL for each kind: the value of a typed field (Parquet, JSON) as DOUBLE or VARCHAR. */
export const fromTyped: Readonly<Record<Kind, (field: string) => string>> = {
  number: (field) => `${field}::double`,
  boolean: (field) => `${field}::integer::double`,
  date: (field) => `(epoch(${field}::timestamp) / 86400.0)::double`,
  text: (field) => `${field}::varchar`,
};

/** The kinds tried on a column of text, in this order; `text` is what remains. */
export const tried = ["number", "boolean", "date"] as const satisfies readonly Kind[];

/** The kind of a DuckDB type; undefined for strings, whose content decides. */
export function kindOfType(type: string): Kind | undefined {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/.test(type) && !type.endsWith("]"))
    return "number";
  if (type === "BOOLEAN") return "boolean";
  if (/^(DATE|TIMESTAMP)/.test(type) && !type.endsWith("]")) return "date";
  return undefined;
}
