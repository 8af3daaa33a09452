import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flowers, houses, plumb } from "./run-cli.ts";

let cwd = "";
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "plumb-predict-"));
  writeFileSync(join(cwd, "flowers.csv"), flowers(180));
  writeFileSync(
    join(cwd, "two.csv"),
    flowers(180).replaceAll("lily", '"say ""iris"", please"').replaceAll(",iris", ',"say ""iris"", please"'),
  );
  writeFileSync(join(cwd, "bare.csv"), flowers(180).split("\n").slice(1).join("\n"));
  writeFileSync(join(cwd, "houses.csv"), houses(200));
  for (const [file, target] of [
    ["flowers.csv", "kind"],
    ["two.csv", "kind"],
    ["bare.csv", "last"],
    ["houses.csv", "price"],
  ])
    await plumb(["train", file, "--target", target, "--quiet", "--no-doctor"], { cwd });
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true }));

const predict = (run: string, file: string, ...flags: string[]): ReturnType<typeof plumb> =>
  plumb(["predict", `runs/${run}`, file, ...flags], { cwd });

describe("plumb predict", () => {
  it("gives each row its class and the probabilities of all", async () => {
    const { code, stdout } = await predict("flowers-kind", "flowers.csv");
    expect(code).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split("\n");
    expect(header).toBe("prediction,probability iris,probability lily,probability rose");
    expect(rows).toHaveLength(180);
    const truth = flowers(180)
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",")[4]);
    expect(rows.map((row) => row.split(",")[0])).toEqual(truth);
    for (const row of rows) {
      const shares = row.split(",").slice(1).map(Number);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }
  });

  it("needs neither the target nor the order of the columns, and is the same for a row alone", async () => {
    writeFileSync(
      join(cwd, "new.csv"),
      "colour,extra,width,length\nred,x,4.2,3.4\nblue,y,5.5,0.2\n,z,,0.3\n",
    );
    const { stdout } = await predict("flowers-kind", "new.csv");
    expect(stdout.split("\n").map((row) => row.split(",")[0])).toEqual([
      "prediction",
      "iris",
      "rose",
      "rose",
      "",
    ]);
    writeFileSync(join(cwd, "alone.csv"), "colour,width,length\nred,4.2,3.4\n");
    expect((await predict("flowers-kind", "alone.csv")).stdout.split("\n")[1]).toBe(stdout.split("\n")[1]);
  });

  it("quotes what CSV wants quoted; two classes have two probabilities", async () => {
    const { stdout } = await predict("two-kind", "flowers.csv");
    const [header, first] = stdout.split("\n");
    expect(header).toBe('prediction,probability rose,"probability say ""iris"", please"');
    const [, rose, other] = first.split(",").map(Number);
    expect(rose + other).toBeCloseTo(1, 5);
    expect(rose).toBeGreaterThan(0.5);
    expect(stdout).toMatch(/\n"say ""iris"", please",0/);
  });

  it("gives quantities in the target's own units", async () => {
    writeFileSync(join(cwd, "plans.csv"), "size,garden\n1,false\n1,true\n3,false\n");
    const { stdout } = await predict("houses-price", "plans.csv");
    const [small, garden, large] = stdout.trimEnd().split("\n").slice(1).map(Number);
    expect(Math.abs(small - 1300)).toBeLessThan(25);
    expect(Math.abs(garden - small - 50)).toBeLessThan(25);
    expect(Math.abs(large - small - 600)).toBeLessThan(40);
  });

  it("--out writes the file and says so", async () => {
    const { code, stdout, stderr } = await predict("houses-price", "houses.csv", "--out", "prices.csv");
    expect([code, stdout, stderr]).toEqual([0, "", "Wrote 200 predictions to prices.csv\n"]);
    expect(readFileSync(join(cwd, "prices.csv"), "utf8")).toBe(
      (await predict("houses-price", "houses.csv")).stdout,
    );
  });

  it("a word that training never saw is no error, and is said", async () => {
    writeFileSync(join(cwd, "strange.csv"), "colour,width,length\ngreen,4.2,3.4\ngreen,4.1,3.3\n");
    const { code, stdout, stderr } = await predict("flowers-kind", "strange.csv");
    expect(code).toBe(0);
    expect(stdout.split("\n")[1]).toMatch(/^iris/);
    expect(stderr).toMatch(/colour: 2 rows with a text that training never saw, such as "green"/);
  });

  it("files without a header are told by place, with the target's column or without it", async () => {
    const rows = "1.5,,red,7,\n3.4,4.2,blue,7,rose\n";
    writeFileSync(join(cwd, "bare-new.csv"), rows);
    const { stdout } = await predict("bare-column4", "bare-new.csv");
    expect(stdout.split("\n")[2]).toMatch(/^iris/);
    writeFileSync(join(cwd, "bare-short.csv"), "3.4,4.2,blue,7\n");
    expect((await predict("bare-column4", "bare-short.csv")).stdout.split("\n")[1]).toBe(
      stdout.split("\n")[2],
    );
  });

  it.each<[string, string, string | undefined, RegExp]>([
    [
      "missing columns",
      "flowers-kind",
      "colour,lenght\nred,3\n",
      /^PL3013 .*length, width are not there.*Rename lenght to length/,
    ],
    ["other places", "bare-column4", "1,2\n", /^PL3013 .*2 columns where the training file had 5/],
    [
      "text in a column of numbers",
      "flowers-kind",
      "colour,width,length\nred,wide,3\n",
      /^PL3007 .*Column width.*"wide"/,
    ],
    ["infinite values", "flowers-kind", "colour,width,length\nred,inf,3\n", /^PL3009 /],
    ["no rows", "flowers-kind", "colour,width,length\n", /^PL3003 /],
    ["a missing file", "flowers-kind", undefined, /^PL3001 /],
    ["a folder that is no run", "nowhere", "x\n1\n", /^PL5002 .*no such folder/],
  ])("refuses %s", async (_, run, content, message) => {
    const file = content === undefined ? "absent.csv" : "bad.csv";
    if (content !== undefined) writeFileSync(join(cwd, file), content);
    const { code, stdout, stderr } = await predict(run, file);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  it("uses the last checkpoint of a training that was killed", async () => {
    let seen = 0;
    const flags = ["--target", "price", "--epochs", "3", "--out", "alive"];
    await plumb(["train", "houses.csv", ...flags], {
      cwd,
      // What a kill in the third epoch leaves is what lies there in the third epoch.
      onStderr: (text) => {
        if (!text.includes("epoch 3/") || seen++ > 0) return;
        cpSync(join(cwd, "alive"), join(cwd, "killed"), { recursive: true });
      },
    });
    expect(existsSync(join(cwd, "alive/checkpoints"))).toBe(false);
    const { code, stdout, stderr } = await plumb(["predict", "killed", "houses.csv"], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/did not come to its end.*last checkpoint/)]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(201);
  });

  it("refuses a run whose weights are damaged or not there yet", async () => {
    await plumb(["train", "houses.csv", "--target", "price", "-q", "--epochs", "1", "--out", "torn"], {
      cwd,
    });
    const weights = join(cwd, "torn/weights.safetensors");
    writeFileSync(weights, readFileSync(weights).subarray(0, 100));
    const torn = await plumb(["predict", "torn", "houses.csv"], { cwd });
    expect([torn.code, torn.stderr]).toEqual([2, expect.stringMatching(/^PL5002 .*damaged/)]);
    rmSync(weights);
    const early = await plumb(["predict", "torn", "houses.csv"], { cwd });
    expect([early.code, early.stderr]).toEqual([
      2,
      expect.stringMatching(/^PL5002 .*not have come to an end/),
    ]);
  });
});
