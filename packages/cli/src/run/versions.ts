import { readFileSync } from "node:fs";

/** The version of this package, read from the package. */
export const plumbVersion = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
