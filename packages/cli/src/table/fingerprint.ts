import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { PlumbError } from "plumb-ml";

/** What identifies the data of a run: the SHA-256 of the file's bytes, in hexadecimal, and their number. */
export interface Fingerprint {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads the file once for its fingerprint and, when it is gzipped, unpacks it to its end: DuckDB takes a file that was
 * cut short for a shorter table.
 *
 * Errors: PL3011 when it does not unpack to its end.
 */
export async function fingerprint(asked: string, path: string, gzip: boolean): Promise<Fingerprint> {
  const hash = createHash("sha256");
  let bytes = 0;
  const read = createReadStream(path);
  read.on("data", (piece) => {
    hash.update(piece);
    bytes += piece.length;
  });
  if (!gzip) for await (const _ of read);
  else
    await pipeline(read, createGunzip(), async (text) => {
      for await (const _ of text);
    }).catch((cause: Error) => {
      throw new PlumbError(
        "PL3011",
        {
          asked: `Reading ${asked} as a table was asked for`,
          arrived: `It is a gzip file that does not unpack to its end (${cause.message})`,
          why: "The file is damaged or cut short, and the rows behind that place are lost",
          fix: "Copy or download it again; gzip -t tells whether it is whole",
        },
        { cause },
      );
    });
  return { sha256: hash.digest("hex"), bytes };
}
