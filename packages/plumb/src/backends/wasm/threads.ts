/**
 * How the threads of a program find each other: a control block in the shared memory, the barrier that programs call,
 * and the two functions between programs, `rest` of those who wait for work and `call` of the one who has some.
 *
 * Whoever waits looks again and again for some microseconds, which is how long the others usually take, and then sleeps
 * until it is woken: a core that others want is not worn out with waiting. Who sleeps says so before it does, and looks
 * once more, so that nobody has to be woken where nobody sleeps.
 */
import { ModuleBuilder, type FuncRef, type FunctionBuilder } from "./encoder.ts";

/**
 * Words of the control block, by their offset in bytes. Those that different threads write lie on lines of the cache of
 * their own. The first line is the job, written by the caller while all workers rest.
 */
export const control = {
  /** Counts jobs: who finds it changed has one. */
  job: 0,
  /** One of `jobs`. */
  kind: 4,
  /** Which program: a small number that is used again, and one that is not. */
  slot: 8,
  serial: 12,
  /** Of a program to learn: where its module lies. Of one to run: its static block. */
  address: 16,
  bytes: 20,
  /** Threads, the caller among them. */
  threads: 24,
  /** Workers that sleep until there is a job. */
  resting: 64,
  /** Threads that have come to the barrier; how often all have; and those that sleep before it. */
  arrived: 128,
  meeting: 192,
  waiting: 256,
  /** Workers that have done what they were last told, but for running: that ends at a barrier. */
  done: 320,
  /** Workers that met an error. */
  failed: 384,
  size: 448,
} as const;

export const jobs = { learn: 1, run: 2, leave: 3 } as const;

/**
 * Looks at a word before a thread sleeps: some 80 µs at a barrier, and 60 between runs. Waking takes about as long, and a
 * thread that is woken late lets the one who woke it fall asleep before the next barrier.
 */
const looks = { meet: 40_000, rest: 30_000 };
/** Nanoseconds after which a sleeper at a barrier looks whether the others are still well. */
const doubt = 1_000_000_000;

/** Looks up to `times` at a word; `changed` says whether it is as wanted, and `then` runs where it is. */
function look(f: FunctionBuilder, times: number, changed: () => void, then: () => void): void {
  const left = f.local("i32");
  f.i32(times).set(left);
  f.loop((again) => {
    changed();
    f.if(then);
    f.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
  });
  f.release(left);
}

/**
 * `meet(team, counters, count)`: returns when all threads have called it. Before it lets them go on, the last one sets
 * the counters that they took their work from back to 0.
 */
export function writeMeet(module: ModuleBuilder): FuncRef {
  const [team, counters, count] = [0, 1, 2];
  return module.func(
    ["i32", "i32", "i32"],
    [],
    (f) => {
      const meeting = f.local("i32");
      const isOver = (): void =>
        void f.get(team).load("i32.atomic.load", control.meeting).get(meeting).op("i32.ne");
      f.get(team).load("i32.atomic.load", control.meeting).set(meeting);
      f.get(team).i32(1).load("i32.atomic.rmw.add", control.arrived);
      f.get(team).load("i32.load", control.threads).i32(1).op("i32.sub").op("i32.eq");
      f.if(() => {
        f.get(team).i32(0).store("i32.atomic.store", control.arrived);
        f.get(count);
        f.if(() =>
          f.loop((again) => {
            f.get(counters).i32(0).store("i32.atomic.store");
            f.get(counters).i32(4).op("i32.add").set(counters);
            f.get(count).i32(1).op("i32.sub").tee(count).brIf(again);
          }),
        );
        f.get(team).i32(1).load("i32.atomic.rmw.add", control.meeting).op("drop");
        f.get(team).load("i32.atomic.load", control.waiting);
        f.if(() => {
          f.get(team).i32(-1).load("memory.atomic.notify", control.meeting).op("drop");
        });
        f.op("return");
      });
      look(f, looks.meet, isOver, () => f.op("return"));
      f.loop((again) => {
        f.get(team).i32(1).load("i32.atomic.rmw.add", control.waiting).op("drop");
        f.get(team).get(meeting).i64(doubt).load("memory.atomic.wait32", control.meeting).op("drop");
        f.get(team).i32(1).load("i32.atomic.rmw.sub", control.waiting).op("drop");
        f.get(team).load("i32.atomic.load", control.failed);
        f.if(() => f.op("unreachable"));
        isOver();
        f.op("i32.eqz").brIf(again);
      });
    },
    "meet",
  );
}

/** The module of `rest(team, seen)`, which returns the number of the next job, and of `call(team)`, which begins one. */
export function restModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory("engine", "memory", { initial: 1, maximum: 65_536, shared: true });
  const [team, seen] = [0, 1];
  const rest = module.func(["i32", "i32"], ["i32"], (f) => {
    const job = f.local("i32");
    const isNew = (): void =>
      void f.get(team).load("i32.atomic.load", control.job).tee(job).get(seen).op("i32.ne");
    look(f, looks.rest, isNew, () => f.get(job).op("return"));
    f.loop((again) => {
      f.get(team).i32(1).load("i32.atomic.rmw.add", control.resting).op("drop");
      f.get(team).get(seen).i64(-1).load("memory.atomic.wait32", control.job).op("drop");
      f.get(team).i32(1).load("i32.atomic.rmw.sub", control.resting).op("drop");
      isNew();
      f.op("i32.eqz").brIf(again);
    });
    f.get(job);
  });
  const call = module.func(["i32"], [], (f) => {
    f.get(team).i32(1).load("i32.atomic.rmw.add", control.job).op("drop");
    f.get(team).load("i32.atomic.load", control.resting);
    f.if(() => {
      f.get(team).i32(-1).load("memory.atomic.notify", control.job).op("drop");
    });
  });
  module.exportFunction("rest", rest);
  module.exportFunction("call", call);
  return module.toBytes();
}
