import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleOf, doorFiles, type DoorFile } from "../../../../scripts/size/bundle.ts";
import { programs } from "../../../../scripts/size/programs.ts";
import { published } from "../../build/unpublished.ts";
import * as plumb from "../../src/index.ts";

/** What `npm run build` makes of the sources, and what bundlers make of that: less text, and the same answers. */

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;
let doors: ReadonlyMap<string, DoorFile>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "plumb-published-"));
  doors = await doorFiles();
});
afterAll(() => rmSync(folder, { recursive: true }));

const isClass = (value: unknown): value is new () => unknown =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

/** What a program, among files beside it, leaves in `answer`; in a process of its own. */
function answerOf(source: string, beside: Iterable<readonly [string, DoorFile]> = []): unknown {
  for (const [name, { code }] of beside) writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "program.js"), `${source}\nconsole.log(JSON.stringify(globalThis.answer));`);
  return JSON.parse(execFileSync(process.execPath, [join(folder, "program.js")], { encoding: "utf8" }));
}

describe("the doors, as they are published", () => {
  test.each(Object.entries(programs))("run: %s", (_, { source, answer }) => {
    expect(answerOf(source.replace('"plumb-ml"', '"./index.js"'), doors)).toBe(answer);
  });

  test("say nothing that only tests and docs read", () => {
    const text = [...doors.values()].map(({ code }) => code).join("");
    // Of samples of ops, of layers, of an op's doc, and the miniatures of diagnoses.
    expect(text).not.toMatch(/\bedges\b|\bintegersBelow\b|the larger of a and b|\bsick:|\bhealthy:/);
  });

  test("nor do the declarations", () => {
    const before = [
      "export class Scale extends Layer {",
      "  /** What tests feed it. */",
      "  static readonly samples: readonly LayerSample[];",
      "  readonly factor: number;",
      "}",
    ];
    const after = published("dist/layers/scale.d.ts", before.join("\n")).split("\n");
    expect(after.map((line) => line.trim())).toEqual([before[0], "", "", "readonly factor: number;", "}"]);
    expect(published("dist/metrics/scale.d.ts", before.join("\n"))).toBe(before.join("\n"));
  });

  test("keep the names of classes, which messages say", () => {
    const namesOf = (module: object): unknown =>
      Object.fromEntries(
        Object.entries(module).flatMap(([key, value]) => (isClass(value) ? [[key, value.name]] : [])),
      );
    const source = `
      import * as plumb from "./index.js";
      const isClass = ${isClass.toString()};
      globalThis.answer = (${namesOf.toString()})(plumb);`;
    // Where a loss and a metric have one name, one of them has a number behind it in the file that has both.
    const numbered = /^(\w+)\$\d+$/;
    const published = answerOf(source, doors) as Readonly<Record<string, string>>;
    const plain = Object.entries(published).map(([key, name]) => [key, name.replace(numbered, "$1")]);
    expect(Object.fromEntries(plain)).toEqual(namesOf(plumb));
  });
});

describe("a bundle of what a program uses", () => {
  test.each(Object.entries(programs))("answers: %s", async (_, { source, answer }) => {
    expect(answerOf(await bundleOf(source))).toBe(answer);
  });

  test("has no layer that the program does not use", async () => {
    const { source } = programs["dense network"];
    expect(await bundleOf(source)).not.toMatch(/"?LSTM"?/);
    expect(
      await bundleOf(
        source.replace("Sequential }", "LSTM, Sequential }").replace("new Dense(1)", "new LSTM(1)"),
      ),
    ).toMatch(/LSTM/);
  });

  test("has the modules that do something when they are imported", () => {
    const { sideEffects } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
      sideEffects: string[];
    };
    const quiet = /^(Import|Export|TS|Variable|Function|Class)/;
    const files = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" });
    const doing = files.filter(
      (file) =>
        /(?<!\.test|\.d)\.ts$/.test(file) &&
        parseAst(readFileSync(`${root}src/${file}`, "utf8"), { lang: "ts" }).body.some(
          ({ type }) => !quiet.test(type),
        ),
    );
    expect(doing.length).toBeGreaterThan(0);
    for (const file of doing) {
      expect(sideEffects).toContain(`./src/${file}`);
      expect(sideEffects).toContain(`./dist/modules/${file.replace(/ts$/, "js")}`);
    }
  });
});
