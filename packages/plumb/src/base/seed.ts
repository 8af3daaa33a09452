/**
 * Random numbers that are the same on every machine, backend and thread count: a counter-based generator. Element `i`
 * of the draw numbered `counter` under a key is a pure function of `(key, counter, i)`, so that nothing depends on who
 * computes it or in which order, and a run is resumed by restoring two numbers.
 */

import { PlumbError } from "./errors.ts";

/** Bits by which the second word is rotated, round by round: groups of four rounds, alternating. */
export const rotations: readonly (readonly number[])[] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Threefry's key schedule constant (Skein's, cut to 32 bits). */
export const parity = 0x1bd11bda;

/**
 * Threefry-2x32 with 20 rounds: 64 random bits from a 64-bit key and a 64-bit counter, as two int32 words.
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (SC 2011); the variant JAX uses.
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const keys = [key0 | 0, key1 | 0, key0 ^ key1 ^ parity];
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    for (const rotation of rotations[group % 2]) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + keys[(group + 1) % 3]) | 0;
    x1 = (x1 + keys[(group + 2) % 3] + group + 1) | 0;
  }
  return [x0, x1];
}

/** Where the generator stands: the seed it was given and how many draws were made since. Restoring it resumes a run. */
export interface GeneratorState {
  readonly seed: number;
  readonly counter: number;
}

/** Throws PL4004 unless `value` is a whole number that a double holds exactly. */
function requireWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value)) return;
  throw new PlumbError("PL4004", {
    asked: `${name} ${typeof value === "string" ? JSON.stringify(value) : String(value)}`,
    why: `a ${name} is a whole number, of at most 2⁵³ − 1 in size`,
    fix: `pass one, such as ${name === "seed" ? 42 : 0}`,
  });
}

/** The key words and the number of one draw, as int32. */
export type Draw = readonly [key0: number, key1: number, counter: number];

/** The two 32-bit key words of a seed. Any integer that a double holds exactly gives a key of its own; PL4004 for others. */
export function keyOf(seed: number): readonly [number, number] {
  requireWhole("seed", seed);
  return [seed | 0, Math.floor(seed / 2 ** 32) | 0];
}

let state: { seed: number; counter: number } = { seed: 0, counter: 0 };

/** The present state of the global generator. */
export const generatorState = (): GeneratorState => ({ ...state });

/** Puts the global generator back to a state that `generatorState` gave. PL4004 unless both numbers are whole. */
export function setGeneratorState(next: GeneratorState): void {
  requireWhole("seed", next.seed);
  requireWhole("counter", next.counter);
  state = { seed: next.seed, counter: next.counter };
}

/** The next draw of the global generator. */
export function nextDraw(): Draw {
  const [key0, key1] = keyOf(state.seed);
  return [key0, key1, state.counter++ | 0];
}

/**
 * A sequence of random draws of one's own, from a seed: what is drawn with it does not move the global generator and does
 * not hang on it. Each draw is another, also in a compiled function from run to run.
 *
 * Errors: PL4004 unless the seed is a whole number. Keras's class of the same name.
 *
 * @example
 * const generator = new SeedGenerator(7);
 * random.uniform([2], { seed: generator }).equal(random.uniform([2], { seed: generator })).all().itemSync(); // 0
 */
export class SeedGenerator {
  /** What it was made from. */
  readonly seed: number;
  readonly #key: readonly [number, number];
  #counter = 0;

  constructor(seed: number) {
    this.#key = keyOf(seed);
    this.seed = seed;
  }

  /** The next draw, as its key and number. */
  next(): Draw {
    return [...this.#key, this.#counter++ | 0];
  }
}
