/**
 * The meaning of a graph, node by node in float64: slow, plain, and the truth that compiled programs are compared with.
 * Numbers are never rounded to float32 on the way; only what enters as a constant or scalar is, since there the float32
 * number is what the program is about.
 */
import { hostArray, type HostArray } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Binding, Node, Resident } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { expandComposites, g } from "../ops/index.ts";
import { callOf, scanCount, siblings } from "../ops/loop.ts";
import { evaluate, room, toTruth, type Truth } from "./evaluate.ts";

export interface InterpretOptions {
  /** Receives what each `assign` leaves behind, in order, after every check has passed. */
  readonly write?: (resident: Resident, value: HostArray) => void;
}

/**
 * The values of `roots`. Float nodes, float32 ones too, come back as Float64Array, int32 as Int32Array, bool as bytes.
 *
 * @param lookup what a source's binding stands for; may give a Float64Array for a float32 node. Data and scalars are
 *   known without it.
 * @throws what a failed `check` explains; nothing is written then
 */
export function interpret(
  roots: readonly Node[],
  lookup: (binding: Binding) => HostArray = ownValue,
  options: InterpretOptions = {},
): HostArray[] {
  const writes: (() => void)[] = [];
  const results = meaningOf(roots)(lookup, writes, options);
  for (const write of writes) write();
  return results;
}

type Meaning = (
  lookup: (binding: Binding) => HostArray,
  writes: (() => void)[],
  options: InterpretOptions,
) => Truth[];

/** What `roots` mean, as a function of what their leaves stand for. */
function meaningOf(roots: readonly Node[]): Meaning {
  const primitive = expandComposites(g, roots);
  const order = topological(primitive);
  const families = siblings(order.filter(({ value }) => value === undefined));
  const loops = new Map([...new Set(families.values())].map((family) => [family, meaningOfLoop(family)]));
  return (lookup, writes, options) => {
    const values = new Map<Node, Truth>();
    for (const node of order) {
      if (values.has(node)) continue;
      const family = families.get(node);
      if (family === undefined) {
        values.set(node, valueOf(node, values, lookup, writes, options));
        continue;
      }
      const inputs = node.inputs.map((input) => values.get(input)!);
      loops.get(family)!(inputs).forEach((value, i) => values.set(family[i], value));
    }
    return primitive.map((root) => values.get(root)!);
  };
}

/** The results of one loop, step by step, as a function of the values of its inputs. */
function meaningOfLoop(family: readonly Node[]): (inputs: readonly Truth[]) => Truth[] {
  const call = callOf(family[0]);
  const { parameters, states } = call.recurrence;
  const { count, reverse } = call.attrs as { count: number; reverse: boolean };
  const results = family.map((node) => node.body!.result);
  const stacked = results.filter((result) => typeof result !== "number");
  const step = meaningOf([...states, ...stacked]);
  return (inputs) => {
    const given = new Map(parameters.map((leaf, i) => [leaf.binding!, inputs[i]]));
    const stacks = stacked.map((node) => room({ shape: [count, ...node.shape], dtype: node.dtype }));
    for (let round = 0; round < count; round++) {
      const t = reverse ? count - 1 - round : round;
      for (let i = 0; i < scanCount(call); i++) {
        const { binding, shape } = parameters[states.length + i];
        const size = sizeOf(shape);
        given.set(binding!, inputs[states.length + i].subarray(t * size, (t + 1) * size));
      }
      const values = step((binding) => given.get(binding)!, [], {});
      states.forEach((_, k) => given.set(parameters[k].binding!, values[k]));
      stacks.forEach((stack, k) => stack.set(values[states.length + k], t * sizeOf(stacked[k].shape)));
    }
    let next = 0;
    return results.map((result) =>
      typeof result === "number" ? given.get(parameters[result].binding!)! : stacks[next++],
    );
  };
}

function valueOf(
  node: Node,
  values: ReadonlyMap<Node, Truth>,
  lookup: (binding: Binding) => HostArray,
  writes: (() => void)[],
  options: InterpretOptions,
): Truth {
  if (node.value !== undefined) return toTruth(node, node.value);
  if (node.op.kind === "source" && node.op.form === "bound") return boundValue(node, lookup(node.binding!));
  const inputs = node.inputs.map((input) => values.get(input)!);
  if (node.op.kind === "effect") {
    const { binding } = node;
    if (binding?.kind === "resident") {
      writes.push(() => options.write?.(binding.resident, toHost(node, inputs[0])));
    } else if (binding?.kind === "check" && !inputs[1][0]) {
      throw binding.explain(node.inputs.slice(2).map((operand, i) => toHost(operand, inputs[i + 2])));
    }
    return inputs[0];
  }
  return evaluate(node, inputs);
}

function boundValue(node: Node, given: HostArray): Truth {
  const value = toTruth(node, given);
  if (value.length !== sizeOf(node.shape)) {
    throw new Error(`${node.op.name} node of ${sizeOf(node.shape)} elements got ${value.length}`);
  }
  return node.binding!.kind === "scalar" && node.dtype === "float32" ? value.map(Math.fround) : value;
}

function ownValue(binding: Binding): HostArray {
  if (binding.kind === "data") return binding.data;
  if (binding.kind === "scalar") return Float64Array.of(binding.value);
  throw new Error(`no value was given for a source bound to ${binding.kind}`);
}

/** The array that a user would be given: float32 numbers rounded to float32. */
function toHost(node: Node, value: Truth): HostArray {
  const host = hostArray(node.dtype, value.length);
  host.set(value);
  return host;
}
