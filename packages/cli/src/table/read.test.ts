import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "./duckdb.ts";
import { readTable, type ReadOptions } from "./read.ts";
import type { Column, Table } from "./table.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plumb-table-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file of that name and reads it back. */
async function table(
  name: string,
  content: string | Buffer,
  options: Partial<ReadOptions> = {},
): Promise<Table> {
  writeFileSync(join(folder, name), content);
  return readTable(name, { cwd: folder, ...options });
}

const shown = (column: Column): unknown[] =>
  column.kind === "text"
    ? Array.from(column.codes, (code) => column.words[code] ?? null)
    : Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));

const columns = (from: Table): Record<string, unknown[]> =>
  Object.fromEntries(from.columns.map((column) => [column.name, shown(column)]));

const kinds = (from: Table): Record<string, string> =>
  Object.fromEntries(from.columns.map((column) => [column.name, column.kind]));

describe("formats", () => {
  const expected = { a: [1, 2.5, null], b: ["x", null, "y, z"] };
  it.each([
    ["comma.csv", 'a,b\n1,x\n2.5,\n,"y, z"\n'],
    ["semicolon.csv", 'a;b\n1;x\n2.5;\n;"y, z"\n'],
    ["tab.tsv", "a\tb\n1\tx\n2.5\t\n\ty, z\n"],
    ["mark.csv", '\ufeffa,b\n1,x\n2.5,\n,"y, z"\n'],
    ["windows.csv", 'a,b\r\n1,x\r\n2.5,\r\n,"y, z"\r\n'],
    ["spaces.csv", 'a, b\n 1, x\n2.5 ,\n,"y, z"\n'],
    ["zipped.csv.gz", gzipSync('a,b\n1,x\n2.5,\n,"y, z"\n')],
    ["zipped-unsaid.csv", gzipSync('a,b\n1,x\n2.5,\n,"y, z"\n')],
    ["lines.jsonl", '{"a":1,"b":"x"}\n{"a":2.5}\n{"b":"y, z"}\n'],
    ["lines.jsonl.gz", gzipSync('{"a":1,"b":"x"}\n{"a":2.5}\n{"b":"y, z"}\n')],
    ["list.json", '[{"a":1,"b":"x"},{"a":2.5,"b":null},{"a":null,"b":"y, z"}]'],
  ])("%s", async (name, content) => {
    expect(columns(await table(name, content))).toEqual(expected);
  });

  it("Parquet, where decimals, big integers, dates and truths arrive as doubles and the rest as text", async () => {
    await withDatabase((connection) =>
      connection.run(`copy (select range as big, (range * 1.5)::decimal(10, 2) as exact, date '1970-01-02' + range::int as day,
        range % 2 = 0 as even, 'w' || range as word, [range] as list, {'deep': range} as struct, '7' as digits
        from range(3)) to '${join(folder, "typed.parquet")}'`),
    );
    const typed = await readTable("typed.parquet", { cwd: folder });
    expect(kinds(typed)).toEqual({
      big: "number",
      exact: "number",
      day: "date",
      even: "boolean",
      word: "text",
      list: "text",
      struct: "text",
      digits: "number",
    });
    expect(columns(typed)).toMatchObject({
      big: [0, 1, 2],
      exact: [0, 1.5, 3],
      day: [1, 2, 3],
      even: [1, 0, 1],
      word: ["w0", "w1", "w2"],
      digits: [7, 7, 7],
    });
  });
});

describe("paths", () => {
  it("reads exactly the file named, whatever its name holds", async () => {
    const names = [
      "we'ird[1]*.csv",
      "we'ird1x.csv",
      "a?b.csv",
      "axb.csv",
      "**",
      "#1.csv",
      "back\\slash*.csv",
      "[.csv",
    ];
    for (const name of names) writeFileSync(join(folder, name), `name\n${name}\n`);
    mkdirSync(join(folder, "k=1[x]"));
    writeFileSync(join(folder, "k=1[x]", "in.csv"), "name,n\nin,1\n");
    for (const name of names)
      expect(columns(await readTable(name, { cwd: folder }))).toEqual({ name: [name] });
    expect(columns(await readTable("k=1[x]/in.csv", { cwd: folder }))).toEqual({ name: ["in"], n: [1] });
  });
});

describe("order", () => {
  it("keeps the rows as the file has them", async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${(i * 7919) % 50_000}`);
    const read = await table("long.csv", `i,j\n${rows.join("\n")}\n`);
    expect(read.rows).toBe(50_000);
    expect(shown(read.columns[0]).every((value, i) => value === i)).toBe(true);
    expect(shown(read.columns[1]).every((value, i) => value === (i * 7919) % 50_000)).toBe(true);
  });
});

describe("headers", () => {
  it.each<[string, string, string[], number]>([
    ["names above numbers", "a,b\n1,2\n3,4\n", ["a", "b"], 2],
    ["numbers from the first line on", "1,2\n3,4\n", ["column0", "column1"], 2],
    ["words among numbers in the first line", "5.1,setosa\n4.9,setosa\n", ["column0", "column1"], 2],
    ["a missing number in the first line", "NA,x\n3,y\n5,x\n", ["column0", "column1"], 3],
    ["a nameless index column", ",a\n0,x\n1,y\n", ["column0", "a"], 2],
    ["words only, names distinct from values", "sex,town\nm,Rome\nf,Oslo\nm,Oslo\n", ["sex", "town"], 3],
    ["words only, values recur", "m,Rome\nf,Oslo\nm,Oslo\n", ["column0", "column1"], 3],
    ["dates above numbers", "2020-01-01,2020-02-01\n5,6\n7,8\n", ["2020-01-01", "2020-02-01"], 2],
    ["numbers as names beside a word above numbers", "id,1990\n1,5\n2,6\n", ["id", "1990"], 2],
  ])("%s", async (_, content, names, rows) => {
    const read = await table("head.csv", content);
    expect(read.columns.map((column) => column.name)).toEqual(names);
    expect(read.rows).toBe(rows);
    expect(read.named).toBe(names[0] !== "column0" || names[1] === "a");
  });

  it("obeys the caller", async () => {
    expect(columns(await table("said.csv", "1,2\n3,4\n", { header: true }))).toEqual({ 1: [3], 2: [4] });
    expect(columns(await table("said.csv", "a,b\nc,d\n", { header: false }))).toEqual({
      column0: ["a", "c"],
      column1: ["b", "d"],
    });
  });

  it("says when lines above the table were skipped", async () => {
    const read = await table("preamble.csv", "My report\n\na,b\n1,2\n3,4\n5,6\n");
    expect(columns(read)).toEqual({ a: [1, 3, 5], b: [2, 4, 6] });
    expect(read.notes).toEqual(["skipped 2 lines above the table"]);
  });
});

describe("kinds", () => {
  it("are decided by all rows", async () => {
    const late = Array.from({ length: 30_000 }, (_, i) => `${i}`).join("\n");
    expect(kinds(await table("late.csv", `n,m\n${late.replaceAll(/$/gm, ",1")}\nabc,2\n`))).toEqual({
      n: "text",
      m: "number",
    });
  });

  it("know truths, dates and markers of missing values", async () => {
    const read = await table(
      "kinds.csv",
      "yes,day,time,n,empty,hash\ntrue,1970-01-02,1970-01-01 12:00:00,NA,,#1\nFalse,1970-01-11,1970-01-02T00:00:00Z,-3e2,,2\n,,,?,NaN,#3\n",
    );
    expect(kinds(read)).toEqual({
      yes: "boolean",
      day: "date",
      time: "date",
      n: "number",
      empty: "number",
      hash: "text",
    });
    expect(columns(read)).toEqual({
      yes: [1, 0, null],
      day: [1, 10, null],
      time: [0.5, 1, null],
      n: [null, -300, null],
      empty: [null, null, null],
      hash: ["#1", "2", "#3"],
    });
  });

  it("are seen in a single value too", async () => {
    const read = await table("single.csv", "1,2020-01-01,true\n2,,\n3,,\n");
    expect(Object.values(kinds(read))).toEqual(["number", "date", "boolean"]);
  });

  it("may be known beforehand", async () => {
    const known = new Map([
      ["code", "text"],
      ["n", "number"],
    ] as const);
    expect(columns(await table("known.csv", "code,n\n1,\n2,\n", { kinds: known }))).toEqual({
      code: ["1", "2"],
      n: [null, null],
    });
    await expect(table("known.csv", "code,n\n1,4\n2,four\n", { kinds: known })).rejects.toThrow(
      /PL3007.*Column n of known.csv.*Row 2 holds "four"/,
    );
  });
});

describe("what is no table", () => {
  const numbers = Array.from({ length: 50_000 }, (_, i) => `${i},${(i * 7919) % 50_021}\n`).join("");
  it.each<[string, string | Buffer, RegExp]>([
    ["empty.csv", "", /PL3003.*empty/],
    ["blank.csv", "\n\n\n", /PL3003.*blank space/],
    ["header.csv", "a,b,c\n", /PL3003.*3 named columns \(a, b, c\)/],
    ["twice.csv", "a,b,a\n1,2,3\n", /PL3010.*Columns 1 and 3 are both named "a"/],
    ["twice.csv.gz", gzipSync("a,b,a\n1,2,3\n"), /PL3010.*Columns 1 and 3/],
    ["short.csv", "a,b,c\n1,2,3\n4,5\n6,7,8\n", /PL3011.*Line 3 has 2 fields where the first line has 3/],
    ["wide.csv", "a,b,c\n1,2,3\n4,5,6\n6,7,8,9\n", /PL3011.*Line 4 has 4 fields where the first line has 3/],
    ["latin.csv", Buffer.from("a,b\ncaf\xe9,2\n", "latin1"), /PL3011.*not UTF-8.*iconv/],
    ["utf16.csv", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"), /PL3011.*UTF-16/],
    [
      "junk.csv",
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31 + i) & 255)),
      /PL3011.*no text holds/,
    ],
    ["cut.csv.gz", gzipSync(`a,b\n${numbers}`).subarray(0, 50_000), /PL3011.*gzip/],
    ["notgz.csv.gz", Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), /PL3011.*gzip/],
    ["broken.jsonl", '{"a":1}\n{"a":\n', /PL3011.*JSON/],
    ["lists.jsonl", "[1,2]\n[3,4]\n", /PL3011.*JSON/],
    ["damaged.parquet", Buffer.from("PAR1 and then nothing of the kind"), /PL3011.*Parquet/],
  ])("%s", async (name, content, message) => {
    await expect(table(name, content)).rejects.toThrow(message);
  });

  it("a missing file, with the nearest name", async () => {
    writeFileSync(join(folder, "penguins.csv"), "a\n1\n");
    await expect(readTable("pengiuns.csv", { cwd: folder })).rejects.toThrow(
      /PL3001.*Did you mean penguins.csv/,
    );
    await expect(readTable("no/such.csv", { cwd: folder })).rejects.toThrow(/PL3001.*no folder/);
  });

  it("a folder, and a URL", async () => {
    await expect(readTable(".", { cwd: folder })).rejects.toThrow(/PL3011.*folder/);
    for (const url of ["https://example.org/a.csv", "s3://bucket/a.parquet", "file:///tmp/a.csv"])
      await expect(readTable(url, { cwd: folder })).rejects.toThrow(/PL3012/);
  });
});
