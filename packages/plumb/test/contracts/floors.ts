import { posix } from "node:path";
import ts from "typescript";

/** The rooms of `src/`, ground floor first. Rooms on one line share a floor. See docs/map.md. */
export const floors: readonly (readonly string[])[] = [
  ["base"],
  ["graph"],
  ["ops"],
  ["autodiff", "interpret"],
  ["compile"],
  ["backends"],
  ["tensor"],
  ["numerics", "initializers", "schedules", "regularizers", "constraints"],
  ["layers", "losses", "metrics", "optimizers", "data"],
  ["train"],
  ["doctor"],
];
const roof = floors.length;

export interface Import {
  readonly specifier: string;
  /** `import type` and `export type`: gone at run time, but stairs all the same. */
  readonly typeOnly: boolean;
}
/** A source file: its path from the package's root with forward slashes, and what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly Import[];
}

/** Every import, re-export and `import()` of a TypeScript text. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest));
  return found;
}

/** The path an import leads to; undefined where it names a package. */
export function targetOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(from), specifier);
}

/** The room of a file of the library (`src/ops/reduce.ts` is in `ops`); the front and side doors lie on the roof. */
function roomOf(path: string): string | undefined {
  const [src, room, ...rest] = path.split("/");
  if (src !== "src") return undefined;
  return rest.length === 0 ? "the roof" : room;
}

function floorOf(room: string): number | undefined {
  if (room === "the roof") return roof;
  const floor = floors.findIndex((rooms) => rooms.includes(room));
  return floor === -1 ? undefined : floor;
}

const storey = (floor: number): string => (floor === 0 ? "the ground floor" : `floor ${floor}`);
const place = (room: string, floor: number): string => (floor === roof ? room : `${room} (${storey(floor)})`);

/** Which of the three ways not to climb is likely to fit. */
function move(from: number, to: number, typeOnly: boolean): string {
  if (typeOnly || from === to) {
    return `Move it down: what both rooms want belongs on a floor below both${from > 6 ? ", such as numerics/" : ""}`;
  }
  if (from < 6) {
    return "Pass it in: let the caller upstairs hand over what is needed, through an interface declared down here";
  }
  return "Plug it in at the roof: let whoever builds the thing hand it in, and do not ask who listens";
}

/** One sentence for each import of the library that does not go down, or that leaves the building. */
export function wrongStairs(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, typeOnly }) => {
      const target = targetOf(path, specifier);
      if (target === undefined) {
        return [
          `${path} imports "${specifier}". The library runs in pages as well as in Node and has no dependencies: ` +
            `pass in what only one host has.`,
        ];
      }
      const [fromRoom, toRoom] = [roomOf(path), roomOf(target)];
      if (fromRoom === undefined || toRoom === undefined) {
        return [`${path} imports ${target}, which lies outside src/ and is not shipped.`];
      }
      if (fromRoom === toRoom) return [];
      const [from, to] = [floorOf(fromRoom), floorOf(toRoom)];
      if (from === undefined || to === undefined) {
        const room = from === undefined ? fromRoom : toRoom;
        return [`${path}: the room "${room}" has no floor yet. Give it one in test/contracts/floors.ts.`];
      }
      if (to < from) return [];
      const stair =
        to === from
          ? `went sideways on ${storey(from)}, from ${fromRoom} to ${toRoom}`
          : `went up from ${place(fromRoom, from)} to ${place(toRoom, to)}`;
      return [`${path} ${stair}, for ${target}. ${move(from, to, typeOnly)}.`];
    }),
  );
}

/** One sentence for each import by which another building (the CLI) comes in through a window. */
export function windows(files: readonly SourceFile[], library: string, doors: readonly string[]): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier }) => {
      const target = targetOf(path, specifier);
      const throughWindow =
        target === undefined
          ? (specifier === library || specifier.startsWith(`${library}/`)) && !doors.includes(specifier)
          : target.startsWith("..");
      if (!throughWindow) return [];
      return [`${path} came in through a window, "${specifier}". The doors are ${doors.join(", ")}.`];
    }),
  );
}

/**
 * Rings of files that import each other at run time, each as the list of files around it. Rooms cannot form a ring once
 * every import goes down; inside a room only this finds one. `import type` closes no ring: it is gone at run time.
 */
export function rings(files: readonly SourceFile[]): string[][] {
  const next = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.flatMap(({ specifier, typeOnly }) => (typeOnly ? [] : (targetOf(path, specifier) ?? []))),
    ]),
  );
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) found.push([...trail.slice(start), path]);
    if (start !== -1 || done.has(path)) return;
    for (const target of next.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return found;
}
