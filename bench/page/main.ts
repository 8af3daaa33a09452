/**
 * Plumb in Chromium beside Plumb in Node: the same steps, measured by the same code, by turns.
 *
 *     npm run page -- --headless                      measures, prints, and ends
 *     npm run page                                    serves the page, to be opened by hand
 *     npm run page -- --headless --node PATH          beside another Node than this one
 *     npm run page -- --headless --unshared           a page that is not cross-origin isolated, beside one thread of Node
 *     npm run page -- --headless --threads 2 --rounds 5 --milliseconds 500 --work A,B --json FILE --screenshot FILE
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { chromiumPath, serve, startChromium } from "../../scripts/browser/browser.ts";
import type { Bench } from "./page.ts";

const { values: options } = parseArgs({
  options: {
    headless: { type: "boolean", default: false },
    node: { type: "string", default: process.execPath },
    rounds: { type: "string", default: "5" },
    milliseconds: { type: "string", default: "500" },
    threads: { type: "string", default: "2" },
    unshared: { type: "boolean", default: false },
    work: { type: "string", default: "A,B,CE-fwd,CE-grad" },
    json: { type: "string" },
    screenshot: { type: "string" },
    port: { type: "string", default: "8123" },
  },
});
const milliseconds = Number(options.milliseconds);
const threads = options.unshared ? 1 : Number(options.threads);
const here = resolve("bench/page");
const cache = resolve("node_modules/.cache/plumb-page");

/** One of the programs of this folder, with the library in it. */
async function bundled(file: string, format: "iife" | "esm"): Promise<string> {
  const bundle = await rolldown({
    input: join(here, file),
    platform: format === "iife" ? "browser" : "node",
    resolve: { conditionNames: ["plumb-source", "import"] },
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format, name: "page" });
  return output[0].code;
}

const site = {
  files: {
    "/index.html": readFileSync(join(here, "index.html"), "utf8"),
    "/page.js": await bundled("page.ts", "iife"),
  },
  isolated: !options.unshared,
};
if (options.headless) await compare();
else console.log(`open ${(await serve(site, Number(options.port))).url}`);

async function compare(): Promise<void> {
  const executable = chromiumPath();
  if (executable === undefined) {
    console.error("There is no Chromium here: set PLUMB_CHROMIUM to where it is");
    process.exit(1);
  }
  const { url, close } = await serve(site);
  const browser = await startChromium(executable);
  const program = join(cache, "node.mjs");
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, await bundled("node.ts", "esm"));
  const child = fork(program, { execPath: options.node });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(String(error)));
    await page.goto(url);
    const inPage = (name: string): Promise<number> =>
      page.evaluate(
        ([work, time, count]) =>
          (globalThis as unknown as { page: { bench: Bench } }).page.bench.measure(work, time, count),
        [name, milliseconds, threads] as const,
      );
    const show = (...cells: readonly string[]): Promise<void> => {
      console.log(cells.join("  "));
      return page.evaluate(
        (shown) => (globalThis as unknown as { page: { bench: Bench } }).page.bench.show(...shown),
        cells,
      );
    };
    const responsiveness = await page.evaluate(() =>
      (globalThis as unknown as { page: { bench: Bench } }).page.bench.watch("B", 8),
    );
    const { framesPerSecond, longestGap, longTasks } = responsiveness;
    const long = longTasks.length === 0 ? "none" : longTasks.map((time) => time.toFixed(0)).join(", ");
    await show(
      "B from nothing, 8 epochs of 64 steps",
      `${framesPerSecond.toFixed(0)} frames per second`,
      `longest gap between turns of the event loop ${longestGap.toFixed(0)} ms`,
      `tasks of 50 ms and more: ${long}`,
    );
    const node = execFileSync(options.node, ["--version"], { encoding: "utf8" }).trim();
    const rows = [];
    for (const name of options.work.split(",")) {
      const [pages, nodes]: [number[], number[]] = [[], []];
      for (let round = 0; round < Number(options.rounds); round++) {
        pages.push(await inPage(name));
        nodes.push(await inNode(child, name));
      }
      const row = {
        work: name,
        page: median(pages),
        node: median(nodes),
        ratio: median(pages) / median(nodes),
      };
      rows.push(row);
      await show(
        name,
        `page ${row.page.toPrecision(3)} ms`,
        `Node ${row.node.toPrecision(3)} ms`,
        `ratio ${row.ratio.toFixed(2)}`,
      );
    }
    const about = await page.evaluate(() =>
      (globalThis as unknown as { page: { bench: Bench } }).page.bench.about(),
    );
    console.log(`Chromium ${browser.version()}, Node ${node}, ${JSON.stringify(about)}`);
    if (options.screenshot !== undefined) await page.screenshot({ path: options.screenshot });
    if (options.json !== undefined)
      writeFileSync(
        options.json,
        `${JSON.stringify({ rows, responsiveness, chromium: browser.version(), node, about }, undefined, 2)}\n`,
      );
  } finally {
    child.kill();
    await browser.close();
    close();
  }
}

async function inNode(child: ChildProcess, name: string): Promise<number> {
  const answer = once(child, "message");
  child.send({ name, milliseconds, threads });
  return (await answer)[0] as number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
