/** Threads of the host, found in Node and in pages alike: may this thread wait, how many cores are there, and workers. */
import { workerSource, type WorkerStart } from "./worker-source.ts";

/** A started worker. */
export interface Worker {
  /** Ends it, whatever it does. */
  stop(): void;
}

interface NodeWorker {
  unref(): void;
  on(event: "error", listener: () => void): void;
  terminate(): Promise<number>;
}
interface PageWorker {
  postMessage(message: unknown): void;
  terminate(): void;
}
interface Host {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(name: "node:worker_threads"): { readonly Worker: NodeWorkerClass };
    getBuiltinModule?(name: "node:os"): { availableParallelism(): number };
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Worker?: new (url: string) => PageWorker;
  readonly Blob?: new (parts: string[], options: { type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
}
type NodeWorkerClass = new (
  source: string,
  options: { eval: true; workerData: WorkerStart; execArgv: string[]; name: string },
) => NodeWorker;

const host = globalThis as unknown as Host;

/**
 * Whether memory may be shared and this thread may wait for others. A page allows the first where it is cross-origin
 * isolated, and never the second on its main thread: training there on workers alone needs a caller who awaits it.
 */
export function mayWait(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** More threads than this are not taken unasked: a step of training has barriers, and ends with the slowest. */
const mostUnasked = 8;

/** Threads that programs use unless they are told: one per core. Tests, many of which run at once, get one. */
export function usualThreads(): number {
  if (host.process?.env?.VITEST !== undefined) return 1;
  const cores =
    host.process?.getBuiltinModule?.("node:os").availableParallelism() ??
    host.navigator?.hardwareConcurrency ??
    1;
  return Math.min(cores, mostUnasked);
}

/** Starts a worker; undefined where the host has none, or a content policy refuses it. */
export function startWorker(start: WorkerStart): Worker | undefined {
  try {
    const node = host.process?.getBuiltinModule?.("node:worker_threads");
    return node ? nodeWorker(node.Worker, start) : pageWorker(start);
  } catch {
    return undefined;
  }
}

function nodeWorker(Worker: NodeWorkerClass, start: WorkerStart): Worker {
  const worker = new Worker(`${workerSource}\nwork(require("node:worker_threads").workerData);`, {
    eval: true,
    workerData: start,
    execArgv: [],
    name: "plumb",
  });
  // Runs are over when the caller returns: a worker never is a reason for the process to go on.
  worker.unref();
  // What it met is seen in the control block.
  worker.on("error", () => undefined);
  return { stop: () => void worker.terminate() };
}

function pageWorker(start: WorkerStart): Worker | undefined {
  const { Worker, Blob, URL } = host;
  if (!Worker || !Blob || !URL) return undefined;
  const url = URL.createObjectURL(
    new Blob([`${workerSource}\nonmessage = ({ data }) => { work(data); close(); };`], {
      type: "text/javascript",
    }),
  );
  const worker = new Worker(url);
  worker.postMessage(start);
  return {
    stop() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
