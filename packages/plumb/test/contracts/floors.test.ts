import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { importsOf, rings, type SourceFile, windows, wrongStairs } from "./floors.ts";

/** The sources of a package as they ship: without tests and what only tests use. */
function sourcesOf(packageFolder: string): SourceFile[] {
  const root = fileURLToPath(new URL(`../../../${packageFolder}/`, import.meta.url));
  return readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
    .map((path) => `src/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .sort()
    .map((path) => ({ path, imports: importsOf(readFileSync(root + path, "utf8")) }));
}

const library = sourcesOf("plumb");

describe("the library", () => {
  test("is read at all", () => {
    expect(library.map((file) => file.path)).toContain("src/graph/op.ts");
    expect(library.flatMap((file) => file.imports).length).toBeGreaterThan(20);
  });

  test("imports only go down, and never leave the building", () => {
    expect(wrongStairs(library)).toEqual([]);
  });

  test("no files import each other in a ring", () => {
    expect(rings(library).map((ring) => ring.join(" → "))).toEqual([]);
  });
});

test("the CLI comes in by the library's doors", () => {
  const { name, exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const doors = Object.keys(exports).map((door) => name + door.slice(1));
  expect(windows(sourcesOf("cli"), name, doors)).toEqual([]);
});

describe("the checker, on made-up houses", () => {
  const file = (path: string, text: string): SourceFile => ({ path, imports: importsOf(text) });
  const complaints = (path: string, text: string): string => wrongStairs([file(path, text)]).join("\n");

  test("every way of importing is seen", () => {
    const text = `
      import a from "./a.ts"; import type { B } from "./b.ts"; import "./c.ts";
      export * from "./d.ts"; export type { E } from "./e.ts";
      const f = await import("./f.ts"); let g: import("./g.ts").G; // import "./no.ts"
      const h = 'import "./no.ts"';`;
    expect(importsOf(text)).toEqual([
      { specifier: "./a.ts", typeOnly: false },
      { specifier: "./b.ts", typeOnly: true },
      { specifier: "./c.ts", typeOnly: false },
      { specifier: "./d.ts", typeOnly: false },
      { specifier: "./e.ts", typeOnly: true },
      { specifier: "./f.ts", typeOnly: false },
      { specifier: "./g.ts", typeOnly: true },
    ]);
  });

  test("down, within a room, and from the roof is well", () => {
    expect(complaints("src/losses/loss.ts", 'import "../tensor/tensor.ts"; import "../base/shape.ts"')).toBe(
      "",
    );
    expect(complaints("src/backends/wasm/emit.ts", 'import "./encoder.ts"; import "../backend.ts"')).toBe("");
    expect(complaints("src/index.ts", 'export * from "./train/model.ts"')).toBe("");
  });

  test("up is told with the stair and the move that fits", () => {
    expect(complaints("src/ops/reduce.ts", 'import { tensor } from "../tensor/tensor.ts"')).toBe(
      "src/ops/reduce.ts went up from ops (floor 2) to tensor (floor 6), for src/tensor/tensor.ts. " +
        "Pass it in: let the caller upstairs hand over what is needed, through an interface declared down here.",
    );
    expect(complaints("src/losses/loss.ts", 'import { fit } from "../train/fit.ts"')).toContain(
      "went up from losses (floor 8) to train (floor 9), for src/train/fit.ts. Plug it in at the roof",
    );
    expect(complaints("src/base/errors.ts", 'export * from "../index.ts"')).toContain(
      "went up from base (the ground floor) to the roof, for src/index.ts",
    );
  });

  test("types climb no more than values do", () => {
    expect(
      complaints("src/compile/1-simplify.ts", 'import type { Tensor } from "../tensor/tensor.ts"'),
    ).toContain("went up from compile (floor 4) to tensor (floor 6), for src/tensor/tensor.ts. Move it down");
  });

  test("sideways is told too", () => {
    expect(complaints("src/metrics/mse.ts", 'import { mse } from "../losses/mse.ts"')).toBe(
      "src/metrics/mse.ts went sideways on floor 8, from metrics to losses, for src/losses/mse.ts. " +
        "Move it down: what both rooms want belongs on a floor below both, such as numerics/.",
    );
  });

  test("packages, node: modules, files outside src and rooms without a floor are named", () => {
    expect(complaints("src/base/seed.ts", 'import { readFile } from "node:fs"')).toContain(
      'imports "node:fs"',
    );
    expect(complaints("src/data/table.ts", 'import _ from "lodash"')).toContain('imports "lodash"');
    expect(complaints("src/data/table.ts", 'import "../../test/contracts/floors.ts"')).toContain(
      "outside src/",
    );
    expect(complaints("src/attic/box.ts", 'import "../base/shape.ts"')).toContain(
      'the room "attic" has no floor',
    );
  });

  test("a ring is shown in order, and types close none", () => {
    const ring = [
      file("src/a/1.ts", 'import "./2.ts"'),
      file("src/a/2.ts", 'import "./3.ts"'),
      file("src/a/3.ts", 'import "./1.ts"'),
    ];
    expect(rings(ring)).toEqual([["src/a/1.ts", "src/a/2.ts", "src/a/3.ts", "src/a/1.ts"]]);
    expect(rings([...ring.slice(0, 2), file("src/a/3.ts", 'import type { A } from "./1.ts"')])).toEqual([]);
  });

  test("another building's windows", () => {
    const enter = (text: string): string[] =>
      windows([file("src/commands/train.ts", text)], "plumb-ml", ["plumb-ml", "plumb-ml/doctor"]);
    expect(
      enter(
        'import "plumb-ml"; import "plumb-ml/doctor"; import "commander"; import "../table.ts"; import "../../package.json"',
      ),
    ).toEqual([]);
    expect(enter('import "plumb-ml/src/base/shape.ts"')).toHaveLength(1);
    expect(enter('import "plumb-ml/dist/index.js"')).toHaveLength(1);
    expect(enter('import "../../../plumb/src/index.ts"')).toHaveLength(1);
  });
});
