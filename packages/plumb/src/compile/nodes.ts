/** What the passes ask of nodes: what they are to a kernel, and how its loops count their axes. */
import { stridesOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { affineAdd, affineConstant, affineCounter, affineScale, type Affine } from "./affine.ts";

export const isCheck = (node: Node): boolean => node.binding?.kind === "check";

/** A check passes its first input through; the condition is looked at by a guard in the program. */
export function withoutChecks(node: Node): Node {
  while (isCheck(node)) node = node.inputs[0];
  return node;
}

export const isLeaf = (node: Node): boolean => node.op.kind === "source" && node.op.form === "bound";

/** True for nodes that can be computed at a single point from points of their inputs. */
export const isPointwise = (node: Node): boolean => {
  switch (node.op.kind) {
    case "elementwise":
    case "view":
    case "gather":
    case "random":
    case "source":
      return true;
    case "reduce":
    case "scan":
    case "sort":
    case "place":
    case "contract":
    case "scatter":
    case "composite":
    case "loop":
    case "effect":
      return false;
  }
};

export const allAxes = (node: Node): number[] => node.shape.map((_, axis) => axis);
export const movingAxes = (node: Node): number[] => allAxes(node).filter((axis) => node.shape[axis] !== 1);
/** The extents of the axes that loops count. */
export const moving = (node: Node): number[] => node.shape.filter((extent) => extent !== 1);

/** The coordinates of `node` when loop d counts axis `axes[d]` and the other axes stand at 0. */
export function counters(node: Node, axes: readonly number[]): Affine[] {
  return node.shape.map((_, axis) => {
    const d = axes.indexOf(axis);
    return d < 0 ? affineConstant(0, axes.length) : affineCounter(d, axes.length);
  });
}

/** The flat offset of `node`'s own element under those loops. */
export function identity(node: Node, axes: readonly number[]): Affine {
  const strides = stridesOf(node.shape);
  return axes.reduce(
    (sum, axis, d) => affineAdd(sum, affineScale(affineCounter(d, axes.length), strides[axis])),
    affineConstant(0, axes.length),
  );
}
