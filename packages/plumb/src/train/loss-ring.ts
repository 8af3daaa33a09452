/**
 * The losses of the last steps, noted by the compiled step itself: whoever wants each of them reads them now and then, many
 * at a time, and no step waits for it.
 */
import { arange, tensor, Variable, where, withTrace, type Tensor } from "../tensor/index.ts";

/** Steps that are noted before the first is written over: a step writes all places anew, which takes some 50 ns. */
const places = 256;

export class LossRing {
  readonly #noted: Variable = withTrace(
    undefined,
    () => new Variable(tensor(new Float32Array(places), [places]), { name: "losses", trainable: false }),
  );
  #read = 0;

  /** Notes the loss of a step, inside a compiled step; `place` is `placeOf` the step. */
  note(loss: Tensor, place: Tensor): void {
    this.#noted.assign(where(arange(places).equal(place), loss.cast("float32"), this.#noted));
  }

  /** Where step `i` of an epoch is noted. */
  placeOf(i: number): number {
    return i % places;
  }

  /** Whether the losses must be read after step `i` of an epoch, before the next is made. */
  isFullAfter(i: number): boolean {
    return (i + 1) % places === 0;
  }

  /** To be called before the steps of an epoch. */
  beginEpoch(): void {
    this.#read = 0;
  }

  /** Tells of the steps of the epoch that were not told of yet; `done` of them were made. */
  tell(done: number, of: (step: number, loss: number) => void): void {
    if (done === this.#read) return;
    const losses = this.#noted.storage.read();
    for (; this.#read < done; this.#read++) of(this.#read, losses[this.#read % places]);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#noted.dispose();
  }
}
