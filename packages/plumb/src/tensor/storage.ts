/** The place where a variable's value lives in the backend's memory, and what readers know of it. */
import { bytesOf, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import type { Backend, Block } from "../backends/backend.ts";
import type { Binding, Node, Resident } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { resident } from "../ops/source.ts";
import { isUpdating } from "./context.ts";
import { currentBackend } from "./engine.ts";

/** The storage that a resident leaf or an assignment names: above this floor all residents are storages. */
export const storageOf = (node: Node): Storage =>
  (node.binding as Extract<Binding, { kind: "resident" }>).resident as Storage;

interface Place {
  readonly backend: Backend;
  readonly block: Block;
}

// A place is freed when no variable and no pending graph knows its storage any more. Nothing counts on when that is.
const forgotten = new FinalizationRegistry<Place>(({ backend, block }) => backend.free(block));
let count = 0;

/**
 * A value in the backend's memory. It is placed when a program first needs it. `initial` is the value until then: data,
 * or a pending graph.
 */
export class Storage implements Resident {
  readonly id = count++;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  initial: Node | undefined;
  #place: Place | undefined;
  #disposed = false;
  #leaf: Node | undefined;
  #passing: Node | undefined;

  constructor(initial: Node, name: string) {
    this.shape = initial.shape;
    this.dtype = initial.dtype;
    this.name = name;
    this.initial = initial;
  }

  /** The block the value lives in on the current backend. */
  get block(): Block {
    const backend = currentBackend();
    if (this.#place?.backend !== backend) this.#move(backend);
    return this.#place!.block;
  }

  #move(backend: Backend): void {
    if (this.#disposed) {
      throw new PlumbError("PL1007", {
        asked: `the value of the variable ${this.name}`,
        why: "it was disposed of, and its memory given back",
        fix: "dispose of a variable only after its last use",
      });
    }
    const block = backend.allocate(sizeOf(this.shape) * bytesOf[this.dtype]);
    if (this.#place) {
      backend.write(block, this.read(), this.dtype);
      this.#release();
    }
    this.#place = { backend, block };
    forgotten.register(this, this.#place, this);
  }

  #release(): void {
    if (!this.#place) return;
    forgotten.unregister(this);
    this.#place.backend.free(this.#place.block);
    this.#place = undefined;
  }

  /** A fresh copy of the value, wherever it lives. */
  read(): HostArray {
    if (!this.#place) void this.block;
    const { backend, block } = this.#place!;
    return backend.read(block, this.dtype, sizeOf(this.shape));
  }

  write(data: HostArray): void {
    currentBackend().write(this.block, data, this.dtype);
  }

  /** The node that stands for the present value: one for all readers until the next assignment. */
  leaf(): Node {
    if (this.#leaf) return this.#leaf;
    if (isUpdating()) return (this.#passing ??= this.#newLeaf());
    return (this.#leaf = this.#newLeaf());
  }

  #newLeaf(): Node {
    return g.node(
      resident,
      [],
      { shape: this.shape, dtype: this.dtype },
      { kind: "resident", resident: this },
    );
  }

  /** True if `leaf` stands for the value as it is now. */
  isCurrent(leaf: Node): boolean {
    return leaf === this.#leaf || leaf === this.#passing;
  }

  /** The node that readers outside an update may hold; they must go on seeing the value it has now. */
  get observed(): Node | undefined {
    return this.#leaf;
  }

  /** Begins the next version: nodes handed out so far no longer stand for the value. */
  renew(): void {
    this.#leaf = undefined;
    this.#passing = undefined;
  }

  dispose(): void {
    this.initial = undefined;
    this.#disposed = true;
    this.#release();
  }
}
