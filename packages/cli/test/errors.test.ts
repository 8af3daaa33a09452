/** Bad input: one paragraph with a code, exit code 2, and nothing written. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flowers, houses, plumb } from "./run-cli.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "plumb-errors-"));
  writeFileSync(join(cwd, "flowers.csv"), flowers(60));
  writeFileSync(join(cwd, "houses.csv"), houses(60));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** A table of `rows` rows with a column of numbers and one that `cell` writes. */
const withColumn = (rows: number, cell: (row: number) => string | number): string =>
  `x,y\n${Array.from({ length: rows }, (_, row) => `${row % 7},${cell(row)}`).join("\n")}\n`;

async function expectRefused(args: readonly string[], message: RegExp): Promise<void> {
  const before = readdirSync(cwd, { recursive: true });
  const { code, stdout, stderr } = await plumb(args, { cwd });
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect(stderr.trimEnd()).toMatch(/^PL\d{4} .+\.$/);
  expect(readdirSync(cwd, { recursive: true })).toEqual(before);
}

describe("plumb train refuses", () => {
  it.each<[string, string | Buffer | undefined, string[], RegExp]>([
    ["a missing file", undefined, ["--target", "y"], /^PL3001 .*no such file.*/],
    ["an empty file", "", ["--target", "y"], /^PL3003 .*empty/],
    ["a header without rows", "x,y\n", ["--target", "y"], /^PL3003 .*not one row/],
    ["one row", "x,y\n1,2\n", ["--target", "y"], /^PL3004 .*1 such row/],
    ["nine rows", withColumn(9, (row) => row % 2), ["--target", "y"], /^PL3004 .*9 such rows/],
    ["one class only", withColumn(30, () => "rose"), ["--target", "y"], /^PL3005 .*All 30 rows hold "rose"/],
    ["one value only", withColumn(30, () => 1.5), ["--target", "y"], /^PL3005 .*All 30 rows hold 1.5/],
    [
      "a target that is missing everywhere",
      withColumn(30, () => "NA"),
      ["--target", "y"],
      /^PL3006 .*None of the 30 rows/,
    ],
    [
      "a target that names rows",
      withColumn(30, (row) => `row ${row}`),
      ["--target", "y"],
      /^PL3004 .*30 rows are of 30 classes/,
    ],
    [
      "text where numbers are asked",
      withColumn(30, (row) => `w${row % 3}`),
      ["--target", "y", "--task", "regression"],
      /^PL3007 .*"w0", "w1", "w2"/,
    ],
    [
      "constants alone",
      "x,y\n".concat("7,1\n7,0\n".repeat(20)),
      ["--target", "y"],
      /^PL3008 .*x holds 7 in every training row/,
    ],
    ["a target alone", "y\n".concat("1\n0\n".repeat(20)), ["--target", "y"], /^PL3008 .*no other column/],
    [
      "an infinite input",
      `${withColumn(30, (row) => row % 2)}inf,1\n`,
      ["--target", "y"],
      /^PL3009 .*Column x .*Row 31 holds Infinity/,
    ],
    [
      "infinite targets",
      withColumn(30, (row) => (row % 3 === 1 ? "-inf" : row)),
      ["--target", "y"],
      /^PL3009 .*Column y .*Row 2 holds -Infinity, one of 10/,
    ],
    ["duplicate column names", "y,x,y\n1,2,3\n", ["--target", "y"], /^PL3010 .*Columns 1 and 3/],
    [
      "binary junk",
      Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i * 31 + i) & 255)),
      ["--target", "y"],
      /^PL3011 /,
    ],
  ])("%s", async (_, content, flags, message) => {
    if (content !== undefined) writeFileSync(join(cwd, "table.csv"), content);
    await expectRefused(["train", "table.csv", ...flags], message);
  });

  it("an unknown column, with the nearest name", async () => {
    const train = ["train", "flowers.csv", "--target"];
    await expectRefused(
      [...train, "knid"],
      /^PL3002 .*length, width, colour, planet, kind.*Did you mean --target kind/,
    );
    await expectRefused([...train, "9"], /^PL3002 /);
    await expectRefused([...train, "kind", "--drop", "with"], /^PL3002 .*Did you mean --drop width/);
  });

  it("a URL", async () => {
    await expectRefused(["train", "https://example.org/a.csv", "--target", "y"], /^PL3012 /);
  });

  it("a place where it may not write", async () => {
    const train = ["train", "flowers.csv", "--target", "kind", "--out"];
    await expectRefused([...train, "flowers.csv/run"], /^PL5001 .*The system refused/);
    await expectRefused([...train, "flowers.csv"], /^PL5001 /);
    if (existsSync("/proc/self")) await expectRefused([...train, "/proc/run"], /^PL5001 /);
    if (existsSync("/dev/null")) await expectRefused([...train, "/dev/null/run"], /^PL5001 /);
    mkdirSync(join(cwd, "taken"));
    writeFileSync(join(cwd, "taken", "thesis.txt"), "years of work");
    await expectRefused([...train, "taken"], /^PL5001 .*not empty/);
  });

  it.each<[string, RegExp]>([
    ["--epoch 3", /Unknown option '--epoch'.*Did you mean --epochs/],
    ["--epochs many", /--epochs many .*whole number of at least 1/],
    ["--epochs 0", /--epochs 0/],
    ["--batch 1.5", /--batch 1.5 .*whole number/],
    ["--rate 0", /--rate 0 .*number above 0/],
    ["--rate", /argument missing/],
    ["--dropout 1", /--dropout 1 .*at least 0 and below 1/],
    ["--layers 64,x", /--layers 64,x .*whole numbers/],
    ["--split 80/20", /--split 80\/20 .*three numbers/],
    ["--split 80/20/20", /sum to 100 or to 1/],
    ["--task guess", /--task guess .*classes or regression/],
    ["--class-weights heavy", /--class-weights heavy .*balanced/],
    ["--seed -1", /--seed -1/],
  ])("%s", async (flags, message) => {
    await expectRefused(["train", "flowers.csv", "--target", "kind", ...flags.split(" ")], message);
  });

  it("flags that do not suit the target", async () => {
    const train = ["train", "flowers.csv", "--target", "kind"];
    await expectRefused([...train, "--loss", "mse"], /^PL2006 .*3 classes.*sparse_categorical_crossentropy/);
    await expectRefused([...train, "--loss", "crossentropi"], /^PL2007 /);
    await expectRefused([...train, "--loss", "hinge"], /^PL2006 .*something else than probabilities/);
    await expectRefused([...train, "--loss", "ctc"], /^PL2006 /);
    await expectRefused([...train, "--class-weights", "lilly=3"], /^PL3002 .*Did you mean lily/);
    await expectRefused(
      ["train", "houses.csv", "--target", "price", "--class-weights", "balanced"],
      /^PL4004 .*regression/,
    );
    await expectRefused(
      ["train", "houses.csv", "--target", "price", "--loss", "bce"],
      /^PL2006 .*a regression/,
    );
  });

  it("a training that diverges, where the doctor is not there to tell more of it", async () => {
    const train = ["train", "houses.csv", "--target", "price", "--quiet", "--layers", "none", "--decay", "0"];
    await expectRefused(
      [...train, "--rate", "1e38", "--no-doctor"],
      /^PL4010 .*--rate 1e\+38.*Try --rate 0\.001/,
    );
  });

  it("a threshold where there are not two classes, or that is none", async () => {
    const train = ["train", "flowers.csv", "--target", "kind"];
    await expectRefused([...train, "--threshold", "auto"], /^PL4004 .*It has 3 classes/);
    await expectRefused(
      ["train", "houses.csv", "--target", "price", "--threshold", "0.3"],
      /^PL4004 .*It is a quantity/,
    );
    for (const given of ["half", "", "0", "1", "1.5"])
      await expectRefused(
        [...train, "--threshold", given],
        /^PL4004 .*auto, or a probability between 0 and 1/,
      );
  });

  it.each([
    ["two", /^PL4004 .*PLUMB_THREADS=two/],
    ["0", /^PL4004 .*PLUMB_THREADS=0/],
    ["1000", /^PL4004 .*from 1 to 256/],
  ])("%s threads", async (threads, message) => {
    const { code, stderr } = await plumb(["losses"], { cwd, threads });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it("no command, no target, too many words", async () => {
    await expectRefused(["trian"], /^PL4004 .*Unknown command 'trian'.*Did you mean train/);
    await expectRefused(["train", "flowers.csv"], /^PL4004 .*--target <column>' not specified/);
    await expectRefused(["train", "flowers.csv", "kind", "--target", "kind"], /^PL4004 .*Too many arguments/);
  });
});

describe("columns that only seem to be of use", () => {
  it("constants, empty columns and names of rows are dropped with a word, and no NaN comes of them", async () => {
    const rows = flowers(60)
      .trimEnd()
      .split("\n")
      .map((line, i) => (i === 0 ? `${line},nothing,name` : `${line},,flower number ${i}`));
    writeFileSync(join(cwd, "wide.csv"), `${rows.join("\n")}\n`);
    const { code, stdout } = await plumb(["train", "wide.csv", "--target", "kind", "--epochs", "3"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/dropped planet: it holds 7 in every training row/);
    expect(stdout).toMatch(/dropped nothing: it has no value in the training rows/);
    expect(stdout).not.toMatch(/NaN/);
  });
});
