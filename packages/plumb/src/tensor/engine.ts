/** The backend in use and what the engine may spend. */
import { bytesOf, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { Spec } from "../graph/node.ts";
import type { Backend } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";

let backend: Backend | undefined;

/** The backend that runs what is read or called from now on. */
export const currentBackend = (): Backend => (backend ??= wasmBackend());

/** Puts another backend in place. Variables move there when they are next used. */
export function setBackend(next: Backend): void {
  backend = next;
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
}
