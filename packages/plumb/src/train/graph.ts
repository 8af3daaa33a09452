/**
 * A functional model as a graph: calls of layers between symbolic inputs and outputs, in an order in which they can be
 * made, and the layers in Keras's order, which is the order of the weights.
 */
import { PlumbError } from "../base/errors.ts";
import type { CallOptions, Inputs, Layer, LayerCall, SymbolicTensor } from "../layers/index.ts";
import { secondOf, setMask, showBatchShape, symbolicAmong } from "../layers/index.ts";
import { leavesOf, replaceLeaves, type Tensor } from "../tensor/index.ts";
import { declaredPlaces, listed } from "./places.ts";

export class Graph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** The calls between them, each after those that it waits for. */
  readonly calls: readonly LayerCall[];
  /** The layers, those furthest from the outputs first; among equals, in the order in which the outputs reach them. */
  readonly layers: readonly Layer[];

  /**
   * `unlisted`: input layers that the user did not make, and does not see.
   * Errors: PL4016 when an output hangs on an input that is not among the inputs.
   */
  constructor(
    inputs: readonly SymbolicTensor[],
    outputs: readonly SymbolicTensor[],
    unlisted: readonly Layer[] = [],
  ) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.calls = callsBetween(inputs, outputs);
    this.layers = layersInOrder(this, unlisted);
  }

  /** What the outputs are for values of the inputs. Only `training` and masks of the inputs are taken from `options`. */
  run(values: readonly Tensor[], { training, mask }: CallOptions): readonly Tensor[] {
    const known = new Map<unknown, Tensor>();
    const masks = Array.isArray(mask)
      ? (mask as readonly (Tensor | undefined)[])
      : [mask as Tensor | undefined];
    this.inputs.forEach((symbol, i) => {
      // The mask is this call's: the tensor itself may be the user's own.
      const value = masks[i] === undefined ? values[i] : secondOf(values[i]);
      if (masks[i] !== undefined) setMask(value, masks[i]);
      const { layer } = symbol.source;
      const given = layer.className === "InputLayer" && this.layers.includes(layer);
      known.set(symbol, given ? (layer.call(value) as Tensor) : value);
    });
    const valueOf = (leaf: unknown): unknown => known.get(leaf) ?? leaf;
    for (const { layer, inputs, options, outputs } of this.calls) {
      const drawn = replaceLeaves(options, valueOf) as CallOptions;
      // What was said when the call was drawn holds: a call with training: false stays one.
      const made = layer.call(replaceLeaves(inputs, valueOf) as Inputs, {
        ...(training === undefined ? {} : { training }),
        ...drawn,
      });
      leavesOf(made).forEach((value, i) => known.set(outputs[i], value as Tensor));
    }
    return this.outputs.map((symbol) => known.get(symbol) as Tensor);
  }
}

/** The calls that lead from inputs to outputs, in the order of a walk that goes as deep as it can first. */
function callsBetween(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): readonly LayerCall[] {
  const calls = new Set<LayerCall>();
  // A list of what is still to be seen rather than a function that calls itself: models are deeper than stacks.
  const open = [...outputs].reverse().map((tensor) => ({ tensor, left: false }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { tensor, left } = next;
    const { source } = tensor;
    if (inputs.includes(tensor) || calls.has(source)) continue;
    if (left) {
      calls.add(source);
      continue;
    }
    if (source.layer.className === "InputLayer") throw notConnected(tensor, inputs);
    open.push({ tensor, left: true });
    for (const input of symbolicAmong(source.inputs, source.options).reverse())
      open.push({ tensor: input, left: false });
  }
  return [...calls];
}

function notConnected(missing: SymbolicTensor, inputs: readonly SymbolicTensor[]): PlumbError {
  // Inputs without names of their own are told apart as a model with all of them would call them.
  const { names } = declaredPlaces([...inputs, missing], ({ source }) => source.layer.name);
  return new PlumbError("PL4016", {
    asked: `A model from ${listed(names.slice(0, -1))} to its outputs was asked for`,
    arrived: `An output hangs on the input ${listed(names.slice(-1))} of shape ${showBatchShape(missing.shape)}, which is not among the inputs`,
    why: "Without its value the output cannot be computed",
    fix: `Give it among the inputs: new Model({ inputs: [${names.join(", ")}], outputs })`,
  });
}

/**
 * Keras's order. The depth of a layer is the number of calls from its call that is furthest from the outputs; the deepest
 * come first, and of those alike the one that the walk from the outputs, each with its inputs in order, meets first.
 */
function layersInOrder({ inputs, outputs, calls }: Graph, unlisted: readonly Layer[]): readonly Layer[] {
  const depthOfLayer = new Map<Layer, number>();
  const depthOfCall = new Map<LayerCall, number>();
  const given = new Set(inputs.map(({ source }) => source));
  for (const call of [...calls].reverse()) {
    const depth = Math.max(depthOfCall.get(call) ?? 0, depthOfLayer.get(call.layer) ?? 0);
    depthOfLayer.set(call.layer, depth);
    for (const { source } of symbolicAmong(call.inputs, call.options)) {
      depthOfCall.set(source, Math.max(depth + 1, depthOfCall.get(source) ?? 0));
      if (given.has(source) && source.layer.className === "InputLayer")
        depthOfLayer.set(source.layer, Math.max(depth + 1, depthOfLayer.get(source.layer) ?? 0));
    }
  }
  const met = layersMet(inputs, outputs);
  for (const { source } of inputs) {
    if (source.layer.className !== "InputLayer") continue;
    if (!depthOfLayer.has(source.layer)) depthOfLayer.set(source.layer, 0);
    if (!met.has(source.layer)) met.set(source.layer, -1);
  }
  return [...depthOfLayer.keys()]
    .filter((layer) => !unlisted.includes(layer))
    .sort((a, b) => depthOfLayer.get(b)! - depthOfLayer.get(a)! || met.get(a)! - met.get(b)!);
}

/** When a walk from the outputs meets each layer first. */
function layersMet(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): Map<Layer, number> {
  const met = new Map<Layer, number>();
  const seen = new Set<LayerCall>();
  const open = [...outputs].reverse();
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const { source } = tensor;
    if (seen.has(source)) continue;
    seen.add(source);
    if (!met.has(source.layer)) met.set(source.layer, met.size);
    if (!inputs.includes(tensor)) open.push(...symbolicAmong(source.inputs, source.options).reverse());
  }
  return met;
}
