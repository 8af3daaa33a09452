import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { allOps } from "../../src/ops/index.ts";

/**
 * The names a caller can import, read from each door by the compiler. `surface.md` is the list to read and to review:
 * a name that comes or goes shows up in the diff. After a change on purpose: `npx vitest run surface -u`.
 */
const root = fileURLToPath(new URL("../../", import.meta.url));
const { name: library, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const doors = Object.entries<{ "plumb-source": string }>(exports).map(
  ([door, { "plumb-source": source }]) => ({
    door: library + door.slice(1),
    file: root + source.slice(2),
  }),
);

const config = ts.readConfigFile(`${root}tsconfig.build.json`, ts.sys.readFile).config;
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();

interface PublicName {
  readonly name: string;
  readonly kind: string;
  /** The room it lives in: `tensor`, `losses` … */
  readonly room: string;
  readonly doc: string;
}

function publicNames(file: string): PublicName[] {
  const source = program.getSourceFile(file);
  const door = source && checker.getSymbolAtLocation(source);
  return door ? namesOf(door, "") : [];
}

/** The names of a module; those of a module exported whole (`export * as random`) as `random.uniform` and so on. */
function namesOf(module: ts.Symbol, prefix: string): PublicName[] {
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.flags & ts.SymbolFlags.ValueModule) return namesOf(target, `${prefix}${symbol.name}.`);
    const path = target.declarations?.[0].getSourceFile().fileName.slice(`${root}src/`.length) ?? "";
    return {
      name: prefix + symbol.name,
      kind: kindOf(target),
      room: path.includes("/") ? path.split("/")[0] : "index",
      doc: docOf(target),
    };
  });
}

/** What stands above the declaration; for a function derived from an op record, the record's line. */
function docOf(symbol: ts.Symbol): string {
  const record =
    symbol.declarations?.some(ts.isBindingElement) && allOps.find((op) => op.name === symbol.name);
  return record ? `${record.doc}.` : ts.displayPartsToString(symbol.getDocumentationComment(checker));
}

function kindOf(symbol: ts.Symbol): string {
  if (symbol.flags & ts.SymbolFlags.Class) return "class";
  if (symbol.flags & ts.SymbolFlags.Function) return "function";
  if (symbol.flags & ts.SymbolFlags.Variable) {
    const type = checker.getTypeOfSymbol(symbol);
    return type.getCallSignatures().length > 0 ? "function" : "const";
  }
  return "type";
}

function listing(names: readonly PublicName[]): string {
  const rooms = [...new Set(names.map(({ room }) => room))].sort();
  return rooms
    .map((room) => {
      const lines = names.filter((n) => n.room === room).map(({ kind, name }) => `- ${kind} \`${name}\``);
      return `### ${room}\n\n${lines.sort().join("\n")}\n`;
    })
    .join("\n");
}

describe.each(doors)("$door", ({ door, file }) => {
  const names = publicNames(file);

  test("exports something", () => {
    expect(names.length, door).toBeGreaterThan(0);
  });

  test("every public name says in a first sentence what it does", () => {
    const silent = names
      .filter(({ doc }) => !/^[^\s].*?[.:]/s.test(doc))
      .map(({ room, name }) => `${room}: ${name}`);
    expect(silent).toEqual([]);
  });
});

test("surface.md lists what the doors export", async () => {
  const text = doors.map(({ door, file }) => `## \`${door}\`\n\n${listing(publicNames(file))}`).join("\n");
  await expect(`# The public names\n\n${text}`).toMatchFileSnapshot("../../surface.md");
});
