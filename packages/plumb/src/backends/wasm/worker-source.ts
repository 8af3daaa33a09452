/**
 * What a worker runs, as text: it is loaded from a string, so that the library stays one file that any bundler may move.
 * It rests until there is a job, does it, and rests again; it never returns to its event loop, and needs no messages. The
 * modules of programs are read from the shared memory: engines know a module by its bytes and do not compile it twice.
 */
import { control, jobs } from "./threads.ts";

/** What a worker is told when it starts. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** The module of `rest`. */
  readonly rest: Uint8Array<ArrayBuffer>;
  /** The address of the control block. */
  readonly team: number;
  /** Which thread it is; the caller is 0. */
  readonly thread: number;
  /** The number of jobs there were before it. */
  readonly seen: number;
}

const word = (name: keyof typeof control): number => control[name] / 4;

/** A function of a `WorkerStart`. `grow(0)` makes a worker see how large the memory has become. */
export const workerSource = `
function work({ memory, rest, team, thread, seen }) {
  const now = () => performance.now();
  const words = new Int32Array(memory.buffer, team, ${control.size / 4});
  const instantiate = (bytes) =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { memory, now } }).exports;
  const done = () => {
    Atomics.add(words, ${word("done")}, 1);
    Atomics.notify(words, ${word("done")});
  };
  const programs = [];
  try {
    const next = instantiate(rest).rest;
    done();
    for (;;) {
      seen = next(team, seen);
      const slot = words[${word("slot")}];
      const serial = words[${word("serial")}];
      const address = words[${word("address")}] >>> 0;
      switch (words[${word("kind")}]) {
        case ${jobs.learn}: {
          memory.grow(0);
          const bytes = new Uint8Array(memory.buffer, address, words[${word("bytes")}]).slice();
          programs[slot] = { serial, run: instantiate(bytes).run };
          done();
          break;
        }
        case ${jobs.run}:
          if (programs[slot].serial !== serial) throw new Error("this program was not learned");
          programs[slot].run(address, thread, team);
          break;
        case ${jobs.leave}:
          return;
      }
    }
  } catch (error) {
    Atomics.store(words, ${word("failed")}, 1);
    done();
    throw error;
  }
}`;
