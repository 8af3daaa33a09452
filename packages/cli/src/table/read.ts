/** One file in, one `Table` out. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { PlumbError } from "plumb-ml";
import { loadCsv } from "./csv.ts";
import { ask, quoteName, quoteText, withDatabase } from "./duckdb.ts";
import { isHeader } from "./header.ts";
import { cleaned, fromText, fromTyped, kindOfType } from "./kinds.ts";
import { locate, type Located } from "./locate.ts";
import type { Column, Kind, Table } from "./table.ts";
import { kindIn, minus, survey, type Survey } from "./survey.ts";
import { loadTyped } from "./typed.ts";

export interface ReadOptions {
  /** Where relative paths start. */
  readonly cwd: string;
  /** Whether the first line holds names; left out, the file decides. */
  readonly header?: boolean;
  /** Kinds known beforehand, by column name: a value of another kind is an error. Other columns are inferred. */
  readonly kinds?: ReadonlyMap<string, Kind>;
}

/**
 * Reads CSV, TSV, JSON lines or Parquet, plain or gzipped. Kinds are inferred from all rows; every value arrives as a
 * double or as text; rows keep the order of the file.
 *
 * Errors: those of `locate`; PL3003 when there are names but no rows, PL3010 when two columns have one name, PL3011
 * when the file does not parse, PL3007 when `kinds` asks for numbers and a value is none.
 */
export async function readTable(asked: string, options: ReadOptions): Promise<Table> {
  const file = await locate(asked, options.cwd);
  return withDatabase(async (connection) => {
    const layout =
      file.format === "csv" ? await layCsv(connection, file, options) : await layTyped(connection, file);
    checkNames(file, layout.fields);
    const [{ rows }] = await ask(connection, `select count(*)::double as rows from cells`);
    if (rows === 0) throw headerOnly(file, layout.fields);
    const kinds = await kindsOf(connection, file, layout.fields, options.kinds);
    const columns = await fetchColumns(connection, layout.fields, kinds, Number(rows));
    return {
      rows: Number(rows),
      columns,
      named: layout.named,
      fingerprint: file.fingerprint,
      notes: layout.notes,
    };
  });
}

/** A column of the table `cells`. */
interface Field {
  readonly name: string;
  /** Its SQL identifier in `cells`. */
  readonly cell: string;
  /** Its kind by type; undefined for text, whose content decides. */
  readonly typed: Kind | undefined;
  /** Of text: what its values read as. */
  readonly survey?: Survey;
}

interface Layout {
  readonly fields: readonly Field[];
  readonly named: boolean;
  readonly notes: readonly string[];
}

/** Loads a text file, decides about its header, and leaves the rows below it in `cells`. */
async function layCsv(connection: DuckDBConnection, file: Located, options: ReadOptions): Promise<Layout> {
  const { width, skipped } = await loadCsv(connection, file);
  const cells = Array.from({ length: width }, (_, i) => `c${i}`);
  const texts = cells.map((cell, i) => `${cleaned(`column${i}`)} as ${cell}`);
  await connection.run(`create table cells as select ${texts.join(", ")} from raw; drop table raw`);
  const [first] = await ask(connection, `select * from cells limit 1`);
  const all = await survey(connection, cells, "cells");
  const top = await survey(connection, cells, "(from cells limit 1)");
  const below = all.map((counts, i) => minus(counts, top[i]));
  const named = options.header ?? (await hasHeader(connection, cells, first, top, below));
  if (named) await connection.run(`create or replace table cells as from cells offset 1`);
  const fields = cells.map((cell, i) => {
    const name = (named ? (first[cell] as string | null) : null) ?? `column${i}`;
    return { name, cell, typed: undefined, survey: named ? below[i] : all[i] };
  });
  const notes = [
    ...(named ? [] : [`no header, so the columns are called column0 … column${width - 1}`]),
    ...(skipped > 0 ? [`skipped ${skipped} ${skipped === 1 ? "line" : "lines"} above the table`] : []),
  ];
  return { fields, named, notes };
}

async function hasHeader(
  connection: DuckDBConnection,
  cells: readonly string[],
  first: Record<string, unknown>,
  top: readonly Survey[],
  below: readonly Survey[],
): Promise<boolean> {
  const again = cells.map((cell) => {
    const text = first[cell] as string | null;
    return `${text === null ? "false" : `coalesce(bool_or(${cell} = ${quoteText(text)}), false)`} as ${cell}`;
  });
  const [recurs] = await ask(connection, `select ${again.join(", ")} from (from cells offset 1)`);
  return isHeader(
    cells.map((cell, i) => {
      const kind = below[i].filled > 0 ? kindIn(below[i]) : undefined;
      return {
        text: (first[cell] as string | null) ?? undefined,
        typed: kindIn(top[i]) !== undefined && top[i].filled > 0,
        typedBelow: kind !== undefined,
        alike: kind !== undefined && top[i].fits[kind] > 0,
        recurs: recurs[cell] === true,
      };
    }),
  );
}

/** Loads a file that types its columns and leaves them in `cells`, text cleaned. */
async function layTyped(connection: DuckDBConnection, file: Located): Promise<Layout> {
  await loadTyped(connection, file);
  const described = await ask(
    connection,
    "select column_name as name, column_type as type from (describe raw)",
  );
  const fields = described.map((column, i) => {
    const type = String(column.type);
    const source = quoteName(String(column.name));
    const typed = kindOfType(type);
    const text = type === "JSON" ? `(${source} ->> '$')` : `${source}::varchar`;
    const sql = `${typed === undefined ? cleaned(text) : source} as c${i}`;
    return { name: String(column.name), cell: `c${i}`, typed, sql };
  });
  await connection.run(
    `create table cells as select ${fields.map((field) => field.sql).join(", ")} from raw; drop table raw`,
  );
  const texts = fields.filter((field) => field.typed === undefined).map((field) => field.cell);
  const surveys = await survey(connection, texts, "cells");
  return {
    fields: fields.map(({ name, cell, typed }) => ({
      name,
      cell,
      typed,
      survey: surveys[texts.indexOf(cell)],
    })),
    named: true,
    notes: [],
  };
}

/** The kind of each column: as known beforehand, by its type, or by all of its values. */
async function kindsOf(
  connection: DuckDBConnection,
  file: Located,
  fields: readonly Field[],
  known: ReadonlyMap<string, Kind> | undefined,
): Promise<Kind[]> {
  const kinds = fields.map(
    ({ name, typed, survey: counts }) => known?.get(name) ?? typed ?? (counts && kindIn(counts)) ?? "text",
  );
  for (const [i, field] of fields.entries())
    if (known?.has(field.name)) await checkKind(connection, file, field, kinds[i]);
  return kinds;
}

/** SQL: the value of a field as the kind decided on. */
function valueOf(field: Field, kind: Kind): string {
  if (field.typed === undefined) return fromText[kind](field.cell);
  return field.typed === kind ? fromTyped[kind](field.cell) : fromText[kind](`${field.cell}::varchar`);
}

async function fetchColumns(
  connection: DuckDBConnection,
  fields: readonly Field[],
  kinds: readonly Kind[],
  rows: number,
): Promise<Column[]> {
  const numbers = fields.map((_, i) => (kinds[i] === "text" ? undefined : new Float64Array(rows)));
  const codes = fields.map((_, i) => (kinds[i] === "text" ? new Int32Array(rows) : undefined));
  const words = fields.map(() => new Map<string, number>());
  const result = await connection.stream(
    `select ${fields.map((field, i) => `${valueOf(field, kinds[i])} as ${field.cell}`).join(", ")} from cells`,
  );
  let start = 0;
  for await (const chunk of result) {
    for (let i = 0; i < fields.length; i++) {
      const vector = chunk.getColumnVector(i);
      const values = numbers[i];
      if (values !== undefined)
        for (let row = 0; row < chunk.rowCount; row++)
          values[start + row] = (vector.getItem(row) as number | null) ?? NaN;
      else {
        const known = words[i];
        for (let row = 0; row < chunk.rowCount; row++) {
          const word = vector.getItem(row) as string | null;
          let code = word === null ? -1 : known.get(word);
          if (code === undefined) known.set(word as string, (code = known.size));
          (codes[i] as Int32Array)[start + row] = code;
        }
      }
    }
    start += chunk.rowCount;
  }
  return fields.map(({ name }, i) => {
    const kind = kinds[i];
    return kind === "text"
      ? { name, kind, codes: codes[i] as Int32Array, words: [...words[i].keys()] }
      : { name, kind, values: numbers[i] as Float64Array };
  });
}

function checkNames(file: Located, fields: readonly Field[]): void {
  const first = new Map<string, number>();
  for (const [i, { name }] of fields.entries()) {
    const before = first.get(name);
    if (before !== undefined)
      throw new PlumbError("PL3010", {
        asked: `Reading ${file.asked} as a table was asked for`,
        arrived: `Columns ${before + 1} and ${i + 1} are both named ${JSON.stringify(name)}`,
        why: "A name must tell which column is meant",
        fix: "Rename one of them in the first line",
      });
    first.set(name, i);
  }
}

const headerOnly = (file: Located, fields: readonly Field[]): PlumbError =>
  new PlumbError("PL3003", {
    asked: `Reading ${file.asked} was asked for`,
    arrived: `It has ${fields.length} named columns (${fields
      .slice(0, 5)
      .map((field) => field.name)
      .join(", ")}${fields.length > 5 ? ", …" : ""}) and not one row`,
    why: "There is nothing to learn from",
    fix: "Check how the file was written; if its first line is data and not names, add --no-header",
  });

async function checkKind(
  connection: DuckDBConnection,
  file: Located,
  field: Field,
  kind: Kind,
): Promise<void> {
  const [bad] = await ask(
    connection,
    `select row::double as row, value::varchar as value from (select row_number() over () as row,
      ${field.cell} as value, ${valueOf(field, kind)} as taken from cells)
      where value is not null and taken is null limit 1`,
  );
  if (bad === undefined) return;
  throw new PlumbError("PL3007", {
    asked: `Column ${field.name} of ${file.asked} is to be read as ${kind === "boolean" ? "true or false" : `a ${kind}`}`,
    arrived: `Row ${bad.row} holds ${JSON.stringify(bad.value)}`,
    why: "The model was trained on this column with that kind and cannot take another",
    fix: "Correct the value, or leave it empty for a missing one",
  });
}
