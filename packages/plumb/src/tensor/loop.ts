/** `loop`: a step that is recorded once and repeated. */
import { PlumbError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { enclosed, parameterLike, resultOf, type LoopCall } from "../ops/loop.ts";
import { withinLoop } from "./context.ts";
import { asTensor, derived, type TensorLike } from "./operand.ts";
import { Tensor } from "./tensor.ts";

/** What one step of a loop gives. */
export interface LoopStep {
  /** The states after the step: as many as before, each of its shape and dtype. */
  readonly state: readonly TensorLike[];
  /** What is kept of this step. */
  readonly outputs?: readonly TensorLike[];
}

/** What a loop starts with, and along what it runs. */
export interface LoopOptions {
  /** The states before the first step. */
  readonly initial: readonly TensorLike[];
  /** Tensors `[steps, …]`: each step gets one slice along axis 0 of each. */
  readonly over?: readonly TensorLike[];
  /** The number of steps, where there is nothing to run along. */
  readonly count?: number;
  /** From the last slice to the first; outputs stand where their slice stood. */
  readonly reverse?: boolean;
  /**
   * Whether gradients compute the step again rather than keep what it computed: less memory for longer training steps.
   * Only the states are kept then.
   */
  readonly recompute?: boolean;
}

/** What a loop leaves. */
export interface LoopResult {
  /** The states after the last step. */
  readonly state: Tensor[];
  /** Each output of the steps, `[steps, …]`. */
  readonly outputs: Tensor[];
}

/**
 * Runs `body` once per element along axis 0 of `over`: the states go from step to step, the outputs are stacked along a
 * new axis 0. For slices xₜ, with sₜ and yₜ what the step gives: (sₜ₊₁, yₜ) = body(sₜ, xₜ), as `scan` of JAX.
 *
 * The body is called once, with tensors that stand for any step, and compiled once: neither the time to compile nor the
 * size of the program grows with the number of steps. What it reads from outside is the same in every step, and computed
 * once; so is a random draw made in it. Gradients run the other way in one more loop. With no steps the states are the
 * initial ones and the outputs have shape `[0, …]`.
 *
 * - PL1012 where the lengths of `over` differ, where neither `over` nor `count` tells the number of steps, and where a
 *   state does not keep its shape and dtype.
 * - PL1013 for a check or an assignment of a value that changes from step to step; PL1007 for reading one.
 *
 * @param body from the states and this step's slices to the next states and what is kept
 * @example
 *     // An exponential moving average, and all its values on the way.
 *     const prices = tensor([1, 2, 3, 4]);
 *     const { state, outputs } = loop(
 *       ([average], [price]) => {
 *         const next = average.mul(0.5).add(price.mul(0.5));
 *         return { state: [next], outputs: [next] };
 *       },
 *       { initial: [scalar(0)], over: [prices] },
 *     );
 *     state[0].itemSync(); // 3.0625
 *     outputs[0].dataSync(); // 0.5, 1.25, 2.125, 3.0625
 */
export function loop(
  body: (state: Tensor[], slices: Tensor[]) => LoopStep,
  { initial, over = [], count, reverse = false, recompute = false }: LoopOptions,
): LoopResult {
  const starts = initial.map((x) => asTensor(x));
  const scanned = over.map((x) => asTensor(x));
  const steps = numberOfSteps(scanned, count);
  const leaves = [...starts, ...scanned.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))].map(
    parameterLike,
  );
  const step = withinLoop(() => {
    const given = leaves.map((leaf) => new Tensor(leaf));
    const { state, outputs = [] } = body(given.slice(0, starts.length), given.slice(starts.length));
    requireStates(starts.length, state.length);
    return [...state, ...outputs].map((x) => asTensor(x));
  });
  const { constants, parameters, roots } = enclosed(
    leaves,
    step.map((value) => value.node),
  );
  const states = roots.slice(0, starts.length);
  const call: LoopCall = {
    inputs: [...starts, ...scanned].map((x) => x.node).concat(constants),
    attrs: { count: steps, scans: scanned.length, reverse, recompute },
    recurrence: { parameters: [...leaves, ...parameters], states },
  };
  const parents = [...starts, ...scanned, ...step];
  const made = (result: number | Node): Tensor => derived(resultOf(call, result), parents);
  return {
    state: states.map((_, i) => made(i)),
    outputs: roots.slice(starts.length).map(made),
  };
}

function numberOfSteps(scanned: readonly Tensor[], count: number | undefined): number {
  const lengths = scanned.map(({ shape }) => shape[0]);
  const steps = lengths[0] ?? count;
  const asked = `a loop over ${scanned.length} tensors${count === undefined ? "" : ` with count ${count}`}`;
  if (steps === undefined || !Number.isInteger(steps) || steps < 0) {
    throw new PlumbError("PL1012", {
      asked,
      arrived: scanned.length > 0 ? "a scalar in over" : undefined,
      why: "the number of steps is the extent of axis 0 of what it runs along, or a whole count from 0",
      fix: "give tensors [steps, …] in over, or count",
    });
  }
  if ([...lengths, count ?? steps].some((length) => length !== steps)) {
    throw new PlumbError("PL1012", {
      asked,
      arrived: `shapes ${scanned.map(({ shape }) => showShape(shape)).join(" and ")}`,
      why: "every step takes one slice along axis 0 of each, so these extents agree",
      fix: "give tensors of one length, and leave count out",
    });
  }
  return steps;
}

function requireStates(before: number, after: number): void {
  if (before === after) return;
  throw new PlumbError("PL1012", {
    asked: `a loop with ${before} states`,
    arrived: `a step that returns ${after}`,
    why: "what a step returns as its states is what the next step starts from",
    fix: "return { state: [...] } with one tensor per initial state, in the same order",
  });
}
