/**
 * Runs as words, for a worker to do: of each run the number of its program, where its static block lies, which program it
 * is to the team (serial 0: alone; see `pool.ts`), how many words to put into memory, how many parts of data; then these words, each
 * with its place, and these parts, each with its place and its length. Places are counted in words.
 */
import type { HostArray } from "../../base/dtype.ts";
import { scriptHead } from "./leader-source.ts";
import type { Known } from "./pool.ts";

export class Script {
  #words = new Int32Array(256);
  #length = 0;
  #head = 0;

  /** Begins a run; what is put from now on is put before it. */
  begin(program: number, block: number, known: Known | undefined): void {
    this.#head = this.#length;
    this.#reserve(scriptHead);
    this.#words.set([program, block, known?.slot ?? 0, known?.serial ?? 0, 0, 0], this.#length);
    this.#length += scriptHead;
  }

  /** A word into memory. All words come before the first part. */
  put(at: number, value: number): void {
    this.#reserve(2);
    this.#words[this.#length++] = at;
    this.#words[this.#length++] = value;
    this.#words[this.#head + 4]++;
  }

  /** Data into memory, as it lies there. */
  part(at: number, data: HostArray): void {
    const words =
      data instanceof Uint8Array
        ? Int32Array.from(data, (value) => (value ? -1 : 0))
        : new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    this.#reserve(2 + words.length);
    this.#words[this.#length] = at;
    this.#words[this.#length + 1] = words.length;
    this.#words.set(words, this.#length + 2);
    this.#length += 2 + words.length;
    this.#words[this.#head + 5]++;
  }

  /** All that was written. */
  take(): Int32Array<ArrayBuffer> {
    return this.#words.slice(0, this.#length);
  }

  #reserve(words: number): void {
    if (this.#length + words <= this.#words.length) return;
    const wider = new Int32Array(Math.max(2 * this.#words.length, this.#length + words));
    wider.set(this.#words.subarray(0, this.#length));
    this.#words = wider;
  }
}
