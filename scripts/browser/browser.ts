/** Chromium and a server for pages, for the browser tests and the bench page. */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright-core";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * Where Chromium is: `$PLUMB_CHROMIUM`, or one of the usual places; undefined where there is none. An error where
 * `$PLUMB_CHROMIUM` names nothing: whoever sets it wants that browser and no other.
 */
export function chromiumPath(): string | undefined {
  const given = process.env.PLUMB_CHROMIUM;
  if (given === undefined || given === "") return usualPlaces.find((path) => existsSync(path));
  if (existsSync(given)) return given;
  throw new Error(`PLUMB_CHROMIUM=${given}: there is no such file`);
}

/** Starts Chromium with a fresh profile, and without anything that talks to others. */
export const startChromium = (executablePath: string, headless = true): Promise<Browser> =>
  chromium.launch({
    executablePath,
    headless,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

export interface Site {
  /** Files by their path: `/page.js`. */
  readonly files: Readonly<Record<string, string>>;
  /** Sends the headers that make a page cross-origin isolated. */
  readonly isolated: boolean;
  /** A Content-Security-Policy. */
  readonly policy?: string;
}

const types: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };

/** Serves a site on a free port of this machine, or on the one asked for. */
export async function serve(
  { files, isolated, policy }: Site,
  port = 0,
): Promise<{ readonly url: string; close(): void }> {
  const headers = {
    ...(isolated
      ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
      : {}),
    ...(policy === undefined ? {} : { "content-security-policy": policy }),
  };
  const server = createServer(({ url = "/" }, response) => {
    const path = url === "/" ? "/index.html" : url;
    const file = files[path];
    const type = types[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain";
    response.writeHead(file === undefined ? 404 : 200, {
      ...headers,
      "content-type": `${type}; charset=utf-8`,
    });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
