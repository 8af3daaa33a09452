/** Programs of the Wasm backend: how a run is fed, done in place or written down, and read. */
import { bytesOf, hostArray, type DType, type HostArray } from "../../base/dtype.ts";
import type { Buffer, Program } from "../../compile/kernel.ts";
import type { Block, Executable, Input, KernelFacts, Lap, Recording, TimedExecutable } from "../backend.ts";
import { WasmRecording } from "./off-thread.ts";
import { Pace } from "./pace.ts";
import { lapCost, type LapTable } from "./profile-laps.ts";
import type { WrittenProgram } from "./program.ts";
import type { WasmBackend } from "./wasm-backend.ts";

type Run = (block: number, thread: number, team: number) => number;

const now = (): number => performance.now();

/** A program of the Wasm backend: its static block, its module, and how a run is fed. */
export class WasmExecutable implements Executable {
  readonly bytes: number;
  private readonly backend: WasmBackend;
  private readonly program: Program;
  readonly block: Block;
  private compiled: Run | undefined;
  private readonly shared: number;
  private readonly pace = new Pace();
  /** The bytes of the module, for the workers. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** Copied-in inputs, and where residents and targets are looked up in the static block. */
  private readonly copied: readonly {
    readonly slot: number;
    readonly offset: number;
    readonly dtype: DType;
  }[];
  private readonly bound: readonly {
    readonly word: number;
    readonly slot: number;
    readonly assigned: boolean;
  }[];
  private readonly assigned: Block[] = [];

  constructor(backend: WasmBackend, program: Program, written: WrittenProgram) {
    this.backend = backend;
    this.program = program;
    this.shared = written.shared;
    this.module = written.bytes;
    // Where workers run programs, this thread may never need its own.
    if (backend.offThread === undefined) this.compiled = this.instantiate();
    this.block = backend.allocate(written.block.bytes);
    this.bytes = written.block.bytes + written.bytes.length;
    new Uint8Array(backend.memory.memory.buffer).set(written.block.contents(), this.block.address);
    this.copied = program.buffers.flatMap(({ place, dtype }) =>
      place.kind === "input" ? [{ slot: place.slot, offset: place.offset, dtype }] : [],
    );
    this.bound = program.buffers.flatMap((buffer): { word: number; slot: number; assigned: boolean }[] => {
      const word = written.block.slotOf(buffer) / 4;
      if (buffer.place.kind === "resident") return [{ word, slot: buffer.place.slot, assigned: false }];
      if (buffer.place.kind === "assigned") return [{ word, slot: buffer.place.index, assigned: true }];
      return [];
    });
  }

  private instantiate(): Run {
    const imports = { engine: { memory: this.backend.memory.memory, now } };
    return new WebAssembly.Instance(new WebAssembly.Module(this.module), imports).exports.run as Run;
  }

  private get start(): Run {
    return (this.compiled ??= this.instantiate());
  }

  get workBytes(): number {
    return this.program.arenaBytes;
  }

  reserve(): void {
    this.backend.arenaFor(this, this.program.arenaBytes);
  }

  run(inputs: readonly Input[], assigned: readonly Block[], recording?: Recording): number {
    const { backend, program, block } = this;
    if (recording instanceof WasmRecording) return this.record(recording, inputs, assigned);
    backend.offThread?.requireIdle("running a program");
    for (const target of assigned) backend.offThread?.changed(target);
    const arena = backend.arenaFor(this, program.arenaBytes);
    // Where the caller must not wait for others, it works alone.
    const pool = backend.offThread === undefined ? backend.poolFor(this, this.shared) : undefined;
    const { integers } = backend.memory;
    const table = block.address / 4;
    integers[table] = arena;
    for (const { word, slot, assigned: isTarget } of this.bound) {
      integers[table + word] = isTarget ? assigned[slot].address : (inputs[slot] as Block).address;
    }
    for (const { slot, offset, dtype } of this.copied) this.copyIn(arena + offset, inputs[slot], dtype);
    this.keepTargets(assigned);
    if (pool === undefined) return this.start(block.address, 0, 0);
    const runAll = (): number => pool.run(this, block.address, (team) => this.start(block.address, 0, team));
    if (backend.sharesAll) return runAll();
    const begin = performance.now();
    const failed = this.pace.next ? runAll() : this.start(block.address, 0, 0);
    this.pace.took(performance.now() - begin);
    return failed;
  }

  /** Writes a step down. */
  private record(recording: WasmRecording, inputs: readonly Input[], assigned: readonly Block[]): number {
    const { backend, program, block } = this;
    const arena = backend.arenaFor(this, program.arenaBytes);
    const pool = backend.poolFor(this, this.shared);
    const known =
      pool !== undefined && (backend.sharesAll || this.pace.next) ? pool.knownAs(this) : undefined;
    if (pool !== undefined) recording.team = pool.address;
    const script = recording.begin(this, known, pool && this.pace);
    const table = block.address / 4;
    script.put(table, arena);
    for (const { word, slot, assigned: isTarget } of this.bound) {
      const target = isTarget ? assigned[slot] : (inputs[slot] as Block);
      recording.touch(target);
      script.put(table + word, target.address);
    }
    for (const { slot, offset, dtype } of this.copied) {
      const input = inputs[slot];
      const data = typeof input === "number" ? hostArray(dtype, 1).fill(input) : hostOf(input);
      script.part((arena + offset) / 4, data);
    }
    for (const target of assigned) recording.want(target);
    this.keepTargets(assigned);
    for (const k of program.outputs) {
      const { length, dtype } = program.buffers[k];
      const address = this.addressOf(program.buffers[k]);
      recording.want({ address, bytes: length * bytesOf[dtype] });
    }
    return -1;
  }

  /** Where outputs that are assigned will be read. Makes no array: this is done at every step. */
  private keepTargets(assigned: readonly Block[]): void {
    for (let i = 0; i < assigned.length; i++) this.assigned[i] = assigned[i];
  }

  private copyIn(address: number, input: Input, dtype: DType): void {
    const { memory } = this.backend;
    if (typeof input !== "number") return this.backend.writeAt(address, hostOf(input), dtype);
    if (dtype === "float64") memory.float64s[address / 8] = input;
    else if (dtype === "float32") memory.floats[address / 4] = input;
    else memory.integers[address / 4] = dtype === "bool" ? -Number(input !== 0) : input;
  }

  output(k: number): HostArray {
    this.backend.offThread?.requireIdle("a result");
    const buffer = this.program.buffers[this.program.outputs[k]];
    return this.backend.readAt(this.addressOf(buffer), buffer.dtype, buffer.length);
  }

  dispose(): void {
    this.backend.forget(this);
    this.backend.free(this.block);
  }

  private addressOf({ place }: Buffer): number {
    switch (place.kind) {
      case "arena":
      case "input":
        if (!this.backend.ownsArena(this)) throw new Error("an output was read after another program ran");
        return this.backend.arenaFor(this, 0) + place.offset;
      case "assigned":
        return this.assigned[place.index].address;
      case "resident":
        throw new Error("a resident is no output: it is copied");
    }
  }
}

/** A program with a clock between its kernels. */
export class TimedWasmExecutable extends WasmExecutable implements TimedExecutable {
  readonly kernels: readonly KernelFacts[];
  readonly clock = lapCost();
  private readonly table: LapTable;

  constructor(backend: WasmBackend, program: Program, written: WrittenProgram, table: LapTable) {
    super(backend, program, written);
    this.table = table;
    this.kernels = table.kernels();
  }

  laps(): readonly Lap[] {
    return this.table.take();
  }

  override dispose(): void {
    super.dispose();
    this.table.dispose();
  }
}

function hostOf(input: Exclude<Input, number>): HostArray {
  if (ArrayBuffer.isView(input)) return input;
  throw new Error("a block was given where data is copied in");
}
