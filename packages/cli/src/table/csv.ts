/** CSV and its kin: DuckDB sniffs delimiter and quotes over all rows, and every field comes in as text. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { PlumbError } from "plumb-ml";
import { ask, quotePath, quoteText } from "./duckdb.ts";
import type { Located } from "./locate.ts";

/** Delimiters that the sniffer tries. */
const delimiters = [",", "\t", ";", "|"];

/**
 * Loads the file into the table `raw` with text columns `column0`, `column1` …, the header (where there is one) as its
 * first row. Returns the number of columns and of lines skipped above the table.
 *
 * Errors: PL3011 when rows differ in their number of fields, or the text is not UTF-8.
 */
export async function loadCsv(
  connection: DuckDBConnection,
  file: Located,
): Promise<{ width: number; skipped: number }> {
  const pinned = [".tsv", ".tab"].includes(file.extension) ? "\t" : undefined;
  const dialect = await sniff(connection, file, pinned);
  const odd = suspicious(file, dialect);
  // Reading with the first line's own delimiter and width names the line that departs from it.
  const used =
    odd === undefined ? dialect : { ...plain, delimiter: odd, width: file.firstLine.split(odd).length };
  await load(connection, file, used);
  return { width: used.width, skipped: used.skipped };
}

/**
 * The delimiter of the first line, where the sniffer has given up on it. Faced with rows of unequal length it takes
 * everything for one column, or skips all lines above the last odd one; both would lose the table without a word.
 */
function suspicious(file: Located, dialect: Dialect): string | undefined {
  if (dialect.width > 1 && dialect.skipped === 0) return undefined;
  return delimiters.find((delimiter) => file.firstLine.includes(delimiter));
}

interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly skipped: number;
  readonly width: number;
}

const plain = { quote: '"', escape: '"', skipped: 0 };

const compression = (file: Located): string => (file.gzip ? "gzip" : "none");

async function sniff(connection: DuckDBConnection, file: Located, delimiter?: string): Promise<Dialect> {
  const sql = `select Delimiter as delimiter, Quote as quote, Escape as escape, SkipRows as skipped, len(Columns) as width
    from sniff_csv(${quotePath(file.path)}, sample_size = -1, all_varchar = true, header = false, comment = '',
      compression = '${compression(file)}' ${delimiter === undefined ? "" : `, delim = ${quoteText(delimiter)}`})`;
  const [row] = await ask(connection, sql).catch((cause: Error) => {
    throw notATable(file, cause);
  });
  const text = (value: unknown): string => (value === "(empty)" ? "" : String(value));
  return {
    delimiter: text(row.delimiter),
    quote: text(row.quote),
    escape: text(row.escape),
    skipped: Number(row.skipped),
    width: Number(row.width),
  };
}

async function load(connection: DuckDBConnection, file: Located, dialect: Dialect): Promise<void> {
  const columns = Array.from({ length: dialect.width }, (_, i) => `'column${i}': 'VARCHAR'`);
  const sql = `create or replace table raw as select * from read_csv(${quotePath(file.path)}, auto_detect = false,
    columns = {${columns.join(", ")}}, delim = ${quoteText(dialect.delimiter)}, quote = ${quoteText(dialect.quote)},
    escape = ${quoteText(dialect.escape)}, skip = ${dialect.skipped}, header = false, comment = '',
    compression = '${compression(file)}', hive_partitioning = false)`;
  await connection.run(sql).catch((cause: Error) => {
    throw notATable(file, cause);
  });
}

/** DuckDB's complaint in a sentence: the line and what is wrong with it. */
function notATable(file: Located, cause: Error): PlumbError {
  const line = /CSV Error on Line: (\d+)/.exec(cause.message)?.[1];
  const widths = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(cause.message);
  const asked = `Reading ${file.asked} as a table was asked for`;
  const at = line === undefined ? "" : `Line ${line}`;
  if (/unicode|utf-8/i.test(cause.message))
    return new PlumbError(
      "PL3011",
      {
        asked,
        arrived: `${at || "It"} holds bytes that are not UTF-8`,
        why: "Text in another encoding would be read as other words",
        fix: `Convert it: iconv -f ISO-8859-1 -t UTF-8 ${file.asked} > table.csv`,
      },
      { cause },
    );
  if (widths !== null)
    return new PlumbError(
      "PL3011",
      {
        asked,
        arrived: `${at} has ${widths[2]} fields where the first line has ${widths[1]}`,
        why: "Values would land in the wrong columns",
        fix: 'Repair that line; a field that holds the delimiter stands in double quotes ("a, b")',
      },
      { cause },
    );
  return new PlumbError(
    "PL3011",
    {
      asked,
      arrived: cause.message.split("\n").slice(0, 2).join(" ").replace(/\.$/, ""),
      why: "No delimiter and quotes were found under which every row has the same number of fields",
      fix: "Export it as CSV in UTF-8, a line of names first and a line per row",
    },
    { cause },
  );
}
