import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Model } from "plumb-ml";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { decodeWeights } from "../src/run/weights-file.ts";
import { flowers, houses, plumb as anyPlumb, type Outcome, type RunOptions } from "./run-cli.ts";

/** What is tested here has nothing to do with the doctor, which takes its time and has tests of its own. */
const plumb = (args: readonly string[], options: RunOptions): Promise<Outcome> =>
  anyPlumb(args[0] === "train" ? [...args, "--no-doctor"] : args, options);

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "plumb-train-"));
  writeFileSync(join(cwd, "flowers.csv"), flowers(180));
  writeFileSync(join(cwd, "houses.csv"), houses(200));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const read = (path: string): string => readFileSync(join(cwd, path), "utf8");
const lines = (path: string): Record<string, number>[] =>
  read(path)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("plumb train", () => {
  it("prints data, target, loss and why, the test against a baseline, and what it wrote", async () => {
    const { code, stdout, stderr } = await plumb(["train", "flowers.csv", "--target", "kind"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/flowers\.csv: 180 rows, 5 columns/);
    expect(stdout).toMatch(
      /kind, 3 classes: iris, lily, rose\n +because kind is text with 3 different values/,
    );
    expect(stdout).toMatch(/108 to train, 36 to validate, 36 to test/);
    expect(stdout).toMatch(/dropped planet: it holds 7 in every training row/);
    expect(stdout).toMatch(/width: \d+ missing, filled with/);
    expect(stdout).toMatch(/sparse_categorical_crossentropy\n +because the target has 3 classes/);
    expect(stdout).toMatch(/accuracy +1\.000 +0\.3333/);
    expect(stdout).toMatch(/lily +0 +12 +0/);
    expect(stdout).toMatch(/lily +1\.000 +1\.000 +1\.000 +12/);
    expect(stdout).toMatch(/Wrote runs\/flowers-kind: run\.json/);
    expect(stderr).toMatch(/epoch 1\/300 {2}loss \S+ {2}val_loss \S+ {2}rate 0\.001 {2}eta \d+s/);
  });

  it("--json prints one object and nothing else", async () => {
    const { code, stdout } = await plumb(
      ["train", "flowers.csv", "--target", "kind", "--json", "--epochs", "200"],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(2);
    const result = JSON.parse(stdout);
    expect(Object.keys(result)).toEqual([
      "task",
      "loss",
      "why",
      "rows",
      "baseline",
      "test",
      "epochs",
      "seconds",
      "run",
    ]);
    expect(result).toMatchObject({
      task: "classes",
      loss: "sparse_categorical_crossentropy",
      rows: { train: 108, validation: 36, test: 36 },
      baseline: { always: "iris", accuracy: 1 / 3, loss: expect.closeTo(Math.log(3), 5) },
      test: { accuracy: 1, macroF1: 1, perClass: { rose: { precision: 1, recall: 1, f1: 1, rows: 12 } } },
      epochs: 200,
      run: "runs/flowers-kind",
    });
    expect(result.test.confusion).toEqual([
      [12, 0, 0],
      [0, 12, 0],
      [0, 0, 12],
    ]);
    expect(JSON.parse(read("runs/flowers-kind/run.json")).result).toEqual(result);
  });

  it("a regression is measured in the target's own units", async () => {
    const { stdout } = await plumb(["train", "houses.csv", "--target", "price", "--json"], { cwd });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ task: "regression", loss: "mean_squared_error" });
    expect(result.test.r2).toBeGreaterThan(0.98);
    expect(result.test.rmse).toBeCloseTo(Math.sqrt(result.test.mse), 9);
    // Prices spread by about 350; the standardised loss is the squared error over the training part's variance.
    expect(result.test.mae).toBeGreaterThan(1);
    expect(result.test.mae).toBeLessThan(40);
    const { target } = JSON.parse(read("runs/houses-price/prepare.json"));
    expect(result.test.loss).toBeCloseTo(result.test.mse / target.scale.deviation ** 2, 5);
    expect(result.baseline.always).toBe(target.scale.mean);
    expect(result.baseline.r2).toBeLessThanOrEqual(0);
  });

  it("writes history, timing, weights, preparation and the record of the run", async () => {
    await plumb(["train", "flowers.csv", "-t", "kind", "--epochs", "5", "--out", "deep/er", "--seed", "9"], {
      cwd,
    });
    expect(readdirSync(join(cwd, "deep/er")).sort()).toEqual([
      "history.jsonl",
      "prepare.json",
      "report.html",
      "run.json",
      "timing.jsonl",
      "weights.safetensors",
    ]);
    const history = lines("deep/er/history.jsonl");
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(Object.keys(history[0])).toEqual([
      "epoch",
      "loss",
      "accuracy",
      "val_loss",
      "val_accuracy",
      "learning_rate",
    ]);
    expect(lines("deep/er/timing.jsonl").map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    const run = JSON.parse(read("deep/er/run.json"));
    expect(run).toMatchObject({ status: "finished", seed: 9, config: { epochs: 5, batch: 32 } });
    expect(run.data).toMatchObject({ file: "flowers.csv", rows: 180, columns: 5 });
    expect(run.data.sha256).toMatch(/^[0-9a-f]{64}$/);
    const weights = decodeWeights(readFileSync(join(cwd, "deep/er/weights.safetensors")), "weights");
    expect(weights.map(({ name, shape }) => [name, ...shape])).toEqual([
      ["dense/kernel", run.network.inputs, 64],
      ["dense/bias", 64],
      ["dense_1/kernel", 64, 3],
      ["dense_1/bias", 3],
    ]);
  });

  it("the same seed gives the same bits; another seed does not", async () => {
    const flags = ["train", "flowers.csv", "--target", "kind", "--epochs", "8", "--dropout", "0.2"];
    for (const [out, seed] of [
      ["a", "3"],
      ["b", "3"],
      ["c", "4"],
    ])
      await plumb([...flags, "--out", out, "--seed", seed], { cwd });
    for (const file of ["history.jsonl", "weights.safetensors", "prepare.json"])
      expect(read(`a/${file}`)).toBe(read(`b/${file}`));
    expect(read("a/history.jsonl")).not.toBe(read("c/history.jsonl"));
    await plumb([...flags.slice(0, -1), "0", "--out", "d", "--seed", "3"], { cwd });
    expect(read("a/history.jsonl")).not.toBe(read("d/history.jsonl"));
  });

  it("keeps the weights of the epoch with the lowest validation loss", async () => {
    const train = (...flags: string[]): Promise<unknown> =>
      plumb(
        ["train", "flowers.csv", "--target", "kind", "--drop", "length", "--rate", "0.03", "-q", ...flags],
        { cwd },
      );
    await train("--out", "all", "--patience", "15");
    const losses = lines("all/history.jsonl").map(({ val_loss }) => val_loss);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(losses).toHaveLength(best + 15);
    await train("--out", "best", "--epochs", String(best));
    expect(read("all/weights.safetensors")).toBe(read("best/weights.safetensors"));
  });

  it("every setting is obeyed and recorded", async () => {
    const args =
      "train houses.csv --target 2 --layers 8,4 --epochs 3 --batch 50 --rate 0.01 --decay 0 --dropout 0.5 --patience 2 --loss mae --split 50/25/25 --out r";
    const { code } = await plumb(args.split(" "), { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(read("r/run.json"))).toMatchObject({
      config: { layers: [8, 4], epochs: 3, batch: 50, rate: 0.01, decay: 0, dropout: 0.5, patience: 2 },
      network: { inputs: 2, layers: [8, 4], dropout: 0.5, units: 1, head: "linear" },
      loss: "mean_absolute_error",
      result: { rows: { train: 100, validation: 50, test: 50 }, epochs: 3 },
    });
  });

  it("two classes have one output, or two when the loss wants them; one-hot labels when it wants those", async () => {
    writeFileSync(join(cwd, "two.csv"), flowers(120).replaceAll("lily", "iris"));
    for (const [loss, units, head] of [
      ["binary_crossentropy", 1, "sigmoid"],
      ["sparse_categorical_crossentropy", 2, "softmax"],
      ["categoricalCrossentropy", 2, "softmax"],
    ] as const) {
      const out = `two-${units}-${loss}`;
      const flags = [
        "train",
        "two.csv",
        "--target",
        "kind",
        "--out",
        out,
        "--json",
        "--epochs",
        "80",
        "--rate",
        "0.01",
      ];
      const { stdout } = await plumb([...flags, "--loss", loss], { cwd });
      expect(JSON.parse(stdout).test.accuracy).toBe(1);
      expect(JSON.parse(read(`${out}/run.json`)).network).toMatchObject({ units, head });
    }
  });

  it("--loss auto asks the losses, as leaving it out does, and says why; --loss <name> says that it was given", async () => {
    const flags = ["train", "houses.csv", "--target", "price", "--epochs", "2"];
    const left = await plumb([...flags, "--out", "left"], { cwd });
    const auto = await plumb([...flags, "--loss", "auto", "--out", "auto"], { cwd });
    expect(auto.stdout).toMatch(
      /Loss +mean_squared_error\n +because the target is a quantity, and this loss is for/,
    );
    expect(read("auto/weights.safetensors")).toBe(read("left/weights.safetensors"));
    expect(left.code).toBe(0);
    const given = await plumb([...flags, "--loss", "huber", "--out", "given"], { cwd });
    expect(given.stdout).toMatch(/Loss +huber\n +because --loss huber was given; this loss is for/);
  });

  it("a loss of amounts takes them as they are but for the unit, and is measured in the target's own", async () => {
    const flags = ["--loss", "poisson", "--epochs", "150", "--rate", "0.01", "--json", "--out", "amounts"];
    const { code, stdout } = await plumb(["train", "houses.csv", "--target", "price", ...flags], { cwd });
    expect(code).toBe(0);
    const { baseline, test } = JSON.parse(stdout);
    expect(JSON.parse(read("amounts/prepare.json")).target.scale.mean).toBe(0);
    expect(JSON.parse(read("amounts/run.json")).network.head).toBe("nonNegative");
    expect(baseline.always).toBeGreaterThan(1000);
    expect(Math.abs(baseline.r2)).toBeLessThan(0.2);
    expect(test.r2).toBeGreaterThan(0.5);
    expect(test.loss).toBeLessThan(baseline.loss);
  });

  it("class weights move the decision towards the rare class", async () => {
    // One class in eight, and both overlap: by itself a model hardly ever names the rare one.
    const rows = Array.from(
      { length: 400 },
      (_, i) => `${((i * 37) % 100) / 50 + (i % 8 === 0 ? 0.7 : 0)},${i % 8 === 0}`,
    );
    writeFileSync(join(cwd, "rare.csv"), `x,rare\n${rows.join("\n")}\n`);
    const recall = async (...flags: string[]): Promise<number> => {
      const { stdout } = await plumb(
        ["train", "rare.csv", "--target", "rare", "--json", "--epochs", "60", ...flags],
        { cwd },
      );
      return JSON.parse(stdout).test.perClass.true.recall;
    };
    const [plain, balanced, named] = [
      await recall(),
      await recall("--class-weights", "balanced"),
      await recall("--class-weights", "true=20,false=1"),
    ];
    expect(balanced).toBeGreaterThan(plain + 0.3);
    expect(named).toBeGreaterThan(plain + 0.3);
  });

  it("a class of weight 0 is never learned", async () => {
    const args = ["train", "flowers.csv", "--target", "kind", "--json", "--class-weights", "rose=0"];
    const { perClass } = JSON.parse((await plumb(args, { cwd })).stdout).test;
    expect([perClass.rose.recall, perClass.lily.recall]).toEqual([0, 1]);
  });

  it("decides and overrides the task", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 5},${i % 5},${i}`);
    writeFileSync(join(cwd, "levels.csv"), `x,level,index\n${rows.join("\n")}\n`);
    const task = async (target: string, ...flags: string[]): Promise<string> => {
      const args = ["train", "levels.csv", "--target", target, "--json", "--epochs", "1", ...flags];
      const { task: decided, why } = JSON.parse((await plumb(args, { cwd })).stdout);
      return `${decided}: ${why.split(";")[0]}`;
    };
    expect(await task("level")).toBe("classes: level is a whole number with 5 different values (at most 20)");
    expect(await task("index")).toBe("regression: index is a whole number with 60 different values");
    expect(await task("level", "--task", "regression")).toBe("regression: --task regression was given");
  });

  it("takes files without a header, and the target by place", async () => {
    writeFileSync(join(cwd, "bare.csv.gz"), gzipSync(flowers(90).split("\n").slice(1).join("\n")));
    for (const target of ["last", "4", "-1", "column4"]) {
      const { stdout } = await plumb(["train", "bare.csv.gz", "--target", target, "--epochs", "1"], { cwd });
      expect(stdout).toMatch(/no header, so the columns are called column0 … column4/);
      expect(stdout).toMatch(/column4, 3 classes/);
    }
    expect(readdirSync(join(cwd, "runs")).sort()).toEqual([
      "bare-column4",
      "bare-column4-2",
      "bare-column4-3",
      "bare-column4-4",
    ]);
  });

  it("rows without a target are left out with a word; columns can be dropped", async () => {
    const gaps = flowers(90).replace("rose", "NA").replace("lily", "");
    writeFileSync(join(cwd, "gaps.csv"), gaps);
    const { stdout } = await plumb(
      ["train", "gaps.csv", "--target", "kind", "--drop", "width,planet", "--epochs", "1"],
      { cwd },
    );
    expect(stdout).toMatch(/2 rows without a target left out/);
    expect(stdout).toMatch(/3 inputs from 2 columns/);
  });

  it("--quiet prints results only", async () => {
    const { stdout, stderr } = await plumb(["train", "flowers.csv", "-t", "kind", "-q", "--epochs", "2"], {
      cwd,
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Test, 36 rows/);
  });

  it("ends after the step in flight on Ctrl-C, with what was reached written", async () => {
    const stopping = new AbortController();
    const { code, stdout } = await plumb(
      ["train", "houses.csv", "--target", "price", "--epochs", "100000", "--patience", "100000"],
      {
        cwd,
        signal: stopping.signal,
        onStderr: (text) => text.startsWith("epoch 1/") && stopping.abort(),
      },
    );
    expect(code).toBe(130);
    expect(stdout).toMatch(/stopped by Ctrl-C; kept the weights of epoch 1\./);
    expect(JSON.parse(read("runs/houses-price/run.json"))).toMatchObject({
      status: "interrupted",
      result: { epochs: 1 },
    });
    expect(lines("runs/houses-price/history.jsonl")).toHaveLength(1);
    writeFileSync(join(cwd, "new.csv"), "size,garden\n1,true\n");
    expect((await plumb(["predict", "runs/houses-price", "new.csv"], { cwd })).code).toBe(0);
  });

  it("Ctrl-C before training leaves nothing behind", async () => {
    const { code, stderr } = await plumb(["train", "houses.csv", "--target", "price"], {
      cwd,
      signal: AbortSignal.abort(),
    });
    expect([code, stderr]).toEqual([130, "Interrupted; nothing was written.\n"]);
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });
});

describe("plumb", () => {
  it("prints help and version", async () => {
    const help = await plumb([], { cwd });
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/train .*Train a network[\s\S]*predict .*Predict a line/);
    expect((await plumb(["train", "--help"], { cwd })).stdout).toMatch(
      /--class-weights <weights>[\s\S]*Examples:/,
    );
    expect((await plumb(["--version"], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  describe("--profile", () => {
    const command = ["train", "flowers.csv", "--target", "kind", "--epochs", "3"];

    it("prints where the time goes, and writes it down; the weights are those of a run without", async () => {
      const { code, stdout } = await plumb([...command, "--profile", "--out", "profiled"], { cwd });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^A training step of "sequential" with \d+ rows/m);
      expect(stdout).toMatch(/ dense ←, optimizer: matmul/);
      expect(stdout).toMatch(
        /Wrote profiled: run\.json[\s\S]*A training step of[\s\S]*Wrote profiled\/profile\.json\n$/,
      );
      const { kernels, outside, timed } = JSON.parse(read("profiled/profile.json"));
      const inKernels = kernels.reduce(
        (sum: number, kernel: { milliseconds: number }) => sum + kernel.milliseconds,
        0,
      );
      expect(inKernels + outside).toBeCloseTo(timed, 9);
      await plumb([...command, "--out", "plain"], { cwd });
      expect(existsSync(join(cwd, "plain/profile.json"))).toBe(false);
      expect(read("profiled/weights.safetensors")).toBe(read("plain/weights.safetensors"));
    });

    it("with --json leaves the output to the result", async () => {
      const { stdout } = await plumb([...command, "--profile", "--json", "--class-weights", "balanced"], {
        cwd,
      });
      expect(JSON.parse(stdout)).toMatchObject({ epochs: 3, profile: "profile.json" });
      expect(existsSync(join(cwd, "runs/flowers-kind/profile.json"))).toBe(true);
    });

    it.each([[["--json"]], [[]]])("that fails leaves the run told and whole (%j)", async (more) => {
      const broken = vi.spyOn(Model.prototype, "profile").mockRejectedValue(new Error("no clock"));
      onTestFinished(() => broken.mockRestore());
      const { code, stdout, stderr } = await plumb([...command, "--profile", ...more], { cwd });
      expect([code, stderr.includes("no clock")]).toEqual([1, true]);
      const { result } = JSON.parse(read("runs/flowers-kind/run.json"));
      if (more.length > 0) expect(JSON.parse(stdout)).toEqual(result);
      else expect(stdout).toMatch(/accuracy[\s\S]*Wrote runs\/flowers-kind: run\.json/);
      expect(existsSync(join(cwd, "runs/flowers-kind/profile.json"))).toBe(false);
    });

    it("takes no value", async () => {
      const { code, stderr } = await plumb([...command, "--profile=20"], { cwd });
      expect(code).toBe(2);
      expect(stderr).toMatch(/profile/);
      expect(existsSync(join(cwd, "runs"))).toBe(false);
    });
  });
});
