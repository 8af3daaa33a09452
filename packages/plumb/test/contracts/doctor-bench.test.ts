import { expect, test } from "vitest";
import { casesOf, type BenchCase } from "../doctor-bench/plan.ts";
import { run } from "../doctor-bench/run.ts";
import { blamedIn, instead, isDetected } from "../doctor-bench/table.ts";

/**
 * A share of the fault benchmark (`npm run doctor:bench`), on sets that are drawn by chance and are always there: the aims
 * of the whole hold of it, too. What it says of a case in full: `npm run doctor:bench -- --only ID`.
 */
const made = casesOf("dev").filter(({ set }) => ["blobs", "moons", "bars", "echo"].includes(set));

/** Every `every`-th fault or way to train, another case of it each time. */
function share(kind: BenchCase["kind"], every: number): readonly BenchCase[] {
  const cases = made.filter((one) => one.kind === kind);
  const names = [...new Set(cases.map(({ name }) => name))];
  return names.flatMap((name, i) => {
    if (i % every !== 0) return [];
    const alike = cases.filter((one) => one.name === name);
    return [alike[(7 * i) % alike.length]];
  });
}

/** Enough where the machine does other things. */
const slow = { timeout: 120_000 };

const resultsOf = async (cases: readonly BenchCase[]) => {
  const results = [];
  for (const one of cases) results.push((await run(one)).result);
  return results;
};

test("19 of 20 faults are told among the first three findings", slow, async () => {
  const results = await resultsOf(share("fault", 5));
  expect(results.length).toBeGreaterThan(14);
  const missed = results.filter((result) => !isDetected(result));
  expect(
    missed.length,
    missed.map((result) => `${result.id}: ${instead(result)} ${result.crash ?? ""}`).join("\n"),
  ).toBeLessThanOrEqual(0.05 * results.length);
});

test("honest trainings are not blamed", slow, async () => {
  const results = await resultsOf(share("clean", 1));
  expect(results.length).toBeGreaterThan(8);
  expect(results.filter(({ error, crash }) => error ?? crash)).toEqual([]);
  expect(blamedIn(results, "error")).toEqual([]);
  expect(blamedIn(results, "warning").length / results.length).toBeLessThanOrEqual(0.3);
});
