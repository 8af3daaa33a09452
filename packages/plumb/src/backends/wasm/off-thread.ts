/**
 * Runs on workers while the caller's event loop turns, for the main thread of a page, which must not wait. Steps are
 * recorded as words; the leader, a worker, does them one after the other and reports. Where the page is cross-origin
 * isolated, memory is shared and the leader is thread 0 of a team. Elsewhere the leader is alone and has a memory of its
 * own: blocks that changed here go over with the next order, and what its runs assigned comes back.
 */
import { PlumbError } from "../../base/errors.ts";
import type { Block, OffThread, OffThreadState, Recording, Submitted } from "../backend.ts";
import { pieceBytes, type Contents, type Order, type Report } from "./leader-source.ts";
import type { EngineMemory } from "./memory.ts";
import type { Pace } from "./pace.ts";
import type { Known } from "./pool.ts";
import { Script } from "./script.ts";
import { startLeader, type Leader } from "./workers.ts";

/** A program as it is recorded. */
export interface RecordedProgram {
  readonly module: Uint8Array<ArrayBuffer>;
  /** Its static block. */
  readonly block: Block;
}

/** An order that only brings contents. */
const delivery = (size: number, contents: Contents): Order => ({
  learn: [],
  forget: [],
  size,
  contents,
  script: new Int32Array(0),
  team: 0,
  wanted: [],
});

export class OffThreadRuns implements OffThread {
  state: OffThreadState = "unused";
  readonly #memory: EngineMemory;
  readonly #shared: boolean;
  readonly #refused: () => void;
  #leader: Leader | undefined;
  #begun: Promise<void> | undefined;
  /** Awaits the leader's next report. */
  #reported: { resolve(report: Report): void; reject(error: unknown): void } | undefined;
  #present: WasmRecording | undefined;
  /** What was asked for in the meantime and would disturb the runs. */
  readonly #postponed: (() => void)[] = [];
  readonly #numbers = new Map<RecordedProgram, number>();
  #programs = 0;
  #forgotten: number[] = [];
  /** Where memory is not shared: what changed here since the leader last saw it. */
  readonly #changed = new Map<number, Block>();

  /** `refused` is called when it turns out that there are no workers, or none any more. */
  constructor(memory: EngineMemory, shared: boolean, refused: () => void) {
    this.#memory = memory;
    this.#shared = shared;
    this.#refused = refused;
  }

  ready(): Promise<void> {
    return (this.#begun ??= new Promise<void>((resolve) => {
      this.state = "starting";
      const settle = (came: boolean): void => {
        if (came) this.state = "working";
        else this.#refuse();
        resolve();
      };
      const memory = this.#shared ? this.#memory.memory : undefined;
      this.#leader = startLeader(
        { memory },
        {
          posted: (message) => {
            if (this.state === "starting") settle(true);
            else if ("piece" in message) this.#bytes.set(message.piece[1], message.piece[0]);
            else this.#reported?.resolve(message);
          },
          failed: (error) => (this.state === "starting" ? settle(false) : this.#reported?.reject(error)),
        },
      );
      if (this.#leader === undefined) settle(false);
    }));
  }

  record(): WasmRecording | undefined {
    if (this.state !== "working") return undefined;
    this.requireIdle("recording runs");
    return (this.#present = new WasmRecording(this));
  }

  /** Throws PL7003 while runs are recorded or under way. */
  requireIdle(asked: string): void {
    if (this.#present === undefined || this.#present.length === 0) return;
    throw new PlumbError("PL7003", {
      asked,
      why: "workers are in the middle of steps that fit, evaluate, predict or data() began, and values change under the page's feet",
      fix: "await x.data() in place of x.dataSync(), and await model.predict(x): they take their turn between two steps; or read in a callback of fit",
    });
  }

  /** Does something that would disturb runs under way, now or when they have come to their end. */
  whenIdle(task: () => void): void {
    if (this.#present === undefined) task();
    else this.#postponed.push(task);
  }

  /** Tells that a block was written here. */
  changed(block: Block): void {
    if (!this.#shared) this.#changed.set(block.address, block);
  }

  /** Tells that a program is given up. */
  forget(program: RecordedProgram): void {
    const number = this.#numbers.get(program);
    if (number === undefined) return;
    this.#numbers.delete(program);
    this.#forgotten.push(number);
  }

  /** The number of a program, and whether the leader has yet to learn it. */
  numberOf(program: RecordedProgram): { readonly number: number; readonly isNew: boolean } {
    const known = this.#numbers.get(program);
    if (known !== undefined) return { number: known, isNew: false };
    const number = this.#programs++;
    this.#numbers.set(program, number);
    if (!this.#shared) this.#changed.set(program.block.address, program.block);
    return { number, isNew: true };
  }

  /** Does what was recorded: `touched` is what it reads or writes, and `wanted` what is to come back. Errors: PL7004. */
  async carryOut(
    { learn, script, team }: Pick<Order, "learn" | "script" | "team">,
    touched: Iterable<Block>,
    wanted: readonly Block[],
  ): Promise<Report> {
    const forget = this.#forgotten;
    this.#forgotten = [];
    const size = this.#memory.memory.buffer.byteLength;
    let contents: (readonly [number, Uint8Array<ArrayBuffer>])[] = [];
    let bytes = 0;
    for (const { address, bytes: length } of this.#changedAmong(touched)) {
      for (let from = 0; from < length; from += pieceBytes) {
        const to = Math.min(length, from + pieceBytes);
        if (bytes + to - from > pieceBytes) {
          await this.#send(delivery(size, contents));
          [contents, bytes] = [[], 0];
        }
        contents.push([
          address + from,
          new Uint8Array(this.#memory.memory.buffer).slice(address + from, address + to),
        ]);
        bytes += to - from;
      }
    }
    const back = this.#shared ? [] : wanted.map((block) => [block.address, block.bytes] as const);
    return this.#send({ learn, forget, size, contents, script, team, wanted: back });
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#memory.memory.buffer);
  }

  /** A recording has come to its end. */
  landed(): void {
    this.#present = undefined;
    for (const task of this.#postponed.splice(0)) task();
  }

  #changedAmong(touched: Iterable<Block>): Block[] {
    return [...touched].filter(({ address }) => this.#changed.delete(address));
  }

  async #send(order: Order): Promise<Report> {
    const report = await new Promise<Report>((resolve, reject) => {
      this.#reported = { resolve, reject };
      const moved = [order.script.buffer, ...order.contents.map(([, bytes]) => bytes.buffer)];
      this.#leader?.post(order, moved);
    }).catch((error: unknown) => ({ error: String(error) }) as Report);
    if (report.error === undefined) return report;
    this.#refuse();
    throw new PlumbError("PL7004", {
      asked: "steps on a worker",
      arrived: report.error,
      why: "the worker met something that no step should meet, memory running out for one; steps may have been left half done",
      fix: "build the model anew and train it again, in a page with less in memory or with a smaller batch; runs are in place from now on",
    });
  }

  #refuse(): void {
    this.state = "refused";
    this.#leader?.stop();
    this.#leader = undefined;
    this.#refused();
  }
}

export class WasmRecording implements Recording {
  length = 0;
  readonly #runs: OffThreadRuns;
  readonly #script = new Script();
  readonly #learn: (readonly [number, Uint8Array<ArrayBuffer>])[] = [];
  /** Of each run, who wants to know how long it took. */
  readonly #paces: (Pace | undefined)[] = [];
  /** What the runs read or write, and what is wanted back, by address. */
  readonly #touched = new Map<number, Block>();
  readonly #wanted = new Map<number, Block>();
  /** The control block of the team, once a run is for it. */
  team = 0;

  constructor(runs: OffThreadRuns) {
    this.#runs = runs;
  }

  /** Begins a run: by the team if it is `known` there. What is put into memory before it is written to the script. */
  begin(program: RecordedProgram, known: Known | undefined, pace: Pace | undefined): Script {
    const { number, isNew } = this.#runs.numberOf(program);
    if (isNew) this.#learn.push([number, program.module]);
    this.#paces.push(pace);
    this.length++;
    this.touch(program.block);
    this.#script.begin(number, program.block.address, known);
    return this.#script;
  }

  /** Tells of a block that the run reads or writes. */
  touch(block: Block): void {
    this.#touched.set(block.address, block);
  }

  /** Tells of a block that the run writes, and that may be read when all runs are over. */
  want(block: Block): void {
    this.#wanted.set(block.address, block);
  }

  async submit(): Promise<Submitted> {
    try {
      if (this.length === 0) return { failed: -1, milliseconds: 0 };
      const { failed, times } = await this.#runs.carryOut(
        { learn: this.#learn, script: this.#script.take(), team: this.team },
        this.#touched.values(),
        [...this.#wanted.values()],
      );
      // What a program chose for all its runs here counts as one choice.
      for (const pace of new Set(this.#paces)) {
        const ofIt = times.filter((_, i) => this.#paces[i] === pace);
        if (ofIt.length > 0) pace?.took(ofIt.reduce((sum, time) => sum + time) / ofIt.length);
      }
      return { failed, milliseconds: times.reduce((sum, time) => sum + time) };
    } finally {
      this.#runs.landed();
    }
  }
}
