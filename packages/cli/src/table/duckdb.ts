/** The database that reads files, kept to this room: how it is opened, and how text is quoted for it. */
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type * as DuckDB from "@duckdb/node-api";

/** The addon takes a while to load, so that it is loaded when data are read and not for `plumb --help`. */
const loaded = (): Promise<typeof DuckDB> => import("@duckdb/node-api");

/** The version of DuckDB, for the record. */
export const duckdbVersion = async (): Promise<string> => (await loaded()).version();

/**
 * Runs `use` with a database in memory that fetches nothing: extensions are neither installed nor loaded on their own.
 * Rows keep the order of the file.
 */
export async function withDatabase<T>(use: (connection: DuckDB.DuckDBConnection) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await loaded();
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "true",
    // What does not fit in memory would otherwise go to a folder .tmp where the user stands.
    temp_directory: join(tmpdir(), `plumb-duckdb-${process.pid}`),
  });
  try {
    const connection = await instance.connect();
    try {
      return await use(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** `text` as an SQL string. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `name` as an SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * An absolute path as an SQL string that names that one file: each glob character stands in a class of its own. A file
 * name that holds a backslash goes as it is: DuckDB takes it for a separator while it globs, finds nothing, and then
 * tries the name itself.
 */
export function quotePath(path: string): string {
  const plain = sep === "\\" ? path.replaceAll("\\", "/") : path;
  return quoteText(plain.includes("\\") ? plain : plain.replace(/[*?[]/g, (glob) => `[${glob}]`));
}

/** Rows as objects of numbers, strings, booleans and nulls; for small results only. */
export async function ask(
  connection: DuckDB.DuckDBConnection,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJS();
}
