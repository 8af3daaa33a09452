/** What one node of each kind computes from the values of its inputs. */
import { isFloat, type DType, type HostArray } from "../base/dtype.ts";
import { sizeOf, stridesOf, type Shape } from "../base/shape.ts";
import type { Node, Spec } from "../graph/node.ts";
import type {
  ContractOp,
  ElementwiseOp,
  GatherOp,
  IndexAlgebra,
  PlaceOp,
  RandomOp,
  ReduceOp,
  ScanOp,
  ScatterOp,
  SortOp,
  SourceOp,
  ViewOp,
} from "../graph/op.ts";

/** Values of a node: float64 for both float dtypes, int32, or bools as bytes 0 and 1. */
export type Truth = Float64Array | Int32Array | Uint8Array;

/** Room for the values of a node. */
export function room({ shape, dtype }: Spec): Truth {
  const size = sizeOf(shape);
  return isFloat(dtype)
    ? new Float64Array(size)
    : dtype === "int32"
      ? new Int32Array(size)
      : new Uint8Array(size);
}

/** A host array as truth; the same array where it already is. */
export function toTruth({ dtype }: Spec, value: HostArray): Truth {
  if (isFloat(dtype)) return value instanceof Float64Array ? value : Float64Array.from(value);
  if (dtype === "int32") return value instanceof Int32Array ? value : Int32Array.from(value);
  return value instanceof Uint8Array ? value : Uint8Array.from(value);
}

export function evaluate(node: Node, inputs: readonly Truth[]): Truth {
  const { op } = node;
  switch (op.kind) {
    case "source":
      return structural(node, op);
    case "elementwise":
      return elementwise(node, op, inputs);
    case "reduce":
      return reduce(node, op, inputs[0]);
    case "scan":
      return scan(node, op, inputs[0]);
    case "sort":
      return sort(node, op, inputs[0]);
    case "view":
      return view(node, op, inputs[0]);
    case "place":
      return place(node, op, inputs);
    case "contract":
      return contract(node, op, inputs[0], inputs[1]);
    case "gather":
      return gather(node, op, inputs[0], inputs[1]);
    case "scatter":
      return scatter(node, op, inputs[0], inputs[1]);
    case "random":
      return random(node, op, inputs);
    case "composite":
      throw new Error(`${op.name} should have been expanded`);
    case "loop":
      throw new Error(`${op.name} should have been run with its siblings`);
    case "effect":
      return inputs[0];
  }
}

// Coordinates

/** The algebra of views on plain numbers. */
const numbers: IndexAlgebra<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  scale: (a, factor) => a * factor,
  divMod: (a, divisor) => [Math.floor(a / divisor), a % divisor],
};

/** Calls `visit` with every coordinate of `shape` in row-major order. The array is reused: read it at once. */
function forEachIndex(shape: Shape, visit: (at: readonly number[], flat: number) => void): void {
  const size = sizeOf(shape);
  const at = new Array<number>(shape.length).fill(0);
  for (let flat = 0; flat < size; flat++) {
    visit(at, flat);
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis] === shape[axis]; axis--) at[axis] = 0;
  }
}

function flatten(at: readonly number[], strides: readonly number[]): number {
  let flat = 0;
  for (let axis = 0; axis < at.length; axis++) flat += at[axis] * strides[axis];
  return flat;
}

/** A line layout: for each of `outer · inner` lines the flat index of its start; elements are `inner` apart. */
function lines(
  shape: Shape,
  axis: number,
): { readonly starts: readonly number[]; readonly extent: number; readonly stride: number } {
  const stride = sizeOf(shape.slice(axis + 1));
  const extent = shape[axis];
  const starts: number[] = [];
  for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
    for (let inner = 0; inner < stride; inner++) starts.push(outer * extent * stride + inner);
  }
  return { starts, extent, stride };
}

// Kinds

function structural(node: Node, op: SourceOp): Truth {
  const out = room(node);
  if (op.form === "constant") {
    const value = node.attrs.value as number;
    return out.fill(node.dtype === "float32" ? Math.fround(value) : value);
  }
  const axis = node.attrs.axis as number;
  const stride = stridesOf(node.shape)[axis];
  for (let i = 0; i < out.length; i++) out[i] = Math.floor(i / stride) % node.shape[axis];
  return out;
}

/**
 * Puts results into the dtype of the node. Int32 arithmetic wraps; a float that becomes an int truncates and saturates
 * (NaN to 0), which is what a cast means; a bool is anything but 0.
 */
function rounding(from: DType, to: DType): ((x: number) => number) | undefined {
  if (isFloat(to)) return undefined;
  if (to === "bool") return (x) => (x === 0 ? 0 : 1);
  return isFloat(from)
    ? (x) => (Number.isNaN(x) ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(x))))
    : (x) => x | 0;
}

function elementwise(node: Node, op: ElementwiseOp, inputs: readonly Truth[]): Truth {
  const out = room(node);
  const from = node.inputs[0].dtype;
  const meaning = (from === "int32" && op.intMeaning) || op.meaning;
  const round = rounding(from === "bool" ? node.dtype : from, node.dtype);
  const [a, b, c] = inputs;
  for (let i = 0; i < out.length; i++) {
    const x =
      op.arity === 1 ? meaning(a[i]) : op.arity === 2 ? meaning(a[i], b[i]) : meaning(a[i], b[i], c[i]);
    out[i] = round ? round(x) : x;
  }
  return out;
}

function reduce(node: Node, op: ReduceOp, x: Truth): Truth {
  const { shape, dtype } = node.inputs[0];
  const axes = node.attrs.axes as readonly number[];
  // Strides in the result: 0 along folded axes. Strides within the folded part: 0 along the others.
  const kept = stridesOf(shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)));
  const outStrides = kept.map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const out = room(node);
  if (op.fold.form === "combine") {
    const meaning = (dtype === "int32" && op.fold.intMeaning) || op.fold.meaning;
    out.fill(op.fold.identity(dtype));
    forEachIndex(shape, (at, flat) => {
      const o = flatten(at, outStrides);
      out[o] = meaning(out[o], x[flat]); // storing into Int32Array wraps
    });
    return out;
  }
  const { better } = op.fold;
  const within = stridesOf(shape.map((extent, axis) => (axes.includes(axis) ? extent : 1)));
  const inStrides = within.map((stride, axis) => (axes.includes(axis) ? stride : 0));
  const best = new Float64Array(out.length);
  forEachIndex(shape, (at, flat) => {
    const o = flatten(at, outStrides);
    const candidate = x[flat];
    const index = flatten(at, inStrides);
    const wins = Number.isNaN(candidate) ? !Number.isNaN(best[o]) : better(candidate, best[o]);
    if (index === 0 || wins) {
      best[o] = candidate;
      out[o] = index;
    }
  });
  return out;
}

function scan(node: Node, op: ScanOp, x: Truth): Truth {
  const out = room(node);
  const { exclusive, reverse } = node.attrs;
  const meaning = (node.dtype === "int32" && op.intMeaning) || op.meaning;
  const { starts, extent, stride } = lines(node.shape, node.attrs.axis as number);
  for (const start of starts) {
    let running = op.identity;
    for (let step = 0; step < extent; step++) {
      const i = start + stride * (reverse ? extent - 1 - step : step);
      const next = meaning(running, x[i]);
      out[i] = exclusive ? running : next;
      running = node.dtype === "int32" ? next | 0 : next;
    }
  }
  return out;
}

function sort(node: Node, op: SortOp, x: Truth): Truth {
  const out = room(node);
  const { starts, extent, stride } = lines(node.shape, node.attrs.axis as number);
  const direction = node.attrs.descending ? -1 : 1;
  for (const start of starts) {
    const order = Array.from({ length: extent }, (_, i) => i).sort((i, j) => {
      const [a, b] = [x[start + i * stride], x[start + j * stride]];
      const nans = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
      return nans || direction * (Number(op.before(b, a)) - Number(op.before(a, b)));
    });
    order.forEach((index, place) => (out[start + place * stride] = index));
  }
  return out;
}

function view(node: Node, op: ViewOp, x: Truth): Truth {
  if (op.keepsOrder) return x;
  const out = room(node);
  const input = node.inputs[0].shape;
  const strides = stridesOf(input);
  forEachIndex(node.shape, (at, flat) => {
    out[flat] = x[flatten(op.read(numbers, at, node, input), strides)];
  });
  return out;
}

function place(node: Node, op: PlaceOp, inputs: readonly Truth[]): Truth {
  const out = room(node).fill(op.fill(node.attrs));
  const strides = stridesOf(node.shape);
  op.places(node.inputs, node.attrs).forEach(({ offset, step }, k) => {
    const first = flatten(offset, strides);
    const stepped = strides.map((stride, axis) => stride * step[axis]);
    forEachIndex(node.inputs[k].shape, (at, flat) => {
      out[first + flatten(at, stepped)] = inputs[k][flat];
    });
  });
  return out;
}

function contract(node: Node, op: ContractOp, a: Truth, b: Truth): Truth {
  const out = room(node);
  const [left, right] = node.inputs.map((input) => input.shape);
  const form = op.form(node.attrs, left, right);
  // Row-major runs of axes are one axis each: batches, rows, inner, columns.
  const batches = sizeOf(left.slice(0, form.batch));
  const m = sizeOf(left.slice(form.batch, left.length - form.inner));
  const k = sizeOf(left.slice(left.length - form.inner));
  const n = sizeOf(right.slice(form.batch + form.inner));
  for (let batch = 0; batch < batches; batch++) {
    for (let i = 0; i < m; i++) {
      const row = (batch * m + i) * n;
      for (let l = 0; l < k; l++) {
        const factor = a[(batch * m + i) * k + l];
        const from = (batch * k + l) * n;
        for (let j = 0; j < n; j++) out[row + j] += factor * b[from + j];
      }
    }
  }
  return out;
}

function gather(node: Node, op: GatherOp, x: Truth, indices: Truth): Truth {
  const out = room(node);
  const [from, chosen] = node.inputs.map((input) => input.shape);
  const extent = from[op.axis(node.attrs)];
  const missing = isFloat(node.dtype) ? NaN : 0;
  const [fromStrides, chosenStrides] = [stridesOf(from), stridesOf(chosen)];
  forEachIndex(node.shape, (at, flat) => {
    const index = indices[flatten(op.indexAt(at, node.attrs, from, chosen), chosenStrides)];
    out[flat] =
      index >= 0 && index < extent
        ? x[flatten(op.read(at, index, node.attrs, from, chosen), fromStrides)]
        : missing;
  });
  return out;
}

function scatter(node: Node, op: ScatterOp, updates: Truth, indices: Truth): Truth {
  const out = room(node);
  const [from, chosen] = node.inputs.map((input) => input.shape);
  const extent = node.shape[op.gather.axis(node.attrs)];
  const [outStrides, chosenStrides] = [stridesOf(node.shape), stridesOf(chosen)];
  forEachIndex(from, (at, flat) => {
    const index = indices[flatten(op.gather.indexAt(at, node.attrs, node.shape, chosen), chosenStrides)];
    if (index < 0 || index >= extent) return;
    out[flatten(op.gather.read(at, index, node.attrs, node.shape, chosen), outStrides)] += updates[flat];
  });
  return out;
}

function random(node: Node, op: RandomOp, [key0, key1, counter]: readonly Truth[]): Truth {
  const out = room(node);
  for (let i = 0; i < out.length; i++) out[i] = op.bits(key0[0], key1[0], counter[0], i);
  return out;
}
