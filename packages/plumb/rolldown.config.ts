import { defineConfig, type RolldownOptions } from "rolldown";
import { publishedDeclarations, publishedSources } from "./build/unpublished.ts";

const doors = { index: "src/index.ts", doctor: "src/doctor/index.ts", turbo: "src/turbo.ts" };

/**
 * A file for each door and one for what they share: for Node, and for pages that load it as it is. Names of classes stay,
 * since messages say them.
 */
export const joined = {
  input: doors,
  platform: "neutral",
  plugins: [publishedSources, publishedDeclarations],
  output: {
    dir: "dist",
    chunkFileNames: "[name].js",
    minify: { compress: true, codegen: true, mangle: { keepNames: { class: true, function: false } } },
    comments: false,
    sourcemap: true,
  },
} satisfies RolldownOptions;

/** A file for each source, for bundlers: they leave out those that a program does not use, and make the rest small. */
export const modules = {
  input: doors,
  platform: "neutral",
  plugins: [publishedSources],
  output: {
    dir: "dist/modules",
    cleanDir: true,
    preserveModules: true,
    preserveModulesRoot: "src",
    comments: false,
  },
} satisfies RolldownOptions;

export default defineConfig([joined, modules]);
