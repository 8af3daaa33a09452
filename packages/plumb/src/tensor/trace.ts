/**
 * Tracing: a function of tensors is run once with arguments that have no values yet; what it records becomes one program,
 * which then runs as often as one likes without the function.
 */
import type { HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import type { Draw } from "../base/seed.ts";
import type { Block, Input, KernelFacts, Lap } from "../backends/backend.ts";
import type { Node, Spec } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { assign } from "../ops/effect.ts";
import { argument } from "../ops/source.ts";
import { withTrace, type TraceContext } from "./context.ts";
import type { Tenant } from "./outputs.ts";
import { isOffThread } from "./off-thread.ts";
import { beginRun } from "./places.ts";
import { programFor, type Program, type Runnable } from "./programs.ts";
import { advance, initialise, initialiseAwaited, knownValue, notReadable, observedValues } from "./run.ts";
import { Storage, storageOf } from "./storage.ts";
import { layOut, withLeaves, type Layout } from "./structure.ts";
import { dataNode, Tensor } from "./tensor.ts";
import { TimedProgram } from "./timed-program.ts";
import { leavesOf, replaceLeaves } from "./trees.ts";

/** A value for an argument of a traced function: a host array of its dtype, or a number for a scalar. */
export type Argument = HostArray | number;

/** A traced function: one program, which all functions of the same structure share. */
export interface Traced<R> {
  /**
   * One step. Variables that the function assigns have their new values afterwards, and outputs can be read. Throws what
   * a failed check explains; then nothing was written.
   */
  run(...args: readonly Argument[]): void;
  /** What the function returned, with fresh tensors that hold the values of the last run. */
  result(): R;
  /** A fresh copy of the k-th tensor, in the order in which they stand in what the function returned. */
  output(k: number): HostArray;
  /** Compiles now, rather than at the first run. */
  prepare(): void;
  /**
   * Compiles, and takes all memory that a run needs: variables, what it reads, intermediate values. After it no run fails
   * for lack of memory. Errors: PL7001 when the host does not give that much.
   */
  reserve(): void;
  /** The same for who awaits it, in the engine's turn: in a page the event loop turns in between. */
  reserveAwaited(): Promise<void>;
  /** Bytes of intermediate values that a run needs beside variables and what else it reads. Compiles. */
  readonly workBytes: number;
  /**
   * Gives back what is this function's own: tensors from outside, and outputs. The program stays for others of its
   * structure, within the engine's bound.
   */
  dispose(): void;
  /** The function to be tried: as often as one likes, and nothing outside it changes. */
  trial(): Trial;
  /** The same with a clock between its kernels, for their times. */
  rehearse(): Rehearsal;
}

/**
 * A traced function that runs on copies of the variables that it assigns, and draws from no generator. Its program is that
 * of the function, and does the same to the last bit. It is of use until the function is disposed of.
 */
export interface Trial {
  /** One step on the copies. Errors: as `run` of the function. */
  run(...args: readonly Argument[]): void;
  /** As `output` of the function. */
  output(k: number): HostArray;
  /** What a variable is worth here: where the function assigns it, what the copy holds. */
  valueOf(variable: { readonly storage: Storage }): HostArray;
  /** Gives the copies the values that the variables have. */
  reset(): void;
  dispose(): void;
}

/** A trial of which the times are taken: as it is, and with a clock between its kernels. */
export interface Rehearsal extends Pick<Trial, "run" | "reset" | "dispose"> {
  /** In the order in which they run, those of a loop's step before what follows the loop. */
  readonly kernels: readonly KernelFacts[];
  /** Milliseconds that reading the clock takes at least. */
  readonly clock: number;
  /** One step with a clock between its kernels. */
  runTimed(...args: readonly Argument[]): void;
  /** What the kernels of timed steps took since this was last asked, in their order. */
  laps(): readonly Lap[];
}

/**
 * Traces `fn` for arguments of the given shapes and dtypes. Inside, variables are read and assigned in the order of the
 * function, numbers are constants, random draws are made afresh at each run, and tensors from outside are uploaded once.
 * Reading a value is PL1007.
 */
export function trace<R>(fn: (...args: Tensor[]) => R, specs: readonly Spec[]): Traced<R> {
  const context = new Context();
  return withTrace(context, () => {
    const args = specs.map(({ shape, dtype }, index) =>
      g.node(argument, [], { shape: [...shape], dtype }, { kind: "argument", index }),
    );
    const returned = fn(...args.map((node) => new Tensor(node)));
    return new TracedProgram(returned, context);
  });
}

/** Variables and draws during a trace: what each variable is worth at this point of the function. */
class Context implements TraceContext {
  readonly draws: (() => Draw)[] = [];
  readonly checks: Node[] = [];
  readonly #values = new Map<Storage, Node>();
  readonly #assigned = new Set<Storage>();

  read(storage: Storage): Node {
    let node = this.#values.get(storage);
    // Not the leaf of other readers: the program reads the variable as it is at each run, and that one keeps a value.
    if (!node) this.#values.set(storage, (node = storage.passingLeaf()));
    return node;
  }

  assign(storage: Storage, value: Node): void {
    this.#assigned.add(storage);
    this.#values.set(storage, value);
  }

  /** An assign node for each variable that is assigned, with the last value. */
  assigns(): Node[] {
    return [...this.#assigned].map((storage) =>
      g.node(assign, [this.#values.get(storage)!], {}, { kind: "resident", resident: storage }),
    );
  }
}

type Draws = Map<() => Draw, Draw>;

/** How a leaf of the program gets its value at a run. */
type Feed = (args: readonly Argument[], draws: Draws) => Input;

/** What a program is to compute: values, assignments, and checks that nothing else needs. */
interface Roots {
  readonly outputs: readonly Node[];
  readonly assigns?: readonly Node[];
  readonly guards?: readonly Node[];
}

/** Such a graph laid out, with the tensors from outside as variables of its own. */
interface Laid {
  readonly layout: Layout;
  readonly captured: readonly Storage[];
}

function lay({ outputs, assigns, guards }: Roots): Laid {
  const layout = layOut(outputs, assigns, guards);
  const captured = layout.leaves.flatMap((leaf) => {
    const data = knownValue(leaf);
    return data ? [{ leaf, storage: new Storage(dataNode(data, leaf.shape, leaf.dtype), "a constant") }] : [];
  });
  const passed = new Map(captured.map(({ leaf, storage }) => [leaf, storage.passingLeaf()]));
  return { layout: withLeaves(layout, passed), captured: captured.map(({ storage }) => storage) };
}

/** A graph with traced leaves: its program, what feeds it, and what its last run left. */
class BoundProgram<P extends Runnable = Program> implements Tenant {
  readonly program: P;
  readonly checks: readonly Node[];
  readonly #outputs: number;
  readonly #feeds: readonly Feed[];
  /** Variables that the program reads, tensors from outside (which are its own) among them. */
  readonly #read: readonly Storage[];
  readonly #assigned: readonly Storage[];
  readonly #inputs: Input[];
  readonly #targets: Block[] = [];
  #hasRun = false;
  /** The outputs of the last run, once they were copied out. */
  #saved: readonly HostArray[] | undefined;

  /** `instead`: other variables than those of the graph, to be read and assigned in their place. */
  constructor(
    layout: Layout,
    make: (layout: Layout) => P,
    instead: ReadonlyMap<Storage, Storage> = new Map(),
  ) {
    const inPlace = (leaf: Node): Storage => instead.get(storageOf(leaf)) ?? storageOf(leaf);
    const { leaves, checks, outputs, assigns } = layout;
    this.program = make(layout);
    this.checks = checks;
    this.#outputs = outputs.length;
    this.#feeds = leaves.map((leaf) => feedOf(leaf, inPlace));
    this.#read = leaves.filter((leaf) => leaf.binding?.kind === "resident").map(inPlace);
    this.#assigned = assigns.map(inPlace);
    this.#inputs = Array<Input>(leaves.length).fill(0);
  }

  /** Puts the initial values of variables in place, with the event loop turning in between. */
  initialise(): Promise<void> {
    return initialiseAwaited(this.#read);
  }

  /** Takes the memory that a run needs. */
  reserve(): void {
    initialise(this.#read);
    beginRun();
    for (const storage of this.#read) storage.place();
    for (const storage of this.#assigned) storage.place();
    this.program.reserve();
  }

  run(args: readonly Argument[], draws: Draws): number {
    if (this.#read.some((storage) => storage.initial)) initialise(this.#read);
    const before = observedValues(this.#assigned);
    this.#hasRun = false;
    this.#saved = undefined;
    beginRun();
    for (let i = 0; i < this.#feeds.length; i++) this.#inputs[i] = this.#feeds[i](args, draws);
    for (let i = 0; i < this.#assigned.length; i++) this.#targets[i] = this.#assigned[i].block;
    const failed = this.program.run(this.#inputs, this.#targets, this);
    this.#hasRun = failed < 0;
    if (this.#hasRun) advance(this.#assigned, before);
    return failed;
  }

  /** A fresh copy of the k-th output of the last run. */
  output(k: number): HostArray {
    this.#requireRun();
    return this.#saved ? this.#saved[k].slice() : this.program.output(k);
  }

  /** All outputs of the last run. The arrays are kept: do not hand them out uncopied. */
  outputs(): readonly HostArray[] {
    this.#requireRun();
    return (this.#saved ??= Array.from({ length: this.#outputs }, (_, k) => this.program.output(k)));
  }

  #requireRun(): void {
    if (this.#hasRun) return;
    throw new PlumbError("PL1007", {
      asked: "an output of a program",
      why: "it has not run, or its last run failed a check",
      fix: "run it first",
    });
  }

  save(): void {
    if (this.#hasRun) this.outputs();
  }

  dispose(): void {
    this.#hasRun = false;
    this.#saved = undefined;
  }
}

function feedOf(leaf: Node, storageFor: (leaf: Node) => Storage): Feed {
  const { binding } = leaf;
  switch (binding?.kind) {
    case "resident": {
      const storage = storageFor(leaf);
      return () => storage.block;
    }
    case "argument":
      return (args) => args[binding.index];
    case "draw":
      return (_args, draws) => draws.get(binding.next)![binding.word];
    case "scalar":
      return () => binding.value;
    default:
      throw notReadable(leaf);
  }
}

/** Gives back the variables that tensors from outside were made into. */
function forget({ captured }: Laid): void {
  for (const storage of captured) storage.dispose();
}

/** Gives each copy the value that its variable has. */
function takeValues(copies: ReadonlyMap<Storage, Storage>): void {
  initialise([...copies.keys()]);
  for (const [storage, copy] of copies) copy.copy(storage);
}

class TracedProgram<R> implements Traced<R> {
  readonly #returned: R;
  /** The tensors in what was returned, and which output of the program each is. */
  readonly #tensors: readonly Tensor[];
  readonly #places: readonly number[];
  readonly #context: Context;
  readonly #outputs: readonly Node[];
  readonly #draws: Draws = new Map();
  #laid: Laid | undefined;
  #bound: BoundProgram | undefined;

  constructor(returned: R, context: Context) {
    this.#returned = returned;
    this.#context = context;
    this.#tensors = leavesOf(returned).filter((leaf) => leaf instanceof Tensor);
    const nodes = this.#tensors.map((tensor) => tensor.node);
    this.#outputs = [...new Set(nodes)];
    this.#places = nodes.map((node) => this.#outputs.indexOf(node));
  }

  get #layout(): Layout {
    this.#laid ??= lay({
      outputs: this.#outputs,
      assigns: this.#context.assigns(),
      guards: this.#context.checks,
    });
    return this.#laid.layout;
  }

  get #program(): BoundProgram {
    return (this.#bound ??= new BoundProgram(this.#layout, programFor));
  }

  run(...args: readonly Argument[]): void {
    for (const next of this.#context.draws) this.#draws.set(next, next());
    const failed = this.#program.run(args, this.#draws);
    if (failed >= 0) throw this.#failure(this.#program.checks[failed], args, this.#draws);
  }

  /** The flagged step wrote nothing, so a second program that gives out the operands sees exactly what it saw. */
  #failure(check: Node, args: readonly Argument[], draws: Draws): Error {
    const operands = check.inputs.slice(2);
    const laid = lay({ outputs: operands });
    const replay = new BoundProgram(laid.layout, programFor);
    replay.run(args, draws);
    const values = replay.outputs();
    replay.dispose();
    forget(laid);
    return (check.binding as { explain: (values: readonly HostArray[]) => Error }).explain(values);
  }

  output(k: number): HostArray {
    return this.#program.output(this.#places[k]);
  }

  result(): R {
    const values = this.#program.outputs();
    let next = 0;
    return replaceLeaves(this.#returned, (leaf) => {
      if (!(leaf instanceof Tensor)) return leaf;
      return new Tensor(dataNode(values[this.#places[next++]], leaf.shape, leaf.dtype));
    }) as R;
  }

  prepare(): void {
    this.#program.program.prepare();
  }

  reserve(): void {
    this.#program.reserve();
  }

  async reserveAwaited(): Promise<void> {
    if (isOffThread()) {
      await this.#program.initialise();
      await this.#program.program.prepareAwaited();
    }
    this.reserve();
  }

  get workBytes(): number {
    return this.#program.program.workBytes;
  }

  trial(): Trial {
    return this.#trialOn(this.#copies());
  }

  rehearse(): Rehearsal {
    const copies = this.#copies();
    const { run, reset, dispose } = this.#trialOn(copies);
    let timed: BoundProgram<TimedProgram>;
    try {
      timed = new BoundProgram(this.#layout, (layout) => new TimedProgram(layout), copies);
    } catch (error) {
      dispose();
      throw error;
    }
    const { kernels, clock } = timed.program;
    return {
      kernels,
      clock,
      run,
      runTimed: (...args) => this.#try(timed, args),
      laps: () => timed.program.laps(),
      reset,
      dispose() {
        timed.dispose();
        timed.program.dispose();
        dispose();
      },
    };
  }

  /** Variables of its own, with the same values, in the place of those that the function assigns. */
  #copies(): ReadonlyMap<Storage, Storage> {
    const assigned = this.#layout.assigns.map(storageOf);
    const copies = new Map(assigned.map((of) => [of, new Storage(of.passingLeaf(), of.name)]));
    takeValues(copies);
    return copies;
  }

  #trialOn(copies: ReadonlyMap<Storage, Storage>): Trial {
    const bound = new BoundProgram(this.#layout, () => this.#program.program, copies);
    return {
      run: (...args) => this.#try(bound, args),
      output: (k) => bound.output(this.#places[k]),
      valueOf({ storage }) {
        const value = copies.get(storage) ?? storage;
        initialise([value]);
        return value.read();
      },
      reset: () => takeValues(copies),
      dispose() {
        bound.dispose();
        for (const copy of copies.values()) copy.dispose();
      },
    };
  }

  #try(bound: BoundProgram<Runnable>, args: readonly Argument[]): void {
    // Any three words name a draw; those of the generators are left to the function itself.
    const draws: Draws = new Map(this.#context.draws.map((next, i) => [next, [1, 2, i]]));
    const failed = bound.run(args, draws);
    if (failed >= 0) throw this.#failure(bound.checks[failed], args, draws);
  }

  dispose(): void {
    this.#bound?.dispose();
    this.#bound = undefined;
    if (this.#laid !== undefined) forget(this.#laid);
    this.#laid = undefined;
  }
}
