/**
 * Training in pages of a real browser: on workers that share the engine's memory, on one worker where memory cannot be
 * shared, and in place where the page's content policy refuses workers. All leave the bits that Node leaves.
 */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumPath, serve, startChromium, type Site } from "../../../../scripts/browser/browser.ts";
import { currentBackend, setBackend } from "../../src/tensor/index.ts";
import * as program from "./program.ts";

const executable = chromiumPath();

const without = " are not tried: there is no Chromium here, and PLUMB_CHROMIUM names none";

describe.skipIf(executable === undefined)(
  `pages${executable === undefined ? without : ""}`,
  { timeout: 120_000 },
  () => {
    const usual = currentBackend();
    let browser: Browser;
    let files: Site["files"];
    let expected: Awaited<ReturnType<typeof program.train>>;

    beforeAll(async () => {
      const bundle = await rolldown({
        input: fileURLToPath(new URL("program.ts", import.meta.url)),
        logLevel: "silent",
      });
      const { output } = await bundle.generate({ format: "iife", name: "program" });
      files = {
        "/index.html": '<!doctype html><title>Plumb</title><script src="/program.js"></script>',
        "/program.js": output[0].code,
      };
      browser = await startChromium(executable as string);
      expected = await program.train({ fused: false, epochs: 3 });
    }, 120_000);
    afterAll(async () => {
      setBackend(usual);
      await browser?.close();
    });

    /** A page of a site, with what it reports as errors. */
    async function open(site: Omit<Site, "files">): Promise<{ page: Page; errors: string[] }> {
      const { url, close } = await serve({ files, ...site });
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      onTestFinished(async () => {
        await page.close();
        close();
      });
      await page.goto(url);
      return { page, errors };
    }

    const train = (page: Page, options: program.Options): Promise<program.Trained> =>
      page.evaluate(
        (given) => (globalThis as unknown as { program: typeof program }).program.train(given),
        options,
      );

    it("an isolated page trains on two threads, and leaves the bits that Node leaves", async () => {
      const { page, errors } = await open({ isolated: true });
      const found = await train(page, { fused: false, epochs: 3 });
      expect(found).toEqual({ ...expected, threads: 2, offThread: "working" });
      // The leader, and one for the other thread.
      expect(page.workers().length).toBe(2);
      if (program.canFuse()) {
        const fused = await program.train({ fused: true, epochs: 3 });
        expect((await train(page, { fused: true, epochs: 3 })).bits).toEqual(fused.bits);
      }
      expect(errors).toEqual([]);
    });

    it("a page that is not isolated trains on one worker, with the same bits", async () => {
      const { page, errors } = await open({ isolated: false });
      const found = await train(page, { fused: false, epochs: 3 });
      expect(found).toEqual({ ...expected, threads: 1, offThread: "working" });
      expect(page.workers().length).toBe(1);
      expect(errors).toEqual([]);
    });

    it.each([true, false])(
      "where workers are refused a page trains in place (isolated: %s)",
      async (isolated) => {
        const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
        const { page } = await open({ isolated, policy });
        const found = await train(page, { fused: false, epochs: 3 });
        expect(found).toEqual({ ...expected, threads: 1, offThread: "refused" });
        expect(page.workers()).toEqual([]);
      },
    );

    it("where WebAssembly is refused the error says what the policy lacks", async () => {
      const { page } = await open({ isolated: true, policy: "default-src 'none'; script-src 'self'" });
      await expect(train(page, { fused: false, epochs: 1 })).rejects.toThrow(/PL7002.*wasm-unsafe-eval/s);
    });

    it("values are read between steps, or awaited", async () => {
      const { page } = await open({ isolated: true });
      const said = await page.evaluate(() =>
        (globalThis as unknown as { program: typeof program }).program.readWhileTraining(),
      );
      expect(said).toEqual(["1,2,3", "PL7003"]);
    });

    it("workers end with the page", async () => {
      const { page } = await open({ isolated: true });
      const endless = train(page, { fused: false, epochs: 100_000 }).catch(() => undefined);
      await expect.poll(() => page.workers().length, { timeout: 30_000 }).toBe(2);
      const ended = Promise.all(page.workers().map((worker) => worker.waitForEvent("close")));
      await page.goto("about:blank");
      await ended;
      await endless;
      expect(page.workers()).toEqual([]);
    });
  },
);
