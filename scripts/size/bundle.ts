/** What is published of the library, and what bundlers make of it, without writing a file. */
import { fileURLToPath } from "node:url";
import { rolldown, type Plugin } from "rolldown";
import { publishedSources } from "../../packages/plumb/build/unpublished.ts";
import { joined } from "../../packages/plumb/rolldown.config.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A file that `npm run build` writes. */
export interface DoorFile {
  readonly code: string;
  /** Names of files that come with it. */
  readonly imports: readonly string[];
}

/** The files of the doors by their names, as `npm run build` writes them. */
export async function doorFiles(): Promise<ReadonlyMap<string, DoorFile>> {
  const { output, plugins: _writing, ...input } = joined;
  const build = await rolldown({
    ...input,
    cwd: `${root}packages/plumb`,
    plugins: [publishedSources],
    logLevel: "silent",
  });
  const { output: files } = await build.generate({ ...output, sourcemap: false });
  return new Map(
    files.flatMap((file) =>
      file.type === "chunk" ? [[file.fileName, { code: file.code, imports: file.imports }] as const] : [],
    ),
  );
}

/** The names of the files that some of them load, themselves among them. */
export function loadedBy(
  names: readonly string[],
  files: ReadonlyMap<string, DoorFile>,
): ReadonlySet<string> {
  const loaded = new Set(names);
  // A set that grows while it is gone through is gone through to its end.
  for (const name of loaded) files.get(name)?.imports.forEach((other) => loaded.add(other));
  return loaded;
}

/** A program that imports `plumb-ml` as one file: what it uses of the library, and nothing else. */
export async function bundleOf(source: string): Promise<string> {
  const given: Plugin = {
    name: "given",
    resolveId: (id) => (id === "program.js" ? `${root}program.js` : undefined),
    load: (id) => (id === `${root}program.js` ? source : undefined),
  };
  const build = await rolldown({
    input: "program.js",
    cwd: root,
    platform: "browser",
    resolve: { conditionNames: ["plumb-source"] },
    plugins: [given, publishedSources],
    logLevel: "silent",
  });
  const { output } = await build.generate({ minify: true, comments: false });
  return output[0].code;
}
