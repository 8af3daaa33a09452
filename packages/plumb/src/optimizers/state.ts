/** The variables that an optimizer keeps. */
import { sizeOf, type Shape } from "../base/shape.ts";
import type { HostArray } from "../base/dtype.ts";
import { tensor, Variable, withTrace, type Tensor } from "../tensor/index.ts";
import type { SlotStart } from "./record.ts";

/** A variable that outlives the function that is being traced, if one is. */
export const state = (data: HostArray, shape: Shape, name: string): Variable =>
  withTrace(undefined, () => new Variable(tensor(data, shape), { name, trainable: false }));

/** A slot of a variable, as its record wants it to begin. */
export function slotOf(variable: Variable, start: SlotStart, name: string): Variable {
  if (start === "value")
    return state(
      withTrace(undefined, () => variable.dataSync()),
      variable.shape,
      name,
    );
  if (typeof start === "number")
    return state(new Float32Array(sizeOf(variable.shape)).fill(start), variable.shape, name);
  return state(new Float32Array(sizeOf(start)), start, name);
}

/** A variable with the value it is to take. */
export type Update = readonly [variable: Variable, value: Tensor];

/**
 * Added and taken away again: what is smaller is rounded to multiples of 2^-23 times it (2^-24 below 0), and what is 2^25 times
 * as large keeps every bit. Means of gradients are multiplied by learning rates, and must stay far from subnormal; means of
 * squares are as much smaller as gradients are: those of 10^-15 give 2^-110 with 1 − β₂ before it.
 */
const tiny = { mean: 2 ** -80, square: 2 ** -100 };

/**
 * A slot as its formula reads it: what is left of it long after has become 0. The running mean of a gradient that has become
 * 0 (a dead unit, a pixel that is black in all images) halves every few steps until it is subnormal, and there it stays,
 * since a tenth of the smallest number rounds to 0. Processors are some 100 cycles late with each subnormal: a step then
 * takes 25 times as long. Adding a number and taking it away again drops what is less than half its last place. It is done
 * where slots are read, so that what is stored is what the update used.
 */
export const flushSubnormals = (slot: Tensor, holdsSquares = false): Tensor => {
  const added = holdsSquares ? tiny.square : tiny.mean;
  return slot.add(added).sub(added);
};

/** Whole-number division of an int32 scalar: by way of float64, which holds every int32. */
export const dividedBy = (x: Tensor, divisor: number): Tensor =>
  x.cast("float64").div(divisor).floor().cast("int32");

/** Whether an int32 scalar is a multiple of `divisor`. */
export const isMultiple = (x: Tensor, divisor: number): Tensor => dividedBy(x, divisor).mul(divisor).equal(x);
