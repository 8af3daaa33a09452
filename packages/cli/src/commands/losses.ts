/** `plumb losses [name]`: the losses as a table, or one of them with its parameters and its curve. */
import { losses as room } from "plumb-ml";
import { exitCodes, type Io } from "../io.ts";
import { lossPage, lossesTable } from "../report/losses.ts";
import type { Command } from "./command.ts";

export interface LossesOptions {
  readonly json?: boolean;
}

export const losses: Command<LossesOptions> = {
  name: "losses",
  summary: "List the losses and what each takes, or explain one.",
  arguments: [{ name: "name", help: "a loss, to see its parameters and its curve", optional: true }],
  options: [{ flags: "--json", help: "print the facts as JSON" }],
  examples: ["plumb losses", "plumb losses huber"],
  run,
};

async function run(
  [name]: readonly (string | undefined)[],
  { json }: LossesOptions,
  io: Io,
): Promise<number> {
  if (name === undefined) {
    const facts = room.describe();
    io.stdout.write(json === true ? asJson(facts) : lossesTable(facts, widthOf(io)));
    return exitCodes.done;
  }
  // A name that is none is refused by the losses themselves, with the nearest.
  const [facts] = room.describe(name as "mse");
  const curve = room.curve(name as "mse");
  if (json === true) {
    const drawn = curve && {
      against: curve.against,
      x: [...curve.x],
      value: [...curve.value],
      slope: [...curve.slope],
    };
    io.stdout.write(asJson({ ...facts, curve: drawn }));
  } else io.stdout.write(lossPage(facts, curve));
  return exitCodes.done;
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Characters in a line: the terminal's, or enough for a file to be read. */
const widthOf = ({ stdout }: Io): number =>
  Math.min(160, Math.max(100, (stdout as { columns?: number }).columns ?? 132));
