// Plumb in Chromium beside Plumb in Node: the same steps, measured by the same code, by turns.
//
//     npm run page -- --headless                      measures, prints, and ends
//     npm run page                                    serves the page, to be opened by hand; --port 8123
//     npm run page -- --headless --node PATH          beside another Node than this one
//     npm run page -- --headless --unshared           a page that is not cross-origin isolated, beside one thread of Node
//     npm run page -- --headless --work A --work B    some works; else A, B, CE-fwd and CE-grad
//     npm run page -- --headless --threads 2 --rounds 5 --milliseconds 500
//     npm run page -- --headless --json FILE --screenshot FILE

import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { chromiumPath, serve, startChromium } from "../../scripts/browser/browser.ts";
import { oneOf, optionsOf, refuse, whole, writable } from "../lib/options.mjs";
import { median } from "../lib/stats.mjs";
import { measuredWorks } from "./measured.ts";
import type { Bench } from "./page.ts";

const here = resolve("bench/page"); // this file is bundled, and runs from elsewhere
const cache = resolve("node_modules/.cache/plumb-page");

const options = optionsOf(pathToFileURL(join(here, "main.ts")).href, {
  headless: { type: "boolean", default: false },
  node: { type: "string", default: process.execPath },
  rounds: { type: "string", default: "5" },
  milliseconds: { type: "string", default: "500" },
  threads: { type: "string", default: "2" },
  unshared: { type: "boolean", default: false },
  work: { type: "string", multiple: true, default: [...measuredWorks] },
  json: { type: "string" },
  screenshot: { type: "string" },
  port: { type: "string", default: "8123" },
});
oneOf("work", options.work, measuredWorks);
const [rounds, milliseconds, port] = (["rounds", "milliseconds", "port"] as const).map((name) =>
  whole(name, options[name]),
);
const asked = whole("threads", options.threads);
const threads = options.unshared ? 1 : asked;
writable("json", options.json);
writable("screenshot", options.screenshot);

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
else console.log(`open ${(await serve(site, port)).url}`);

async function compare(): Promise<void> {
  const executable = chromium();
  const node = versionOf(options.node);
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
    const rows = [];
    for (const name of options.work) {
      const [pages, nodes]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        pages.push(await inPage(name));
        nodes.push(await inNode(child, name));
      }
      const row = {
        work: name,
        page: median(pages),
        node: median(nodes),
        // As everywhere in the bench: the median of the rounds' ratios.
        ratio: median(pages.map((time, round) => time / nodes[round])),
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

/** Where Chromium is; without one there is nothing to measure. */
function chromium(): string {
  try {
    return chromiumPath() ?? refuse("There is no Chromium here: set PLUMB_CHROMIUM to where it is");
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function versionOf(executable: string): string {
  try {
    return execFileSync(executable, ["--version"], { encoding: "utf8" }).trim();
  } catch (error) {
    return refuse(`--node ${executable}: it does not run (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** What the child measures. One that ends instead of answering is an error, and not waited for. */
async function inNode(child: ChildProcess, name: string): Promise<number> {
  const heard = new AbortController();
  const { signal } = heard;
  const answer = once(child, "message", { signal }).then(([time]) => time as number);
  const end = once(child, "exit", { signal }).then(([code, killed]): never => {
    throw new Error(`Node ended while it measured ${name} (${killed ?? `exit code ${code}`})`);
  });
  child.send({ name, milliseconds, threads });
  try {
    return await Promise.race([answer, end]);
  } finally {
    heard.abort();
  }
}
