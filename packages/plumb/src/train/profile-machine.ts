/** How fast this machine computes and moves memory with this engine, found by trying: what a profile compares with. */
import { tileTrial, vectorBits, type TileTrial } from "../backends/wasm/tile-trial.ts";
import {
  currentBackend,
  engineStats,
  engineTurn,
  macrotask,
  now,
  ones,
  setThreads,
  trace,
  Variable,
  zeros,
} from "../tensor/index.ts";

/** A speed on the caller's thread, and on all. */
export interface Speed {
  readonly oneThread: number;
  readonly allThreads: number;
}

/** What a machine reaches. */
export interface MachineSpeed {
  readonly threads: number;
  /** A multiplication and an addition round once. */
  readonly fused: boolean;
  /** Bits of a vector in matrix products, as a trial found them: 256 where `plumb-ml/turbo` made pairs of two. */
  readonly width: 128 | 256;
  /** The shape of tiles in which products are computed, since it is the fastest here: `narrow`, `tall`, `wide` or `large`. */
  readonly tile: TileTrial["tile"];
  /** Matrix products, in billions of operations per second: a multiplication and an addition are two. */
  readonly gigaflops: Speed;
  /** Chains of multiplications and additions on arrays that a core's own cache holds, each operation counted as one. */
  readonly elementwise: Speed;
  /**
   * Memory, in billions of bytes per second, those read and those written together: an array of so many bytes is read,
   * changed and written back. Small ones stay in the caches. In the order of their sizes.
   */
  readonly bandwidth: readonly (Speed & { readonly bytes: number })[];
}

/** Rows and columns of products; the better of both counts. */
const productSizes = [256, 512];
/** Elements, and multiplications and additions for each. */
const chain = { elements: 2 ** 16, length: 32 };
/** Bytes of arrays: one that a core's own cache holds, one for the cache that cores share, one for the memory. */
const sizes = [2 ** 20, 2 ** 23, 2 ** 26];
/** Milliseconds between two turns of the event loop. */
const slice = 15;
/** Milliseconds that each is tried for. */
const patience = 60;
/** The same for what runs on several threads: workers may have to start. */
const longPatience = 250;

/** What was measured, for a number of threads and a trial of tiles: turbo makes a new trial, and other speeds. */
const known = new Map<number, { readonly trial: TileTrial; readonly speed: Promise<MachineSpeed> }>();

/**
 * Measures how fast matrix products run here and how fast memory is, on one thread and on all: the best of many tries,
 * in about a second. What was measured is kept: for a number of threads it is done once in a process, and once more after
 * `plumb-ml/turbo` was imported.
 *
 * @example
 * const { gigaflops, bandwidth } = await machineSpeed();
 * gigaflops.oneThread > 0; // true
 */
export function machineSpeed(): Promise<MachineSpeed> {
  const { threads } = engineStats();
  const trial = tileTrial();
  const before = known.get(threads);
  if (before?.trial === trial) return before.speed;
  const found = { trial, speed: measure(threads, trial) };
  known.set(threads, found);
  // What failed says nothing of the machine, and is tried again.
  found.speed.catch(() => known.get(threads) === found && known.delete(threads));
  return found.speed;
}

async function measure(threads: number, trial: TileTrial): Promise<MachineSpeed> {
  const alone = await onThreads(1);
  let together = threads === 1 ? alone : await onThreads(threads);
  // Workers that start slowly join late: where all are no faster than one, they may not have been there.
  for (let again = 0; again < 2 && threads > 1 && together.gigaflops < 1.2 * alone.gigaflops; again++)
    together = await onThreads(threads);
  return {
    threads,
    fused: trial.fused,
    width: vectorBits(trial),
    tile: trial.tile,
    gigaflops: { oneThread: alone.gigaflops, allThreads: together.gigaflops },
    elementwise: { oneThread: alone.elementwise, allThreads: together.elementwise },
    bandwidth: sizes.map((bytes, i) => ({
      bytes,
      oneThread: alone.bandwidth[i],
      allThreads: together.bandwidth[i],
    })),
  };
}

interface Found {
  gigaflops: number;
  elementwise: number;
  bandwidth: number[];
}

async function onThreads(count: number): Promise<Found> {
  const found: Found = { gigaflops: 0, elementwise: 0, bandwidth: [] };
  for (const size of productSizes) {
    const speed = (2 * size ** 3) / (await fastestProduct(count, size)) / 1e6;
    found.gigaflops = Math.max(found.gigaflops, speed);
  }
  found.elementwise = (chain.elements * chain.length) / (await fastestChain(count)) / 1e6;
  for (const bytes of sizes) found.bandwidth.push((2 * bytes) / (await fastestPass(count, bytes)) / 1e6);
  return found;
}

const variable = (shape: readonly number[], value = zeros(shape)): Variable =>
  new Variable(value, { name: "trial", trainable: false });

async function fastestProduct(threads: number, size: number): Promise<number> {
  const [a, b] = [variable([size, size], ones([size, size])), variable([size, size], ones([size, size]))];
  const result = variable([size, size]);
  return fastest(threads, [a, b, result], () => result.assign(a.matmul(b)));
}

async function fastestChain(threads: number): Promise<number> {
  const array = variable([chain.elements]);
  return fastest(threads, [array], () => {
    // To its fixed point 2: the numbers stay plain ones.
    let value = array.mul(0.5).add(1);
    for (let i = 2; i < chain.length; i += 2) value = value.mul(0.5).add(1);
    array.assign(value);
  });
}

async function fastestPass(threads: number, bytes: number): Promise<number> {
  const array = variable([bytes / 4]);
  return fastest(threads, [array], () => array.assign(array.add(1)));
}

/** Milliseconds of the fastest of many runs. The event loop turns in between; others may run programs there. */
async function fastest(threads: number, used: readonly Variable[], fn: () => void): Promise<number> {
  const program = await engineTurn(() => trace(fn, []));
  const most = threads === 1 ? patience : longPatience;
  let best = Infinity;
  try {
    await engineTurn(() => program.reserveAwaited());
    for (let spent = 0; spent < most;) {
      spent += await engineTurn(() => {
        const usual = currentBackend().threads;
        setThreads(threads);
        const start = now();
        try {
          for (let end = start; end - start < slice;) {
            const begin = end;
            program.run();
            end = now();
            best = Math.min(best, end - begin);
          }
          return now() - start;
        } finally {
          setThreads(usual);
        }
      });
      await macrotask();
    }
    return best;
  } finally {
    await engineTurn(() => {
      program.dispose();
      for (const one of used) one.dispose();
    });
  }
}
