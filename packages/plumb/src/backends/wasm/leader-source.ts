/**
 * What the worker runs that does the steps of a page, as text: see `worker-source.ts`. It is thread 0 of the team, and may
 * wait for the others. Unlike them it lives by messages: one brings a list of runs, and one goes back at its end.
 *
 * Where memory cannot be shared it has one of its own, with everything at the same addresses: blocks that changed on the
 * other side come with the list, and blocks that the runs assigned go back.
 */
import { control, jobs } from "./threads.ts";

/** What the leader is told when it starts: the memory, or that it is to make one. */
export interface LeaderStart {
  readonly memory: WebAssembly.Memory | undefined;
}

/** Bytes at an address, as pairs of an address and what lies there. */
export type Contents = readonly (readonly [address: number, bytes: Uint8Array<ArrayBuffer>])[];

/** Work for the leader. */
export interface Order {
  /** Modules of programs, by the numbers that scripts use. */
  readonly learn: readonly (readonly [number: number, module: Uint8Array<ArrayBuffer>])[];
  readonly forget: readonly number[];
  /** Bytes that the memory has. */
  readonly size: number;
  /** What changed here, where memory is not shared. */
  readonly contents: Contents;
  /** Runs, as `Script` writes them. */
  readonly script: Int32Array<ArrayBuffer>;
  /** The control block of the team; 0 where there is none. */
  readonly team: number;
  /** Addresses and lengths of what is wanted back. */
  readonly wanted: readonly (readonly [address: number, bytes: number])[];
}

/** What the leader says of an order at its end, and once it is there. */
export interface Report {
  /** The place of the first run of which a check failed; -1. */
  readonly failed: number;
  /** Milliseconds that each run took. */
  readonly times: Float64Array;
  /** Set where something else went wrong. */
  readonly error?: string;
}

/** What the leader posts: a piece of what is wanted back, or at last the report. */
export type LeaderMessage = Report | { readonly piece: Contents[number] };

/** Bytes that are brought at once, there or back: more would hold the event loop of the page up. */
export const pieceBytes = 8 * 2 ** 20;

/** Words of a run in a script before its pairs: see `Script`. */
export const scriptHead = 6;

const word = (name: keyof typeof control): number => control[name] / 4;

/** `lead({ memory }, post)` gives the function that does an order. */
export const leaderSource = `
function lead({ memory }, post) {
  const mine = memory === undefined;
  if (mine) memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const programs = new Map();
  let words = new Int32Array(memory.buffer);
  function fit(size) {
    const missing = size - memory.buffer.byteLength;
    memory.grow(mine && missing > 0 ? missing / 65536 : 0);
    if (words.buffer !== memory.buffer) words = new Int32Array(memory.buffer);
  }
  function together(run, address, team, slot, serial) {
    const at = team / 4;
    words[at + ${word("kind")}] = ${jobs.run};
    words[at + ${word("slot")}] = slot;
    words[at + ${word("serial")}] = serial;
    words[at + ${word("address")}] = address;
    Atomics.add(words, at + ${word("job")}, 1);
    if (Atomics.load(words, at + ${word("resting")}) > 0) Atomics.notify(words, at + ${word("job")});
    try {
      return run(address, 0, team);
    } catch (error) {
      Atomics.store(words, at + ${word("failed")}, 1);
      throw error;
    }
  }
  function follow({ learn, forget, size, contents, script, team, wanted }) {
    fit(size);
    for (const number of forget) programs.delete(number);
    for (const [number, module] of learn)
      programs.set(number, new WebAssembly.Instance(new WebAssembly.Module(module), { engine: { memory } }).exports.run);
    for (const [address, bytes] of contents) new Uint8Array(memory.buffer).set(bytes, address);
    const times = [];
    let failed = -1;
    for (let i = 0; i < script.length && failed < 0; ) {
      const run = programs.get(script[i]);
      const address = script[i + 1] >>> 0;
      const slot = script[i + 2];
      const serial = script[i + 3];
      const pairs = script[i + 4];
      const parts = script[i + 5];
      i += ${scriptHead};
      for (const end = i + 2 * pairs; i < end; i += 2) words[script[i]] = script[i + 1];
      for (let part = 0; part < parts; part++) {
        const start = i + 2;
        words.set(script.subarray(start, start + script[i + 1]), script[i]);
        i = start + script[i + 1];
      }
      const begin = performance.now();
      const check = serial === 0 ? run(address, 0, 0) : together(run, address, team, slot, serial);
      if (check >= 0) failed = times.length;
      times.push(performance.now() - begin);
    }
    const memoryBytes = new Uint8Array(memory.buffer);
    for (const [address, length] of wanted)
      for (let from = address; from < address + length; from += ${pieceBytes}) {
        const bytes = memoryBytes.slice(from, Math.min(from + ${pieceBytes}, address + length));
        post({ piece: [from, bytes] }, [bytes.buffer]);
      }
    return { failed, times: Float64Array.from(times) };
  }
  post({ failed: -1, times: new Float64Array(0) }, []);
  return (order) => {
    let report;
    try {
      report = follow(order);
    } catch (error) {
      report = { failed: -1, times: new Float64Array(0), error: String(error) };
    }
    post(report, []);
  };
}`;
