/**
 * A backend made of the interpreter: it runs every graph as the op records mean it, in float64, slowly. Tests compare
 * other backends with it, and what stands above can be tried without one.
 */
import { bytesOf, hostArray, type DType, type HostArray } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Binding, Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { interpret } from "../interpret/interpret.ts";
import type { Backend, Block, Executable, Input } from "./backend.ts";

export function referenceBackend(): Backend {
  const memory = new Map<Block, HostArray>();
  let next = 0;

  const allocate = (bytes: number): Block => {
    const block = { address: next, bytes };
    next += bytes;
    memory.set(block, new Uint8Array(0));
    return block;
  };
  const isBlock = (input: Input): input is Block => memory.has(input as Block);
  const valueOf = (input: Input): HostArray => {
    if (typeof input === "number") return Float64Array.of(input);
    if (isBlock(input)) return memory.get(input)!;
    return input;
  };

  function build({ outputs, effects }: Graph, inputs: readonly Node[]): Executable {
    const graph = withNumberedChecks([...effects, ...outputs]);
    const assigns = effects.filter((node) => node.binding?.kind === "resident");
    let results: readonly HostArray[] = [];
    return {
      bytes: [...outputs, ...effects].reduce(
        (sum, node) => sum + sizeOf(node.shape) * bytesOf[node.dtype],
        0,
      ),
      workBytes: 0,
      reserve: () => undefined,
      run(given, assigned) {
        const bound = new Map<Binding, HostArray>();
        inputs.forEach((leaf, i) => bound.set(leaf.binding!, valueOf(given[i])));
        let values: HostArray[];
        try {
          values = interpret(graph, (binding) => bound.get(binding)!);
        } catch (error) {
          if (error instanceof CheckFailed) return error.index;
          throw error;
        }
        const at = (node: Node): number => effects.indexOf(node);
        assigns.forEach((node, i) => memory.set(assigned[i], toHost(node, values[at(node)])));
        results = outputs.map((node, k) => toHost(node, values[effects.length + k]));
        return -1;
      },
      output: (k) => results[k].slice(),
      dispose() {
        results = [];
      },
    };
  }

  return {
    name: "reference",
    threads: 1,
    room: Infinity,
    get used() {
      return [...memory.keys()].reduce((sum, { bytes }) => sum + bytes, 0);
    },
    allocate,
    free: (block) => void memory.delete(block),
    write: (block, data) => void memory.set(block, data.slice()),
    copy: (from, to) => void memory.set(to, memory.get(from)!.slice()),
    read: (block, dtype: DType, length, from = 0) => {
      const held = memory.get(block)!;
      return held.length < from + length ? hostArray(dtype, length) : held.slice(from, from + length);
    },
    build,
    // The interpreter has no kernels: a graph is one whole to it.
    buildTimed: (graph, inputs) => ({ ...build(graph, inputs), kernels: [], laps: () => [], clock: 0 }),
  };
}

/** A value as the caller gets it: float32 rounded to float32. */
function toHost({ dtype }: Node, value: HostArray): HostArray {
  const host = hostArray(dtype, value.length);
  host.set(value);
  return host;
}

/** Which check failed, by its place among the checks of the graph. */
class CheckFailed extends Error {
  readonly index: number;
  constructor(index: number) {
    super(`check ${index} failed`);
    this.index = index;
  }
}

/** The same graph with checks that report their number instead of explaining themselves. */
function withNumberedChecks(roots: readonly Node[]): Node[] {
  const copies = new Map<Node, Node>();
  let checks = 0;
  for (const node of topological(roots)) {
    const inputs = node.inputs.map((input) => copies.get(input)!);
    const index = node.binding?.kind === "check" ? checks++ : -1;
    copies.set(node, {
      ...node,
      inputs,
      ...(index < 0 ? {} : { binding: { kind: "check", explain: () => new CheckFailed(index) } }),
    });
  }
  return roots.map((root) => copies.get(root)!);
}
