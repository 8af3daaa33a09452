import type { Writable } from "node:stream";
import type { TurboReport } from "plumb-ml/turbo";

/** What a command may touch besides files. Tests hand in their own; `run` hands in the process's. */
export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Where relative paths start. */
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
  /** How many threads to compute on, as the environment says it in PLUMB_THREADS. */
  readonly threads?: string;
  /** Turns on what Node's compiler holds back, for the whole process. */
  readonly turbo?: () => Promise<TurboReport>;
}

/**
 * Exit codes: done, an error that is not the user's, what was checked has one, an error that is the user's, and Ctrl-C
 * (128 + SIGINT, as shells count).
 */
export const exitCodes = { done: 0, broken: 1, failed: 1, refused: 2, interrupted: 130 } as const;
