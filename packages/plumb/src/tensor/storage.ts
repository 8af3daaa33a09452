/** The value of a variable: the place where it lives, its versions, and what readers know of them. */
import { bytesOf, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { Block } from "../backends/backend.ts";
import type { Binding, Node, Resident } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { resident } from "../ops/source.ts";
import { isUpdating } from "./context.ts";
import { currentBackend } from "./engine.ts";
import { beginRun, Place } from "./places.ts";

/** The storage that a resident leaf or an assignment names: above this floor all residents are storages. */
export const storageOf = (node: Node): Storage =>
  (node.binding as Extract<Binding, { kind: "resident" }>).resident as Storage;

// Memory is given back when no variable and no pending graph knows the storage any more. Nothing counts on when that is.
const forgotten = new FinalizationRegistry<Place>((place) => place.free());
/** A place without memory has nothing to give back; the registry would keep the value that moved out alive. */
const unregister = (place: Place): void => void forgotten.unregister(place);
let count = 0;

/** A value in the backend's memory. `initial` is the value until a program first needs it: data, or a pending graph. */
export class Storage implements Resident {
  readonly id = count++;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  initial: Node | undefined;
  readonly #place: Place;
  #disposed = false;
  #leaf: Node | undefined;
  #passing: Node | undefined;

  constructor(initial: Node, name: string) {
    this.shape = initial.shape;
    this.dtype = initial.dtype;
    this.name = name;
    this.initial = initial;
    this.#place = new Place(initial, unregister);
  }

  /** The block the value lives in on the current backend. */
  get block(): Block {
    this.#requireAlive();
    if (this.#place.isOn(currentBackend())) return this.#place.block;
    const { block } = this.#place;
    forgotten.register(this, this.#place, this.#place);
    return block;
  }

  /** Brings the value into the current backend's memory, where it stays until memory runs out. Errors: PL7001. */
  place(): void {
    void this.block;
  }

  #requireAlive(): void {
    if (!this.#disposed) return;
    throw new PlumbError("PL1007", {
      asked: `the value of the variable ${this.name}`,
      why: "it was disposed of, and its memory given back",
      fix: "dispose of a variable only after its last use",
    });
  }

  /** A fresh copy of the value, wherever it lives. */
  read(): HostArray {
    this.#requireAlive();
    return this.#place.read()!;
  }

  /** A fresh copy of a part of the value, from an element on. */
  readPart(from: number, length: number): HostArray {
    this.#requireAlive();
    return this.#place.read(from, length)!;
  }

  /** Takes the value that another storage of this shape and dtype has in memory. */
  copy(other: Storage): void {
    beginRun();
    const [from, to] = [other.block, this.block];
    currentBackend().copy(from, to);
    this.initial = undefined;
  }

  write(data: HostArray): void {
    beginRun();
    currentBackend().write(this.block, data, this.dtype);
  }

  /** Writes a part of the value, from an element on. */
  writePart(data: HostArray, from: number): void {
    beginRun();
    const { address } = this.block;
    const each = bytesOf[this.dtype];
    currentBackend().write({ address: address + from * each, bytes: data.length * each }, data, this.dtype);
  }

  /** The node that stands for the present value: one for all readers until the next assignment. */
  leaf(): Node {
    return isUpdating() && !this.#leaf ? this.passingLeaf() : (this.#leaf ??= this.#newLeaf());
  }

  /** A node for the present value that is used up before the next assignment: no value is kept for it. */
  passingLeaf(): Node {
    return (this.#passing ??= this.#newLeaf());
  }

  #newLeaf(): Node {
    const { shape, dtype } = this;
    return g.node(resident, [], { shape, dtype }, { kind: "resident", resident: this });
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
    this.#place.free();
  }
}
