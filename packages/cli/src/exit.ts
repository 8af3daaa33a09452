/** How a command ends when it does not end well. */
import { CommanderError } from "commander";
import { PlumbError } from "plumb-ml";
import { exitCodes, type Io } from "./io.ts";

/** Prints what happened on the error stream, a paragraph with its code for what the user can repair; gives the exit code. */
export function exitCodeOf(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    return exitCodeOf(badUsage(error), io);
  }
  if (error instanceof Interrupted) {
    io.stderr.write("Interrupted; nothing was written.\n");
    return exitCodes.interrupted;
  }
  if (error instanceof PlumbError) {
    io.stderr.write(`${error.message}\n`);
    return exitCodes.refused;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(
    `plumb met an error that it did not expect. Please report it with these lines:\n${trace}\n`,
  );
  return exitCodes.broken;
}

/** Ctrl-C before there was anything to keep. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Throws `Interrupted` once Ctrl-C was pressed. */
export function stopIfAborted(io: Io): void {
  if (io.signal?.aborted) throw new Interrupted();
}

/** The argument parser's complaint in the house's words. */
function badUsage(error: CommanderError): PlumbError {
  const [complaint, hint] = error.message.replace(/^error: /, "").split("\n");
  const guess = /Did you mean (.*)\?/.exec(hint ?? "")?.[1];
  return new PlumbError("PL4004", {
    asked: "The command line could not be read",
    arrived: complaint.charAt(0).toUpperCase() + complaint.slice(1).replace(/\.$/, ""),
    why: "Nothing is guessed about what was meant",
    fix: `${guess === undefined ? "" : `Did you mean ${guess}? `}plumb --help lists the commands, and each has a --help of its own, as in plumb train --help`,
  });
}
