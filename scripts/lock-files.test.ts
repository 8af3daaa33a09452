import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface Entry {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// Why both matter: docs/decisions/0005-lock-file.md
describe.each(["package-lock.json", "bench/package-lock.json"])("%s", (file) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  const packages: Record<string, Entry> = JSON.parse(text).packages;

  test("names no host that packages would be fetched from", () => {
    const addresses = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
    expect(addresses.filter((address) => /^\w+:/.test(address))).toEqual([]);
  });

  test("holds every platform's binary of tools that have them", () => {
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
  });
});
