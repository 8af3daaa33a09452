import { flag, resolve, text } from "../../base/parameters.ts";
import type { Logs } from "../events.ts";
import { Callback, requireFunction, type CallbackRecord, type TrainPlan } from "./callback.ts";

const parameters = {
  separator: text(",", "Between columns"),
  append: flag(false, "Leave the line of column names out"),
};

/** What `CSVLogger` takes besides the place to write to. */
export interface CSVLoggerOptions {
  /** Between columns. Default a comma. */
  readonly separator?: string;
  /** Leaves the line of column names out: what is written goes on with a table that has it. Default false. */
  readonly append?: boolean;
}

/**
 * Writes a table with a line per epoch: `epoch`, then the values by name in alphabetical order, as Keras does.
 *
 * `write` is given text, line ends included. Numbers are written in as many digits as bring back the same number; a value
 * that an epoch does not have, such as that of a validation that was not its turn, is `NA`.
 *
 * @example
 * const lines: string[] = [];
 * await model.fit(x, y, { epochs: 3, callbacks: [new CSVLogger((text) => lines.push(text))] });
 */
export class CSVLogger extends Callback {
  static readonly record: CallbackRecord = {
    name: "CSVLogger",
    doc: "writes a table with a line per epoch",
    parameters,
  };
  readonly #write: (text: string) => unknown;
  readonly #separator: string;
  readonly #append: boolean;
  #expected: readonly string[] = [];
  #columns?: readonly string[];

  /** A promise that `write` gives is awaited. */
  constructor(write: (text: string) => unknown, options: CSVLoggerOptions = {}) {
    super();
    const { separator, append } = resolve("PL4004", "CSVLogger", parameters, options);
    requireFunction("CSVLogger", "where a line of text goes", write);
    this.#write = write;
    this.#separator = separator;
    this.#append = append;
  }

  override onTrainBegin({ logNames }: TrainPlan): void {
    this.#expected = logNames;
    this.#columns = undefined;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#columns === undefined) {
      this.#columns = [...new Set([...this.#expected, ...Object.keys(logs)])].sort();
      if (!this.#append) await this.#line(["epoch", ...this.#columns]);
    }
    await this.#line([epoch, ...this.#columns.map((name) => logs[name] ?? "NA")]);
  }

  async #line(cells: readonly (string | number)[]): Promise<void> {
    await this.#write(`${cells.join(this.#separator)}\n`);
  }
}
