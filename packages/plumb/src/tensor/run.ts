/**
 * When things run: a read collects the pending graph behind it, finds or builds the program of that structure, binds the
 * leaves, runs, and fills in the results. An assignment does the same at once.
 */
import { hostArray, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import type { Draw } from "../base/seed.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { Input } from "../backends/backend.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { assign } from "../ops/effect.ts";
import { g } from "../ops/builder.ts";
import { isInLoop } from "./context.ts";
import { macrotask } from "./host.ts";
import { allocating, currentBackend } from "./engine.ts";
import { engineTurn } from "./off-thread.ts";
import { saveOutputs } from "./outputs.ts";
import { beginRun } from "./places.ts";
import { programFor, type Program } from "./programs.ts";
import { storageOf, type Storage } from "./storage.ts";
import { layOut } from "./structure.ts";

/** The value of a node that is at hand without running anything. It may be shared: do not hand it out uncopied. */
export function knownValue(node: Node): HostArray | undefined {
  return node.value ?? (node.binding?.kind === "data" ? node.binding.data : undefined);
}

/**
 * The values of `nodes`, computed by one program if any is pending. They are filled into the nodes, which from then on
 * are data to every graph that reads them. The arrays may be shared: do not hand them out uncopied.
 */
export function evaluate(nodes: readonly Node[]): HostArray[] {
  const pending = pendingAmong(nodes);
  if (pending.length > 0) {
    const layout = layOut(pending);
    const program = programFor(layout);
    const failed = program.run(bind(layout.leaves), []);
    if (failed >= 0) throw failure(layout.checks[failed]);
    settle(pending, program);
  }
  return valuesOf(nodes);
}

/** The same for who awaits it, and must not wait: workers run the program, in the engine's turn. */
export const evaluateOffThread = (nodes: readonly Node[]): Promise<HostArray[]> =>
  engineTurn(() => evaluateInTurn(nodes));

async function evaluateInTurn(nodes: readonly Node[]): Promise<HostArray[]> {
  const pending = pendingAmong(nodes);
  if (pending.length > 0) {
    const layout = layOut(pending);
    const program = programFor(layout);
    await program.prepareAwaited();
    const inputs = bind(layout.leaves);
    const recording = currentBackend().offThread?.record();
    let failed = program.run(inputs, [], undefined, recording);
    // A check that failed is met again in place, where it says which one it is.
    if (recording !== undefined && (await recording.submit()).failed >= 0) failed = program.run(inputs, []);
    if (failed >= 0) throw failure(layout.checks[failed]);
    settle(pending, program);
  }
  return valuesOf(nodes);
}

const pendingAmong = (nodes: readonly Node[]): Node[] =>
  [...new Set(nodes)].filter((node) => knownValue(node) === undefined && !isStored(node));

/** Fills the outputs of a program that has run into the nodes they are of. */
function settle(pending: readonly Node[], program: Program): void {
  pending.forEach((node, k) => (node.value = allocating(node, () => program.output(k))));
}

const valuesOf = (nodes: readonly Node[]): HostArray[] =>
  nodes.map((node) => knownValue(node) ?? storedValue(node));

/** Whether a value can be told without a program: that of a variable, or the same number everywhere. */
const isStored = ({ op, binding }: Node): boolean =>
  op.kind === "source" && (op.form === "constant" || binding?.kind === "resident");

function storedValue(node: Node): HostArray {
  if (node.binding?.kind === "resident") return residentValue(node);
  return allocating(node, () => hostArray(node.dtype, sizeOf(node.shape)).fill(node.attrs.value as number));
}

function residentValue(node: Node): HostArray {
  const storage = currentStorage(node);
  initialise([storage]);
  return storage.read();
}

/** A handle whose value is wanted beside an update: a loss is read after the step that it drives. */
interface Wanted {
  readonly node: Node;
  readonly handle: { settle(): void };
}
const wanted = new WeakMap<Node, Wanted>();

/**
 * Asks that the flush of an update that uses one of `gradients` also computes `node`, of which they are the gradients,
 * and tells the handle: its value costs little there, its checks guard the update, and reading it later is free.
 */
export function want(node: Node, handle: { settle(): void }, gradients: readonly Node[]): void {
  if (knownValue(node) !== undefined) return;
  for (const gradient of gradients) wanted.set(gradient, { node, handle });
}

function wantedFor(assigns: readonly Node[]): Wanted[] {
  const found = new Set<Wanted>();
  for (const node of topological(assigns)) {
    const target = wanted.get(node);
    if (target && target.node.value === undefined) found.add(target);
  }
  return [...found];
}

/**
 * Gives variables new values, all at once in one program: every value is computed from what the variables held before.
 * Nodes that readers hold keep the value from when they were recorded.
 */
export function commit(pairs: ReadonlyMap<Storage, Node>): void {
  const storages = [...pairs.keys()];
  const assigns = [...pairs].map(([storage, value]) =>
    g.node(assign, [value], {}, { kind: "resident", resident: storage }),
  );
  const losses = wantedFor(assigns);
  const outputs = [...new Set(losses.map(({ node }) => node))];
  const layout = layOut(outputs, assigns);
  const program = programFor(layout);
  const before = observedValues(storages);
  const inputs = bind(layout.leaves);
  const failed = program.run(
    inputs,
    storages.map((storage) => storage.block),
  );
  if (failed >= 0) throw failure(layout.checks[failed]);
  advance(storages, before);
  outputs.forEach((node, k) => (node.value = program.output(k)));
  for (const { handle } of losses) handle.settle();
}

/** The same for values at hand: nothing needs to run. */
export function overwrite(storage: Storage, data: HostArray): void {
  saveOutputs();
  const before = observedValues([storage]);
  storage.write(data);
  advance([storage], before);
}

/** Of variables that are about to be assigned, the values that readers hold on to; nothing, where there are no readers. */
export function observedValues(storages: readonly Storage[]): readonly HostArray[] | undefined {
  if (!storages.some((storage) => storage.observed)) return undefined;
  const observed = storages.filter((storage) => storage.observed);
  initialise(observed);
  return observed.map((storage) => storage.read());
}

/** After an assignment: readers of before get the values from then, and each variable begins its next version. */
export function advance(storages: readonly Storage[], before: readonly HostArray[] | undefined): void {
  let next = 0;
  for (const storage of storages) {
    if (storage.observed) storage.observed.value = before![next++];
    storage.initial = undefined;
    storage.renew();
  }
}

/** Gives back a variable's memory; pending readers keep the value it had. */
export function dispose(storage: Storage): void {
  saveOutputs();
  advance([storage], observedValues([storage]));
  storage.dispose();
}

/** Puts initial values in place where that has not happened yet. */
export function initialise(storages: readonly Storage[]): void {
  const fresh = storages.filter((storage) => storage.initial !== undefined);
  if (fresh.length === 0) return;
  const values = evaluate(fresh.map((storage) => storage.initial!));
  fresh.forEach((storage, i) => {
    storage.write(values[i]);
    storage.initial = undefined;
  });
}

/** Elements that are put in place without a rest. */
const pieceLength = 2 ** 20;

/** The same for who awaits it, in the engine's turn: workers compute the values, and large ones are put there in pieces. */
export async function initialiseAwaited(storages: readonly Storage[]): Promise<void> {
  const fresh = storages.filter((storage) => storage.initial !== undefined);
  if (fresh.length === 0) return;
  const values = await evaluateInTurn(fresh.map((storage) => storage.initial!));
  for (const [i, storage] of fresh.entries()) {
    const { initial } = storage;
    for (let from = 0; from < values[i].length; from += pieceLength) {
      if (from > 0) await macrotask();
      // Somebody may have put another value there in the meantime.
      if (storage.initial !== initial) break;
      storage.writePart(values[i].subarray(from, from + pieceLength), from);
    }
    if (storage.initial === initial) storage.initial = undefined;
  }
}

/** What a program reads for each leaf. */
export function bind(leaves: readonly Node[]): Input[] {
  const residents = leaves.filter((leaf) => leaf.value === undefined && leaf.binding!.kind === "resident");
  initialise(residents.map(currentStorage));
  beginRun();
  const draws = new Map<() => Draw, Draw>();
  return leaves.map((leaf) => {
    if (leaf.value !== undefined) return leaf.value;
    const binding = leaf.binding!;
    switch (binding.kind) {
      case "data":
        return binding.data;
      case "scalar":
        return binding.value;
      case "resident":
        return currentStorage(leaf).block;
      case "draw":
        return drawn(draws, binding.next)[binding.word];
      default:
        throw notReadable(leaf);
    }
  });
}

/** One draw for all three words that name it. */
export function drawn(draws: Map<() => Draw, Draw>, next: () => Draw): Draw {
  let draw = draws.get(next);
  if (!draw) draws.set(next, (draw = next()));
  return draw;
}

function currentStorage(leaf: Node): Storage {
  const storage = storageOf(leaf);
  if (!storage.isCurrent(leaf)) throw notReadable(leaf);
  return storage;
}

/** The error of a value asked for where it does not exist: outside the run of the program it belongs to. */
export function notReadable(node: Node): PlumbError {
  if (node.binding?.kind === "parameter") return readInLoop(node);
  return new PlumbError("PL1007", {
    asked: `the value of a ${node.dtype} tensor of shape ${showShape(node.shape)}`,
    why: "it was recorded inside a compiled function or an update, and has a value only there, while that runs",
    fix: "return it from the compiled function, and use what the call gives back",
  });
}

const readInLoop = (node: Node): PlumbError =>
  new PlumbError("PL1007", {
    asked: `a value that depends on a ${node.dtype} ${showShape(node.shape)} of a loop's step`,
    why: "the body of a loop is recorded once for all steps; numbers flow only when the loop runs",
    fix: "return it as an output and read it after the loop; to choose by value inside, use where(condition, a, b)",
  });

/** Throws PL1013 where values that change from step to step are about to be used by something that happens once. */
export function requireSameInEveryStep(what: string, nodes: readonly Node[], fix: string): void {
  if (!isInLoop() || !topological(nodes).some(({ binding }) => binding?.kind === "parameter")) return;
  throw new PlumbError("PL1013", {
    asked: `${what} inside the body of a loop`,
    why: "its value changes from step to step, and what a loop does besides states and outputs happens once",
    fix,
  });
}

/** The error of a check that failed, with the values of its operands. */
function failure(check: Node): Error {
  const binding = check.binding as { explain: (operands: readonly HostArray[]) => Error };
  return binding.explain(evaluate(check.inputs.slice(2)));
}
