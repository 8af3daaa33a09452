import { PlumbError } from "../../base/errors.ts";
import type { GeneratorState } from "../../base/seed.ts";
import { camelCase, didYouMean } from "../../base/names.ts";
import { showValue, type Parameters } from "../../base/parameters.ts";
import type { EpochLogs, LabelsTaken, Listener, Logs } from "../events.ts";
import type { RowsTaken, StepFailure, StepTrial, TrainEvent } from "../events.ts";
import type { AnyModel } from "../model.ts";

/** What a callback learns when training begins. */
export interface TrainPlan {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  /** The names that the logs of an epoch will have. */
  readonly logNames: readonly string[];
  /**
   * Lets training begin with another epoch than it was asked to: for a callback that brings back the state of an earlier
   * fit. The last callback to say so is heard.
   */
  readonly startFrom: (epoch: number) => void;
  /** Rows of a full step. */
  readonly batchSize: number;
  /** The rows of a step, by their numbers in the data: of the epoch that is running, or of another. */
  readonly rowsOf: (step: number, epoch?: number) => Int32Array;
  /** Where the random numbers of an epoch begin. */
  readonly drawsOf: (epoch: number) => GeneratorState;
  /** Copies of such rows, as `fit` takes them, with what each counts for. */
  readonly take: (rows: Int32Array) => RowsTaken;
  /** The same without the inputs, which may be large. */
  readonly takeLabels: (rows: Int32Array) => LabelsTaken;
  /** Makes steps that can be tried, until training ends: they are those of the fit, and change nothing. */
  readonly trial: () => StepTrial;
  /** Milliseconds that were spent in each callback so far; what is still running is not among them. */
  readonly callbackTimes: () => ReadonlyMap<Callback, number>;
}

/** Where training stands. */
export interface Progress {
  readonly epoch: number;
  /** Steps of this epoch that are done, of `stepsPerEpoch`. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  /** Reads the running values of the epoch; costs something only when called. */
  readonly logs: () => Logs;
}

/** What there is to say about one kind of callback, beside its docs. */
export interface CallbackRecord {
  /** Keras's class name, where Keras has it. */
  readonly name: string;
  /** What it does, in one line. */
  readonly doc: string;
  /** Its options that are numbers, flags or words. */
  readonly parameters: Parameters;
}

/**
 * Something that watches a fit and may act on it. Write the methods you need; a plain object with them will do as well.
 *
 * A promise that a method returns is awaited before training goes on; until then the model takes no other `fit`. Names that
 * begin with "on" are those of events: another one is an error (PL4004), since nobody would call it. Batch events are built only if some callback has
 * `onTrainBatchEnd`, so one that does not listen to batches costs nothing per step. Epochs and batches count from 0.
 *
 * @example
 * await model.fit(x, y, { callbacks: [{ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) }] });
 */
export class Callback {
  /** The model being trained; set by `fit`. Setting its `stopTraining` ends training after the present step or epoch. */
  model?: AnyModel;

  onTrainBegin?(plan: TrainPlan): void | Promise<void>;
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** After each step, with the running values of its epoch. */
  onTrainBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  /**
   * For each step (counted from 0 over the whole fit), in their order, with the mean loss of its rows: for who keeps a
   * record. It is called between two steps, so it cannot wait for anything, and somewhat late: steps note their losses in
   * the engine's memory, from where they are read at each yield to the event loop, and every 256 steps.
   */
  onStep?(step: number, loss: number): void;
  /**
   * A step whose loss is not finite. Where a callback has this method, such a step writes nothing, and training ends with
   * the weights of before it and PL4010, or with what the callback throws; without it training goes on, as in Keras.
   */
  onStepFailed?(failure: StepFailure): void | Promise<void>;
  /** Every few dozen milliseconds while an epoch runs: for a progress line. */
  onProgress?(progress: Progress): void | Promise<void>;
  /** Before and after each validation; `logs` has the values as the history will name them. */
  onTestBegin?(epoch: number): void | Promise<void>;
  onTestEnd?(epoch: number, logs: Logs): void | Promise<void>;
  /** After each epoch and its validation. What is added to `logs` is recorded in the history too. */
  onEpochEnd?(epoch: number, logs: EpochLogs): void | Promise<void>;
  /** After the last epoch, before the optimizer gives the weights their final values (with `useEma` their means). */
  onEpochsEnd?(): void | Promise<void>;
  /** At the end, however it came; `logs` are those of the last whole epoch. */
  onTrainEnd?(logs: Logs): void | Promise<void>;
}

/** The methods that a fit calls. */
export const events = [
  "onTrainBegin",
  "onEpochBegin",
  "onTrainBatchEnd",
  "onStep",
  "onStepFailed",
  "onProgress",
  "onTestBegin",
  "onTestEnd",
  "onEpochEnd",
  "onEpochsEnd",
  "onTrainEnd",
] as const satisfies readonly (keyof Callback)[];

/** Errors: PL4004 for what is no callback, and for one with a method for an event that there is not. */
export function checkCallbacks(callbacks: readonly unknown[]): void {
  for (const [i, callback] of callbacks.entries()) {
    if (typeof callback !== "object" || callback === null) throw noCallback(i, callback);
    const names = methodNames(callback);
    const unknown = names.find((name) => !events.includes(name as "onEpochEnd"));
    if (unknown !== undefined)
      throw new PlumbError("PL4004", {
        asked: `Callback ${i} has a method ${unknown}`,
        why: `Nobody would call it: the events are ${events.join(", ")}`,
        fix: `${didYouMean(camelCase(unknown), events)}Otherwise give it a name that does not begin with "on"`,
      });
    if (names.length === 0 && !(callback instanceof Callback)) throw noCallback(i, callback);
    for (const name of names) {
      const method: unknown = (callback as Record<string, unknown>)[name];
      if (method === undefined || typeof method === "function") continue;
      throw new PlumbError("PL4004", {
        asked: `${name} of callback ${i} is ${showValue(method)}`,
        why: "It is called when the event happens",
        fix: "Give a function, or leave it out",
      });
    }
  }
}

/** The names that begin with "on", of the object and of the classes below `Callback`. */
function methodNames(callback: object): string[] {
  const names: string[] = [];
  for (
    let of: object | null = callback;
    of !== null && of !== Callback.prototype && of !== Object.prototype;
    of = Object.getPrototypeOf(of) as object | null
  )
    names.push(...Object.getOwnPropertyNames(of));
  return names.filter((name) => /^on[A-Z_]/.test(name));
}

function noCallback(i: number, given: unknown): PlumbError {
  const isClass = typeof given === "function" && given.prototype instanceof Callback;
  return new PlumbError("PL4004", {
    asked: `callbacks has ${showValue(given)} at ${i}`,
    why: isClass ? "A class makes callbacks; it is not one" : "It has no method that a fit could call",
    fix: isClass
      ? `Write new ${(given as { name: string }).name}()`
      : "Give an object with methods, { onEpochEnd: (epoch, logs) => … }, or a callback made with new",
  });
}

/** Errors: PL4004 when a callback is made without the function that it calls. */
export function requireFunction(owner: string, what: string, given: unknown): void {
  if (typeof given === "function") return;
  throw new PlumbError("PL4004", {
    asked: `${owner} was given ${showValue(given)}`,
    why: `It takes a function that says ${what}`,
    fix: `Write new ${owner}((…) => …)`,
  });
}

/** The callback as a listener to the events of a fit. */
export function listenerOf(callback: Callback, _place: number, callbacks: readonly Callback[]): Listener {
  return {
    batches: callback.onTrainBatchEnd !== undefined,
    handle(event: TrainEvent): void | Promise<void> {
      switch (event.type) {
        case "trainBegin":
          return callback.onTrainBegin?.({
            ...event,
            callbackTimes: () => new Map(event.times().map((time, i) => [callbacks[i], time])),
          });
        case "epochBegin":
          return callback.onEpochBegin?.(event.epoch);
        case "batchEnd":
          return callback.onTrainBatchEnd?.(event.batch, event.logs);
        case "stepFailed":
          return callback.onStepFailed?.(event);
        case "progress":
          return callback.onProgress?.(event);
        case "testBegin":
          return callback.onTestBegin?.(event.epoch);
        case "testEnd":
          return callback.onTestEnd?.(event.epoch, event.logs);
        case "epochEnd":
          return callback.onEpochEnd?.(event.epoch, event.logs);
        case "epochsEnd":
          return callback.onEpochsEnd?.();
        case "trainEnd":
          return callback.onTrainEnd?.(event.logs);
      }
    },
  };
}
