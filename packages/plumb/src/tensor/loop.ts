/** `loop`: a step that is recorded once and repeated. */
import { PlumbError } from "../base/errors.ts";
import { flag, required, resolve, showValue, unchecked, type Parameter } from "../base/parameters.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { replaced } from "../graph/rewrite.ts";
import { g } from "../ops/builder.ts";
import { enclosed, parameterLike, resultOf, type LoopCall } from "../ops/loop.ts";
import { randomBits } from "../ops/random.ts";
import { withinLoop, type StepContext } from "./context.ts";
import { asTensor, derived, numberNode, type TensorLike } from "./operand.ts";
import { Tensor } from "./tensor.ts";
import { assignAll, Variable } from "./variable.ts";

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
  /**
   * Variables that the body may assign: each step reads what the one before left, and the variable has the last value
   * after the loop. Default none.
   */
  readonly variables?: readonly Variable[];
  /** Whether a random draw in the body is another one in each step. Default false: it is the same in all. */
  readonly drawEachStep?: boolean;
}

const listOfTensors = (initial: readonly TensorLike[], doc: string): Parameter<readonly TensorLike[]> => ({
  default: initial,
  doc,
  accepts: Array.isArray,
  words: "a list of tensors",
});

const listOfVariables: Parameter<readonly Variable[]> = {
  default: [],
  doc: "Variables that the body may assign",
  accepts: (value) => Array.isArray(value) && value.every((one) => one instanceof Variable),
  words: "a list of variables",
};

const loopOptions = {
  initial: required(listOfTensors([], "The states before the first step")),
  over: listOfTensors([], "Tensors of which each step gets one slice"),
  // Looked at together with what the loop runs over.
  count: unchecked<number | undefined>(undefined, "The number of steps"),
  reverse: flag(false, "From the last slice to the first"),
  recompute: flag(false, "Whether gradients compute the step again"),
  variables: listOfVariables,
  drawEachStep: flag(false, "Whether a random draw in the body is another one in each step"),
};

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
 * once; so is a random draw made in it, without `drawEachStep`. Gradients run the other way in one more loop. With no steps the states are the
 * initial ones and the outputs have shape `[0, …]`.
 *
 * - PL1012 where the lengths of `over` differ, where neither `over` nor `count` tells the number of steps, where a
 *   state does not keep its shape and dtype, and where the body does not return an object with a list of states.
 * - PL4004 for an option that it does not take.
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
  options: LoopOptions,
): LoopResult {
  const { initial, over, count, reverse, recompute, variables, drawEachStep } = resolve(
    "PL4004",
    "loop",
    loopOptions,
    options,
  );
  const starts = initial.map((x) => asTensor(x));
  const scanned = over.map((x) => asTensor(x));
  const steps = numberOfSteps(scanned, count);
  const stateLeaves = starts.map(parameterLike);
  const sliceLeaves = scanned.map(sliceOf);
  const carried = variables.map((variable) => {
    const before = variable.read();
    return { variable, before, leaf: parameterLike(before) };
  });
  const keys: Tensor[] = [];
  const keyLeaves: Node[] = [];
  // The bits of one draw, two words for each step, are the key of a draw in that step.
  const drawInStep = (words: readonly Node[]): readonly Node[] => {
    const key = new Tensor(g.node(randomBits, words, { shape: [steps, 2] }));
    const leaf = sliceOf(key);
    keys.push(key);
    keyLeaves.push(leaf);
    const given = new Tensor(leaf);
    return [...[0, 1].map((word) => given.slice(word, 1).reshape([]).node), numberNode(0, "int32")];
  };
  const context: StepContext = {
    variables: new Map(carried.map(({ variable, leaf }) => [variable.storage, leaf])),
    ...(drawEachStep ? { drawInStep } : {}),
  };
  const step = withinLoop(context, () => {
    const { state, outputs } = stepOf(
      body(
        stateLeaves.map((leaf) => new Tensor(leaf)),
        sliceLeaves.map((leaf) => new Tensor(leaf)),
      ),
    );
    requireStates(starts.length, state.length);
    return [...state, ...outputs].map((x) => asTensor(x));
  });
  const changed = carried.flatMap(({ variable, before, leaf }) => {
    const after = context.variables.get(variable.storage);
    return after === undefined || after === leaf ? [] : [{ variable, before, leaf, after }];
  });
  const unchanged = carried.filter(({ leaf }) => changed.every((one) => one.leaf !== leaf));
  const given = step.map((value) => value.node);
  const last = given.slice(0, starts.length).concat(changed.map(({ after }) => after));
  const leaves = [...stateLeaves, ...changed.map(({ leaf }) => leaf), ...sliceLeaves, ...keyLeaves];
  const { constants, parameters, roots } = enclosed(
    leaves,
    replaced(
      [...last, ...given.slice(starts.length)],
      new Map(unchanged.map(({ leaf, before }) => [leaf, before.node])),
    ),
  );
  const states = roots.slice(0, last.length);
  const inputs = [...starts, ...changed.map(({ before }) => before), ...scanned, ...keys];
  const call: LoopCall = {
    inputs: inputs.map((x) => x.node).concat(constants),
    attrs: { count: steps, scans: scanned.length + keys.length, reverse, recompute },
    recurrence: { parameters: [...leaves, ...parameters], states },
  };
  const parents = [...inputs, ...step];
  const made = (result: number | Node): Tensor => derived(resultOf(call, result), parents);
  const results = states.map((_, i) => made(i));
  const result = { state: results.slice(0, starts.length), outputs: roots.slice(last.length).map(made) };
  if (changed.length > 0)
    assignAll(changed.map(({ variable }, i) => [variable, results[starts.length + i]] as const));
  return result;
}

const sliceOf = ({ shape, dtype }: Tensor): Node => parameterLike({ shape: shape.slice(1), dtype });

/** What the body returned, once it is seen to be a step. */
function stepOf(returned: LoopStep | undefined): Required<LoopStep> {
  const { state, outputs = [] } = returned ?? {};
  if (Array.isArray(state) && Array.isArray(outputs)) return { state, outputs };
  const isPromise = returned instanceof Promise;
  throw new PlumbError("PL1012", {
    asked: "a loop whose body returns no states",
    arrived: `it returned ${isPromise ? "a promise" : showValue(returned)}`,
    why: isPromise
      ? "the body is called once, to record the step, and nothing in it can be waited for"
      : "what a step returns as its states is what the next step starts from",
    fix: "return { state: [next], outputs: [kept] }, both lists of tensors; write { state: [] } where there are none",
  });
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
