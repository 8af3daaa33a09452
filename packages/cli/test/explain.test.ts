/** `plumb explain`: every code, and examples that run as they are printed. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as library from "plumb-ml";
import { codes } from "plumb-ml";
import * as doctor from "plumb-ml/doctor";
import { diagnoses } from "plumb-ml/doctor";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { program } from "../src/explain/example.ts";
import { plumb } from "./run-cli.ts";

const cwd = process.cwd();

describe("plumb explain", () => {
  it("lists every code, by groups", async () => {
    const { code, stdout, stderr } = await plumb(["explain"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    for (const [name, title] of Object.entries(codes))
      expect(stdout).toMatch(new RegExp(`^ +${name} .*${title.slice(0, 30)}`, "m"));
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    const json = JSON.parse((await plumb(["explain", "--json"], { cwd })).stdout) as { code: string }[];
    expect(json.map((one) => one.code).sort()).toEqual(Object.keys(codes).sort());
  });

  it.each(Object.keys(codes))("explains %s", async (name) => {
    const { code, stdout } = await plumb(["explain", name.toLowerCase()], { cwd });
    expect(code).toBe(0);
    expect(stdout.startsWith(name)).toBe(true);
    expect(stdout).not.toMatch(/undefined\n|NaN ?=|\[object/);
    expect(stdout.split("\n\n")[1].length).toBeGreaterThan(40);
    const lines = stdout.split("\n").filter((line) => !line.startsWith("    "));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each(diagnoses.map((diagnosis) => [diagnosis.id, diagnosis] as const))(
    "finds %s by its number: severity, thresholds with their source, what it explains",
    async (id, { code, severity, thresholds, explains = [] }) => {
      const { stdout } = await plumb(["explain", id.toLowerCase(), "--json"], { cwd });
      const facts = JSON.parse(stdout) as Record<string, unknown> & { explains: string[] };
      expect(facts).toMatchObject({ code, catalogue: id, severity });
      expect(Object.keys(facts.thresholds as object)).toEqual(Object.keys(thresholds));
      expect(facts.explains.map((one) => one.split(" ")[0])).toEqual(explains);
      const page = (await plumb(["explain", code], { cwd })).stdout;
      for (const [name, { source }] of Object.entries(thresholds)) {
        expect(page).toContain(`${name} = `);
        expect(page.replace(/\s+/g, " ")).toContain(source.replace(/\s+/g, " "));
      }
    },
  );

  it.each([
    ["PL4206x", "PL4206"],
    ["P55", "P5"],
    ["banana", "plumb explain lists all"],
  ])("refuses %s, with the nearest", async (asked, near) => {
    const { code, stdout, stderr } = await plumb(["explain", asked], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^PL4004 /);
    expect(stderr).toContain(near);
  });
});

/** Names that a program uses and neither declares nor has from the language: what it must import. */
function foreign(code: string): ReadonlySet<string> {
  const file = ts.createSourceFile("example.mjs", code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const [used, declared] = [new Set<string>(), new Set<string>()];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
      const isKey =
        (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === node;
      const isRenamed = ts.isBindingElement(parent) && parent.propertyName === node;
      const declares =
        (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) &&
        parent.name === node;
      if (declares) declared.add(node.text);
      else if (!isMember && !isKey && !isRenamed) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return new Set([...used].filter((name) => !declared.has(name) && !(name in globalThis)));
}

describe("the example of", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "plumb-explain-"));
    symlinkSync(
      fileURLToPath(new URL("../../../node_modules", import.meta.url)),
      join(folder, "node_modules"),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(diagnoses.map(({ id, example }) => [id, example] as const))(
    "%s runs as it is printed, when it is saved as a file in a clone",
    async (id, example) => {
      const text = program(example);
      const imported = [...text.matchAll(/^import \{ (.*) \} from "(.*)";$/gm)].flatMap(([, names, from]) =>
        names.split(", ").map((name) => [name, from] as const),
      );
      for (const [name, from] of imported)
        expect(name in (from === "plumb-ml" ? library : doctor), `${name} from ${from}`).toBe(true);
      expect(new Set(imported.map(([name]) => name))).toEqual(foreign(example));
      const page = (await plumb(["explain", id], { cwd })).stdout;
      const printed = page
        .slice(page.indexOf("by node:\n\n") + "by node:\n\n".length)
        .replaceAll(/^ {4}/gm, "");
      expect(printed).toBe(text);
      const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
      try {
        const file = join(folder, `${id}.mjs`);
        writeFileSync(file, printed);
        await import(/* @vite-ignore */ file);
        expect(log).toHaveBeenCalled();
      } finally {
        log.mockRestore();
      }
    },
  );
});
