import { callable, integer, resolve } from "../../base/parameters.ts";
import { now } from "../../tensor/index.ts";
import type { Logs } from "../events.ts";
import { Callback, type CallbackRecord, type Progress, type TrainPlan } from "./callback.ts";

const parameters = {
  verbose: integer(2, "1: how far each epoch is, too; 2: one line per epoch", { min: 1, max: 2 }),
  print: callable<(line: string) => void>(
    undefined,
    "Takes each line, without its end; left out, the console",
  ),
};

/** What `ProgressLogger` takes. */
export interface ProgressLoggerOptions {
  /** 1 tells within an epoch how far it is, at most once a second; 2 has one line per epoch. Default 2. */
  readonly verbose?: 1 | 2;
  /** Takes each line, without its end. Default: the console. */
  readonly print?: (line: string) => void;
}

/** Milliseconds between two lines within an epoch. */
const pause = 1000;

/**
 * Tells how training goes, in lines that one can read: `Epoch 3/20 - 0.4s - loss: 0.3121 - val_loss: 0.3504`.
 *
 * `fit({ verbose })` adds one that prints to the console. Values have four significant digits.
 *
 * @example
 * const lines: string[] = [];
 * await model.fit(x, y, { epochs: 20, callbacks: [new ProgressLogger({ print: (line) => lines.push(line) })] });
 */
export class ProgressLogger extends Callback {
  static readonly record: CallbackRecord = {
    name: "ProgressLogger",
    doc: "tells how training goes, in lines",
    parameters,
  };
  readonly #verbose: number;
  readonly #print: (line: string) => void;
  #epochs = 0;
  #begun = 0;
  #told = 0;

  constructor(options: ProgressLoggerOptions = {}) {
    super();
    const { verbose, print = console.log } = resolve("PL4004", "ProgressLogger", parameters, options);
    this.#verbose = verbose;
    this.#print = print;
  }

  override onTrainBegin({ epochs }: TrainPlan): void {
    this.#epochs = epochs;
  }

  override onEpochBegin(): void {
    this.#begun = this.#told = now();
  }

  override onProgress({ epoch, batch, stepsPerEpoch, logs }: Progress): void {
    if (this.#verbose !== 1 || now() - this.#told < pause) return;
    this.#told = now();
    this.#line(epoch, `step ${batch}/${stepsPerEpoch}`, logs());
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.#line(epoch, `${((now() - this.#begun) / 1000).toFixed(1)}s`, logs);
  }

  #line(epoch: number, where: string, logs: Logs): void {
    const values = Object.entries(logs).map(([name, value]) => `${name}: ${shown(value)}`);
    this.#print([`Epoch ${epoch + 1}/${this.#epochs}`, where, ...values].join(" - "));
  }
}

/** Four significant digits; very small and very large numbers with an exponent. */
const shown = (value: number): string => {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return size < 1e-3 || size >= 1e6 ? value.toExponential(3) : value.toPrecision(4);
};
