import { integer, real, resolve, type GivenOf, type ValuesOf } from "../../base/parameters.ts";
import type { EpochLogs } from "../events.ts";
import { Callback, type CallbackRecord, type TrainPlan } from "./callback.ts";
import { checkMonitor, isBetter, mode, monitor } from "./monitor.ts";

const parameters = {
  monitor,
  factor: {
    ...real(0.1, "The rate is multiplied by this"),
    accepts: isShare,
    words: "a number above 0 and below 1",
  },
  patience: integer(10, "Epochs without a better value after which the rate is reduced", { min: 0 }),
  mode,
  minDelta: real(1e-4, "A change counts as better only beyond this", { min: 0 }),
  cooldown: integer(0, "Epochs after a reduction in which nobody counts", { min: 0 }),
  minLr: real(0, "The rate is never reduced below this", { min: 0 }),
};

function isShare(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value < 1;
}

/** What `ReduceLROnPlateau` takes. */
export type ReduceLROnPlateauOptions = GivenOf<typeof parameters>;

/**
 * Reduces the learning rate when a value has not become better for a while: rate ← max(rate · factor, minLr).
 *
 * Keras's rules, with the learning rate of each epoch as `learning_rate` in the history. The rate is a variable of the
 * compiled step: changing it compiles nothing. NaN is never better.
 *
 * Errors: PL4004 when no log will have the name `monitor`, or when the rate follows a schedule, which nobody else may set.
 *
 * @example
 * new ReduceLROnPlateau({ monitor: "val_loss", factor: 0.2, patience: 5, minLr: 1e-5 });
 */
export class ReduceLROnPlateau extends Callback {
  static readonly record: CallbackRecord = {
    name: "ReduceLROnPlateau",
    doc: "reduces the learning rate when a value has not become better for a while",
    parameters,
  };
  readonly monitor: string;
  readonly options: ValuesOf<typeof parameters>;
  /** The best value so far. */
  best?: number;
  #waited = 0;
  #cooling = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    super();
    this.options = resolve("PL4004", "ReduceLROnPlateau", parameters, options);
    this.monitor = this.options.monitor;
  }

  override onTrainBegin(plan: TrainPlan): void {
    checkMonitor("ReduceLROnPlateau", this.monitor, plan);
    this.best = undefined;
    this.#waited = this.#cooling = 0;
  }

  override onEpochEnd(_epoch: number, logs: EpochLogs): void {
    const { optimizer } = this.model!.compiled;
    logs.learning_rate = optimizer.learningRate;
    const value = logs[this.monitor];
    if (value === undefined) return;
    const { factor, patience, cooldown, minLr } = this.options;
    if (this.#cooling > 0) {
      this.#cooling -= 1;
      this.#waited = 0;
    }
    if (isBetter(value, this.best, this.model!, this.options)) {
      this.best = value;
      this.#waited = 0;
    } else if (this.#cooling === 0) {
      this.#waited += 1;
      if (this.#waited < patience) return;
      const rate = optimizer.learningRate;
      if (rate <= minLr) return;
      optimizer.learningRate = Math.max(rate * factor, minLr);
      this.#cooling = cooldown;
      this.#waited = 0;
    }
  }
}
