import { axesOf, showAxes, type AxisLike } from "../axes.ts";
import type { BatchShape } from "../shapes.ts";

/** What a layer with weights along axes needs of an input, as the words after "it needs"; undefined where it has that. */
export function axesNeeded(
  axis: AxisLike,
  inputShape: BatchShape,
  built: BatchShape | undefined,
): string | undefined {
  const axes = axesOf(axis, inputShape.length);
  if (axes === undefined) return showAxes(axis);
  if (axes.includes(0)) return "weights along other axes than 0, the batch, which varies";
  if (axes.some((one) => inputShape[one] === null)) return `a known extent along ${showAxes(axis)}`;
  if (built === undefined) return undefined;
  const before = axesOf(axis, built.length) ?? [];
  const same = before.every((one, i) => built[one] === inputShape[axes[i]]);
  return same
    ? undefined
    : `${before.map((one) => built[one]).join(" and ")} along ${showAxes(axis)}, for which it was built`;
}
