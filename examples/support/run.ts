/** Examples as a user runs them: by themselves, with a file as their argument, and what they print. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { onTestFinished, vi } from "vitest";
import { besideTheClone } from "./program.mjs";

/** Runs `examples/<program>` and gives what it printed. */
export async function printed(program: string, ...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const [node, ...before] = process.argv;
  process.argv = [node, path, ...args];
  try {
    vi.resetModules();
    await import(path);
  } finally {
    process.argv = [node, ...before];
    log.mockRestore();
  }
  return lines.join("\n");
}

/** The number that a text has in the place of the group in `pattern`. */
export function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${pattern} is not in what was printed:\n${text}`);
  return Number(found);
}

/** A file of these lines until the test ends, gzipped where its name says so. */
export function fileOf(name: string, lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "plumb-example-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = lines.map((line) => `${line}\n`).join("");
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

/** Whether the real data lie beside the clone; says so where they do not. */
export function isPresent(place: string): boolean {
  const present = existsSync(besideTheClone(place));
  if (!present) console.info(`skipped: ${place} is not there (../shared/data beside the clone)`);
  return present;
}

/** A file with `count` of the real lines, taken evenly from all of them. */
export function someOf(place: string, count: number): string {
  const bytes = readFileSync(besideTheClone(place));
  const lines = (place.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().trim().split(/\r?\n/);
  const chosen = Array.from({ length: count }, (_, i) => lines[Math.floor((i * lines.length) / count)]);
  return fileOf(basename(place), chosen);
}
