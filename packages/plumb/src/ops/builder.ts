/** How graphs are made: `makeNode` applies a record's shape rule, `g` is the vocabulary that gradient rules speak. */
import { sameShape } from "../base/shape.ts";
import type { Attrs, Binding, Body, Node } from "../graph/node.ts";
import type { Builder, Op } from "../graph/op.ts";
import { currentOrigin } from "../graph/origin.ts";
import { cast, equal, less, lessEqual, logicalAnd, logicalNot, where } from "./compare.ts";
import { contraction, matmul } from "./contract.ts";
import { add, cos, div, exp, log, mul, neg, pow, sign, sin, sub } from "./elementwise.ts";
import { gather, takeAlong } from "./gather.ts";
import { pad } from "./place.ts";
import { prod, sum } from "./reduce.ts";
import { requireSpec } from "./rules.ts";
import { cumsum } from "./scan.ts";
import { scatterAdd, scatterAddAlong } from "./scatter.ts";
import { constant, iota } from "./source.ts";
import { broadcast, reshape, slice, transpose } from "./view.ts";
import { windows } from "./windows.ts";

const none: Attrs = {};

/** An op applied to inputs. Throws the coded error of the record's shape rule, or of `requireSpec`, where they do not fit. */
export function makeNode(
  op: Op,
  inputs: readonly Node[],
  attrs: Attrs = none,
  binding?: Binding,
  body?: Body,
): Node {
  const { shape, dtype } = requireSpec(op.name, op.infer(inputs, attrs, body));
  return { op, inputs, attrs, shape, dtype, binding, body, origin: currentOrigin(), value: undefined };
}

/**
 * The builder of graphs. Views and casts that would change nothing return their operand, as does a fold over no axes:
 * the graph of a gradient then holds only what it needs.
 */
export const g: Builder = {
  node: makeNode,
  constant: (value, { shape, dtype }) => makeNode(constant, [], { shape, dtype, value }),
  add: (a, b) => makeNode(add, [a, b]),
  sub: (a, b) => makeNode(sub, [a, b]),
  mul: (a, b) => makeNode(mul, [a, b]),
  div: (a, b) => makeNode(div, [a, b]),
  neg: (a) => makeNode(neg, [a]),
  pow: (a, b) => makeNode(pow, [a, b]),
  exp: (a) => makeNode(exp, [a]),
  log: (a) => makeNode(log, [a]),
  sin: (a) => makeNode(sin, [a]),
  cos: (a) => makeNode(cos, [a]),
  sign: (a) => makeNode(sign, [a]),
  equal: (a, b) => makeNode(equal, [a, b]),
  less: (a, b) => makeNode(less, [a, b]),
  lessEqual: (a, b) => makeNode(lessEqual, [a, b]),
  logicalAnd: (a, b) => makeNode(logicalAnd, [a, b]),
  logicalNot: (a) => makeNode(logicalNot, [a]),
  where: (condition, a, b) => makeNode(where, [condition, a, b]),
  cast: (a, dtype) => (a.dtype === dtype ? a : makeNode(cast, [a], { dtype })),
  sum: (a, axes, keepDims = false) => (axes.length === 0 ? a : makeNode(sum, [a], { axes, keepDims })),
  prod: (a, axes, keepDims = false) => (axes.length === 0 ? a : makeNode(prod, [a], { axes, keepDims })),
  cumsum: (a, axis, { exclusive, reverse }) => makeNode(cumsum, [a], { axis, exclusive, reverse }),
  reshape: (a, shape) => (sameShape(a.shape, shape) ? a : makeNode(reshape, [a], { shape })),
  broadcast: (a, shape) => (sameShape(a.shape, shape) ? a : makeNode(broadcast, [a], { shape })),
  transpose: (a, permutation) =>
    permutation.every((axis, i) => axis === i) && permutation.length === a.shape.length
      ? a
      : makeNode(transpose, [a], { permutation }),
  slice: (a, start, size, step) => makeNode(slice, [a], { start, size, step }),
  windows: (a, first, { size, stride, dilation }) =>
    makeNode(windows, [a], { first, size, stride, dilation }),
  pad: (a, low, high, gap, value) => makeNode(pad, [a], { low, high, gap, value }),
  matmul: (a, b) => makeNode(matmul, [a, b]),
  contract: (a, b, { batch, inner }) => makeNode(contraction, [a, b], { batch, inner }),
  gather: (x, indices, axis) => makeNode(gather, [x, indices], { axis }),
  takeAlong: (x, indices, axis) => makeNode(takeAlong, [x, indices], { axis }),
  scatterAdd: (updates, indices, axis, shape) => makeNode(scatterAdd, [updates, indices], { axis, shape }),
  scatterAddAlong: (updates, indices, axis, shape) =>
    makeNode(scatterAddAlong, [updates, indices], { axis, shape }),
  iota: (shape, axis, dtype = "int32") => makeNode(iota, [], { shape, dtype, axis }),
};
