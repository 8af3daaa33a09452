/**
 * `npm run size`: how many bytes the library is for those who load it, each as kilobytes of gzip. Ends with 1 where one is
 * above its budget. `npm run size -- --renew` sets the budgets 5% above what is. Run from the root of the repository.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { bundleOf, doorFiles, loadedBy } from "./bundle.ts";
import { programs } from "./programs.ts";

const budgetFile = "scripts/size/budgets.json";
const slack = 1.05;

const zipped = (text: string): number => gzipSync(text, { level: 9 }).length;

const sizes = new Map<string, { readonly what: string; readonly plain: number; readonly gzip: number }>();
const files = await doorFiles();
const measure = (name: string, what: string, loaded: readonly string[]): void => {
  const texts = loaded.map((file) => files.get(file)?.code ?? "");
  sizes.set(name, {
    what,
    plain: texts.reduce((sum, text) => sum + text.length, 0),
    gzip: texts.reduce((sum, text) => sum + zipped(text), 0),
  });
};
const library = loadedBy(["index.js", "turbo.js"], files);
measure("library", "plumb-ml and its turbo, joined: what Node loads, and a page without a bundler", [
  ...library,
]);
measure(
  "doctor",
  "what plumb-ml/doctor adds to it",
  [...loadedBy(["doctor.js"], files)].filter((file) => !library.has(file)),
);
for (const [name, { what, source }] of Object.entries(programs)) {
  const text = await bundleOf(source);
  sizes.set(name, { what: `a page's bundle: ${what}`, plain: text.length, gzip: zipped(text) });
}

if (process.argv.includes("--renew")) {
  const renewed = [...sizes].map(([name, { gzip }]) => [name, Math.ceil((gzip * slack) / 100) * 100]);
  writeFileSync(budgetFile, `${JSON.stringify(Object.fromEntries(renewed), null, 2)}\n`);
}

const budgets: Readonly<Record<string, number>> = JSON.parse(readFileSync(budgetFile, "utf8"));
const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(7);

console.log("     KB    gzip  budget");
for (const [name, { what, plain, gzip }] of sizes)
  console.log(`${kilobytes(plain)} ${kilobytes(gzip)} ${kilobytes(budgets[name])}  ${name}: ${what}`);

const over = [...sizes].filter(([name, { gzip }]) => !(gzip <= budgets[name]));
for (const [name, { gzip }] of over)
  console.error(
    `"${name}" is ${gzip} bytes, and its budget ${budgets[name]}. See what came in, or make room: ${budgetFile} is for people to change.`,
  );
process.exitCode = over.length > 0 ? 1 : 0;
