/** `plumb info`, and which commands turn turbo on. */
import { tensor } from "plumb-ml";
import type { TurboReport } from "plumb-ml/turbo";
import { describe, expect, it } from "vitest";
import { plumb } from "./run-cli.ts";

const cwd = process.cwd();

/** Says that turbo is on, and counts how often it was asked for; nothing is turned on. */
function counted(): { turbo: () => Promise<TurboReport>; asked: () => number } {
  let count = 0;
  const report: TurboReport = { flag: "--a-flag", fused: true, width: 256, gigaflops: 1, why: "because" };
  const turbo = async (): Promise<TurboReport> => {
    count++;
    return report;
  };
  return { turbo, asked: () => count };
}

/** −(1 + 2⁻¹¹) + (1 + 2⁻¹²)² is 2⁻²⁴ where the square is not rounded before it is added, and 0 where it is. */
function roundsOnce(): boolean {
  const near = 1 + 2 ** -12;
  const left = tensor([1, near], [1, 2]);
  const right = tensor([-(1 + 2 ** -11), near], [2, 1]);
  return left.matmul(right).itemSync() === 2 ** -24;
}

describe("plumb info", () => {
  it("measures, and says what turbo found", async () => {
    const { turbo } = counted();
    const { code, stdout, stderr } = await plumb(["info"], { cwd, turbo });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Node          ${process.versions.node}`);
    expect(stdout).toContain("on, by --a-flag: because\n");
    expect(stdout).toMatch(/products in vectors of (128|256) bits and (narrow|tall|wide|large) tiles/);
    expect(stdout).toMatch(/Products {6}\d+\.\d GF\/s on one thread/);
    expect(stdout).toMatch(/Element-wise {2}\d+\.\d GF\/s on one thread/);
    expect(stdout.match(/\d+\.\d GB\/s on one thread.*, in \d+ MiB/g)).toHaveLength(3);
  });

  it("leaves the flags alone where it is told to", async () => {
    const { turbo, asked } = counted();
    const { stdout } = await plumb(["info", "--no-turbo", "--json"], { cwd, turbo });
    const facts = JSON.parse(stdout);
    expect(asked()).toBe(0);
    expect(facts.turbo).toEqual({ why: expect.stringContaining("--no-turbo") });
    expect(facts.fused).toBe(roundsOnce());
    expect([128, 256]).toContain(facts.width);
    if (facts.fused === false) expect([facts.width, facts.tile]).toEqual([128, "narrow"]);
    for (const { oneThread, allThreads } of [facts.gigaflops, facts.elementwise, ...facts.bandwidth])
      expect(Math.min(oneThread, allThreads)).toBeGreaterThan(0);
    expect(facts.cores).toBeGreaterThan(0);
  });
});

describe("turbo", () => {
  it("is turned on by commands that compute, before they look at anything, and not by others", async () => {
    const { turbo, asked } = counted();
    await plumb(["losses"], { cwd, turbo });
    expect(asked()).toBe(0);
    await plumb(["train", "no-such.csv", "--target", "x", "--no-turbo"], { cwd, turbo });
    expect(asked()).toBe(0);
    await plumb(["train", "no-such.csv", "--target", "x"], { cwd, turbo });
    await plumb(["predict", "no-such-run", "no-such.csv"], { cwd, turbo });
    expect(asked()).toBe(2);
  });
});
