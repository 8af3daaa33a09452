/** `plumb train` with the doctor: what is found, told and kept, and what comes of following it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeWeights } from "../src/run/weights-file.ts";
import type { RunFinding, StoredFindings, StoredRun } from "../src/run/stored.ts";
import { flowers, houses, plumb, type Outcome } from "./run-cli.ts";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "plumb-doctor-"));
  writeFileSync(join(cwd, "flowers.csv"), flowers(180));
  writeFileSync(join(cwd, "two.csv"), flowers(180).replaceAll("lily", "iris"));
  writeFileSync(join(cwd, "houses.csv"), houses(200));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const train = (words: string): Promise<Outcome> => plumb(["train", ...words.split(" ")], { cwd });
const text = (path: string): string => readFileSync(join(cwd, path), "utf8");
const json = <T>(path: string): T => JSON.parse(text(path)) as T;
const findingsOf = (run: string): readonly RunFinding[] =>
  json<StoredFindings>(`${run}/findings.json`).findings;
const codesOf = (run: string): string[] => findingsOf(run).map(({ catalogue }) => catalogue);

describe("the fraud sample", () => {
  const sample = fileURLToPath(new URL("../../../examples/transactions.csv", import.meta.url));
  const first = "runs/transactions-fraud";
  let told: Outcome;
  beforeAll(async () => {
    told = await train(`${sample} --target fraud`);
  }, 60_000);

  type Classes = { accuracy: number; perClass: Record<string, { recall: number; precision: number }> };
  const testOf = (run: string): Classes => json<StoredRun>(`${run}/run.json`).result?.test as Classes;

  it("ends with a superb accuracy and a poor recall, and the doctor says so", () => {
    expect(told.code).toBe(0);
    const { accuracy, perClass } = testOf(first);
    expect(accuracy).toBeGreaterThan(0.975);
    expect(perClass["1"].recall).toBeLessThan(0.4);
    const paradox = findingsOf(first).find(({ catalogue }) => catalogue === "P5");
    const recall = (100 * perClass["1"].recall).toFixed(1);
    expect(paradox).toMatchObject({ code: "PL4205", found: "after", flags: "--class-weights balanced" });
    expect(paradox?.title).toContain(`${recall}%`);
    expect(paradox?.evidence.join(" ")).toMatch(/fraud=0 would be right in 98\.0%.*of the 81 rows.*interval/);
    expect(told.stdout).toContain(paradox?.title.slice(0, 50));
    expect(told.stdout.match(/^(?:error|warning) PL/gm)?.length).toBeLessThanOrEqual(3);
    expect(findingsOf(first).filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it.each(["P5", "P11"])(
    "who follows %s, as it is printed, finds more frauds; the report has before and after",
    async (catalogue) => {
      const { fix } = findingsOf(first).find((one) => one.catalogue === catalogue) as RunFinding;
      const [, ...words] = (/^ {2}plumb (.*)$/m.exec(fix) as RegExpExecArray)[1].split(" ");
      const out = `after-${catalogue}`;
      expect(words).toContain("--compare");
      const { code, stdout } = await train(`${words.join(" ")} --out ${out}`);
      expect(code).toBe(0);
      const [before, after] = [testOf(first), testOf(out)].map(({ perClass }) => perClass["1"]);
      expect(after.recall).toBeGreaterThan(before.recall + 0.1);
      expect(stdout).toMatch(/Class +precision +before +recall +before/);
      expect(stdout).toMatch(new RegExp(`No longer reported since ${first}: .*PL4211`, "s"));
      const line = stdout.replaceAll("\n", " ");
      // Class weights change so much that even intervals part; what is gained and what it costs stand side by side.
      if (catalogue === "P5") {
        expect(line).toMatch(new RegExp(`Surely better since ${first}:.* recall 0\\.\\d+ → 0\\.`));
        expect(line).toMatch(new RegExp(`Surely worse since ${first}:.* precision 0\\.\\d+ → 0\\.`));
      }
      expect(codesOf(out)).not.toContain(catalogue);
      const page = text(`${out}/report.html`);
      expect(page).toContain("Before and after");
      for (const value of [before.recall, after.recall]) expect(page).toContain(value.toFixed(4));
    },
    60_000,
  );

  it("class weights bring no complaint about what they are for", () => {
    expect(
      codesOf("after-P5").filter((code) => ["D6", "P3", "P4", "P5", "P7", "P11"].includes(code)),
    ).toEqual([]);
  });

  it("a threshold is chosen on validation rows, kept in the run, and decides in plumb predict", async () => {
    const { result } = json<StoredRun>("after-P11/run.json");
    const threshold = result?.threshold as number;
    expect(threshold).toBeGreaterThan(0.05);
    expect(threshold).toBeLessThan(0.5);
    expect(text("after-P11/weights.safetensors")).toBe(text(`${first}/weights.safetensors`));
    const head = readFileSync(sample, "utf8").split("\n").slice(0, 2000).join("\n");
    writeFileSync(join(cwd, "new.csv"), head);
    const { stdout } = await plumb(["predict", "after-P11", "new.csv", "-q"], { cwd });
    const lines = stdout
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
    const between = lines.filter(([, , p]) => Number(p) > threshold && Number(p) < 0.5);
    expect(between.length).toBeGreaterThan(0);
    for (const [prediction, , p] of lines)
      if (Math.abs(Number(p) - threshold) > 1e-6) expect(prediction).toBe(Number(p) > threshold ? "1" : "0");
    const { metrics } = json<StoredFindings>("after-P11/findings.json");
    expect(metrics?.test.recall.value).toBe(testOf("after-P11").perClass["1"].recall);
  });

  it("counts the runs that were judged on the same rows", () => {
    expect(json<StoredRun>("after-P5/run.json").compared).toEqual({ run: first, tried: 2 });
  });
});

describe("the doctor", () => {
  it("changes no bit of the weights, and --no-doctor sends it away", async () => {
    const flags = "flowers.csv --target kind --epochs 12 --dropout 0.2 --seed 5";
    await train(`${flags} --out with`);
    const { stdout } = await train(`${flags} --out without --no-doctor --json`);
    for (const file of ["weights.safetensors", "prepare.json"])
      expect(text(`with/${file}`)).toBe(text(`without/${file}`));
    const validated = (run: string): number[] =>
      text(`${run}/history.jsonl`)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).val_loss);
    expect(validated("with")).toEqual(validated("without"));
    await train(`${flags} --out again`);
    expect(text("again/findings.json")).toBe(
      text("with/findings.json").replaceAll("--compare with", "--compare again"),
    );
    expect(existsSync(join(cwd, "without/findings.json"))).toBe(false);
    expect(JSON.parse(stdout)).not.toHaveProperty("findings");
    expect(text("without/report.html")).not.toContain("doctor says");
    expect(text("with/report.html")).toContain("doctor says");
  });

  it("a training that fails at once leaves its findings and no weights", async () => {
    const { code, stdout, stderr } = await train(
      "houses.csv --target price --layers none --decay 0 --rate 1e38 --out failed",
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^PL4010 .*--rate 1e\+38.*Try --rate 0\.001\.$/m);
    expect(stdout).toMatch(/error PL4101[\s\S]*--rate 0\.001\n/);
    expect(json<StoredRun>("failed/run.json")).toMatchObject({ status: "failed" });
    // The rate is the cause, and what became of it the symptom.
    const [cause, symptom] = findingsOf("failed");
    expect(cause).toMatchObject({ catalogue: "C20", found: "before" });
    expect(symptom).toMatchObject({ catalogue: "T1", severity: "error", found: "during" });
    // There is no test to compare with.
    for (const { fix } of [cause, symptom]) expect(fix).not.toContain("--compare");
    expect(existsSync(join(cwd, "failed/weights.safetensors"))).toBe(false);
    expect(text("failed/report.html")).toContain("PL4101");
  });

  it("one that fails later keeps the weights of its best epoch, tested and usable", async () => {
    const { code, stdout } = await train(
      "houses.csv --target price --layers none --decay 4 --rate 1 --out late --patience 99 --json",
    );
    expect(code).toBe(2);
    const { status, result } = json<StoredRun>("late/run.json");
    expect(status).toBe("failed");
    expect(result?.epochs).toBeGreaterThan(1);
    expect(Number.isFinite(result?.test.loss)).toBe(true);
    expect(codesOf("late")).toContain("T1");
    expect(JSON.parse(stdout)).toEqual({ ...result, findings: findingsOf("late") });
    const weights = decodeWeights(readFileSync(join(cwd, "late/weights.safetensors")), "late");
    expect(weights.every(({ data }) => data.every(Number.isFinite))).toBe(true);
    expect((await plumb(["predict", "late", "houses.csv", "-q"], { cwd })).code).toBe(0);
  });

  it("Ctrl-C leaves the findings too", async () => {
    const stopping = new AbortController();
    const { code } = await plumb(
      ["train", "houses.csv", "-t", "price", "--epochs", "100000", "--patience", "100000", "--out", "cut"],
      { cwd, signal: stopping.signal, onStderr: (said) => said.startsWith("epoch 1/") && stopping.abort() },
    );
    expect(code).toBe(130);
    expect(json<StoredFindings>("cut/findings.json").metrics?.test.r2Score).toBeDefined();
    expect(text("cut/report.html")).toContain("stopped by Ctrl-C");
  });

  it("rows are told by their place in the file", async () => {
    // Two groups that lie far apart; each sixtieth row stands in the file again, and is called otherwise there.
    const line = (i: number, kind: number): string =>
      `${((i % 2) * 4 + ((i * 37) % 101) / 60).toFixed(3)},${((i * 61) % 103) / 60},${kind}`;
    const lines = Array.from({ length: 300 }, (_, i) => line(i, i % 2));
    const again = Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 60 === 7);
    writeFileSync(
      join(cwd, "wrong.csv"),
      `x,y,kind\n${[...lines, ...again.map((i) => line(i, 1 - (i % 2)))].join("\n")}\n`,
    );
    await train("wrong.csv --target kind --epochs 5 --out wrong -q");
    const found = findingsOf("wrong").find(({ catalogue }) => catalogue === "D7");
    expect(found?.fileRows?.length).toBeGreaterThan(0);
    for (const row of found?.fileRows ?? []) expect(row > 300 || (row - 1) % 60 === 7).toBe(true);
  });
});

describe("the report", () => {
  it("is one file without network or scripts, whatever columns and classes are called", async () => {
    writeFileSync(
      join(cwd, "nasty.csv"),
      flowers(120).replace("colour", "<img src=x>").replaceAll("rose", "<script>alert(1)</script>"),
    );
    await train("nasty.csv --target kind --epochs 3 --out nasty -q");
    const page = text("nasty/report.html");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<img|<link|@import|url\(|src=(?!x&gt;)|https?:/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page).toContain("prefers-color-scheme: dark");
  });
});

describe("--compare", () => {
  it("refuses a run towards something else, and one that was never tested", async () => {
    await train("two.csv --target kind --epochs 1 --out two -q");
    for (const [run, message] of [
      ["two", /^PL4004 .*the classes iris, rose of kind.*iris, lily, rose/],
      ["nowhere", /^PL5002 .*no such folder/],
    ] as const) {
      const { code, stderr } = await train(`flowers.csv --target kind --compare ${run} --out none`);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    writeFileSync(
      join(cwd, "two/run.json"),
      JSON.stringify({ ...json<StoredRun>("two/run.json"), result: undefined }),
    );
    const { stderr } = await train("two.csv --target kind --compare two --out none");
    expect(stderr).toMatch(/^PL5002 .*never tested/);
    expect(existsSync(join(cwd, "none"))).toBe(false);
  });

  it("says where the rows are others", async () => {
    await train("flowers.csv --target kind --epochs 1 --seed 1 --out one -q");
    const { stdout } = await train(
      "flowers.csv --target kind --epochs 1 --seed 2 --compare one --out other -q",
    );
    expect(stdout).toContain("one was tested on other rows: small differences may be chance.");
    expect(json<StoredRun>("other/run.json").compared).toEqual({ run: "one", tried: 1 });
  });
});
