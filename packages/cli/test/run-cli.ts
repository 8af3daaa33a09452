/** Runs `plumb` in this process, its streams caught: tests need no build. */
import { Writable } from "node:stream";
import { main, type Io } from "../src/main.ts";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal;
  readonly threads?: string;
  readonly turbo?: Io["turbo"];
  /** Told of each piece that is written to the error stream, as it is written. */
  readonly onStderr?: (text: string) => void;
}

export async function plumb(
  args: readonly string[],
  { cwd, signal, threads, turbo, onStderr }: RunOptions,
): Promise<Outcome> {
  const caught = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof caught): Writable =>
    new Writable({
      write(piece, _, done) {
        caught[name] += String(piece);
        if (name === "stderr") onStderr?.(String(piece));
        done();
      },
    });
  const code = await main(args, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    cwd,
    signal,
    threads,
    turbo,
  });
  return { code, ...caught };
}

/** Pseudo-random numbers in [0, 1) that are the same everywhere (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A table of flowers: two numbers with gaps, a colour, a constant, and the kind, which the first three tell. */
export function flowers(rows: number, seed = 1): string {
  const next = numbers(seed);
  const kinds = ["rose", "iris", "lily"];
  const lines = Array.from({ length: rows }, (_, i) => {
    const kind = i % 3;
    const length = (kind * 3 + next()).toFixed(3);
    const width = next() < 0.1 ? "" : (5 - kind + next()).toFixed(3);
    return `${length},${width},${next() < 0.5 ? "red" : "blue"},7,${kinds[kind]}`;
  });
  return `length,width,colour,planet,kind\n${lines.join("\n")}\n`;
}

/** A table whose price is 1000 + 300 · size + 50 for a garden, with a little noise. */
export function houses(rows: number, seed = 1): string {
  const next = numbers(seed);
  const lines = Array.from({ length: rows }, () => {
    const [size, garden] = [next() * 4, next() < 0.5];
    return `${size.toFixed(4)},${garden},${(1000 + 300 * size + (garden ? 50 : 0) + next()).toFixed(2)}`;
  });
  return `size,garden,price\n${lines.join("\n")}\n`;
}
