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
import { evaluate, toTruth, type Truth } from "./evaluate.ts";

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
  const primitive = expandComposites(g, roots);
  const values = new Map<Node, Truth>();
  const writes: (() => void)[] = [];
  for (const node of topological(primitive)) values.set(node, valueOf(node, values, lookup, writes, options));
  for (const write of writes) write();
  return primitive.map((root) => values.get(root)!);
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
