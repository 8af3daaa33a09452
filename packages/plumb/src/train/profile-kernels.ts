/** From laps to a profile: means that add up, speeds, and how near they are to what the machine can do. */
import type { KernelFacts, Lap, Span } from "../backends/backend.ts";
import type { MachineSpeed, Speed } from "./profile-machine.ts";
import type { Profile } from "./profile.ts";

/** One kernel of a step: a loop, or a nest of loops, that computes some ops at once. */
export interface KernelProfile {
  /** The ops that it was made for, the first of which founded it: `matmul+add`. Packing is a kernel of its own. */
  readonly name: string;
  /** All ops that it computes, each once. */
  readonly ops: readonly string[];
  /** Its loops; of a product batch, rows, columns, and products in a sum. */
  readonly extents: readonly number[];
  /**
   * What its results are for: the path of a layer (`encoder/dense`), `loss`, `optimizer`, `metrics` or `data`; `backward`
   * for gradients. A kernel that computes for several has several.
   */
  readonly parts: readonly { readonly name: string; readonly backward: boolean }[];
  /** How often it runs in a step. */
  readonly calls: number;
  /** Milliseconds of a step, the caller's wait for other threads after it included. */
  readonly milliseconds: number;
  /** The wait alone. */
  readonly waiting: number;
  /** Its share of the time of the step. */
  readonly share: number;
  /** Bytes of a step, each element counted once in a call. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly gigabytesPerSecond: number;
  /** Operations of a step: 2 for each multiply-add of a product, and for each element-wise op what it costs, 1 for an addition. */
  readonly operations: number;
  readonly gigaflops: number;
  /** What keeps it from being faster at best: its arithmetic, or what it reads and writes. */
  readonly bound: "arithmetic" | "memory";
  /** The time that it would take at the machine's best, as a share of the time that it takes. */
  readonly ofPeak: number;
  /** Threads that took part. */
  readonly threads: number;
}

/** What was measured: one entry for each step. */
export interface Steps {
  /** Milliseconds of steps as they are. */
  readonly plain: readonly number[];
  /** Milliseconds of steps with the clock, and what their kernels took. */
  readonly timed: readonly number[];
  readonly laps: readonly (readonly Lap[])[];
  /** Milliseconds that reading the clock takes at least. */
  readonly clock: number;
}

/** What follows from it. */
export type Measured = Omit<Profile, "model" | "rows" | "threads" | "machine" | "toString">;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The numbers of the values in the middle half, between the quartiles. */
function middleHalf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const cut = Math.floor(values.length / 4);
  return order.slice(cut, values.length - cut);
}

/**
 * What reading the clock takes among kernels, as a multiple of what it takes by itself, at most: it comes back to other
 * things in the caches than it left, and so do the kernels.
 */
const dearest = 5;

export function measured(facts: readonly KernelFacts[], steps: Steps, machine: MachineSpeed): Measured {
  const { plain, timed, laps } = steps;
  const middle = middleHalf(plain);
  const step = mean(middle.map((i) => plain[i]));
  const quartiles = [plain[middle[0]], plain[middle[middle.length - 1]]] as const;
  const chosen = middleHalf(timed);
  const meanOver = (of: (lap: Lap) => number): number =>
    mean(chosen.map((i) => laps[i].reduce((sum, lap) => sum + of(lap), 0)));
  const raw = mean(chosen.map((i) => timed[i]));
  const readings = meanOver(({ work, waiting }) => work.readings + waiting.readings);
  // What steps with it take longer, within what it may take.
  const reading = Math.min(
    dearest * steps.clock,
    Math.max(steps.clock, (raw - step) / Math.max(1, readings)),
  );
  const net = ({ milliseconds, readings: count }: Span): number =>
    Math.max(0, milliseconds - reading * count);
  const whole = raw - reading * readings;
  const kernels = facts.map((fact, k) => {
    const own = chosen.map((i) => laps[i][k]);
    const took = {
      work: mean(own.map(({ work }) => net(work))),
      waiting: mean(own.map(({ waiting }) => net(waiting))),
      threads: Math.round(mean(own.map(({ threads }) => threads))),
    };
    return kernelOf(fact, took, whole, machine);
  });
  const inKernels = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const most = Math.max(1, ...kernels.map(({ threads }) => threads));
  return {
    step,
    quartiles,
    timed: whole,
    clock: reading * readings,
    kernels: kernels.sort((a, b) => b.milliseconds - a.milliseconds),
    outside: whole - inKernels,
    waiting: kernels.reduce((sum, { waiting }) => sum + waiting, 0),
    busy: Math.min(1, meanOver(({ together }) => net(together)) / (inKernels * most)),
    notes: notesOn(step, quartiles, whole),
  };
}

/** Milliseconds of a kernel in a step, of the caller's thread. */
interface Took {
  readonly work: number;
  readonly waiting: number;
  readonly threads: number;
}

function kernelOf(
  { origins, calls, multiplyAdds, operations, bytesRead, bytesWritten, ...fact }: KernelFacts,
  { work, waiting, threads }: Took,
  step: number,
  machine: MachineSpeed,
): KernelProfile {
  const milliseconds = work + waiting;
  const products = (2 * multiplyAdds) / at(machine.gigaflops, threads, machine);
  const others = operations / at(machine.elementwise, threads, machine);
  const bytes = bytesRead + bytesWritten;
  const moving = bytes / bandwidthFor(bytes, threads, machine);
  const [arithmetic, memory] = [products + others, moving].map((nanoseconds) => (calls * nanoseconds) / 1e6);
  const perSecond = (amount: number): number =>
    milliseconds > 0 ? (calls * amount) / milliseconds / 1e6 : 0;
  return {
    ...fact,
    parts: origins,
    calls,
    milliseconds,
    waiting,
    share: milliseconds / step,
    bytesRead: calls * bytesRead,
    bytesWritten: calls * bytesWritten,
    gigabytesPerSecond: perSecond(bytes),
    operations: calls * (2 * multiplyAdds + operations),
    gigaflops: perSecond(2 * multiplyAdds + operations),
    bound: arithmetic >= memory ? "arithmetic" : "memory",
    ofPeak: milliseconds > 0 ? Math.max(arithmetic, memory) / milliseconds : 0,
    threads,
  };
}

/** A speed on so many threads: between one and all in proportion. */
const at = ({ oneThread, allThreads }: Speed, threads: number, machine: MachineSpeed): number =>
  machine.threads === 1
    ? oneThread
    : oneThread + ((allThreads - oneThread) * (Math.max(1, threads) - 1)) / (machine.threads - 1);

/** The speed of memory for a kernel that touches so many bytes: that of the smallest array that was tried and is as large. */
function bandwidthFor(bytes: number, threads: number, machine: MachineSpeed): number {
  const { bandwidth } = machine;
  const tried = bandwidth.find((one) => one.bytes >= bytes) ?? bandwidth[bandwidth.length - 1];
  return at(tried, threads, machine);
}

/** Shares of a step that the two ways of measuring it may be apart, beside what steps differ among themselves. */
const tolerance = 0.05;

function notesOn(step: number, [lower, upper]: readonly [number, number], timed: number): string[] {
  const notes: string[] = [];
  if (Math.abs(timed - step) > tolerance * step + (upper - lower) / 2)
    notes.push(
      `Steps took ${show(timed)} ms with the clock in them and ${show(step)} without: the times of kernels are as much ${
        timed > step ? "too long" : "too short"
      }`,
    );
  if (upper - lower > step / 4)
    notes.push(
      `Steps took from ${show(lower)} to ${show(upper)} ms in their middle half: something else keeps this machine busy`,
    );
  return notes;
}

const show = (milliseconds: number): string => milliseconds.toPrecision(3);
