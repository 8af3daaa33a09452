/** `plumb explain [code]`: what a code means, or all codes. */
import { explain as explainCode, explainAll } from "../explain/explained.ts";
import { exitCodes, type Io } from "../io.ts";
import { explainPage, listPage } from "../report/explain.ts";
import { settingOf } from "../report/findings.ts";
import type { Command } from "./command.ts";

export interface ExplainOptions {
  readonly json?: boolean;
}

export const explain: Command<ExplainOptions> = {
  name: "explain",
  summary: "Explain an error or a finding: what it is, how it is measured, and a program that shows it.",
  arguments: [{ name: "code", help: "PL4205, or P5 as in the doctor's catalogue", optional: true }],
  options: [{ flags: "--json", help: "print the facts as JSON" }],
  examples: ["plumb explain", "plumb explain PL4205", "plumb explain C1"],
  run,
};

async function run(
  [code]: readonly (string | undefined)[],
  { json }: ExplainOptions,
  io: Io,
): Promise<number> {
  const facts = code === undefined ? explainAll() : explainCode(code);
  const setting = settingOf(io.stdout);
  const text =
    json === true
      ? `${JSON.stringify(facts, null, 2)}\n`
      : "code" in facts
        ? explainPage(facts, setting)
        : listPage(facts, setting);
  io.stdout.write(text);
  return exitCodes.done;
}
