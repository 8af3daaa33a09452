/**
 * What a record says for tests and docs alone stands in the record, and is no part of what is published. It is blanked out
 * before modules are joined, and out of the declarations; what only it used then falls to tree shaking.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseAst } from "rolldown/parseAst";
import type { Plugin } from "rolldown";

/** Members of records by the room that has them. Nothing in `src` may read them; a test trains with what is published. */
const unpublished: Readonly<Record<string, readonly string[]>> = {
  ops: ["samples", "doc"],
  layers: ["samples"],
  doctor: ["sick", "healthy"],
};

interface Span {
  readonly start: number;
  readonly end: number;
}
interface SyntaxNode extends Span {
  readonly type: string;
  readonly key?: { readonly name?: string };
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && "start" in value;

const members: ReadonlySet<string> = new Set(["Property", "PropertyDefinition", "TSPropertySignature"]);

/** The members of these names, of objects, classes and interfaces. What a pattern takes apart are no members. */
function membersNamed(names: readonly string[], tree: unknown): readonly Span[] {
  if (Array.isArray(tree)) return tree.flatMap((one) => membersNamed(names, one));
  if (!isNode(tree) || tree.type === "ObjectPattern") return [];
  if (members.has(tree.type) && names.includes(tree.key?.name ?? "")) return [tree];
  return Object.values(tree).flatMap((part) => membersNamed(names, part));
}

/** The room of a file: that of `src/ops/sort.ts` is `ops`. */
const roomOf = (file: string): string => /(?:^|\/)(?:src|dist)\/([^/]+)\//.exec(file)?.[1] ?? "";

/** A source, or declarations, without what is not published. Everything else stays where it is, so that source maps hold. */
export function published(file: string, text: string): string {
  const names = unpublished[roomOf(file)];
  if (names === undefined) return text;
  let left = text;
  for (const { start, end } of membersNamed(
    names,
    parseAst(text, { lang: file.endsWith(".d.ts") ? "dts" : "ts" }),
  )) {
    // With its docstring, and with the comma after it where it is a member of an object.
    const from = /(?:\/\*\*(?:(?!\*\/).)*\*\/\s*)?$/s.exec(text.slice(0, start))?.index ?? start;
    const to = end + (/^\s*,/.exec(text.slice(end))?.[0].length ?? 0);
    left = left.slice(0, from) + text.slice(from, to).replaceAll(/[^\n]/g, " ") + left.slice(to);
  }
  return left;
}

/** Joins what is published of the sources. */
export const publishedSources: Plugin = {
  name: "published-sources",
  transform: (text, file) => ({ code: published(file, text), map: null }),
};

/** Brings the declarations that `tsc` has written to what is published. */
export const publishedDeclarations: Plugin = {
  name: "published-declarations",
  writeBundle({ dir = "." }) {
    for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      const file = `${dir}/${name}`;
      if (name.endsWith(".d.ts")) writeFileSync(file, published(file, readFileSync(file, "utf8")));
    }
  },
};
