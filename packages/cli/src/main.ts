/** The program `plumb`: its commands, and how they meet the process. */
import { Command as Parser } from "commander";
import { PlumbError, setThreads } from "plumb-ml";
import { check } from "./commands/check.ts";
import type { Command } from "./commands/command.ts";
import { explain } from "./commands/explain.ts";
import { info } from "./commands/info.ts";
import { losses } from "./commands/losses.ts";
import { predict } from "./commands/predict.ts";
import { train } from "./commands/train.ts";
import { exitCodeOf } from "./exit.ts";
import { exitCodes, type Io } from "./io.ts";
import { plumbVersion } from "./run/versions.ts";

export type { Io } from "./io.ts";

/** All commands, in the order of the help. */
export const commands: readonly Command<never>[] = [train, predict, check, explain, losses, info];

/**
 * Runs `plumb` with the arguments that follow its name, and gives the exit code: 0 done, 2 for what the user can repair
 * (one paragraph on the error stream), 130 after Ctrl-C, 1 for what nobody expected.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Parser("plumb")
    .description("Train, test and use models from the command line.")
    .version(plumbVersion, "-v, --version", "print the version")
    .helpCommand(false);
  quiet(program, io);
  for (const command of commands) {
    const sub = program.command(command.name);
    quiet(sub, io);
    describe(sub, command);
    sub.action(async (...given: unknown[]) => {
      const args = given.slice(0, command.arguments.length) as (string | undefined)[];
      // Before anything is compiled: what is, stays as it is.
      if (command.computes === true && sub.opts().turbo !== false) await io.turbo?.();
      useThreads(io.threads);
      code = await command.run(args, sub.opts() as never, io, argv);
    });
  }
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

function useThreads(given: string | undefined): void {
  if (given === undefined || given === "") return;
  if (!/^[1-9]\d*$/.test(given)) {
    throw new PlumbError("PL4004", {
      asked: `PLUMB_THREADS=${given}`,
      why: "threads are counted in whole numbers from 1",
      fix: "PLUMB_THREADS=2, or leave it away for one per core, at most 8",
    });
  }
  setThreads(Number(given));
}

/** Errors are thrown and not printed; help and version go to our output. */
function quiet(parser: Parser, io: Io): void {
  parser.exitOverride().configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: () => undefined,
    getOutHelpWidth: () => 100,
  });
}

function describe(parser: Parser, command: Command<never>): void {
  parser.description(command.summary);
  for (const { name, help, optional } of command.arguments)
    parser.argument(optional === true ? `[${name}]` : `<${name}>`, help);
  for (const { flags, help, required, parse } of command.options) {
    const read = parse ?? ((text: string) => text);
    const valued = flags.includes("<");
    if (!valued) parser.option(flags, help);
    else if (required === true) parser.requiredOption(flags, help, read);
    else parser.option(flags, help, read);
  }
  if (command.computes === true) parser.option("--no-turbo", "leave flags of Node's compiler as they are");
  parser.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}\n`).join("")}`);
}

/** Runs `plumb` on the process. The first Ctrl-C ends training after the step in flight, the second ends everything. */
export async function run(): Promise<void> {
  const stopping = new AbortController();
  process.on("SIGINT", () => {
    if (stopping.signal.aborted) process.exit(exitCodes.interrupted);
    process.stderr.write("\nStopping after this step; Ctrl-C again leaves at once.\n");
    stopping.abort();
  });
  // A reader that has seen enough (`plumb predict … | head`) is no error, and no reason to leave a run half-written.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const { stdout, stderr } = process;
  process.exitCode = await main(process.argv.slice(2), {
    stdout,
    stderr,
    cwd: process.cwd(),
    signal: stopping.signal,
    threads: process.env.PLUMB_THREADS,
    turbo: async () => (await import("plumb-ml/turbo")).turbo,
  });
}
