/** What is read off the inputs of a call, and handed on with what it gives. */
import { leavesOf, replaceLeaves, Tensor } from "../tensor/index.ts";
import type { Inputs, Masks, NamedTensors, Outputs } from "./layer-options.ts";
import { maskOf, setMask } from "./masks.ts";
import { secondOf, setOrigin } from "./origins.ts";
import type { InputShape } from "./shapes.ts";

/** The shape of one tensor, or of each of several. */
export const shapeOf = (inputs: Inputs | NamedTensors): InputShape =>
  inputs instanceof Tensor ? inputs.shape : (leavesOf(inputs) as Tensor[]).map(({ shape }) => shape);

/** The masks that came with the inputs; undefined where none did. */
export function masksOf(inputs: Inputs | NamedTensors): Masks {
  if (inputs instanceof Tensor) return maskOf(inputs);
  const masks = (leavesOf(inputs) as Tensor[]).map(maskOf);
  return masks.some((mask) => mask !== undefined) ? masks : undefined;
}

/** What is given, with its origin and its masks, where a layer inside has not set them. */
export function handedOn(
  made: Outputs,
  inputs: Inputs,
  masks: readonly (Tensor | undefined)[],
  origin: () => string,
): Outputs {
  const taken = new Set(leavesOf(inputs));
  let next = 0;
  return replaceLeaves(made, (leaf) => {
    const output = leaf as Tensor;
    const mask = maskOf(output) === undefined ? masks[next] : undefined;
    next++;
    // What goes through as it is stays what its giver made it: it may be the user's own.
    const given = taken.has(output) && mask !== undefined ? secondOf(output) : output;
    if (!taken.has(output)) setOrigin(given, origin);
    if (mask !== undefined) setMask(given, mask);
    return given;
  }) as Outputs;
}
