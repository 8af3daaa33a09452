/** Threads of the host, found in Node and in pages alike: may this thread wait, how many cores are there, and workers. */
import { leaderSource, type LeaderMessage, type LeaderStart, type Order } from "./leader-source.ts";
import { workerSource, type WorkerStart } from "./worker-source.ts";

/** A started worker. */
export interface Worker {
  /** Ends it, whatever it does. */
  stop(): void;
}

/** A worker that does what messages ask for. */
export interface Leader extends Worker {
  post(order: Order, moved: readonly ArrayBuffer[]): void;
}

/** What is heard of a leader: first a report that it is there. */
export interface LeaderEvents {
  posted(message: LeaderMessage): void;
  failed(error: unknown): void;
}

interface NodeWorker {
  unref(): void;
  on(event: "error" | "message", listener: (value: never) => void): void;
  postMessage(message: unknown, moved?: readonly ArrayBuffer[]): void;
  terminate(): Promise<number>;
}
interface PageWorker {
  onmessage: ((event: { readonly data: LeaderMessage }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown, moved?: readonly ArrayBuffer[]): void;
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
  options: { eval: true; workerData: WorkerStart | LeaderStart; execArgv: string[]; name: string },
) => NodeWorker;

const host = globalThis as unknown as Host;

/**
 * Whether memory may be shared and this thread may wait for others. A page allows the first where it is cross-origin
 * isolated, and never the second on its main thread: training there on workers alone needs a caller who awaits it.
 */
export function mayWait(): boolean {
  if (!mayShare()) return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether workers can have the memory of this thread: in a page, where it is cross-origin isolated. */
export const mayShare = (): boolean => typeof SharedArrayBuffer !== "undefined";

/** True on the main thread of a page, whose event loop must not be held up, and where workers can be tried. */
export const isPage = (): boolean =>
  "document" in globalThis && host.process?.getBuiltinModule === undefined && host.Worker !== undefined;

/** More threads than this are not taken unasked: a step of training has barriers, and ends with the slowest. */
const mostUnasked = 8;

/** Threads that programs use unless they are told: one per core, at most 8. Tests, many of which run at once, get one. */
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
    const node = nodeThreads();
    return node ? nodeWorker(node.Worker, start) : pageWorker(start);
  } catch {
    return undefined;
  }
}

const nodeThreads = (): { readonly Worker: NodeWorkerClass } | undefined =>
  host.process?.getBuiltinModule?.("node:worker_threads");

/** Starts the worker that does the runs of a page; undefined where the host has none. What comes of it is an event. */
export function startLeader(start: LeaderStart, events: LeaderEvents): Leader | undefined {
  try {
    const node = nodeThreads();
    return node ? nodeLeader(node.Worker, start, events) : pageLeader(start, events);
  } catch {
    return undefined;
  }
}

function nodeWorker(Worker: NodeWorkerClass, start: WorkerStart): Worker {
  const worker = startNode(
    Worker,
    `${workerSource}\nwork(require("node:worker_threads").workerData);`,
    start,
  );
  // What it met is seen in the control block.
  worker.on("error", () => undefined);
  return { stop: () => void worker.terminate() };
}

/** Pages have leaders; in Node they are there to be tried. */
function nodeLeader(Worker: NodeWorkerClass, start: LeaderStart, { posted, failed }: LeaderEvents): Leader {
  const source = `${leaderSource}
    const { parentPort: port, workerData } = require("node:worker_threads");
    port.on("message", lead(workerData, (message, moved) => port.postMessage(message, moved)));`;
  const worker = startNode(Worker, source, start);
  worker.on("message", posted);
  worker.on("error", failed);
  return {
    post: (order, moved) => worker.postMessage(order, moved),
    stop: () => void worker.terminate(),
  };
}

function startNode(
  Worker: NodeWorkerClass,
  source: string,
  workerData: WorkerStart | LeaderStart,
): NodeWorker {
  const worker = new Worker(source, { eval: true, workerData, execArgv: [], name: "plumb" });
  // Runs are over when the caller returns: a worker never is a reason for the process to go on.
  worker.unref();
  return worker;
}

function pageWorker(start: WorkerStart): Worker | undefined {
  const page = startPage(`${workerSource}\nonmessage = ({ data }) => { work(data); close(); };`, start);
  return page && { stop: page.stop };
}

function pageLeader(start: LeaderStart, { posted, failed }: LeaderEvents): Leader | undefined {
  const source = `${leaderSource}
    onmessage = ({ data }) => {
      const follow = lead(data, (message, moved) => postMessage(message, moved));
      onmessage = ({ data }) => follow(data);
    };`;
  const page = startPage(source, start);
  if (page === undefined) return undefined;
  const { worker, stop } = page;
  worker.onmessage = ({ data }) => posted(data);
  worker.onerror = ({ message = "it could not be started" }) => failed(message);
  return { post: (order, moved) => worker.postMessage(order, moved), stop };
}

function startPage(source: string, start: unknown): { worker: PageWorker; stop(): void } | undefined {
  const { Worker, Blob, URL } = host;
  if (!Worker || !Blob || !URL) return undefined;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.postMessage(start);
  return {
    worker,
    stop() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
