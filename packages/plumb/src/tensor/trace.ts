/**
 * Tracing: a function of tensors is run once with arguments that have no values yet; what it records becomes one program,
 * which then runs as often as one likes without the function.
 */
import type { HostArray } from "../base/dtype.ts";
import type { Draw } from "../base/seed.ts";
import type { Block, Input } from "../backends/backend.ts";
import type { Node, Spec } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { assign } from "../ops/effect.ts";
import { argument, resident } from "../ops/source.ts";
import { whileUpdating, withTrace, type TraceContext } from "./context.ts";
import { Program } from "./programs.ts";
import { advance, initialise, knownValue, notReadable, observedValues } from "./run.ts";
import { Storage, storageOf } from "./storage.ts";
import { layOut, templateOf } from "./structure.ts";
import { dataNode, Tensor } from "./tensor.ts";
import { leavesOf, replaceLeaves } from "./trees.ts";

/** A value for an argument of a traced function: a host array of its dtype, or a number for a scalar. */
export type Argument = HostArray | number;

/** A traced function: one program. */
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
  /** Gives the memory back; a later run compiles anew. */
  dispose(): void;
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
    // A passing read: the program reads the variable itself, and no pending graph keeps this leaf.
    if (!node) this.#values.set(storage, (node = whileUpdating(() => storage.leaf())));
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

/** A graph with traced leaves, compiled, and what feeds it. */
class BoundProgram {
  readonly program: Program;
  readonly checks: readonly Node[];
  readonly assigned: readonly Storage[];
  readonly #feeds: readonly Feed[];
  readonly #read: Storage[] = [];
  readonly #captured: Storage[] = [];
  readonly #inputs: Input[];
  readonly #targets: Block[];

  constructor(outputs: readonly Node[], assigns: readonly Node[] = [], guards: readonly Node[] = []) {
    const layout = layOut(outputs, assigns, guards);
    const storages = new Map<Node, Storage>();
    for (const leaf of layout.leaves) {
      const data = knownValue(leaf);
      if (data === undefined) continue;
      const storage = new Storage(dataNode(data, leaf.shape, leaf.dtype), "a tensor from outside");
      storages.set(leaf, storage);
      this.#captured.push(storage);
    }
    this.#feeds = layout.leaves.map((leaf) => this.#feedOf(leaf, storages.get(leaf)));
    this.checks = layout.checks;
    this.assigned = assigns.map(storageOf);
    this.#inputs = Array<Input>(this.#feeds.length).fill(0);
    this.#targets = [];
    const template = templateOf({ ...layout, residents: [...layout.residents, ...this.#captured] }, (leaf) =>
      storages.has(leaf) ? residentLeaf(storages.get(leaf)!) : leaf,
    );
    this.program = new Program(template);
  }

  #feedOf(leaf: Node, captured: Storage | undefined): Feed {
    const { binding } = leaf;
    if (captured || binding?.kind === "resident") {
      const storage = captured ?? storageOf(leaf);
      this.#read.push(storage);
      return () => storage.block;
    }
    switch (binding?.kind) {
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

  run(args: readonly Argument[], draws: Draws): number {
    for (const storage of this.#read) if (storage.initial) initialise(this.#read);
    for (let i = 0; i < this.#feeds.length; i++) this.#inputs[i] = this.#feeds[i](args, draws);
    for (let i = 0; i < this.assigned.length; i++) this.#targets[i] = this.assigned[i].block;
    const before = observedValues(this.assigned);
    const failed = this.program.run(this.#inputs, this.#targets);
    if (failed < 0) advance(this.assigned, before);
    return failed;
  }

  dispose(): void {
    this.program.release();
    for (const storage of this.#captured) storage.dispose();
  }
}

const residentLeaf = (storage: Storage): Node => {
  const { shape, dtype } = storage;
  return g.node(resident, [], { shape, dtype }, { kind: "resident", resident: storage });
};

class TracedProgram<R> implements Traced<R> {
  readonly #returned: R;
  /** The tensors in what was returned, and which output of the program each is. */
  readonly #tensors: readonly Tensor[];
  readonly #places: readonly number[];
  readonly #context: Context;
  readonly #outputs: readonly Node[];
  readonly #draws: Draws = new Map();
  #bound: BoundProgram | undefined;

  constructor(returned: R, context: Context) {
    this.#returned = returned;
    this.#context = context;
    this.#tensors = leavesOf(returned).filter((leaf) => leaf instanceof Tensor);
    const nodes = this.#tensors.map((tensor) => tensor.node);
    this.#outputs = [...new Set(nodes)];
    this.#places = nodes.map((node) => this.#outputs.indexOf(node));
  }

  get #program(): BoundProgram {
    return (this.#bound ??= new BoundProgram(this.#outputs, this.#context.assigns(), this.#context.checks));
  }

  run(...args: readonly Argument[]): void {
    for (const next of this.#context.draws) this.#draws.set(next, next());
    const failed = this.#program.run(args, this.#draws);
    if (failed >= 0) throw this.#failure(this.#program.checks[failed], args);
  }

  /** The flagged step wrote nothing, so a second program that gives out the operands sees exactly what it saw. */
  #failure(check: Node, args: readonly Argument[]): Error {
    const operands = check.inputs.slice(2);
    const replay = new BoundProgram(operands);
    replay.run(args, this.#draws);
    const values = replay.program.outputs();
    replay.dispose();
    return (check.binding as { explain: (values: readonly HostArray[]) => Error }).explain(values);
  }

  output(k: number): HostArray {
    return this.#program.program.output(this.#places[k]);
  }

  result(): R {
    const values = this.#program.program.outputs();
    let next = 0;
    return replaceLeaves(this.#returned, (leaf) => {
      if (!(leaf instanceof Tensor)) return leaf;
      return new Tensor(dataNode(values[this.#places[next++]], leaf.shape, leaf.dtype));
    }) as R;
  }

  prepare(): void {
    this.#program.program.prepare();
  }

  dispose(): void {
    this.#bound?.dispose();
    this.#bound = undefined;
  }
}
