/**
 * How a long computation shares the event loop and the model: steps run in slices of some milliseconds, each slice in
 * the model's turn, and between slices the host handles its timers, its input, and whoever waits for the model. In a page,
 * workers do the steps of a slice, and the event loop turns meanwhile too.
 */
import { PlumbError } from "../base/errors.ts";
import { generatorState, setGeneratorState, type GeneratorState } from "../base/seed.ts";
import { engineTurn, hasWorkers, isOffThread, macrotask, now, runOffThread } from "../tensor/index.ts";
import type { Turns } from "./turns.ts";

/** Longest stretch of steps without a yield, in milliseconds: one frame in a page, less often where nobody looks on. */
export const sliceMilliseconds: number = "document" in globalThis ? 16 : 50;

export interface SliceOptions {
  /** Runs step `i`, one compiled function. It must not wait for anything, nor read what the step changes. */
  readonly step: (i: number) => void;
  readonly steps: number;
  /** Called after those steps for which `reads` is true: what they left can be read then. */
  readonly read?: (i: number) => void;
  readonly reads?: (i: number) => boolean;
  /** Called at the end of each slice, in the model's turn, with the steps done so far. */
  readonly settle?: (done: number) => void;
  /** Asked after each step, or after a slice that workers do: true ends the run. */
  readonly ends?: () => boolean;
  /** Awaited after each step, outside the model's turn. */
  readonly afterStep?: (i: number) => Promise<void>;
  /** Awaited after each slice that was cut short by the clock, with the steps done so far. */
  readonly afterSlice?: (done: number) => Promise<void>;
  /** The generator that the steps draw from; the global one is left as it was. */
  readonly generator?: GeneratorState;
  /** Whose turns the slices take, one each: others come in between. Unset: the caller has the turn. */
  readonly turns?: Turns;
  /** Steps that workers do in a slice: found out as they run, and kept from one call to the next. */
  readonly stride?: Stride;
}

/** How many steps workers do in one slice. */
export class Stride {
  steps = 1;

  /** Tells how long so many steps took, and the whole slice, what was brought to the workers and back included. */
  took(milliseconds: number, slice: number, steps: number): void {
    const goal = Math.min(Math.max(workerSlice, transferFactor * (slice - milliseconds)), longestWorkerSlice);
    const fitting = Math.floor((goal * steps) / Math.max(milliseconds, 0.01));
    this.steps = Math.max(1, Math.min(fitting, 4 * this.steps, mostSteps));
  }
}

/** Milliseconds of a slice that workers do, and steps in it: long beside a message, short beside what waits for a turn. */
const workerSlice = 50;
const mostSteps = 4096;
/** Where memory is not shared and much is brought back, slices are as many times as long as that, up to a limit. */
const transferFactor = 12;
const longestWorkerSlice = 400;

/** When the present slice began: kept across runs, so that many short runs yield as often as one long one. */
let begun = now();

/** Runs steps 0, 1, 2 … in slices. Gives the number of steps that ran. */
export async function runInSlices(options: SliceOptions): Promise<number> {
  const {
    step,
    steps,
    ends,
    afterStep,
    turns,
    read,
    settle,
    reads = () => read !== undefined,
    stride = new Stride(),
  } = options;
  let { generator } = options;
  let done = 0;
  let ended = false;
  /** Does steps while `goesOn` says so after one, from the run's own generator. */
  const stepsWhile = (goesOn: () => boolean): void => {
    const outside = generatorState();
    if (generator !== undefined) setGeneratorState(generator);
    try {
      do {
        step(done);
        done += 1;
      } while (goesOn());
    } finally {
      if (generator !== undefined) {
        generator = generatorState();
        setGeneratorState(outside);
      }
    }
  };
  const slice = (): void => {
    stepsWhile(() => {
      if (reads(done - 1)) read?.(done - 1);
      ended = ends?.() ?? false;
      return done < steps && !ended && afterStep === undefined && now() - begun < sliceMilliseconds;
    });
    settle?.(done);
  };
  const sliceOfWorkers = async (): Promise<void> => {
    const [first, start] = [done, now()];
    const last = afterStep === undefined ? Math.min(steps, first + stride.steps) : first + 1;
    const states: GeneratorState[] = [generator ?? generatorState()];
    const { failed, milliseconds } = await runOffThread(() =>
      stepsWhile(() => {
        states.push(generatorState());
        return done < last && !reads(done - 1);
      }),
    );
    if (failed >= 0) throw again(step, first + failed, states[failed]);
    stride.took(milliseconds, now() - start, done - first);
    if (reads(done - 1)) read?.(done - 1);
    settle?.(done);
    ended = ends?.() ?? false;
  };
  const turn = isOffThread() ? () => engineTurn(() => (hasWorkers() ? sliceOfWorkers() : slice())) : slice;
  while (done < steps && !ended) {
    if (turns !== undefined) await turns.take(turn);
    else await turn();
    if (afterStep !== undefined) {
      await afterStep(done - 1);
      ended ||= ends?.() ?? false;
    }
    if (now() - begun >= sliceMilliseconds) {
      await options.afterSlice?.(done);
      await macrotask();
      begun = now();
    }
  }
  return done;
}

/** Lets the event loop turn between two pieces of work that workers cannot do; at once where nobody looks on. */
export const breath = (): Promise<void> | undefined => (isOffThread() ? macrotask() : undefined);

/** One step, on workers if there are any: what it left can be read afterwards. To be called in the engine's turn. */
export async function runAwaited(step: () => void): Promise<void> {
  const generator = generatorState();
  const { failed } = await runOffThread(step);
  if (failed >= 0) throw again(step, 0, generator);
}

/** The error of a step of which a check failed on a worker: it wrote nothing, and done again in place it says what it met. */
function again(step: (i: number) => void, i: number, generator: GeneratorState): unknown {
  const outside = generatorState();
  setGeneratorState(generator);
  try {
    step(i);
  } catch (error) {
    return error;
  } finally {
    setGeneratorState(outside);
  }
  return new PlumbError("PL7004", {
    asked: `step ${i}, of which a check had failed on a worker, was done again in place`,
    why: "the check did not fail again: it hangs on numbers from a SeedGenerator, which had gone on",
    fix: "look for values near the bounds that the losses check; random numbers from the global seed are drawn again as they were",
  });
}
