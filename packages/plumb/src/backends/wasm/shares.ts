/**
 * Writes the body of a `run(block, thread, team)`: who does what, and where threads wait for each other. Kernels that are
 * worth it are shared: each thread takes some units, does them, and takes the next, so that one whose core is busy with
 * something else holds up nobody. The others are left to thread 0, and need no barriers between them.
 *
 * `team` is the address of the control block, and 0 where one thread runs alone: then it does everything, and meets nobody.
 */
import type { FunctionBuilder } from "./encoder.ts";
import type { ModuleContext, WrittenKernel } from "./kernel-function.ts";

/** The parameters of `run`. */
export const runParameters = { block: 0, thread: 1, team: 2 } as const;
const { block, thread, team } = runParameters;

/** Nanoseconds of work from which a kernel is shared, and that a thread takes at a time. */
const leastShared = 6_000;
const takenAtOnce = 10_000;
/** Nanoseconds of one call by a thread alone: V8 takes up the code that it has optimised meanwhile when a function is called. */
const calledAtOnce = 100_000;

/** A kernel, or a phase of one, and how it is done. */
export interface Phase extends WrittenKernel {
  /** Nanoseconds on one thread, roughly. */
  readonly work: number;
  /** Where units are counted as they are taken, if the threads share them. */
  readonly counter: number | undefined;
  /** Where the clock writes what it takes, in a program that is profiled. */
  readonly lap?: number;
}

/** Decides how a kernel is done. */
export function phaseOf(context: ModuleContext, kernel: WrittenKernel, work: number): Phase {
  const { features, block, shareAll } = context;
  const isShared = features.shared && kernel.units > 1 && (shareAll || work >= leastShared);
  return { ...kernel, work, counter: isShared ? block.addCounter() : undefined };
}

export class RunWriter {
  private readonly f: FunctionBuilder;
  private readonly context: ModuleContext;
  /** What has come since the last barrier and is not written yet. */
  private readonly level: Phase[] = [];
  /** What stands before and after here must not overlap. */
  private wanted = false;
  /** Since the last meeting: some thread did something, and threads other than the first did. */
  private busy = false;
  private together = false;
  /** Counters that were used since the last meeting. */
  private used: { first: number; last: number } | undefined;
  /** The point of the clock to which waiting belongs. */
  private waiting: number | undefined;

  constructor(f: FunctionBuilder, context: ModuleContext) {
    this.f = f;
    this.context = context;
  }

  /** All threads have finished what stands before when any begins with what comes after. */
  barrier(): void {
    this.write();
    this.wanted = true;
  }

  /** A kernel, or a phase of one. */
  phase(phase: Phase): void {
    this.level.push(phase);
  }

  /** Writes what stands between two barriers: first what thread 0 does alone, last what falls into the smallest units. */
  private write(): void {
    const unitOf = ({ work, units }: Phase): number => work / units;
    const level = this.level.splice(0).sort((a, b) => unitOf(b) - unitOf(a));
    for (const phase of level) if (phase.counter === undefined) this.byFirst(() => this.call(phase));
    for (const phase of level) if (phase.counter !== undefined) this.shared(phase, phase.counter);
    const { lap } = level.at(-1) ?? {};
    if (lap !== undefined) this.waiting = lap + 1;
  }

  /** Something that thread 0 does. */
  alone(body: () => void): void {
    this.write();
    this.byFirst(body);
  }

  private byFirst(body: () => void): void {
    const { f } = this;
    if (this.wanted && this.together) this.meet();
    this.busy = true;
    if (!this.context.features.shared) return body();
    f.get(thread).op("i32.eqz").if(body);
  }

  /** Something that all threads run, and that ends with all of them meeting. */
  meetingAtEnd(body: () => void): void {
    this.write();
    if (this.wanted) this.meet();
    body();
    this.clear();
  }

  /** Ends the run with `check` where `flag` pushes 0. */
  guard(flag: () => void, check: number): void {
    const { f } = this;
    this.write();
    if (this.wanted) this.meet();
    flag();
    f.op("i32.eqz");
    // The others are still to read the flag, and the caller may write over it.
    f.if(() => {
      this.writeMeeting(0, 0);
      f.i32(check).op("return");
    });
    this.busy = true;
    this.together = true;
  }

  /** All have finished when anyone returns. */
  end(): void {
    this.write();
    if (this.busy || this.used !== undefined) this.meet();
  }

  /** All units of a phase. */
  private call(phase: Phase): void {
    const { f } = this;
    const { units, work } = phase;
    const step = Math.max(1, Math.ceil((calledAtOnce * units) / work));
    if (step >= units) return this.callUnits(phase, () => f.i32(0).i32(units));
    const [begin, end] = [f.local("i32"), f.local("i32")];
    f.i32(0).set(begin);
    f.loop((again) => {
      this.endAfter(begin, step, units, end);
      this.callUnits(phase, () => f.get(begin).get(end));
      f.get(end).tee(begin).i32(units).op("i32.lt_u").brIf(again);
    });
    f.release(begin).release(end);
  }

  /** The units from the first to before the second number that `range` pushes. */
  private callUnits({ func, buffers, lap }: Phase, range: () => void): void {
    this.f.get(block);
    range();
    for (const buffer of buffers) this.context.block.pushAddress(this.f, this.context.buffers[buffer]);
    this.f.call(func);
    this.lap(lap);
  }

  /** `end = min(begin + step, units)`. */
  private endAfter(begin: number, step: number, units: number, end: number): void {
    const { f } = this;
    f.get(begin).i32(step).op("i32.add").tee(end).i32(units);
    f.get(end).i32(units).op("i32.lt_u").op("select").set(end);
  }

  /** Reads the clock, if there is one. */
  private lap(point: number | undefined): void {
    if (point !== undefined) this.context.laps?.write(this.f, thread, point);
  }

  private shared(phase: Phase, counter: number): void {
    const { f } = this;
    const { units, work, seats } = phase;
    if (this.wanted) this.meet();
    this.busy = true;
    this.together = true;
    this.used = {
      first: Math.min(this.used?.first ?? counter, counter),
      last: Math.max(this.used?.last ?? counter, counter),
    };
    const most = Math.ceil(units / 8);
    const step = Math.max(1, Math.min(most, Math.floor((takenAtOnce * units) / work)));
    const takeAll = (): void => {
      const [begin, end] = [f.local("i32"), f.local("i32")];
      f.block((done) =>
        f.loop((again) => {
          f.get(block).i32(step).load("i32.atomic.rmw.add", this.context.block.counterAt(counter));
          f.tee(begin).i32(units).op("i32.ge_u").brIf(done);
          this.endAfter(begin, step, units, end);
          this.callUnits(phase, () => f.get(begin).get(end));
          f.br(again);
        }),
      );
      f.release(begin).release(end);
    };
    const takePart = (): void => {
      if (seats === undefined) return takeAll();
      f.get(thread).i32(seats).op("i32.lt_u").if(takeAll);
    };
    f.get(team).op("i32.eqz");
    f.if(() => this.call(phase), takePart);
  }

  private meet(): void {
    const { first, last } = this.used ?? { first: 0, last: -1 };
    this.writeMeeting(first, last - first + 1);
    this.used = undefined;
    this.clear();
  }

  private clear(): void {
    this.wanted = false;
    this.busy = false;
    this.together = false;
  }

  private writeMeeting(first: number, count: number): void {
    const { f, context } = this;
    if (context.meet === undefined) return;
    const { meet } = context;
    f.get(team).if(() => {
      f.get(team).get(block).i32(context.block.counterAt(first)).op("i32.add").i32(count).call(meet);
      this.lap(this.waiting);
    });
  }
}
