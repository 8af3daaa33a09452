/** `plumb check`: predictions of any framework, data, and runs; what it finds, prints and exits with. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding, Measurements } from "plumb-ml/doctor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flowers, houses, numbers, plumb, type Outcome } from "./run-cli.ts";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "plumb-check-"));
});
afterAll(() => rmSync(cwd, { recursive: true }));

interface Printed {
  readonly metrics: Measurements;
  readonly findings: readonly (Finding & { readonly fileRows?: readonly number[] })[];
}

/** Writes a table, checks it, and gives what was printed as JSON. */
async function checked(text: string, flags: string): Promise<Printed & { readonly code: number }> {
  writeFileSync(join(cwd, "table.csv"), text);
  const { code, stdout, stderr } = await plumb(["check", "table.csv", ...flags.split(" "), "--json"], {
    cwd,
  });
  expect(stderr).toBe("");
  expect(stdout.trimEnd()).not.toContain("\n");
  return { code, ...(JSON.parse(stdout) as Printed) };
}

async function page(text: string, flags: string): Promise<Outcome> {
  writeFileSync(join(cwd, "table.csv"), text);
  return plumb(["check", "table.csv", ...flags.split(" ")], { cwd });
}

const catalogue = ({ findings }: Printed): string[] => findings.map((finding) => finding.catalogue);
const errors = ({ findings }: Printed): string[] =>
  findings.filter(({ severity }) => severity === "error").map((finding) => finding.catalogue);

const csv = (header: string, rows: readonly (readonly unknown[])[]): string =>
  `${[header, ...rows.map((row) => row.join(","))].join("\n")}\n`;

/** Rows of three classes, their logits, and probabilities that come true as they say. */
function threeClasses(rows = 400) {
  const next = numbers(3);
  return Array.from({ length: rows }, () => {
    const logits = [0, 1, 2].map(() => 6 * next() - 3);
    const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    const probabilities = logits.map((z) => Math.exp(z) / total);
    const drawn = next();
    const label = drawn < probabilities[0] ? 0 : drawn < probabilities[0] + probabilities[1] ? 1 : 2;
    return { label, logits, probabilities };
  });
}

/** Rows of which few are of the second class; few of these are found at 0.5, though they are put in good order. */
function fraud(rows = 2000) {
  const next = numbers(5);
  return Array.from({ length: rows }, (_, row) => {
    const label = Number(row % 40 === 0);
    return { label, p: (label === 1 ? 0.22 : 0.02) + 0.2 * next() + (row % 200 === 0 ? 0.3 : 0) };
  });
}

describe("plumb check, of predictions", () => {
  const three = threeClasses();
  const names = ["cat", "dog", "bird"];
  const withProbabilities = csv(
    "y,p0,p1,p2",
    three.map(({ label, probabilities }) => [label, ...probabilities]),
  );
  const withLogits = csv(
    "y,z0,z1,z2",
    three.map(({ label, logits }) => [label, ...logits]),
  );

  it("prints losses and metrics with intervals, as JSON and nothing else", async () => {
    const { code, metrics, findings } = await checked(withProbabilities, "--label y --probs p0,p1,p2");
    expect([code, findings]).toEqual([0, []]);
    const mean = (of: (row: (typeof three)[number]) => number): number =>
      three.reduce((sum, row) => sum + of(row), 0) / three.length;
    expect(metrics.crossentropy.value).toBeCloseTo(
      mean(({ label, probabilities }) => -Math.log(probabilities[label])),
      10,
    );
    expect(metrics.accuracy.value).toBeCloseTo(
      mean(({ label, probabilities }) => Number(probabilities[label] === Math.max(...probabilities))),
      10,
    );
    for (const { value, low, high } of Object.values(metrics)) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
  });

  it("tells logits from probabilities, both ways, and exits with 1", async () => {
    const wrong = await checked(withLogits, "--label y --probs z*");
    expect([wrong.code, errors(wrong)]).toEqual([1, ["C1"]]);
    expect(wrong.findings[0].fix).toContain("--logits z0,z1,z2");
    const right = await checked(withLogits, "--label y --logits z*");
    expect([right.code, errors(right)]).toEqual([0, []]);
    const twice = await checked(withProbabilities, "--label y --logits p*");
    expect([twice.code, errors(twice)]).toEqual([1, ["C2"]]);
  });

  it("every finding has what a program in CI needs", async () => {
    const { findings } = await checked(withLogits, "--label y --probs z*");
    for (const finding of findings) {
      expect(Object.keys(finding)).toEqual(
        expect.arrayContaining([
          "code",
          "catalogue",
          "severity",
          "title",
          "number",
          "threshold",
          "evidence",
          "fix",
        ]),
      );
      expect(finding.code).toMatch(/^PL\d{4}$/);
    }
    expect(findings[0].fileRows?.[0]).toBe((findings[0].where?.rows?.[0] ?? NaN) + 1);
  });

  it("labels counted from 1 are an error, until --classes says what they are", async () => {
    const shifted = withProbabilities.replaceAll(/^(\d)(?=,)/gm, (digit) => String(Number(digit) + 1));
    const found = await checked(shifted, "--label y --probs p*");
    expect([found.code, errors(found)]).toEqual([1, ["D4"]]);
    expect(found.findings[0].fix).toContain("--classes 1,2,3");
    expect(errors(await checked(shifted, "--label y --probs p* --classes 1,2,3"))).toEqual([]);
    // Columns that are called after the labels say it themselves.
    const named = shifted.replace("p0,p1,p2", "p1,p2,p3");
    expect(errors(await checked(named, "--label y --probs p*"))).toEqual([]);
  });

  it("finds classes by name: in the columns, in --classes, or by the alphabet", async () => {
    const rows = three.map(({ label, probabilities }) => [names[label], ...probabilities]);
    const inColumns = await checked(csv("y,prob_cat,prob_dog,prob_bird", rows), "--label y --probs prob_*");
    const asTold = await checked(csv("y,a,b,c", rows), "--label y --probs a,b,c --classes cat,dog,bird");
    expect(errors(inColumns)).toEqual([]);
    expect(asTold.metrics).toEqual(inColumns.metrics);
    expect(inColumns.metrics).toHaveProperty("recall of bird");
    const byAlphabet = await checked(csv("y,a,b,c", rows), "--label y --probs a,b,c");
    expect(errors(byAlphabet)).toEqual(["D4"]);
    expect(byAlphabet.findings[0].fix).toContain("--classes");
  });

  it("sees what a high accuracy hides, and a threshold that finds more", async () => {
    const rows = fraud();
    const text = csv(
      "truth,p",
      rows.map(({ label, p }) => [label === 1 ? "stolen" : "honest", p]),
    );
    const found = await checked(text, "--label truth --pred p");
    expect(catalogue(found)[0]).toBe("P5");
    expect(catalogue(found)).toContain("P11");
    expect(found.findings[0].number).toBeCloseTo(found.metrics.recall.value, 12);
    expect(found.code).toBe(0);
    const p11 = found.findings.find((finding) => finding.catalogue === "P11");
    expect(p11?.fix).toMatch(
      /probability of (\S+) on; .*--threshold \1\. .*--costs falsePositive=1,falseNegative=20$/,
    );
    expect(p11?.fix).not.toMatch(/Recall|=>|\{/);
    const lower = await checked(text, "--label truth --pred p --threshold 0.22");
    expect(lower.metrics.recall.value).toBeGreaterThan(found.metrics.recall.value + 0.3);
    expect(lower.metrics.rocAuc).toEqual(found.metrics.rocAuc);
    expect(catalogue(lower)).not.toContain("P11");
    const dear = await checked(text, "--label truth --pred p --costs fp=1,fn=9");
    const ofCosts = dear.findings.find((finding) => finding.catalogue === "P11");
    expect(ofCosts?.title).toContain("cost");
    expect(ofCosts?.fix).toMatch(/--threshold [\d.]+$/);
  });

  it("one column of a class that it is named after", async () => {
    const rows = fraud().map(({ label, p }) => [label === 1 ? "fraud" : "honest", p]);
    const { metrics } = await checked(csv("y,prob_fraud", rows), "--label y --probs prob_fraud");
    expect(metrics.rocAuc.value).toBeGreaterThan(0.9);
    const exchanged = await checked(csv("y,p", rows), "--label y --probs p");
    expect(errors(exchanged)).toEqual(["D4"]);
    expect(exchanged.findings[0].fix).toContain("--classes honest,fraud");
  });

  it("labels of −1 and 1 with probabilities, and one logit of two classes", async () => {
    const rows = fraud().map(({ label, p }) => [2 * label - 1, p, Math.log(p / (1 - p))]);
    const text = csv("y,p,z", rows);
    expect(errors(await checked(text, "--label y --pred p"))).toEqual(["C9"]);
    expect(errors(await checked(text, "--label y --pred p --classes -1,1"))).toEqual([]);
    const zeros = text.replaceAll(/^-1/gm, "0");
    const ofFirst = await checked(zeros, "--label y --pred p --drop z --classes 1,0");
    expect(errors(ofFirst)).toEqual(["D4"]);
    expect(errors(await checked(zeros, "--label y --pred z"))).toEqual(["C1"]);
    const [asLogit, asProbability] = [
      await checked(zeros, "--label y --logits z --drop p"),
      await checked(zeros, "--label y --probs p --drop z"),
    ];
    for (const name of ["crossentropy", "rocAuc", "recall"])
      expect(asLogit.metrics[name].value).toBeCloseTo(asProbability.metrics[name].value, 10);
  });

  it("predicted classes, by name and by number", async () => {
    const said = three.map(({ label, probabilities }) => [
      label,
      probabilities.indexOf(Math.max(...probabilities)),
    ]);
    const byNumber = await checked(csv("y,said", said), "--label y --pred said");
    const byName = await checked(
      csv(
        "y,said",
        said.map((row) => row.map((k) => names[k])),
      ),
      "--label y --pred said",
    );
    const mixed = await checked(
      csv(
        "y,said",
        said.map(([label, k]) => [label, names[k]]),
      ),
      "--label y --pred said --classes cat,dog,bird",
    );
    expect(byName.metrics["recall of cat"]).toEqual(byNumber.metrics["recall of class 0"]);
    expect(mixed.metrics).toEqual(byName.metrics);
    expect(byNumber.metrics).not.toHaveProperty("crossentropy");
    expect(errors(byNumber)).toEqual([]);
  });

  it("a regression, and predictions on another scale than the labels", async () => {
    const next = numbers(2);
    const rows = Array.from({ length: 300 }, () => {
      const x = 2 * next() - 1;
      return [100 + 30 * x + next(), 100 + 30 * x, x];
    });
    const text = csv("price,pred,scaled", rows);
    const good = await checked(text, "--label price --pred pred --drop scaled");
    expect([good.code, good.findings]).toEqual([0, []]);
    expect(good.metrics.r2Score.value).toBeGreaterThan(0.99);
    const bad = await checked(text, "--label price --pred scaled --drop pred");
    expect(catalogue(bad)).toEqual(["P4"]);
    // Whole numbers are amounts where that is said.
    const stars = csv(
      "stars,said",
      rows.map((_, i) => [i % 5, (i + Number(i % 7 === 0)) % 5]),
    );
    expect((await checked(stars, "--label stars --pred said")).metrics).toHaveProperty("accuracy");
    expect((await checked(stars, "--label stars --pred said --task regression")).metrics).toHaveProperty(
      "meanSquaredError",
    );
  });

  it("groups of rows that are served badly, by columns beside", async () => {
    const next = numbers(9);
    const rows = Array.from({ length: 600 }, (_, row) => {
      const [label, far] = [row % 2, row % 3 === 0];
      const p = far ? 0.3 + 0.4 * next() : 0.05 + 0.1 * next();
      return [label, label === 1 ? 1 - p : p, far ? "Oslo" : "Rome"];
    });
    const found = await checked(csv("y,p,city", rows), "--label y --pred p");
    const weak = found.findings.find((finding) => finding.catalogue === "P9");
    expect(weak?.title).toMatch(/city is Oslo|city is not Rome/);
    expect(weak?.fileRows?.every((row) => rows[row - 1][2] === "Oslo")).toBe(true);
    const without = await checked(csv("y,p,city", rows), "--label y --pred p --drop city");
    expect(catalogue(without)).not.toContain("P9");
  });

  it("leaves rows without a label out, and says so", async () => {
    const text = withProbabilities.replace(/^\d(?=,)/m, "");
    const { code, stdout } = await page(text, "--label y --probs p*");
    expect(code).toBe(0);
    expect(stdout).toContain("1 row without a label left out");
    expect(stdout).toContain("Measured on 399 rows");
  });

  it("one row, and one class", async () => {
    const one = await checked("y,p\n1,0.75\n", "--label y --pred p");
    expect([one.code, one.findings]).toEqual([0, []]);
    expect(one.metrics.crossentropy.value).toBeCloseTo(-Math.log(0.75), 10);
    const same = await checked(`y,p\n${"0,0.1\n0,0.2\n".repeat(50)}`, "--label y --pred p");
    expect([same.code, errors(same)]).toEqual([0, []]);
    expect(same.metrics).not.toHaveProperty("recall");
  });

  it("fits a terminal of 100 columns, without colours where there is none", async () => {
    for (const flags of ["--label y --probs z*", "--label y --logits z*"]) {
      const { stdout } = await page(withLogits, flags);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(stdout).not.toContain("\x1b");
      expect(stdout).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it.each<[string, string, string[], RegExp]>([
    ["no flag at all", "y,p\n1,0.5\n", [], /^PL4004 .*--label <column>.*--target <column>/],
    ["a label without predictions", "y,p\n1,0.5\n", ["--label", "y"], /^PL4004 .*--pred/],
    ["predictions without a label", "y,p\n1,0.5\n", ["--pred", "p"], /^PL4004 .*no --label/],
    [
      "predictions given twice",
      "y,p\n1,0.5\n",
      ["--label", "y", "--pred", "p", "--probs", "p"],
      /^PL4004 .*--pred and --probs/,
    ],
    [
      "both subjects",
      "y,p\n1,0.5\n",
      ["--label", "y", "--pred", "p", "--target", "y"],
      /^PL4004 .*--label and --target/,
    ],
    [
      "a column that there is not",
      "truth,score\n1,0.5\n",
      ["--label", "truht", "--pred", "score"],
      /^PL3002 .*columns are truth, score.*Did you mean --label truth/,
    ],
    ["the label as prediction", "y,p\n1,0.5\n", ["--label", "y", "--pred", "y"], /^PL4004 .*y is the label/],
    ["labels that are missing", "y,p\n,0.5\n,0.2\n", ["--label", "y", "--pred", "p"], /^PL3006 .*2 rows/],
    [
      "predictions that are missing",
      "y,p\n1,0.5\n0,\n1,nan\n",
      ["--label", "y", "--pred", "p"],
      /^PL4005 .*2 of 3 rows.*first is row 2/,
    ],
    [
      "infinite predictions",
      "y,z\n1,0.5\n0,-inf\n",
      ["--label", "y", "--logits", "z"],
      /^PL3009 .*Row 2 of z holds -Infinity/,
    ],
    [
      "a word among numbers",
      "y,p\n1,0.5\n0,oops\n",
      ["--label", "y", "--pred", "p"],
      /^PL3007 .*Row 2 holds "oops"/,
    ],
    [
      "a word among labels",
      "y,p\n1,0.5\n0,0.25\nnone,0.5\n",
      ["--label", "y", "--pred", "p"],
      /^PL3007 .*Row 3 holds "none"/,
    ],
    [
      "names without their numbers",
      "y,said\n1,dog\n0,cat\n",
      ["--label", "y", "--pred", "said"],
      /^PL4004 .*--classes cat,dog/,
    ],
    [
      "too few columns",
      "y,a,b\nx,0.5,0.5\nv,0.5,0.5\nw,0.5,0.5\n",
      ["--label", "y", "--probs", "a,b"],
      /^PL4004 .*3 classes: v, w, x/,
    ],
    [
      "numbers for many classes",
      "y,a\nx,0.5\nv,0.5\nw,0.5\n",
      ["--label", "y", "--pred", "a"],
      /^PL4004 .*3 classes/,
    ],
    [
      "a class that --classes does not name",
      "y,p\ncat,0.5\ndog,0.5\n",
      ["--label", "y", "--probs", "p", "--classes", "cat,dig"],
      /^PL3015 .*Row 2 of y holds "dog".*--classes cat,dog/,
    ],
    [
      "too many classes",
      "y,p\ncat,0.5\ndog,0.5\n",
      ["--label", "y", "--probs", "p", "--classes", "cat,dog,cow"],
      /^PL4004 .*2 classes/,
    ],
    [
      "costs that are none",
      "y,p\n1,0.5\n",
      ["--label", "y", "--pred", "p", "--costs", "fp=1,fn=x"],
      /^PL4004 .*falsePositive=1,falseNegative=20/,
    ],
    [
      "a threshold out of range",
      "y,p\n1,0.5\n",
      ["--label", "y", "--pred", "p", "--threshold", "1"],
      /^PL4004 .*--threshold 0.3/,
    ],
    [
      "flags of training",
      "y,p\n1,0.5\n",
      ["--label", "y", "--pred", "p", "--class-weights", "balanced"],
      /^PL4004 .*--class-weights .*check predictions/,
    ],
    ["an empty file", "", ["--label", "y", "--pred", "p"], /^PL3003/],
    ["no rows", "y,p\n", ["--label", "y", "--pred", "p"], /^PL3003/],
  ])("refuses %s in one paragraph, with 2 and with --json too", async (_, text, flags, message) => {
    writeFileSync(join(cwd, "table.csv"), text);
    for (const json of [[], ["--json"]]) {
      const { code, stdout, stderr } = await plumb(["check", "table.csv", ...flags, ...json], { cwd });
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd()).toMatch(/^PL\d{4} [^\n]+\.$/);
      expect([code, stdout]).toEqual([2, ""]);
    }
  });

  it("says what there is where the file is not", async () => {
    writeFileSync(join(cwd, "scores.csv"), "y,p\n1,0.5\n");
    const { code, stderr } = await plumb(["check", "score.csv"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^PL3001 .*Did you mean scores.csv/)]);
  });
});

describe("plumb check, of data", () => {
  it("finds what is wrong with columns, with fixes as flags", async () => {
    const next = numbers(4);
    const rows = flowers(200)
      .trim()
      .split("\n")
      .slice(1)
      .map((line, i) => [line, 100 + 3 * ["rose", "iris", "lily"].indexOf(line.split(",")[4]), i, next()]);
    const text = csv("length,width,colour,planet,kind,leak,number,noise", rows);
    const found = await checked(text, "--target kind");
    expect(found.code).toBe(0);
    expect(catalogue(found)).toEqual(expect.arrayContaining(["D9", "D10", "D2"]));
    const fix = (of: string): string | undefined =>
      found.findings.find((finding) => finding.catalogue === of)?.fix;
    expect(fix("D9")).toContain("--drop leak");
    expect(fix("D10")).toContain("--drop number");
    const constant = found.findings.find((finding) => finding.catalogue === "D2");
    expect(constant?.severity).toBe("information");
    expect(constant?.title).toContain("planet");
    const clean = await checked(text, "--target kind --drop leak,number,planet,length");
    expect(clean.findings.filter(({ severity }) => severity !== "information")).toEqual([]);
  });

  it("infinite values are an error with their rows, whatever else there is", async () => {
    const text = houses(80).replace(/^[^,\n]+(?=,\w+,\d)/m, "inf");
    const found = await checked(text, "--target price");
    expect([found.code, errors(found)]).toEqual([1, ["D1"]]);
    expect(found.findings[0].fileRows).toEqual([1]);
    expect(found.findings[0].fix).toContain("--drop size");
    const target = await checked(houses(80).replace(/[\d.]+$/m, "-inf"), "--target price");
    expect([target.code, errors(target)]).toEqual([1, ["D1"]]);
  });

  it("looks at the network too", async () => {
    const found = await checked(houses(120), "--target price --rate 1000");
    expect(catalogue(found).some((of) => of.startsWith("C"))).toBe(true);
  });
});

describe("plumb check, of a run", () => {
  const wrong: Finding = {
    code: "PL4209",
    catalogue: "P9",
    severity: "error",
    title: "Half of the rows are wrong",
    number: 0.5,
    threshold: 0.1,
    evidence: [],
    why: "They are of one group",
    fix: "Look at them",
  };

  it("looks back at it, with its table and without", async () => {
    const folder = join(cwd, "of-runs");
    mkdirSync(folder);
    writeFileSync(join(folder, "flowers.csv"), flowers(150));
    const trained = await plumb(
      ["train", "flowers.csv", "-t", "kind", "-o", "run", "--epochs", "20", "--json"],
      { cwd: folder },
    );
    expect(trained.code).toBe(0);
    const { test } = JSON.parse(trained.stdout) as { test: { loss: number; accuracy: number } };
    const run = async (...flags: string[]): Promise<Outcome> =>
      plumb(["check", "run", ...flags], { cwd: folder });
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    const words = (await run()).stdout;
    expect(words).toContain("because kind is text with 3 different values");
    expect(words).toContain("because the target has 3 classes");
    expect(words).not.toMatch(/--(?:task|loss) \S+ was given/);
    expect(JSON.parse(stdout)).not.toHaveProperty("note");
    const { metrics, findings } = JSON.parse(stdout) as Printed;
    // The weights, the rows and the preparation are those of the training.
    expect(metrics.accuracy.value).toBeCloseTo(test.accuracy, 10);
    expect(metrics.crossentropy.value).toBeCloseTo(test.loss, 5);
    const stored = JSON.parse(readFileSync(join(folder, "run", "findings.json"), "utf8")) as Printed;
    expect(findings.map(({ title }) => title).sort()).toEqual(
      stored.findings.map(({ title }) => title).sort(),
    );
    renameSync(join(folder, "flowers.csv"), join(folder, "moved.csv"));
    const alone = await run();
    expect([alone.code, alone.stderr]).toEqual([0, ""]);
    expect(alone.stdout).toContain("--data says where it is");
    expect(alone.stdout).not.toContain("Measured");
    expect(alone.stdout).toContain("Only the course of the training could be looked at");
    const noted = JSON.parse((await run("--json")).stdout) as Printed & { readonly note?: string };
    expect(noted.note).toMatch(/^Only the course .*flowers\.csv is not there; --data says where it is/);
    expect(noted.metrics).toEqual({});
    // What was found when it was trained is told again, and an error among it fails.
    const file = join(folder, "run", "findings.json");
    const error = { ...wrong, found: "after" };
    writeFileSync(file, JSON.stringify({ ...stored, findings: [...stored.findings, error] }));
    const failed = await run("--json");
    const codes = (JSON.parse(failed.stdout) as Printed).findings.map((of) => of.code).sort();
    expect([failed.code, codes]).toEqual([1, [...stored.findings.map((of) => of.code), wrong.code].sort()]);
    rmSync(file);
    expect((await run()).stdout).toContain("It has no findings.json to repeat");
    writeFileSync(file, JSON.stringify(stored));
    expect((await run("--data", "moved.csv", "--json")).stdout).toBe(stdout);
    writeFileSync(join(folder, "other.csv"), flowers(150, 2));
    const other = await run("--data", "other.csv");
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/^PL4004 .*--data other.csv/)]);
    const none = await plumb(["check", "."], { cwd: folder });
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/^PL5002/)]);
  });
});
