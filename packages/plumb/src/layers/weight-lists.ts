/** Weights that are given to a layer, and the names of those that it has. */
import { PlumbError } from "../base/errors.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../base/shape.ts";
import { asTensor, type Tensor, type TensorLike, type Variable } from "../tensor/index.ts";

/** The values as tensors, where they are one for each weight, of its shape or size. Errors: PL4007 where they are not. */
export function weightsGiven(
  layer: string,
  weights: readonly Variable[],
  values: readonly TensorLike[],
): readonly Tensor[] {
  const given = values.map((value) => asTensor(value));
  const wrong = weights.findIndex(
    ({ shape }, i) => given[i] === undefined || !fits(values[i], given[i], shape),
  );
  if (wrong >= 0 || given.length !== weights.length)
    throw new PlumbError("PL4007", {
      asked: `${layer.replace("the", "The")} was given ${given.length} weights for its ${weights.length}`,
      arrived:
        wrong >= 0 && given[wrong] !== undefined
          ? `Weight ${wrong} (${weights[wrong].name}) has shape ${showShape(weights[wrong].shape)}, what came ${showShape(given[wrong].shape)}`
          : undefined,
      why: "Weights are set in order, each of its shape; a flat array of its size will do",
      fix: "Take them with getWeights from a model of the same layers",
    });
  return given;
}

/** Whether a value can be that of a weight of some shape. Flat arrays have no shape of their own. */
function fits(value: TensorLike, { shape, size, rank }: Tensor, wanted: Shape): boolean {
  const isFlat = ArrayBuffer.isView(value) || (Array.isArray(value) && rank === 1);
  return isFlat ? size === sizeOf(wanted) : sameShape(shape, wanted);
}

/** A weight's name after the layer around it, whose name is one part of it, has taken another. */
export const renamed = (weight: string, from: string, to: string): string => {
  const parts = weight.split("/");
  const at = parts.indexOf(from);
  return parts.map((part, i) => (i === at ? to : part)).join("/");
};
