/**
 * Orders of rows that depend on a seed and nothing else: which rows validate, and in which order each epoch reads the
 * rest. They come from the counter-based generator, so that epoch 7 is shuffled the same whether or not epochs 0 to 6
 * were run in this process.
 */
import { keyOf, nextDraw, threefry2x32 } from "../base/seed.ts";

/** What numbers are drawn for. Each purpose has a key of its own, so that no two of them ever draw the same. */
const purposes = { epoch: 0x65706f63, split: 0x73706c74, draws: 0x64726177 } as const;
export type Purpose = keyof typeof purposes;

/** The two key words of a purpose under a seed. */
function keyFor(seed: number, purpose: Purpose, index: number): readonly [number, number] {
  const [seed0, seed1] = keyOf(seed);
  return threefry2x32(seed0, seed1, purposes[purpose], index);
}

/**
 * A seed for the general generator that belongs to one purpose and index: what an epoch's dropout draws from, say.
 * 53 bits, the most a double holds exactly.
 */
export function seedFor(seed: number, purpose: Purpose, index: number): number {
  return seedOf(keyFor(seed, purpose, index));
}

const seedOf = ([low, high]: readonly [number, number]): number => (high & 0x1fffff) * 2 ** 32 + (low >>> 0);

/** A seed from the global generator, for when none was given. Takes one draw. */
export function freshSeed(): number {
  const [key0, key1, counter] = nextDraw();
  return seedOf(threefry2x32(key0, key1, counter, 0));
}

/**
 * Shuffles `rows` in place (Fisher and Yates). The order is a function of seed, purpose and index alone.
 *
 * A place below `n` is drawn as floor(word · n / 2³²): its bias is below n / 2³², a millionth for 4,000 rows and a
 * thousandth for 4 million.
 */
export function shuffleRows(rows: Int32Array, seed: number, purpose: Purpose, index: number = 0): void {
  const [key0, key1] = keyFor(seed, purpose, index);
  for (let last = rows.length - 1; last > 0; last--) {
    const word = threefry2x32(key0, key1, last, 0)[0] >>> 0;
    const place = Math.floor((word * (last + 1)) / 2 ** 32);
    const moved = rows[place];
    rows[place] = rows[last];
    rows[last] = moved;
  }
}

/** 0, 1, 2 … count − 1. */
export const rowNumbers = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
