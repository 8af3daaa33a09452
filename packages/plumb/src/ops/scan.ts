/** Running folds along one axis. `attrs: { axis, exclusive, reverse }`. */
import type { Attrs, Node } from "../graph/node.ts";
import type { Builder, Sample, ScanOp } from "../graph/op.ts";
import { arithmetic, flagAttr, numberAttr, requireAxis, requireDtype } from "./rules.ts";
import { intEdges, productEdges, sumEdges } from "./samples.ts";

type Direction = { readonly exclusive: boolean; readonly reverse: boolean };

const directions: readonly Direction[] = [
  { exclusive: false, reverse: false },
  { exclusive: true, reverse: false },
  { exclusive: false, reverse: true },
  { exclusive: true, reverse: true },
];

const infer =
  (name: string): ScanOp["infer"] =>
  ([input], attrs) => {
    requireDtype(name, input, arithmetic);
    requireAxis(name, numberAttr(attrs, "axis"), input.shape);
    return input;
  };

/** Rounding errors of a running fold in float32 add up: one unit in the last place per step at most. */
function samples(low: number, high: number, edges: readonly number[]): readonly Sample[] {
  const over = (shape: readonly number[], axis: number): readonly Sample[] =>
    directions.map((direction) => ({
      inputs: [{ shape, dtype: "float32" as const, range: [low, high] as const, edges }],
      attrs: { axis, ...direction } as Attrs,
      ulp: 2 + shape[axis],
    }));
  return [
    ...over([17], 0),
    ...over([3, 5], 1),
    ...over([5, 3], 0),
    ...over([2, 3, 5], 1),
    ...over([1], 0),
    ...over([0], 0),
    ...directions.map((direction) => ({
      inputs: [{ shape: [3, 5], dtype: "int32" as const, range: [-1000, 1000] as const, edges: intEdges }],
      attrs: { axis: 1, ...direction },
    })),
    {
      inputs: [{ shape: [17], dtype: "float64", range: [low, high] }],
      attrs: { axis: 0, ...directions[0] },
      ulp: 17,
    },
  ];
}

export const cumsum: ScanOp = {
  kind: "scan",
  name: "cumsum",
  doc: "the sum of the elements up to each one (exclusive: before it; reverse: from the far end)",
  arity: 1,
  infer: infer("cumsum"),
  identity: 0,
  meaning: (a, b) => a + b,
  wasm: (w, a, b) => w.add(a, b),
  // Element i enters every sum at or after it: its gradient is the running sum of dy from the other end.
  gradient: (g, { attrs }, dy) => {
    const [exclusive, reverse] = [flagAttr(attrs, "exclusive"), flagAttr(attrs, "reverse")];
    return [g.cumsum(dy, numberAttr(attrs, "axis"), { exclusive, reverse: !reverse })];
  },
  samples: samples(0.1, 2, sumEdges),
};

export const cumprod: ScanOp = {
  kind: "scan",
  name: "cumprod",
  doc: "the product of the elements up to each one (exclusive: before it; reverse: from the far end)",
  arity: 1,
  infer: infer("cumprod"),
  identity: 1,
  meaning: (a, b) => a * b,
  intMeaning: Math.imul,
  wasm: (w, a, b) => w.mul(a, b),
  gradient: cumprodGradient,
  samples: samples(0.5, 1.5, productEdges),
};

/**
 * For each element along the last axis the product of all the others, without dividing: right where elements are 0.
 * It is the product of those before times the product of those after.
 */
export function productOfOthers(g: Builder, x: Node): Node {
  const axis = x.shape.length - 1;
  const before = g.node(cumprod, [x], { axis, exclusive: true, reverse: false });
  const after = g.node(cumprod, [x], { axis, exclusive: true, reverse: true });
  return g.mul(before, after);
}

/**
 * Element k of the result is the product over j of m[k, j], where m[k, j] is x[j] if j belongs to k's running product
 * and 1 if not; so dx[j] = Σₖ dy[k] · (product of the others in row k of m)[j] over those k that j belongs to.
 * This takes n² work for an axis of length n, and is right where elements are 0, to every order of derivative.
 */
function cumprodGradient(g: Builder, { inputs: [x], attrs }: Node, dy: Node): readonly Node[] {
  const axis = numberAttr(attrs, "axis");
  const rank = x.shape.length;
  const n = x.shape[axis];
  const last = [...x.shape.keys()].filter((a) => a !== axis).concat(axis);
  const moved = last.map((a) => x.shape[a]);
  const rows = [...moved.slice(0, -1), n, n]; // [..., k, j]
  const spread = (node: Node, shape: readonly number[]): Node =>
    g.broadcast(g.reshape(g.transpose(node, last), shape), rows);
  const xs = spread(x, [...moved.slice(0, -1), 1, n]);
  const dys = spread(dy, [...moved.slice(0, -1), n, 1]);
  const k = g.iota(rows, rank - 1);
  const j = g.iota(rows, rank);
  const [early, late] = flagAttr(attrs, "reverse") ? [k, j] : [j, k];
  const member = flagAttr(attrs, "exclusive") ? g.less(early, late) : g.lessEqual(early, late);
  const others = productOfOthers(g, g.where(member, xs, g.constant(1, xs)));
  const dx = g.sum(g.where(member, g.mul(dys, others), g.constant(0, xs)), [rank - 1]);
  return [
    g.transpose(
      dx,
      [...last.keys()].map((a) => last.indexOf(a)),
    ),
  ];
}

export const scan = { cumsum, cumprod };
