/** From what the user typed to a file that can be read, and what it holds by its first bytes. */
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { gunzipSync, constants } from "node:zlib";
import { PlumbError } from "plumb-ml";
import { fingerprint, type Fingerprint } from "./fingerprint.ts";
import { nearest } from "../nearest.ts";

export type Format = "csv" | "json" | "parquet";

export interface Located {
  /** The path as typed, for messages. */
  readonly asked: string;
  /** Absolute. */
  readonly path: string;
  readonly fingerprint: Fingerprint;
  readonly format: Format;
  readonly gzip: boolean;
  /** The first line that is not blank, as far as the first 64 KB go. */
  readonly firstLine: string;
  /** The extension without `.gz`, lower case: `.tsv`. */
  readonly extension: string;
}

const headLength = 1 << 16;

/**
 * Finds the file and tells its format from its content, and from its name where the content could be either.
 *
 * Errors: PL3012 for a URL, PL3001 where there is no such file, PL3014 where it may not be read, PL3003 for an empty
 * file, PL3011 for a folder, a gzip file that is cut short, or bytes that are no table.
 */
export async function locate(asked: string, cwd: string): Promise<Located> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(asked))
    throw new PlumbError("PL3012", {
      asked: `Reading ${asked} was asked for`,
      why: "Plumb reads files of this machine only, so that a run can be repeated and nothing is fetched unseen",
      fix: "Download it first (curl -LO …) and give the path of the file",
    });
  const path = resolve(cwd, asked);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw await missing(asked, path);
  if (!found.isFile())
    throw new PlumbError("PL3011", {
      asked: `Reading ${asked} as a table was asked for`,
      arrived: found.isDirectory() ? "It is a folder" : "It is not a regular file",
      why: "A table is one CSV, TSV, JSON lines or Parquet file, plain or gzipped",
      fix: "Name a file in it",
    });
  const raw = await headOf(asked, path);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const print = await fingerprint(asked, path, gzip);
  const head = gzip ? gunzipSync(raw, { finishFlush: constants.Z_SYNC_FLUSH }) : raw;
  const extension = extname(gzip ? path.replace(/\.gz$/i, "") : path).toLowerCase();
  const firstLine = /[^\s][^\r\n]*/.exec(head.toString("utf8"))?.[0] ?? "";
  const located = { asked, path, fingerprint: print, gzip, extension, firstLine };
  if (firstLine === "")
    throw new PlumbError("PL3003", {
      asked: `Reading ${asked} was asked for`,
      arrived: found.size === 0 ? "The file is empty" : "The file holds nothing but blank space",
      why: "There is no header and no row to learn from",
      fix: "Check how the file was written; a table has a line of names and a line per row",
    });
  if (!gzip && head.toString("latin1", 0, 4) === "PAR1") return { ...located, format: "parquet" };
  checkText(asked, head);
  const json =
    [".json", ".jsonl", ".ndjson"].includes(extension) || /^\s*\{\s*"/.test(head.toString("utf8", 0, 200));
  return { ...located, format: json ? "json" : "csv" };
}

async function missing(asked: string, path: string): Promise<PlumbError> {
  const siblings = await readdir(dirname(path)).catch(() => undefined);
  const near = nearest(basename(path), siblings ?? []);
  return new PlumbError("PL3001", {
    asked: `Reading ${asked} was asked for`,
    arrived:
      siblings === undefined
        ? `There is no folder ${dirname(path)}`
        : `There is no such file in ${dirname(path)}`,
    why: "Nothing can be learned without it",
    fix: near === undefined ? "Check the path" : `Did you mean ${near}`,
  });
}

async function headOf(asked: string, path: string): Promise<Buffer> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new PlumbError(
      "PL3014",
      {
        asked: `Reading ${asked} was asked for`,
        arrived: `The system refused: ${(cause as Error).message}`,
        why: "Nothing can be learned without its content",
        fix: `Give yourself the right to read it (chmod u+r ${asked})`,
      },
      { cause },
    );
  }
}

/** Control bytes that no text holds, and the byte order marks of UTF-16, before a parser sees them. */
function checkText(asked: string, head: Buffer): void {
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const at = head.findIndex((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
  if (!utf16 && at < 0) return;
  throw new PlumbError("PL3011", {
    asked: `Reading ${asked} as a table was asked for`,
    arrived: utf16
      ? "It is text in UTF-16"
      : `Its byte ${at} is 0x${head[at].toString(16).padStart(2, "0")}, which no text holds`,
    why: "A table is UTF-8 text (CSV, TSV, JSON lines) or Parquet, plain or gzipped; spreadsheets, zip files and pictures are not",
    fix: utf16
      ? `Convert it: iconv -f UTF-16 -t UTF-8 ${asked} > table.csv`
      : "Export it as CSV and give that file",
  });
}
