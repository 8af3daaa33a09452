/** The backend in use and what the engine may spend. */
import { bytesOf, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { Spec } from "../graph/node.ts";
import type { Backend, OffThreadState } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";

let backend: Backend | undefined;

/** The backend that runs what is read or called from now on. */
export const currentBackend = (): Backend => (backend ??= wasmBackend());

/** Puts another backend in place. Variables move there when they are next used. */
export function setBackend(next: Backend): void {
  backend = next;
}

const mostThreads = 256;

/**
 * Sets how many threads programs run on from now on, the caller's among them. Unless it is called there is one per core,
 * at most 8. Results are bit for bit the same for any number.
 *
 * Small programs run on the caller's thread alone, and so does everything where threads are not to be had: where a page is
 * not cross-origin isolated, and on its main thread whatever is not awaited (`engineStats().offThread` says more).
 * Workers start when there is work for them, join once they are ready, and keep no process alive. `engineStats().threads` tells the number in use.
 *
 * Errors: PL4004 unless `count` is a whole number from 1 to 256.
 *
 * @example
 * setThreads(1);
 * const x = ones([256, 256]);
 * const alone = x.matmul(x).sum().itemSync();
 * setThreads(2);
 * x.matmul(x).sum().itemSync() === alone; // true
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > mostThreads) {
    throw new PlumbError("PL4004", {
      asked: `setThreads(${count})`,
      why: `threads are counted in whole numbers from 1 to ${mostThreads}, the caller's among them`,
      fix: "setThreads(2), or setThreads(1) for none but the caller's",
    });
  }
  currentBackend().threads = count;
}

/** What the engine may spend before it cleans up by itself. */
export const limits = {
  /** Pending operations behind one tensor before they are run unasked. */
  pendingNodes: 2_000,
  /** Bytes that compiled programs may hold together; the least recently used are dropped beyond. */
  programBytes: 256 * 2 ** 20,
  /** Milliseconds of uninterrupted work after which `await tensor.data()` lets the event loop turn. */
  busyMilliseconds: 16,
};

/** The largest array that is made for one tensor: what the engine's own memory could hold at most. */
const mostBytes = 2 ** 32;

/** An array for a whole tensor, as `make` allocates it. PL7001 where JavaScript has no room, or should not be asked. */
export function allocating<T extends HostArray>({ shape, dtype }: Spec, make: () => T): T {
  const bytes = sizeOf(shape) * bytesOf[dtype];
  try {
    if (bytes <= mostBytes) return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new PlumbError("PL7001", {
    asked: `the values of a ${dtype} tensor of shape ${showShape(shape)}`,
    arrived: `${bytes} bytes`,
    why: bytes > mostBytes ? "a tensor's values take 4 GB at most" : "JavaScript has no room for them",
    fix: "read it in parts: x.slice(start, size).dataSync()",
  });
}

/** What the engine has done since it was loaded; a loop that runs well builds nothing new. */
export interface EngineStats {
  /** Programs compiled. */
  readonly built: number;
  /** Programs held now, and the bytes they hold. */
  readonly programs: number;
  readonly programBytes: number;
  /** Bytes of the engine's memory in use: variables, data that is loaded, and the intermediate values that programs share. */
  readonly memoryBytes: number;
  /** Threads that programs may run on: see `setThreads`. */
  readonly threads: number;
  /**
   * Whether workers do what is awaited (`fit`, `evaluate`, `predict`, `data()`), so that the event loop turns meanwhile.
   * `"none"`: not here; in Node, and in workers, the caller waits for its threads. On the main thread of a page `"unused"`
   * before the first such call, then `"starting"` and `"working"`; or `"refused"`, where the page's content policy forbids
   * workers (`worker-src blob:` allows them) or one failed: then everything runs in place, on one thread.
   */
  readonly offThread: "none" | OffThreadState;
}
