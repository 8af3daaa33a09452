/** How operands of different shapes and dtypes meet. Primitives want them equal; here they are made so. */
import { promote, type DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showValue } from "../base/parameters.ts";
import { broadcastShapes, showShape, type Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { ElementwiseOp, ReduceOp } from "../graph/op.ts";
import { g } from "../ops/builder.ts";

/** The shape that all operands broadcast to under NumPy's rule; PL1001 where there is none. */
export function commonShape(name: string, nodes: readonly Node[]): Shape {
  let shape = nodes[0].shape;
  for (const node of nodes) {
    const met = broadcastShapes(shape, node.shape);
    if (met === undefined) {
      throw new PlumbError("PL1001", {
        asked: `${name} of ${nodes.map((operand) => `${operand.dtype} ${showShape(operand.shape)}`).join(" and ")}`,
        why: `aligned at the last axis, each pair of extents must be equal or one of them 1; ${clash(shape, node.shape)}`,
        fix: "reshape or expandDims one of them so that the axes that belong together line up",
      });
    }
    shape = met;
  }
  return shape;
}

function clash(a: Shape, b: Shape): string {
  for (let fromEnd = 1; fromEnd <= Math.min(a.length, b.length); fromEnd++) {
    const [x, y] = [a[a.length - fromEnd], b[b.length - fromEnd]];
    if (x !== y && x !== 1 && y !== 1) return `axis ${-fromEnd} has ${x} and ${y}`;
  }
  return "they are";
}

/** The dtype in which nodes meet. */
export const commonDtype = (nodes: readonly Node[]): DType =>
  nodes.map((node) => node.dtype).reduce((a, b) => promote(a, b));

const order: readonly DType[] = ["bool", "int32", "float32", "float64"];
const accepted = new Map<ElementwiseOp | ReduceOp, readonly DType[]>();

/** The dtypes that a record takes, as its own rule answers when it is asked about each. */
function acceptedBy(op: ElementwiseOp | ReduceOp): readonly DType[] {
  let dtypes = accepted.get(op);
  if (dtypes) return dtypes;
  dtypes = order.filter((dtype) => {
    try {
      op.infer(Array<{ shape: Shape; dtype: DType }>(op.arity as number).fill({ shape: [], dtype }), {
        axes: [],
      });
      return true;
    } catch {
      return false;
    }
  });
  accepted.set(op, dtypes);
  return dtypes;
}

/**
 * The dtype in which an op computes on operands that meet in `dtype`: that one where the op takes it, else the next wider
 * one it takes (bool to int32, int32 to float32), else bool for an op of truth values alone. Where there is none the
 * record's own rule will say so.
 */
export function dtypeFor(op: ElementwiseOp | ReduceOp, dtype: DType): DType {
  const dtypes = acceptedBy(op);
  const wider = order.slice(order.indexOf(dtype)).find((candidate) => dtypes.includes(candidate));
  return wider ?? (dtypes.length === 1 && dtypes[0] === "bool" ? "bool" : dtype);
}

/** An elementwise op on operands of any shapes that broadcast and any dtypes that promote. */
export function pointwise(op: ElementwiseOp, nodes: readonly Node[]): Node {
  const shape = commonShape(op.name, nodes);
  const dtype = dtypeFor(op, commonDtype(nodes));
  return g.node(
    op,
    nodes.map((node) => g.broadcast(g.cast(node, dtype), shape)),
  );
}

/** `axis` counted from the front; PL1002 unless it is one of `rank` axes, counted from either end. */
export function resolveAxis(name: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new PlumbError("PL1002", {
    asked: `${name} along axis ${showValue(axis)} of a tensor of shape ${showShape(shape)}`,
    why: rank === 0 ? "a scalar has no axes" : `its axes are 0 … ${rank - 1}, or −1 … −${rank} from the end`,
    fix:
      typeof axis !== "number"
        ? "give an axis as a number, and options, if there are any, after it"
        : rank === 0
          ? "reshape it to [1] first"
          : "name one of these axes",
  });
}

/** One axis, several, or (left out) all, as an ascending list. */
export function resolveAxes(
  name: string,
  axis: number | readonly number[] | undefined,
  shape: Shape,
): number[] {
  if (axis === undefined) return [...shape.keys()];
  const axes = (Array.isArray(axis) ? (axis as readonly number[]) : [axis as number]).map((one) =>
    resolveAxis(name, one, shape),
  );
  if (new Set(axes).size !== axes.length) {
    throw new PlumbError("PL1002", {
      asked: `${name} over axes [${(axis as readonly number[]).join(", ")}] of a tensor of shape ${showShape(shape)}`,
      why: "an axis is named twice",
      fix: "name each axis once",
    });
  }
  return axes.sort((a, b) => a - b);
}
