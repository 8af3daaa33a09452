/**
 * Where values live. A value is in the backend's memory from when a program first needs it; if memory runs out, the
 * values that no program has used for longest move into JavaScript arrays, and back when they are needed.
 */
import { bytesOf, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import type { Backend, Block } from "../backends/backend.ts";
import type { Spec } from "../graph/node.ts";
import { currentBackend } from "./engine.ts";
import { saveOutputs } from "./outputs.ts";

/** The places that hold memory of a backend now. */
const placed = new Set<Place>();
let run = 0;

/** Begins a run: the places asked for their block from now until the next one begins stay where they are. */
export function beginRun(): void {
  run++;
}

/** The home of one value. It knows nothing of the variable, so that the lists here keep no variable alive. */
export class Place {
  readonly #dtype: DType;
  readonly #length: number;
  #home: { readonly backend: Backend; readonly block: Block } | undefined;
  /** The value while it is out of the backend's memory. */
  #outside: HostArray | undefined;
  /** Called when the value leaves the backend's memory. */
  readonly #left: (place: Place) => void;
  #used = 0;

  constructor({ shape, dtype }: Spec, left: (place: Place) => void) {
    this.#dtype = dtype;
    this.#length = sizeOf(shape);
    this.#left = left;
  }

  get used(): number {
    return this.#used;
  }

  get bytes(): number {
    return this.#length * bytesOf[this.#dtype];
  }

  /** True if the value stands in the memory of `backend`. */
  isOn(backend: Backend): boolean {
    return this.#home?.backend === backend;
  }

  /** The block in the current backend's memory, where the value is brought if it is elsewhere. */
  get block(): Block {
    this.#used = run;
    const backend = currentBackend();
    if (!this.isOn(backend)) this.#moveTo(backend);
    return this.#home!.block;
  }

  #moveTo(backend: Backend): void {
    const block = withRoom(() => backend.allocate(this.bytes));
    const value = this.read();
    this.free();
    if (value) backend.write(block, value, this.#dtype);
    this.#home = { backend, block };
    placed.add(this);
  }

  /** A fresh copy of the value, or of a part of it, wherever it is; undefined where there is none yet. */
  read(from = 0, length: number = this.#length): HostArray | undefined {
    if (!this.#home) return this.#outside?.slice(from, from + length);
    return this.#home.backend.read(this.#home.block, this.#dtype, length, from);
  }

  /** Moves the value out, and gives its memory back. */
  moveOut(): void {
    const value = this.read();
    this.free();
    this.#outside = value;
  }

  /** Gives the memory back. The value is lost. */
  free(): void {
    this.#outside = undefined;
    if (!this.#home) return;
    this.#home.backend.free(this.#home.block);
    this.#home = undefined;
    placed.delete(this);
    this.#left(this);
  }
}

/**
 * What `attempt` gives, which takes memory from the backend and does nothing where there is none. It is tried again as
 * long as there are values that can make room: all but those of the present run.
 */
export function withRoom<R>(attempt: () => R): R {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof PlumbError && error.code === "PL7001" && makeRoom())) throw error;
    }
  }
}

/** Moves out an eighth of what can go, the least recently used first. False where nothing can. */
function makeRoom(): boolean {
  saveOutputs();
  const movable = [...placed].filter((place) => place.used < run && place.isOn(currentBackend()));
  // An eighth, not only what is asked for: a loop that runs out of memory does so again for each of its variables.
  let goal = movable.reduce((sum, place) => sum + place.bytes, 0) / 8;
  for (const place of movable.sort((a, b) => a.used - b.used)) {
    place.moveOut();
    goal -= place.bytes;
    if (goal <= 0) break;
  }
  return movable.length > 0;
}
