/** Parquet and JSON lines: files that name and type their columns. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { PlumbError } from "plumb-ml";
import { quotePath } from "./duckdb.ts";
import type { Located } from "./locate.ts";

/**
 * Loads the file into the table `raw` under its own column names and types.
 *
 * Errors: PL3011 when it does not parse, or a line of JSON is no object.
 */
export async function loadTyped(connection: DuckDBConnection, file: Located): Promise<void> {
  const path = quotePath(file.path);
  const source =
    file.format === "parquet"
      ? `read_parquet(${path}, hive_partitioning = false)`
      : `read_json(${path}, format = 'auto', records = true, sample_size = -1, map_inference_threshold = -1,
          compression = '${file.gzip ? "gzip" : "uncompressed"}', hive_partitioning = false)`;
  await connection.run(`create or replace table raw as select * from ${source}`).catch((cause: Error) => {
    throw new PlumbError(
      "PL3011",
      {
        asked: `Reading ${file.asked} as ${file.format === "parquet" ? "Parquet" : "JSON lines"} was asked for`,
        arrived: `DuckDB says: ${cause.message.split("\n")[0].replace(/\.\s*$/, "")}`,
        why: "The file is damaged, or is not what its first bytes say",
        fix: file.format === "parquet" ? "Write it again" : 'Write one object per line: {"a": 1, "b": "x"}',
      },
      { cause },
    );
  });
}
