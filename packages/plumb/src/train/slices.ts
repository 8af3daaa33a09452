/**
 * How a long computation shares the event loop and the model: steps run in slices of some milliseconds, each slice in
 * the model's turn, and between slices the host handles its timers, its input, and whoever waits for the model.
 */
import { generatorState, setGeneratorState, type GeneratorState } from "../base/seed.ts";
import { macrotask, now } from "../tensor/index.ts";
import type { Turns } from "./turns.ts";

/** Longest stretch of steps without a yield, in milliseconds: one frame in a page, less often where nobody looks on. */
export const sliceMilliseconds: number = "document" in globalThis ? 16 : 50;

export interface SliceOptions {
  /** Runs step `i`. It must not wait for anything. */
  readonly step: (i: number) => void;
  readonly steps: number;
  /** Asked after each step: true ends the run. */
  readonly ends?: () => boolean;
  /** Awaited after each step, outside the model's turn. */
  readonly afterStep?: (i: number) => Promise<void>;
  /** Awaited after each slice that was cut short by the clock, with the steps done so far. */
  readonly afterSlice?: (done: number) => Promise<void>;
  /** The generator that the steps draw from; the global one is left as it was. */
  readonly generator?: GeneratorState;
  /** Whose turns the slices take, one each: others come in between. Unset: the caller has the turn. */
  readonly turns?: Turns;
}

/** When the present slice began: kept across runs, so that many short runs yield as often as one long one. */
let begun = now();

/** Runs steps 0, 1, 2 … in slices. Gives the number of steps that ran. */
export async function runInSlices(options: SliceOptions): Promise<number> {
  const { step, steps, ends, afterStep, turns } = options;
  let { generator } = options;
  let done = 0;
  let ended = false;
  const slice = (): void => {
    const outside = generatorState();
    if (generator !== undefined) setGeneratorState(generator);
    try {
      do {
        step(done);
        done += 1;
        ended = ends?.() ?? false;
      } while (done < steps && !ended && afterStep === undefined && now() - begun < sliceMilliseconds);
    } finally {
      if (generator !== undefined) {
        generator = generatorState();
        setGeneratorState(outside);
      }
    }
  };
  while (done < steps && !ended) {
    if (turns === undefined) slice();
    else await turns.take(slice);
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
