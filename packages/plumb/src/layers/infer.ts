/**
 * What a layer gives for inputs of a shape, found by running it on tensors without values. Extents that are not known
 * are tried with two sizes: what differs in the output is not known there either.
 */
import { ones, trace, type Tensor } from "../tensor/index.ts";
import { collectLosses } from "./added-losses.ts";
import { headOf, setHead } from "./heads.ts";
import { maskOf, setMask } from "./masks.ts";
import type { BatchShape } from "./shapes.ts";
import type { SymbolicSpec } from "./symbolic.ts";

/** Two sizes for a batch, and two for other extents: large enough for any common window, and further apart than any stride. */
const batchSizes = [2, 3] as const;
const otherSizes = [256, 510] as const;

const filled = (shape: BatchShape, trial: 0 | 1): number[] =>
  shape.map((extent, axis) => extent ?? (axis === 0 ? batchSizes : otherSizes)[trial]);

let inferring = false;

/** Whether layers run only to learn what they give: the number of rows they see is made up then. */
export const isInferring = (): boolean => inferring;

function whileInferring(fn: () => void): void {
  const outer = inferring;
  inferring = true;
  try {
    fn();
  } finally {
    inferring = outer;
  }
}

/** Shapes, dtypes and heads of what `run` gives for tensors like `inputs`. Nothing is computed, and no state changes. */
export function inferOutputs(
  inputs: readonly SymbolicSpec[],
  run: (values: readonly Tensor[]) => readonly Tensor[],
): SymbolicSpec[] {
  const first = outputsOf(inputs, run, 0);
  if (!inputs.some(({ shape }) => shape.includes(null))) return first;
  const second = outputsOf(inputs, run, 1);
  return first.map((spec, i) => ({
    ...spec,
    shape: spec.shape.map((extent, axis) => (extent === second[i].shape[axis] ? extent : null)),
  }));
}

function outputsOf(
  inputs: readonly SymbolicSpec[],
  run: (values: readonly Tensor[]) => readonly Tensor[],
  trial: 0 | 1,
): SymbolicSpec[] {
  let outputs: readonly SymbolicSpec[] = [];
  const observe = (...values: readonly Tensor[]): void => {
    values.forEach((value, i) => {
      const { head, masked } = inputs[i];
      if (head !== undefined) setHead(value, head);
      if (masked === true) setMask(value, ones(value.shape.slice(0, 2), "bool"));
    });
    outputs = collectLosses(() => run(values)).value.map((output) => ({
      shape: output.shape,
      dtype: output.dtype,
      head: headOf(output),
      masked: maskOf(output) !== undefined,
    }));
  };
  const specs = inputs.map(({ shape, dtype }) => ({ shape: filled(shape, trial), dtype }));
  whileInferring(() => trace(observe, specs));
  return [...outputs];
}
