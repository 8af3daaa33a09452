/**
 * `npm run doctor:bench`: trainings with a fault and trainings without, and what the doctor says of them. Results are
 * kept, case by case, so that a run that was ended goes on where it stopped, until a source changes; `--fresh` begins anew.
 *
 *     npm run doctor:bench -- --quick                          a case of each fault and of each honest way to train
 *     npm run doctor:bench -- --fault "zero" --only iris/mlp   some cases, with their reports in full
 *     npm run doctor:bench -- --half held-out --jobs 2         what nothing was tuned on, in two processes
 *     npm run doctor:bench -- --write                          all, and docs/doctor-benchmark.md
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setThreads } from "../../src/index.ts";
import { documentOf } from "./document.ts";
import { casesOf, type BenchCase, type Half } from "./plan.ts";
import { curveOf, run, type Result } from "./run.ts";
import { summary } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    half: { type: "string", default: "dev" },
    fault: { type: "string" },
    clean: { type: "boolean", default: false },
    faults: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    curves: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    jobs: { type: "string", default: "1" },
    part: { type: "string", default: "0" },
    results: { type: "string" },
  },
});

/** Results are those of one program: another rule, another folder. */
const program = createHash("sha256").update(readFileSync(process.argv[1])).digest("hex");
const results = options.results ?? join(tmpdir(), `plumb-doctor-bench-${program.slice(0, 12)}`);

const halves: readonly Half[] =
  options.half === "both" || options.write ? ["dev", "held-out"] : [options.half as Half];

/** One of each fault or variant, another pair of set and model each time. */
function quickly(cases: readonly BenchCase[]): readonly BenchCase[] {
  const names = [...new Set(cases.map(({ kind, name }) => `${kind}/${name}`))];
  return names.map((of, i) => {
    const alike = cases.filter(({ kind, name }) => `${kind}/${name}` === of);
    return alike[(3 * i) % alike.length];
  });
}

function chosen(half: Half): readonly BenchCase[] {
  const { fault, only, clean, faults } = options;
  const cases = casesOf(half).filter(
    ({ id, kind, name }) =>
      (fault === undefined || (kind === "fault" && name.includes(fault))) &&
      (!clean || kind === "clean") &&
      (!faults || kind === "fault") &&
      id.includes(only),
  );
  return options.quick ? quickly(cases) : cases;
}

const fileOf = (half: Half): string => join(results, `${half}.jsonl`);

const kept = (half: Half): readonly Result[] =>
  existsSync(fileOf(half))
    ? readFileSync(fileOf(half), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Result)
    : [];

/** Runs every `jobs`-th case, but those that there is a result of, and keeps what comes out. */
async function work(half: Half, jobs: number, part: number): Promise<void> {
  const known = new Set(kept(half).map(({ id }) => id));
  for (const [i, one] of chosen(half).entries()) {
    if (i % jobs !== part || known.has(one.id)) continue;
    const { result } = await run(one);
    appendFileSync(fileOf(half), `${JSON.stringify(result)}\n`);
  }
}

/** The same program once more, for a share of the cases. */
const helper = (part: number): Promise<void> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [...process.argv.slice(1), "--part", String(part)], {
      stdio: "inherit",
    });
    child.on("exit", (code) => (code === 0 ? done() : fail(new Error(`Part ${part} ended with ${code}`))));
  });

async function main(): Promise<void> {
  setThreads(1);
  const [jobs, part] = [Number(options.jobs), Number(options.part)];
  if (options.list) {
    for (const half of halves) for (const { id } of chosen(half)) console.log(id);
    return;
  }
  if (options.curves) {
    for (const half of halves)
      for (const one of chosen(half)) {
        const curve = await curveOf(one.setup());
        const rises = curve.last > 1.1 * curve.best && curve.last > curve.best + 0.04 ? " RISES" : "";
        const numbers = Object.entries(curve).map(
          ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
        );
        console.log(`${one.id}: ${numbers.join(", ")}${rises}`);
      }
    return;
  }
  if (options.fault !== undefined || options.only !== "") {
    for (const half of halves)
      for (const one of chosen(half)) {
        const { result, report } = await run(one);
        const right = one.kind === "fault" ? `; right: ${one.right.join(", ")}` : "";
        console.log(
          `== ${one.id}: ${result.said.map(({ catalogue }) => catalogue).join(" ") || "nothing"}${right}`,
        );
        if (result.error !== undefined) console.log(`thrown: ${result.error.message}`);
        console.log(report);
      }
    return;
  }
  mkdirSync(results, { recursive: true });
  if (options.fresh && part === 0) for (const half of halves) rmSync(fileOf(half), { force: true });
  const shared = part === 0 ? Array.from({ length: jobs - 1 }, (_, i) => helper(i + 1)) : [];
  for (const half of halves) await work(half, jobs, part);
  await Promise.all(shared);
  if (part !== 0) return;
  for (const half of halves) {
    const ids = new Set(chosen(half).map(({ id }) => id));
    console.log(
      summary(
        half,
        kept(half).filter(({ id }) => ids.has(id)),
      ),
    );
  }
  if (!options.write) return;
  const page = documentOf({ dev: kept("dev"), "held-out": kept("held-out") });
  const { format } = await import("prettier");
  writeFileSync("docs/doctor-benchmark.md", await format(page, { parser: "markdown", printWidth: 110 }));
}

await main();
