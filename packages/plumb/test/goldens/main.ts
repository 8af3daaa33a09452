/**
 * `npm run goldens [-- FOLDER] [--only TEXT]`: every recorded case of a folder, run and counted. Exit code 1 when a case
 * failed, 2 when the folder that was named is not there.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { goldensMissing } from "../support/goldens.ts";
import type { Outcome, Room, Status } from "./room.ts";
import { rooms } from "./rooms/index.ts";
import { casesOf, judge } from "./run.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string", default: "" } },
});
const [named] = positionals;
// npm runs scripts at the root of the repository and keeps in INIT_CWD where it was called.
const folder = named === undefined ? "../shared/goldens" : resolve(process.env.INIT_CWD ?? ".", named);

const statuses = ["passed", "deliberate", "waiting", "failed"] as const;
const count = (outcomes: readonly Outcome[], status: Status): number =>
  outcomes.filter((outcome) => outcome.status === status).length;

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const [name, ...numbers] = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    console.log([name, ...numbers].join("  ").trimEnd());
  }
}

/** Reasons with how often each was given, the most frequent first. */
function reasons(outcomes: readonly Outcome[]): string[] {
  const times = new Map<string, number>();
  for (const { why = "" } of outcomes) times.set(why, (times.get(why) ?? 0) + 1);
  return [...times].sort(([, a], [, b]) => b - a).map(([why, n]) => `${n} × ${why}`);
}

async function runRoom(room: Room): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const one of casesOf(room, folder) ?? []) {
    if (`${room.name}/${one.id}`.includes(values.only)) outcomes.push(await judge(room, one));
  }
  return outcomes;
}

async function main(): Promise<number> {
  if (!existsSync(folder)) {
    console.log(
      named === undefined
        ? `${goldensMissing ?? "no recorded numbers here"}: nothing to compare with. "npm test" has the project's own.`
        : `There is no folder ${folder}.`,
    );
    return named === undefined ? 0 : 2;
  }
  const results: { room: Room; outcomes: Outcome[] }[] = [];
  for (const room of rooms) results.push({ room, outcomes: await runRoom(room) });
  const found = results.filter(({ outcomes }) => outcomes.length > 0);

  const row = (name: string, outcomes: readonly Outcome[]): string[] => [
    name,
    String(outcomes.length),
    ...statuses.map((status) => String(count(outcomes, status))),
    Math.max(0, ...outcomes.map(({ ulps }) => ulps)).toFixed(1),
  ];
  const all = found.flatMap(({ outcomes }) => outcomes);
  printTable([
    ["room", "cases", "passed", "deliberate", "waiting for a layer", "failed", "worst error in ulps"],
    ...found.map(({ room, outcomes }) => row(room.name, outcomes)),
    row("all", all),
  ]);
  const withStatus = (status: Status): Outcome[] => all.filter((outcome) => outcome.status === status);
  const [deliberate, waiting] = [reasons(withStatus("deliberate")), reasons(withStatus("waiting"))];
  if (deliberate.length > 0) console.log(`\nDeliberate:\n  ${deliberate.join("\n  ")}`);
  if (waiting.length > 0) console.log(`\nWaiting for ${waiting.join(", ")}`);
  for (const { room, outcomes } of found)
    for (const { id, status, why } of outcomes)
      if (status === "failed") console.log(`\nFAILED ${room.name}: ${id}\n  ${why}`);
  return count(all, "failed") > 0 ? 1 : 0;
}

process.exitCode = await main();
