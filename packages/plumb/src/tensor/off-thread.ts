/**
 * Work that is awaited, where the caller must not wait: on the main thread of a page programs are recorded and run by
 * workers. Elsewhere all of this happens at once, on the caller's thread.
 */
import type { Recording, Submitted } from "../backends/backend.ts";
import { currentBackend } from "./engine.ts";
import { macrotask } from "./host.ts";

/** True if awaited work leaves the caller's thread. */
export const isOffThread = (): boolean => currentBackend().offThread !== undefined;

/** True once workers take runs. */
export const hasWorkers = (): boolean => currentBackend().offThread?.state === "working";

let taken = false;
const waiting: (() => void)[] = [];

function passOn(): void {
  const next = waiting.shift();
  if (next === undefined) taken = false;
  else next();
}

/**
 * Does `task` when no worker runs anything that somebody else began: what reads or writes values, or runs programs, in the
 * middle of something that is awaited. Turns are taken in the order in which they were asked for, and given up one turn
 * of the event loop late, so that whoever awaited the task finds everything as it left it. A task must not ask for a turn.
 */
export async function engineTurn<R>(task: () => R | Promise<R>): Promise<R> {
  const { offThread } = currentBackend();
  if (offThread === undefined) return task();
  if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
  taken = true;
  try {
    await offThread.ready();
    return await task();
  } finally {
    void macrotask().then(passOn);
  }
}

let current: Recording | undefined;

/** Where the runs of traced functions are to be written down, if they are not to be done. */
export const currentRecording = (): Recording | undefined => current;

/**
 * Does the runs of traced functions that `task` begins, on workers if there are any, in the engine's turn. A run of which
 * a check failed wrote nothing, and those after it were not done; done again in place it says what it met.
 */
export async function runOffThread(task: () => void): Promise<Submitted> {
  const recording = currentBackend().offThread?.record();
  current = recording;
  try {
    task();
  } catch (error) {
    current = undefined;
    await recording?.submit();
    throw error;
  }
  current = undefined;
  return recording === undefined ? { failed: -1, milliseconds: 0 } : recording.submit();
}
