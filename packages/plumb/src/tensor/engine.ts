/** The backend in use and what the engine may spend. */
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

/** What the engine has done since it was loaded; a loop that runs well builds nothing new. */
export interface EngineStats {
  /** Programs compiled. */
  readonly built: number;
  /** Programs held now, and the bytes they hold. */
  readonly programs: number;
  readonly programBytes: number;
}
