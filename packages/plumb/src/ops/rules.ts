/**
 * What shape rules have in common: the checks, and the sentences they fail with. Rules see primitives only, whose
 * operands agree in shape and dtype; broadcasting and promotion happened before.
 */
import { bytesOf, type DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { nearest } from "../base/names.ts";
import { sameShape, showShape, type Shape } from "../base/shape.ts";
import type { Attrs, Node, Spec } from "../graph/node.ts";

export const anyDtype: readonly DType[] = ["float32", "int32", "bool", "float64"];
export const arithmetic: readonly DType[] = ["float32", "int32", "float64"];
export const floats: readonly DType[] = ["float32", "float64"];
export const float32Only: readonly DType[] = ["float32"];

/** A spec as a person writes it in a message: `float32 [2, 3]`. */
export const showSpec = (spec: Spec): string => `${spec.dtype} ${showShape(spec.shape)}`;

/** Elements are numbered in int32. */
const mostElements = 2 ** 31 - 1;

/**
 * The spec of a result, once it is sure to be one: PL1003 unless extents are whole numbers from 0, PL1004 unless the
 * dtype is known, PL7001 for more elements than can be numbered.
 */
export function requireSpec(name: string, spec: Spec): Spec {
  const { shape, dtype } = spec;
  requireKnownDtype(name, dtype);
  let size = 1;
  for (const extent of shape) {
    if (!Number.isInteger(extent) || extent < 0) {
      throw new PlumbError("PL1003", {
        asked: `${name} giving a tensor of shape ${showShape(shape)}`,
        why: "extents are whole numbers from 0",
        fix: "leave out open extents such as -1 or null: the number of elements must be known",
      });
    }
    size *= extent;
  }
  if (size > mostElements) {
    throw new PlumbError("PL7001", {
      asked: `${name} giving ${showSpec(spec)}`,
      arrived: `${size} elements, which take ${size * bytesOf[dtype]} bytes`,
      why: `a tensor has at most ${mostElements} elements`,
      fix: "compute it in parts, such as smaller batches",
    });
  }
  return spec;
}

/** Throws PL1004 unless `dtype` is one there is. */
export function requireKnownDtype(name: string, dtype: DType): void {
  if (Object.hasOwn(bytesOf, dtype)) return;
  const meant = nearest(String(dtype), anyDtype);
  throw new PlumbError("PL1004", {
    asked: `${name} with the dtype ${JSON.stringify(dtype)}`,
    why: `the dtypes are ${anyDtype.join(", ")}`,
    fix: meant ? `write "${meant}"` : 'write one of these; "float32" is the usual one',
  });
}

/** Throws PL1004 unless `spec` has one of the accepted dtypes. */
export function requireDtype(name: string, spec: Spec, accepted: readonly DType[]): void {
  if (accepted.includes(spec.dtype)) return;
  throw new PlumbError("PL1004", {
    asked: `${name} of ${showSpec(spec)}`,
    why: `${name} is defined for ${accepted.join(", ")}`,
    fix: `cast the operand first: x.cast("${accepted[0]}")`,
  });
}

/** Throws PL1010 or PL1004 unless all inputs have one shape and one dtype; returns that spec. */
export function requireSame(name: string, inputs: readonly Spec[]): Spec {
  const first = inputs[0];
  for (const input of inputs) {
    if (!sameShape(input.shape, first.shape)) {
      throw new PlumbError("PL1010", {
        asked: `${name} of ${inputs.map(showSpec).join(" and ")}`,
        why: "operands of a primitive have one shape",
        fix: "broadcast them to a common shape first",
      });
    }
    if (input.dtype !== first.dtype) {
      throw new PlumbError("PL1004", {
        asked: `${name} of ${inputs.map(showSpec).join(" and ")}`,
        why: "operands of a primitive have one dtype",
        fix: `cast one of them: y.cast("${first.dtype}")`,
      });
    }
  }
  return first;
}

/** Throws PL1002 unless `axis` is a whole number in 0 … rank − 1. */
export function requireAxis(name: string, axis: number, shape: Shape): void {
  if (Number.isInteger(axis) && axis >= 0 && axis < shape.length) return;
  throw new PlumbError("PL1002", {
    asked: `${name} along axis ${axis} of a tensor of shape ${showShape(shape)}`,
    why: shape.length === 0 ? "a scalar has no axes" : `its axes are 0 … ${shape.length - 1}`,
    fix: shape.length === 0 ? "reshape it to [1] first" : "name one of these axes",
  });
}

/** Throws PL1002 unless `axes` are axes of `shape` in ascending order. */
export function requireAxes(name: string, axes: readonly number[], shape: Shape): void {
  for (const [i, axis] of axes.entries()) {
    requireAxis(name, axis, shape);
    if (i > 0 && axis <= axes[i - 1]) {
      throw new PlumbError("PL1002", {
        asked: `${name} over axes [${axes.join(", ")}] of a tensor of shape ${showShape(shape)}`,
        why: "axes are listed once each, in ascending order",
        fix: `write [${[...new Set(axes)].sort((a, b) => a - b).join(", ")}]`,
      });
    }
  }
}

/** Throws PL1004 unless `indices` is int32. */
export function requireIndices(name: string, indices: Spec): void {
  if (indices.dtype === "int32") return;
  throw new PlumbError("PL1004", {
    asked: `${name} with indices ${showSpec(indices)}`,
    why: "indices are int32",
    fix: 'cast them first: indices.cast("int32")',
  });
}

// Attributes are read through these: a record knows which type it put there.
export const numberAttr = (attrs: Attrs, key: string): number => attrs[key] as number;
export const flagAttr = (attrs: Attrs, key: string): boolean => attrs[key] as boolean;
export const listAttr = (attrs: Attrs, key: string): readonly number[] => attrs[key] as readonly number[];
export const dtypeAttr = (attrs: Attrs): DType => attrs.dtype as DType;

/** True for a constant node of exactly this value: -0 is not 0. */
export const isConstant = (node: Node, value: number): boolean =>
  node.op.kind === "source" && node.op.form === "constant" && Object.is(node.attrs.value, value);
