/** What a command of `plumb` is: the record from which program, help and errors are made. */
import type { Io } from "../io.ts";

export interface ArgumentRecord {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
}

export interface OptionRecord {
  /** As the argument parser takes it: `--epochs <n>`. */
  readonly flags: string;
  readonly help: string;
  readonly required?: boolean;
  /** Reads the text that was given; throws PL4004. */
  readonly parse?: (text: string) => unknown;
}

export interface Command<Options> {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly ArgumentRecord[];
  readonly options: readonly OptionRecord[];
  /** Shown below the help: one or two commands to copy. */
  readonly examples: readonly string[];
  /** True where it computes for long enough that turbo is worth its trial; `--no-turbo` leaves that out. */
  readonly computes?: boolean;
  /** Runs it and gives the exit code; `argv` is the command line, for the record. */
  run(
    args: readonly (string | undefined)[],
    options: Options,
    io: Io,
    argv: readonly string[],
  ): Promise<number>;
}
