/** `plumb losses`: the table and the pages, from the records. */
import { allLosses, Huber, losses, type LossFacts } from "plumb-ml";
import { describe, expect, it } from "vitest";
import { plot } from "../src/report/plot.ts";
import { plumb } from "./run-cli.ts";

const cwd = process.cwd();

describe("plumb losses", () => {
  it("lists every loss with what it computes, takes and is for, within the width", async () => {
    const { code, stdout, stderr } = await plumb(["losses"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(132);
    expect(lines[0]).toMatch(/^loss +formula +labels +predictions +range +when to use$/);
    // A row begins where a line has something in the first column; a long name goes on in the next line.
    const names = stdout.split("\n\n").map((row) =>
      row
        .split("\n")
        .map((line) => line.slice(0, 22).trim())
        .join(""),
    );
    for (const { strings } of losses.describe()) expect(names).toContain(strings[0]);
    expect(names).toHaveLength(allLosses.length + 2);
  });

  it("gives the same facts as JSON", async () => {
    const { stdout } = await plumb(["losses", "--json"], { cwd });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(losses.describe())));
  });

  it.each(losses.describe().map((facts) => [facts.strings[0], facts] as const))(
    "explains %s: formula, source, parameters, curve",
    async (name, facts) => {
      const { code, stdout } = await plumb(["losses", name], { cwd });
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/undefined|NaN|\[object/);
      expect(stdout).toContain(facts.formula);
      for (const { name } of facts.parameters) expect(stdout).toContain(`${name} = `);
      expect(stdout.includes("Its gradient:")).toBe(losses.curve(name as "mse") !== undefined);
    },
  );

  it("draws value and gradient as the loss itself gives them", async () => {
    const { stdout } = await plumb(["losses", "huber", "--json"], { cwd });
    const { name, curve } = JSON.parse(stdout) as LossFacts & {
      curve: Record<"x" | "value" | "slope", number[]>;
    };
    expect(name).toBe("Huber");
    const loss = new Huber({ reduction: "none" });
    const truth = loss.call(
      curve.x.map(() => [0]),
      curve.x.map((x) => [x]),
    );
    expect(curve.value).toEqual([...truth.dataSync()]);
    const page = (await plumb(["losses", "huber"], { cwd })).stdout;
    expect(page).toContain(`${plot(curve.x, curve.value).join("\n")}\n\nIts gradient:`);
    expect(page).toContain(`Its gradient:\n\n${plot(curve.x, curve.slope).join("\n")}\n`);
    // The parabola's slope is the residual, the line's is delta.
    curve.x.forEach((x, i) => expect(curve.slope[i]).toBeCloseTo(Math.max(-1, Math.min(1, x)), 5));
  });

  it("refuses a name that is none, with the nearest", async () => {
    const { code, stdout, stderr } = await plumb(["losses", "hubr"], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^PL2007 .*hubr.*Did you mean "?huber/is);
  });
});
