/**
 * What V8 makes of vectors depends on its flags: single multiplications and additions, fused ones, pairs of vectors as one
 * of 256 bits. In each mode that this Node offers, in a process of its own, every shape of tiles gives the interpreter's
 * numbers within rounding, and the same bits on one thread, two and three.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ModesReport } from "../support/modes-program.ts";

const folder = mkdtempSync(join(tmpdir(), "plumb-modes-"));
const program = join(folder, "modes.mjs");
beforeAll(async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("../support/modes-program.ts", import.meta.url)),
    platform: "node",
    logLevel: "silent",
  });
  await bundle.write({ file: program, format: "esm" });
});
afterAll(() => rmSync(folder, { recursive: true }));

function reportOf(flags: readonly string[]): ModesReport {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as ModesReport;
}

function expectSound({ compared, problems }: ModesReport): void {
  expect(problems).toEqual([]);
  expect(compared).toBeGreaterThan(10_000);
}

const version = Number.parseInt(process.versions.node, 10);

it("without flags", () => expectSound(reportOf([])));

it.skipIf(version >= 21)("fused by a flag: Node 21 and later fuse without one", () => {
  const report = reportOf(["--experimental-wasm-relaxed-simd"]);
  expectSound(report);
  if (process.arch === "x64") expect(report.fused).toBe(true);
});

it.skipIf(version < 24)("vectors in pairs: V8 makes them from Node 24 on", () => {
  expectSound(reportOf(["--experimental-wasm-revectorize"]));
});
