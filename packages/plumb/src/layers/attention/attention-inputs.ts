/** What layers of attention are given: queries, values and keys, masks for each, and what goes with a call. */
import { PlumbError } from "../../base/errors.ts";
import { showShape, type Shape } from "../../base/shape.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { CallOptions, Layer, Masks } from "../layer.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";

/** What goes with one call of a layer of attention. `mask` is a list: of queries, values and keys. */
export interface AttentionCallOptions extends CallOptions {
  /** Each query sees the keys up to its own place only. Default false. */
  readonly useCausalMask?: boolean;
  /** Give the weights too: `[output, weights]`. Default false. */
  readonly returnAttentionScores?: boolean;
}

/** A call that asks for the weights, and so gives a list; one that does not gives a tensor. */
export interface GivesScores {
  readonly returnAttentionScores: true;
}
export interface GivesOutput {
  readonly returnAttentionScores?: false;
}

/** The names of what goes with a call of every layer of attention. */
export const attentionCallNames = ["useCausalMask", "returnAttentionScores"] as const;

/** The inputs: keys are the values, unless they are given. */
export function queryValueKey(inputs: readonly Tensor[]): { query: Tensor; value: Tensor; key: Tensor } {
  const [query, value, key = value] = inputs;
  return { query, value, key };
}

/** The masks of queries, values and keys, where there are. That of the values is not looked at twice. */
export function masksOfInputs(inputs: readonly Tensor[], mask: Masks): readonly (Tensor | undefined)[] {
  const [query, value, key] = Array.isArray(mask)
    ? (mask as readonly (Tensor | undefined)[])
    : [mask as Tensor];
  return [query, value, inputs[2] === inputs[1] ? undefined : key];
}

const agree = (a: number | null, b: number | null): boolean => a === null || b === null || a === b;

/** The words for what is wrong with the shapes of queries, values and keys of any rank from 3. */
export function needsOfAttention(shapes: InputShape): string | undefined {
  if (!isShapeList(shapes) || shapes.length < 2 || shapes.length > 3)
    return "a list of inputs, [query, value] or [query, value, key]; [x, x] attends from x to itself";
  const [query, value, key = value] = shapes;
  const { length: rank } = query;
  if (rank < 3 || value.length !== rank || key.length !== rank)
    return "inputs of as many axes each: [batch, steps, features]";
  if ([query, value, key].some((shape) => shape.at(-1) === null)) return "features of known number";
  if (![value, key].every((shape) => agree(shape[0], query[0]))) return "inputs of one batch";
  if (!value.slice(1, -1).every((extent, i) => agree(extent, key[i + 1])))
    return "a key for each value: as many steps in both";
  return undefined;
}

/** The words for what differs from the features that the layer was built for. */
export function needsFeatures(
  shapes: readonly BatchShape[],
  built: InputShape | undefined,
): string | undefined {
  if (built === undefined) return undefined;
  const featuresOf = ([query, value, key = value]: readonly BatchShape[]): (number | null)[] =>
    [query, value, key].map((shape) => shape.at(-1) ?? null);
  const [now, then] = [featuresOf(shapes), featuresOf(built as readonly BatchShape[])];
  return String(now) === String(then)
    ? undefined
    : `${then.join(", ")} features in query, value and key, for which it was built`;
}

/** Errors (PL4006) when a mask has a shape that it cannot have: `fits` says whether, and `needs` in words what. */
export function requireMask(layer: Layer, name: string, mask: Shape, fits: boolean, needs: string): void {
  if (fits) return;
  throw new PlumbError("PL4006", {
    asked: `The ${layer.className} layer "${layer.name}" was given ${name} of shape ${showShape(mask)}`,
    why: `A mask says of each place whether it counts, so ${name} has the shape ${needs}`,
    fix: "Reshape the mask, or leave it out where all counts",
  });
}
